/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls: look the capability up, check its right, hand over to the object.
 *
 * A handler that blocks the caller leaves its status to who wakes it; all others set it here.
 */
#include <arch/registers.h>
#include <ipc.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <sched.h>
#include <syscall.h>
#include <vcpu.h>

static enum status lookup(struct thread *thread, enum object_type type, uint8_t right,
			  struct slot **slot)
{
	*slot = cnode_slot(thread->capabilities, message_capability(&thread->registers));
	if (!*slot || (*slot)->type == OBJECT_NULL)
		return ERR_CAPABILITY;
	if ((*slot)->type != type)
		return ERR_TYPE;
	return (*slot)->rights & right ? OK : ERR_RIGHTS;
}

/* The right that an invocation needs: idl/kernel.idl says it of each. */
static uint8_t needed_right(uint64_t label)
{
	switch (label) {
	case NOTIFICATION_CLEAR:
	case VCPU_QUERY_SLOTS:
	case VCPU_TRANSLATE:
	case VCPU_STATISTICS:
		return RIGHT_READ;
	case VCPU_SET_SLOT:
	case IRQ_HANDLER_ACKNOWLEDGE:
		return RIGHT_WRITE;
	default:
		return RIGHT_CONTROL;
	}
}

static enum status invoke(struct thread *thread, struct slot *slot)
{
	struct registers *registers = &thread->registers;
	struct invocation call = {
		.slot = slot,
		.label = *message_label(registers),
		.cnode = thread->capabilities,
	};
	enum status status;

	if (!(slot->rights & needed_right(call.label)))
		return ERR_RIGHTS;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		call.word[i] = message_words(registers)[i];
	status = object_dispatch(slot->type, &call);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		message_words(registers)[i] = call.word[i];
	return status;
}

static enum status sys_call(struct thread *thread)
{
	struct registers *registers = &thread->registers;
	struct slot *slot = cnode_slot(thread->capabilities, message_capability(registers));
	uint64_t deadline = message_deadline(registers);
	enum status status;

	if (!slot || slot->type == OBJECT_NULL)
		return ERR_CAPABILITY;
	if (slot->type != OBJECT_ENDPOINT)
		return invoke(thread, slot);
	if (!(slot->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	status = ipc_call(&thread->context, (struct endpoint *)slot->object, slot->data);
	if (status == OK)
		timeout_set(&thread->context.deadline, deadline);
	return status;
}

/* Whether the caller that waits for this server's answer is a VCpu whose VMM it is. */
static bool is_vmm_of(struct context *caller)
{
	return caller->kind == CONTEXT_VCPU && !vcpu_of(caller)->window;
}

static enum status sys_receive(struct thread *thread, bool reply)
{
	struct slot *slot;
	uint64_t deadline = message_deadline(&thread->registers);
	enum status status = lookup(thread, OBJECT_ENDPOINT, RIGHT_READ, &slot);

	/* The deadline of a VMM's answer is an event of its VCpu, not the end of this wait. */
	if (status == OK && reply && thread->context.caller) {
		bool event = is_vmm_of(thread->context.caller);

		status = ipc_reply(thread, deadline);
		if (event)
			deadline = DEADLINE_NEVER;
	}
	if (status == OK)
		ipc_receive(thread, (struct endpoint *)slot->object, deadline);
	return status;
}

static enum status sys_send(struct thread *thread)
{
	struct slot *slot;
	enum status status = lookup(thread, OBJECT_ENDPOINT, RIGHT_WRITE, &slot);

	return status == OK ? ipc_send(thread, (struct endpoint *)slot->object, slot->data) :
			      status;
}

static enum status sys_signal(struct thread *thread)
{
	struct slot *slot;
	enum status status = lookup(thread, OBJECT_NOTIFICATION, RIGHT_WRITE, &slot);

	if (status == OK)
		notification_signal((struct notification *)slot->object,
				    slot->data ? slot->data : 1);
	return status;
}

static enum status sys_wait(struct thread *thread)
{
	struct slot *slot;
	uint64_t deadline = message_deadline(&thread->registers);
	enum status status = lookup(thread, OBJECT_NOTIFICATION, RIGHT_READ, &slot);
	struct notification *notification;

	if (status != OK)
		return status;
	notification = (struct notification *)slot->object;
	if (notification->binding != NOTIFICATION_UNBOUND)
		return ERR_STATE;
	return notification_wait(notification, &thread->context, slot->data ? slot->data : ~0ULL,
				 deadline);
}

void syscall(struct thread *thread)
{
	struct registers *registers = &thread->registers;
	enum status status = OK;

	switch (message_syscall(registers)) {
	case SYS_CALL:
		status = sys_call(thread);
		break;
	case SYS_REPLY_RECV:
		status = sys_receive(thread, true);
		break;
	case SYS_RECV:
		status = sys_receive(thread, false);
		break;
	case SYS_SEND:
		status = sys_send(thread);
		break;
	case SYS_SIGNAL:
		status = sys_signal(thread);
		break;
	case SYS_WAIT:
		status = sys_wait(thread);
		break;
	case SYS_YIELD:
		sched_yield();
		break;
	default:
		status = ERR_ARGUMENT;
		break;
	}
	/* All that it asked with is in its registers still, so it asks again when it runs next. */
	if (status != OK && status == STATUS_AGAIN)
		arch_registers_again(registers);
	/* Who blocks gets its status with what it waits for. */
	else if (status != OK || thread->context.state == STATE_READY ||
		 thread->context.state == STATE_STOPPED)
		message_set_status(registers, status);
}

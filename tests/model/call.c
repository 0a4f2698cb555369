/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls: what is in a thread's registers, and which invocation that is.
 */
#include "spec.h"

/* An invocation: its right, which of its words are numbers of 32 bits, and what it does. */
struct invocation {
	uint64_t label;
	enum object_type type;
	uint32_t right;
	uint32_t narrow; /* a bit a word */
	enum status (*invoke)(struct spec_call *call);
};

static const struct invocation invocations[] = {
	{ UNTYPED_RETYPE, OBJECT_UNTYPED, RIGHT_CONTROL, 0x1f, spec_retype },
	{ UNTYPED_DESCRIBE, OBJECT_UNTYPED, RIGHT_CONTROL, 0, spec_describe },
	{ CNODE_COPY, OBJECT_CNODE, RIGHT_CONTROL, 0x7, spec_copy },
	{ CNODE_MINT, OBJECT_CNODE, RIGHT_CONTROL, 0xf, spec_mint },
	{ CNODE_MOVE, OBJECT_CNODE, RIGHT_CONTROL, 0x7, spec_move },
	{ CNODE_DELETE, OBJECT_CNODE, RIGHT_CONTROL, 0x1, spec_cnode_delete },
	{ CNODE_REVOKE, OBJECT_CNODE, RIGHT_CONTROL, 0x1, spec_cnode_revoke },
	{ CNODE_COUNT, OBJECT_CNODE, RIGHT_CONTROL, 0x1, spec_count },
	{ THREAD_CONFIGURE, OBJECT_THREAD, RIGHT_CONTROL, 0x7, spec_thread_configure },
	{ THREAD_SET_PRIORITY, OBJECT_THREAD, RIGHT_CONTROL, 0x1, spec_thread_set_priority },
	{ THREAD_START_AT, OBJECT_THREAD, RIGHT_CONTROL, 0, spec_start_at },
	{ THREAD_RESUME, OBJECT_THREAD, RIGHT_CONTROL, 0, spec_resume },
	{ THREAD_SERVE, OBJECT_THREAD, RIGHT_CONTROL, 0x1, spec_serve },
	{ THREAD_SUSPEND, OBJECT_THREAD, RIGHT_CONTROL, 0, spec_suspend },
	{ THREAD_READ_REGISTERS, OBJECT_THREAD, RIGHT_CONTROL, 0x1, spec_read_registers },
	{ VCPU_CONFIGURE, OBJECT_VCPU, RIGHT_CONTROL, 0x3, spec_vcpu_configure },
	{ VCPU_SET_PRIORITY, OBJECT_VCPU, RIGHT_CONTROL, 0x1, spec_vcpu_set_priority },
	{ VCPU_START, OBJECT_VCPU, RIGHT_CONTROL, 0, spec_vcpu_start },
	{ VCPU_STOP, OBJECT_VCPU, RIGHT_CONTROL, 0x1, spec_vcpu_stop },
	{ VCPU_RESUME, OBJECT_VCPU, RIGHT_CONTROL, 0, spec_vcpu_idle },
	{ VCPU_SET_SLOT, OBJECT_VCPU, RIGHT_WRITE, 0x1, spec_set_slot },
	{ VCPU_QUERY_SLOTS, OBJECT_VCPU, RIGHT_READ, 0, spec_query_slots },
	{ VCPU_TRANSLATE, OBJECT_VCPU, RIGHT_READ, 0x2, spec_translate },
	{ VCPU_SET_ANSWER_LIMIT, OBJECT_VCPU, RIGHT_CONTROL, 0, spec_set_answer_limit },
	{ VCPU_SAVE, OBJECT_VCPU, RIGHT_CONTROL, 0, spec_vcpu_idle },
	{ VCPU_RESTORE, OBJECT_VCPU, RIGHT_CONTROL, 0, spec_vcpu_idle },
	{ VCPU_STATISTICS, OBJECT_VCPU, RIGHT_READ, 0, spec_statistics },
	{ SCHED_CONTEXT_CONFIGURE, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, 0, spec_time_configure },
	{ SCHED_CONTEXT_BIND, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, 0x1, spec_time_bind },
	{ SCHED_CONTEXT_UNBIND, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, 0, spec_time_unbind },
	{ SCHED_CONTEXT_CONSUMED, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, 0, spec_consumed },
	{ SCHED_CONTEXT_SET_LIMIT, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, 0, spec_set_limit },
	{ NOTIFICATION_BIND_EVENT, OBJECT_NOTIFICATION, RIGHT_CONTROL, 0x1, spec_bind_event },
	{ NOTIFICATION_BIND_SLOT, OBJECT_NOTIFICATION, RIGHT_CONTROL, 0x3, spec_bind_slot },
	{ NOTIFICATION_BIND_THREAD, OBJECT_NOTIFICATION, RIGHT_CONTROL, 0x1, spec_bind_thread },
	{ NOTIFICATION_UNBIND, OBJECT_NOTIFICATION, RIGHT_CONTROL, 0, spec_unbind },
	{ NOTIFICATION_CLEAR, OBJECT_NOTIFICATION, RIGHT_READ, 0, spec_clear },
	{ FRAME_MAP, OBJECT_FRAME, RIGHT_CONTROL, 0xd, spec_frame_map },
	{ FRAME_UNMAP, OBJECT_FRAME, RIGHT_CONTROL, 0, spec_unmap },
	{ FRAME_ADDRESS, OBJECT_FRAME, RIGHT_CONTROL, 0, spec_frame_address },
	{ PAGE_TABLE_MAP, OBJECT_PAGE_TABLE, RIGHT_CONTROL, 0x1, spec_table_map },
	{ PAGE_TABLE_UNMAP, OBJECT_PAGE_TABLE, RIGHT_CONTROL, 0, spec_unmap },
	{ ADDRESS_SPACE_MAP_VCPU, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, 0x1, spec_map_vcpu },
	{ GUEST_SPACE_SET_WINDOW, OBJECT_GUEST_SPACE, RIGHT_CONTROL, 0x3d, spec_set_window },
	{ GUEST_SPACE_CLEAR_WINDOW, OBJECT_GUEST_SPACE, RIGHT_CONTROL, 0x1, spec_clear_window },
	{ IRQ_CONTROL_GET, OBJECT_IRQ_CONTROL, RIGHT_CONTROL, 0xf, spec_irq_get },
	{ IRQ_HANDLER_BIND, OBJECT_IRQ_HANDLER, RIGHT_CONTROL, 0x1, spec_irq_bind },
	{ IRQ_HANDLER_ACKNOWLEDGE, OBJECT_IRQ_HANDLER, RIGHT_WRITE, 0, spec_irq_acknowledge },
	{ IRQ_HANDLER_BIND_SLOT, OBJECT_IRQ_HANDLER, RIGHT_CONTROL, 0x3, spec_irq_bind_slot },
	{ FIRMWARE_SYSTEM_OFF, OBJECT_FIRMWARE, RIGHT_CONTROL, 0, spec_system_end },
	{ FIRMWARE_SYSTEM_RESET, OBJECT_FIRMWARE, RIGHT_CONTROL, 0, spec_system_end },
	{ FIRMWARE_CONSOLE_WRITE, OBJECT_FIRMWARE, RIGHT_CONTROL, 0x1, spec_console_write },
	{ FIRMWARE_INSTRUCTIONS, OBJECT_FIRMWARE, RIGHT_CONTROL, 0, spec_instructions },
};

static const struct invocation *find_invocation(uint64_t label)
{
	for (unsigned int i = 0; i < sizeof(invocations) / sizeof(invocations[0]); i++)
		if (invocations[i].label == label)
			return &invocations[i];
	return NULL;
}

/* Arguments that their types hold. */
static bool fits(const struct invocation *invocation, const uint64_t word[MESSAGE_WORDS])
{
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		if ((invocation->narrow >> i & 1) && word[i] > UINT32_MAX)
			return false;
	if (invocation->label == UNTYPED_RETYPE)
		return object_type_valid(word[0]);
	return invocation->label != FRAME_MAP || memory_type_valid(word[3]);
}

/* The words are the results after it, and as they were if there are none. */
static enum status invoke(struct spec_call *call, uint64_t label)
{
	const struct invocation *invocation = find_invocation(label);
	uint32_t right = invocation ? invocation->right : RIGHT_CONTROL;

	if (!(call->cap->rights & right))
		return ERR_RIGHTS;
	if (!invocation || invocation->type != call->cap->type)
		return ERR_TYPE;
	if (!fits(invocation, call->word))
		return ERR_ARGUMENT;
	return invocation->invoke(call);
}

static uint64_t *words_of(struct spec_object *thread)
{
	return &thread->registers[spec.layout.words];
}

static enum status sys_call(struct spec_object *thread, uint64_t index, bool *outside)
{
	struct spec_call call = { .thread = thread };
	enum status status;

	call.cap = spec_slot(thread->cap[THREAD_CNODE].object, index);
	if (!call.cap || call.cap->type == OBJECT_NULL)
		return ERR_CAPABILITY;
	if (call.cap->type == OBJECT_ENDPOINT) {
		if (!(call.cap->rights & RIGHT_WRITE))
			return ERR_RIGHTS;
		return spec_call_endpoint(thread, call.cap->object, call.cap->badge,
					  thread->registers[spec.layout.deadline]);
	}
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		call.word[i] = words_of(thread)[i];
	status = invoke(&call, thread->registers[spec.layout.label]);
	*outside = call.outside;
	for (unsigned int i = 0; status == OK && !*outside && i < MESSAGE_WORDS; i++)
		words_of(thread)[i] = call.word[i];
	return status;
}

static enum status sys_receive(struct spec_object *thread, uint64_t index, bool reply)
{
	struct spec_call call = { .thread = thread };
	enum status status = spec_find(&call, index, OBJECT_ENDPOINT, RIGHT_READ, &call.cap);

	if (status != OK)
		return status;
	if (reply && thread->caller)
		spec_reply(thread);
	spec_receive(thread, call.cap->object, thread->registers[spec.layout.deadline]);
	return OK;
}

static enum status sys_send(struct spec_object *thread, uint64_t index)
{
	struct spec_call call = { .thread = thread };
	enum status status = spec_find(&call, index, OBJECT_ENDPOINT, RIGHT_WRITE, &call.cap);

	return status == OK ? spec_send(thread, call.cap->object, call.cap->badge) : status;
}

static enum status sys_signal(struct spec_object *thread, uint64_t index)
{
	struct spec_call call = { .thread = thread };
	enum status status = spec_find(&call, index, OBJECT_NOTIFICATION, RIGHT_WRITE, &call.cap);

	if (status == OK)
		spec_signal(call.cap->object, call.cap->badge ? call.cap->badge : 1);
	return status;
}

static enum status sys_wait(struct spec_object *thread, uint64_t index)
{
	struct spec_call call = { .thread = thread };
	enum status status = spec_find(&call, index, OBJECT_NOTIFICATION, RIGHT_READ, &call.cap);

	return status == OK ? spec_wait(thread, call.cap->object,
					call.cap->badge ? call.cap->badge : ~0ULL,
					thread->registers[spec.layout.deadline]) :
			      status;
}

bool spec_syscall(struct spec_object *thread)
{
	uint64_t index = thread->registers[spec.layout.capability];
	bool outside = false;
	enum status status = OK;

	switch (thread->registers[spec.layout.syscall]) {
	case SYS_CALL:
		status = sys_call(thread, index, &outside);
		break;
	case SYS_REPLY_RECV:
		status = sys_receive(thread, index, true);
		break;
	case SYS_RECV:
		status = sys_receive(thread, index, false);
		break;
	case SYS_SEND:
		status = sys_send(thread, index);
		break;
	case SYS_SIGNAL:
		status = sys_signal(thread, index);
		break;
	case SYS_WAIT:
		status = sys_wait(thread, index);
		break;
	case SYS_YIELD:
		break;
	default:
		status = ERR_ARGUMENT;
		break;
	}
	if (outside)
		return false;
	/* Who waits gets its status with what it waits for. */
	if (thread->state == SPEC_READY || thread->state == SPEC_STOPPED)
		thread->registers[spec.layout.capability] = status;
	return true;
}

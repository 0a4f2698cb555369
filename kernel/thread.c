/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads.
 */
#include <arch/cpu.h>
#include <arch/registers.h>
#include <ipc.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <sched.h>
#include <thread.h>

void thread_init(struct thread *thread)
{
	context_init(&thread->context, CONTEXT_THREAD, &thread->registers);
	arch_registers_init(&thread->registers, 0, 0);
	fp_init(&thread->fp);
}

void thread_stop(struct thread *thread)
{
	ipc_cancel(&thread->context);
	sched_stop(&thread->context);
}

void thread_destroy(struct thread *thread)
{
	ipc_cancel(&thread->context);
	sched_forget(&thread->context);
	if (thread->serves)
		thread->serves->server = NULL;
	fp_forget(&thread->fp);
	binding_clear(&thread->cnode_binding);
	binding_clear(&thread->space_binding);
	binding_clear(&thread->fault_binding);
}

void thread_unbound(struct thread *thread, struct slot *binding)
{
	if (binding == &thread->fault_binding)
		return;
	if (binding == &thread->cnode_binding)
		thread->capabilities = (struct cnode){ NULL, 0 };
	thread_stop(thread);
}

static struct thread *invoked(struct invocation *call)
{
	return (struct thread *)call->slot->object;
}

/* Replace what a binding holds, if the argument names something. */
static enum status rebind(struct thread *thread, struct slot *binding, struct slot *source)
{
	if (!source)
		return OK;
	binding_clear(binding);
	return binding_set(binding, source, OBJECT_THREAD, thread);
}

static enum status optional(struct invocation *call, cap_t cap, enum object_type type,
			    uint8_t rights, struct slot **slot)
{
	enum status status;

	*slot = NULL;
	if (!cap)
		return OK;
	status = invocation_slot_with(call, cap, type, rights, slot);
	return status == OK ? slot_can_derive(*slot) : status;
}

enum status thread_configure(struct invocation *call, cap_t cnode, cap_t address_space,
			     cap_t fault_endpoint)
{
	struct thread *thread = invoked(call);
	struct slot *table = NULL;
	struct slot *space = NULL;
	struct slot *fault = NULL;
	enum status status = optional(call, cnode, OBJECT_CNODE, RIGHT_CONTROL, &table);

	if (status == OK)
		status = optional(call, address_space, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);
	if (status == OK)
		status = optional(call, fault_endpoint, OBJECT_ENDPOINT, RIGHT_WRITE, &fault);
	if (status != OK)
		return status;
	if (thread->context.state != STATE_STOPPED && thread->context.state != STATE_FAULTED)
		return ERR_STATE;
	rebind(thread, &thread->cnode_binding, table);
	if (table)
		thread->capabilities = cnode_of(table);
	rebind(thread, &thread->space_binding, space);
	rebind(thread, &thread->fault_binding, fault);
	return OK;
}

enum status thread_set_priority(struct invocation *call, uint32_t priority)
{
	if (priority >= PRIORITIES)
		return ERR_ARGUMENT;
	sched_set_priority(&invoked(call)->context, (uint8_t)priority);
	return OK;
}

static bool stands_still(const struct thread *thread)
{
	return thread->context.state == STATE_STOPPED || thread->context.state == STATE_FAULTED;
}

static bool is_configured(const struct thread *thread)
{
	return thread->space_binding.type != OBJECT_NULL &&
	       thread->cnode_binding.type != OBJECT_NULL;
}

enum status thread_start_at(struct invocation *call, uint64_t pc, uint64_t sp, uint64_t argument0,
			    uint64_t argument1)
{
	struct thread *thread = invoked(call);

	if (!stands_still(thread))
		return ERR_STATE;
	arch_registers_init(&thread->registers, pc, sp);
	arch_registers_arguments(&thread->registers, argument0, argument1);
	return OK;
}

enum status thread_resume(struct invocation *call)
{
	struct thread *thread = invoked(call);

	if (!stands_still(thread) || !is_configured(thread))
		return ERR_STATE;
	context_unblock(&thread->context);
	sched_wake(&thread->context);
	notification_woken(&thread->context);
	return OK;
}

enum status thread_serve(struct invocation *call, cap_t cap)
{
	struct thread *thread = invoked(call);
	struct slot *endpoint = NULL;
	enum status status =
		invocation_slot_with(call, cap, OBJECT_ENDPOINT, RIGHT_READ, &endpoint);

	if (status != OK)
		return status;
	if (!stands_still(thread) || !is_configured(thread))
		return ERR_STATE;
	context_unblock(&thread->context);
	ipc_receive(thread, (struct endpoint *)endpoint->object, DEADLINE_NEVER);
	return OK;
}

enum status thread_suspend(struct invocation *call)
{
	thread_stop(invoked(call));
	return OK;
}

enum status thread_read_registers(struct invocation *call, uint32_t first, uint64_t *r0,
				  uint64_t *r1, uint64_t *r2, uint64_t *r3, uint64_t *r4,
				  uint64_t *r5)
{
	const struct thread *thread = invoked(call);
	const uint64_t *registers = (const uint64_t *)&thread->registers;
	uint64_t *results[] = { r0, r1, r2, r3, r4, r5 };
	uint32_t count = sizeof(thread->registers) / sizeof(uint64_t);

	if (first >= count)
		return ERR_ARGUMENT;
	if (thread->context.state == STATE_READY)
		return ERR_STATE;
	for (uint32_t i = 0; i < ARRAY_SIZE(results); i++)
		*results[i] = first + i < count ? registers[first + i] : 0;
	return OK;
}

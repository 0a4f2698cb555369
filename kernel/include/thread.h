/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of processes.
 */
#pragma once

#include <arch/fp.h>
#include <context.h>
#include <endpoint.h>
#include <slot.h>

struct notification;

struct thread {
	struct context context; /* first */
	struct registers registers;
	struct cnode capabilities; /* what cnode_binding stands for */
	struct slot cnode_binding;
	struct slot space_binding;
	struct slot fault_binding;
	struct endpoint *serves;           /* the endpoint whose `server` this is */
	struct notification *notification; /* whose signals are messages for it; NULL: none */
	struct {
		uint64_t cause, address;
	} fault_info;
	struct fp_state fp;
};

_Static_assert(sizeof(struct thread) <= 1UL << BITS_THREAD, "object_bits");

static inline struct thread *thread_of(struct context *context)
{
	BUG_ON(context->kind != CONTEXT_THREAD);
	return container_of(context, struct thread, context);
}

void thread_init(struct thread *thread);
void thread_destroy(struct thread *thread);

/* A binding was revoked: a thread without a CNode or address space stops. */
void thread_unbound(struct thread *thread, struct slot *binding);

/* Stop it; partners are aborted. */
void thread_stop(struct thread *thread);

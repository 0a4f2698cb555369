/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What threads and VCpus have in common.
 */
#include <context.h>

void context_init(struct context *context, enum context_kind kind, struct registers *registers)
{
	context->registers = registers;
	context->kind = (uint8_t)kind;
	context->state = STATE_STOPPED;
	list_init(&context->queue);
	timeout_init(&context->deadline, TIMEOUT_DEADLINE);
}

void context_unblock(struct context *context)
{
	list_remove(&context->queue);
	timeout_cancel(&context->deadline);
	context->endpoint = NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages and signals, as a program sees the kernel: one function a system call of idl/kernel.idl.
 * What object a capability names decides what a call means; the stubs that idlc makes
 * (<idl/kernel_client.h> and the protocols' client headers) stand on message_call() and are what
 * servers normally use. Every deadline is an absolute value of the counter (<cloister/counter.h>);
 * DEADLINE_NEVER waits for ever, 0 only polls.
 */
#ifndef CLOISTER_MESSAGE_H
#define CLOISTER_MESSAGE_H

#include <stdint.h>

#include <cloister/arch/syscall.h>
#include <cloister/types.h>

/*
 * Send `m` and wait for the answer, which replaces it. ERR_DEADLINE when `deadline` passes first,
 * ERR_ABORTED when the server dies; ERR_CAPABILITY, ERR_TYPE, ERR_RIGHTS and ERR_DEPTH for a call
 * that cannot be made. On any other object than an endpoint: an invocation, with its own errors
 * (SYS_CALL).
 */
static inline enum status message_call_until(cap_t cap, struct message *m, uint64_t deadline)
{
	return arch_message(SYS_CALL, cap, m, deadline);
}

/* message_call_until() without a deadline. */
static inline enum status message_call(cap_t cap, struct message *m)
{
	return message_call_until(cap, m, DEADLINE_NEVER);
}

/* Wait at an endpoint for a message. A caller not yet answered gets ERR_ABORTED (SYS_RECV). */
static inline enum status message_recv(cap_t cap, struct message *m, uint64_t deadline)
{
	*m = (struct message){ 0 };
	return arch_message(SYS_RECV, cap, m, deadline);
}

/*
 * Answer the caller taken last with `m`, then wait at an endpoint for the next message, which
 * replaces it. After ERR_REPLY nothing was answered. For a thread that answered a VCpu the deadline
 * arrives as an event (SYS_REPLY_RECV).
 */
static inline enum status message_reply_recv(cap_t cap, struct message *m, uint64_t deadline)
{
	return arch_message(SYS_REPLY_RECV, cap, m, deadline);
}

/* Hand `m` to a server that waits at the endpoint already; ERR_STATE if none does (SYS_SEND). */
static inline enum status message_send(cap_t cap, const struct message *m)
{
	struct message copy = *m;

	return arch_message(SYS_SEND, cap, &copy, 0);
}

/* Set the capability's badge bits in a notification (SYS_SIGNAL). */
static inline enum status notification_signal(cap_t cap)
{
	struct message m = { 0 };

	return arch_message(SYS_SIGNAL, cap, &m, 0);
}

/*
 * Take the bits of a notification, waiting until there are some (SYS_WAIT). On any error,
 * ERR_DEADLINE among them, `*bits` is 0.
 */
static inline enum status notification_wait(cap_t cap, uint64_t deadline, uint64_t *bits)
{
	struct message m = { 0 };
	enum status status = arch_message(SYS_WAIT, cap, &m, deadline);

	*bits = status == OK ? m.word[0] : 0;
	return status;
}

/* Let others of the same priority run (SYS_YIELD). */
static inline void thread_yield(void)
{
	struct message m = { 0 };

	arch_message(SYS_YIELD, 0, &m, 0);
}

/*
 * Every program's own entry. The start-up code calls it with what stood in the message registers:
 * the first message for a thread that was started by thread.serve, meaningless for one that runs at
 * once. It must not return.
 */
void server_main(struct message *first);

#endif

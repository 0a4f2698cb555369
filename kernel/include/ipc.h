/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between contexts: call, reply, receive, and what becomes of them when a partner ends.
 */
#pragma once

#include <endpoint.h>
#include <slot.h>
#include <thread.h>

/* `client` calls the endpoint: its message goes to a waiting server, or it queues. ERR_DEPTH; a VCpu gets it never. */
enum status ipc_call(struct context *client, struct endpoint *endpoint, uint64_t badge);

/* A thread's fault goes to its fault endpoint; without one it just stops. */
void ipc_fault(struct thread *thread, uint64_t cause, uint64_t address);

/* `server` waits for a message, or takes one that waits already. A caller left unanswered is aborted. */
void ipc_receive(struct thread *server, struct endpoint *endpoint, uint64_t deadline);

/* `server` has time of its own from now on: what waits for a server that could run is told to it. */
void ipc_timed(struct thread *server);

/*
 * Hand a message to a waiting server without waiting for an answer. ERR_STATE if none waits but such as have only the time
 * that callers lend them: they could not run, and would be lost to those.
 */
enum status ipc_send(struct thread *sender, struct endpoint *endpoint, uint64_t badge);

/* Signals become a message for a server that waits. */
void ipc_signal(struct context *server, uint64_t bits, bool deadline);

/* Answer the caller, of which there is one. ERR_REPLY from a VCpu's exit. */
enum status ipc_reply(struct thread *server, uint64_t deadline);

/*
 * The context stops whatever it waits for or serves: its system call ends with ERR_ABORTED, partners are aborted, exits
 * pending again.
 */
void ipc_cancel(struct context *context);

/* The deadline of a blocked context has passed. */
void ipc_deadline(struct context *context);

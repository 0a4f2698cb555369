/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits: from a trap of the guest to a message, and from the reply back into the guest.
 */
#pragma once

#include <vcpu.h>

/* An instruction of the guest exits: what is the same for all of them. */
static inline struct exit *exit_new(struct vcpu *vcpu, enum exit_kind kind, uint64_t syndrome)
{
	struct exit *exit = &vcpu->exit;

	exit->kind = (uint8_t)kind;
	exit->was = STATE_READY;
	exit->address = 0;
	exit->access = 0;
	exit->value = 0;
	exit->detail = 0;
	exit->syndrome = syndrome;
	exit->fault_address = 0;
	return exit;
}

/* What is in vcpu->exit (all but sequence and was) becomes a call to the VMM. */
void exit_raise(struct vcpu *vcpu);

/*
 * The same for a memory access: it goes to the server of the window that it lies in, or is a doorbell, and then the guest
 * runs on.
 */
void exit_access(struct vcpu *vcpu);

/* The exit as a message: label and words for a server's registers. */
void exit_message(const struct vcpu *vcpu, uint64_t *label, uint64_t words[MESSAGE_WORDS]);

/*
 * The server's answer: check all of it, then commit all of it. ERR_REPLY: nothing happened and the exit is still
 * pending. Who called this lets go of the VCpu and then says so (vcpu_answered()).
 */
enum status exit_commit(struct vcpu *vcpu, uint64_t label, const uint64_t words[MESSAGE_WORDS],
			uint64_t deadline);

/* The server is gone: the exit goes back to the endpoint, marked. */
void exit_redeliver(struct vcpu *vcpu);

/* If signals wait and may be told, make them an exit. Whether there is one now. */
bool exit_event(struct vcpu *vcpu);

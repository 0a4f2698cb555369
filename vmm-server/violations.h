/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest does that no device answers, in the log: one line for each kind and address, then
 * only a count. What a guest can make the log grow is bounded, whatever it does and however often.
 */
#pragma once

#include <stdint.h>

struct vcpu;
struct vmm;

/* Different kinds and addresses that are told apart; all others count together. */
#define VIOLATIONS_MAX 20

enum violation {
	/*
	 * A load or store where no device is, or that the device refuses. Guest-physical address.
	 */
	VIOLATION_READ,
	VIOLATION_WRITE,
	/* A store to read-only memory. Guest-physical address. */
	VIOLATION_ROM,
	/* An instruction fetch outside memory. Guest-physical address. */
	VIOLATION_FETCH,
	/* A translation table of the guest outside memory. Guest-physical address. */
	VIOLATION_WALK,
	/*
	 * An access to a device by an instruction that cannot be made one. Guest-physical address.
	 */
	VIOLATION_INSTRUCTION,
	/* A system register that the guest does not have. Encoding. */
	VIOLATION_REGISTER,
	/* A call to a function that the firmware does not have. Function. */
	VIOLATION_CALL,
	/* A virtqueue that breaks the rules. Guest-physical address of the device. */
	VIOLATION_QUEUE,
	/*
	 * No deed of the guest: a device server breaks the rules of its channel. Guest-physical
	 * address of the device.
	 */
	VIOLATION_SERVER,
	/* Nor these: a device server gives no answer to an access, or to a reset. Guest-physical address. */
	VIOLATION_SILENCE,
	VIOLATION_RESET,
	/* A trap for another reason. Syndrome. */
	VIOLATION_OTHER,
	VIOLATION_KINDS
};

struct violations {
	struct {
		uint64_t address;
		uint64_t times;
		enum violation kind;
	} known[VIOLATIONS_MAX];
	uint32_t count;
	uint64_t total;
	/* The total at which the next line with a count is written. */
	uint64_t next_count;
};

/* What a data access is that nothing answers: `access` is that word of its exit (`exit_access`). */
enum violation violations_of_access(uint64_t access);

/* Count a violation of the guest, and log it if it is the first of its kind and address. */
void violations_report(struct vcpu *vcpu, enum violation kind, uint64_t address);

/* Log how often each came, and begin anew: the guest has ended. */
void violations_sum(struct vmm *vmm);

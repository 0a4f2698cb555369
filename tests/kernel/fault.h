/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of threads by what they are, whatever the architecture calls them: its arch/<a>/fault.c has the causes. */
#pragma once

#include <stdint.h>

#include "test.h"

/* What a thread is stopped for. */
enum thread_fault {
	FAULT_LOAD, /* whatever the reason */
	FAULT_STORE,
	FAULT_LOAD_NOWHERE, /* nothing is mapped */
	FAULT_STORE_NOWHERE,
	FAULT_FETCH_NOWHERE,
	FAULT_STORE_RIGHT, /* against the mapping's rights */
	FAULT_FETCH_RIGHT,
	FAULT_UNALIGNED_LOAD,
	FAULT_UNALIGNED_FETCH,
	FAULT_UNDEFINED,
	FAULT_BREAKPOINT,
	THREAD_FAULTS,
};

extern const struct cause thread_faults[THREAD_FAULTS];

/* arch/<a>/worker.S: entries of workers of one instruction that faults at the label; with an address to fault at. */
extern worker_entry fault_read, fault_write, fault_jump, fault_misaligned, fault_undefined,
	fault_break;

/* An instruction that is not a process's, or not so; and what its fault is. */
struct fault_attempt {
	worker_entry *entry;
	uint64_t argument;
	enum thread_fault fault;
};

extern const struct fault_attempt fault_attempts[];
extern const size_t fault_attempt_count;

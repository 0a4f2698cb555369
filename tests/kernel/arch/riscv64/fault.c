/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of threads' faults, as in scause (Privileged Architecture, "Supervisor Cause Register"). */
#include "fault.h"

#define ILLEGAL     2
#define BREAKPOINT  3
#define UNALIGNED   4
#define FETCH_FAULT 12
#define LOAD_FAULT  13
#define STORE_FAULT 15
#define EXACTLY(code)         \
	{                     \
		~0ULL, (code) \
	}

/* What is not mapped and what is not allowed are one cause. With C no pc is unaligned. */
const struct cause thread_faults[THREAD_FAULTS] = {
	[FAULT_LOAD] = EXACTLY(LOAD_FAULT),           [FAULT_STORE] = EXACTLY(STORE_FAULT),
	[FAULT_LOAD_NOWHERE] = EXACTLY(LOAD_FAULT),   [FAULT_STORE_NOWHERE] = EXACTLY(STORE_FAULT),
	[FAULT_FETCH_NOWHERE] = EXACTLY(FETCH_FAULT), [FAULT_STORE_RIGHT] = EXACTLY(STORE_FAULT),
	[FAULT_FETCH_RIGHT] = EXACTLY(FETCH_FAULT),   [FAULT_UNALIGNED_LOAD] = EXACTLY(UNALIGNED),
	[FAULT_UNDEFINED] = EXACTLY(ILLEGAL),         [FAULT_BREAKPOINT] = EXACTLY(BREAKPOINT),
};

extern worker_entry fault_supervisor_read, fault_supervisor_write, fault_hypervisor_read,
	fault_hypervisor_write, fault_guest_read, fault_machine_read, fault_cycle_read,
	fault_return, fault_machine_return, fault_wait, fault_fence, fault_guest_fence,
	fault_guest_load, fault_guest_store;

static const uint64_t words[2];

/* The rest are those of modes that a process is not in; hstatus.HU is 0. */
const struct fault_attempt fault_attempts[] = {
	{ fault_misaligned, (uintptr_t)words + 1, FAULT_UNALIGNED_LOAD },
	/* The kernel's page is readable, and no more. */
	{ fault_write, KERNEL_PAGE, FAULT_STORE },
	{ fault_jump, KERNEL_PAGE, FAULT_FETCH_RIGHT },
	{ fault_supervisor_read, 0, FAULT_UNDEFINED },
	{ fault_supervisor_write, 0, FAULT_UNDEFINED },
	{ fault_hypervisor_read, 0, FAULT_UNDEFINED },
	{ fault_hypervisor_write, 0, FAULT_UNDEFINED },
	{ fault_guest_read, 0, FAULT_UNDEFINED },
	{ fault_machine_read, 0, FAULT_UNDEFINED },
	{ fault_cycle_read, 0, FAULT_UNDEFINED },
	{ fault_return, 0, FAULT_UNDEFINED },
	{ fault_machine_return, 0, FAULT_UNDEFINED },
	{ fault_wait, 0, FAULT_UNDEFINED },
	{ fault_fence, 0, FAULT_UNDEFINED },
	{ fault_guest_fence, 0, FAULT_UNDEFINED },
	{ fault_guest_load, 0, FAULT_UNDEFINED },
	{ fault_guest_store, 0, FAULT_UNDEFINED },
};
const size_t fault_attempt_count = ARRAY_SIZE(fault_attempts);

/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of threads' faults, as in ESR_EL2 (Arm ARM D24.2.40). */
#include "fault.h"

#define CLASS(number) ((uint64_t)(number) << 26)
#define CLASS_MASK    CLASS(0x3f)
#define CLASS_UNKNOWN CLASS(0x00)
#define CLASS_FETCH   CLASS(0x20)
#define CLASS_PC      CLASS(0x22)
#define CLASS_DATA    CLASS(0x24)
#define CLASS_BREAK   CLASS(0x3c)
/* Of an abort: its write bit and its fault status code, which for the first two has the level in two bits. */
#define WRITE       (1U << 6)
#define TRANSLATION 0x04
#define PERMISSION  0x0c
#define LEVELED     0x3c
#define ALIGNMENT   0x21
#define STATUS      0x3f

const struct cause thread_faults[THREAD_FAULTS] = {
	[FAULT_LOAD] = { CLASS_MASK | WRITE, CLASS_DATA },
	[FAULT_STORE] = { CLASS_MASK | WRITE, CLASS_DATA | WRITE },
	[FAULT_LOAD_NOWHERE] = { CLASS_MASK | WRITE | LEVELED, CLASS_DATA | TRANSLATION },
	[FAULT_STORE_NOWHERE] = { CLASS_MASK | WRITE | LEVELED, CLASS_DATA | WRITE | TRANSLATION },
	[FAULT_FETCH_NOWHERE] = { CLASS_MASK | LEVELED, CLASS_FETCH | TRANSLATION },
	[FAULT_STORE_RIGHT] = { CLASS_MASK | WRITE | LEVELED, CLASS_DATA | WRITE | PERMISSION },
	[FAULT_FETCH_RIGHT] = { CLASS_MASK | LEVELED, CLASS_FETCH | PERMISSION },
	[FAULT_UNALIGNED_LOAD] = { CLASS_MASK | STATUS, CLASS_DATA | ALIGNMENT },
	[FAULT_UNALIGNED_FETCH] = { CLASS_MASK, CLASS_PC },
	[FAULT_UNDEFINED] = { CLASS_MASK, CLASS_UNKNOWN },
	[FAULT_BREAKPOINT] = { CLASS_MASK, CLASS_BREAK },
};

extern worker_entry fault_hypercall, fault_firmware, fault_register_read, fault_register_write,
	fault_return;

/* Across 16 bytes: within those FEAT_LSE2 allows it. Of the stack pointer there is none: QEMU does not check it. */
static const uint64_t words[4] __attribute__((aligned(16)));

#define UNALIGNED ((uintptr_t)words + 15)

const struct fault_attempt fault_attempts[] = {
	{ fault_misaligned, UNALIGNED, FAULT_UNALIGNED_LOAD },
	{ fault_jump, (uintptr_t)fault_jump + 2, FAULT_UNALIGNED_FETCH },
	{ fault_hypercall, 0, FAULT_UNDEFINED },
	{ fault_firmware, 0, FAULT_UNDEFINED },
	{ fault_register_read, 0, FAULT_UNDEFINED },
	{ fault_register_write, 0, FAULT_UNDEFINED },
	{ fault_return, 0, FAULT_UNDEFINED },
};
const size_t fault_attempt_count = ARRAY_SIZE(fault_attempts);

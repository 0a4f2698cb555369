/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a crash report says of an AArch64 thread: the cause (ESR_EL2, Arm ARM D24.2.40) in words, the
 * registers, and where frame records are.
 */
#include "root.h"

#include <stddef.h>

#include <idl/aarch64.h>
#include <idl/kernel_client.h>

#define CAUSE_CLASS(cause) ((unsigned int)((cause) >> 26 & 0x3f))
#define CAUSE_FAULT(cause) ((unsigned int)((cause)&0x3f))
#define CAUSE_WRITE        (1ULL << 6)

#define CLASS_INSTRUCTION_ABORT 0x20
#define CLASS_PC_ALIGNMENT      0x22
#define CLASS_DATA_ABORT        0x24
#define CLASS_WATCHPOINT        0x34

/* The fault status code without its level, as three groups that matter to a reader. */
#define FAULT_TRANSLATION 0x04
#define FAULT_ACCESS_FLAG 0x08
#define FAULT_PERMISSION  0x0c
#define FAULT_ALIGNMENT   0x21

#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))
#define FRAME_POINTER  29
#define LINK           30

static const char *const class_names[64] = {
	[0x00] = "undefined instruction",
	[0x01] = "trapped WFI or WFE",
	[0x07] = "floating point that is not allowed",
	[0x09] = "pointer authentication that is not allowed",
	[0x0d] = "branch to a place that is no branch target",
	[0x0e] = "illegal execution state",
	[0x15] = "supervisor call with an unknown number",
	[0x18] = "system register that is not allowed",
	[0x19] = "SVE that is not allowed",
	[0x1c] = "pointer authentication failed",
	[0x1d] = "SME that is not allowed",
	[CLASS_PC_ALIGNMENT] = "misaligned program counter",
	[0x26] = "misaligned stack pointer",
	[0x2c] = "floating-point exception",
	[0x2f] = "system error",
	[0x30] = "breakpoint",
	[0x32] = "single step",
	[CLASS_WATCHPOINT] = "watchpoint",
	[0x3c] = "breakpoint instruction",
};

static const char *abort_name(uint64_t cause)
{
	bool fetch = CAUSE_CLASS(cause) == CLASS_INSTRUCTION_ABORT;
	bool write = cause & CAUSE_WRITE;

	if (CAUSE_FAULT(cause) == FAULT_ALIGNMENT)
		return "misaligned access";
	switch (CAUSE_FAULT(cause) & ~3U) {
	case FAULT_TRANSLATION:
		return fetch ? "jump to where nothing is mapped" :
		       write ? "write where nothing is mapped" :
			       "read where nothing is mapped";
	case FAULT_ACCESS_FLAG:
	case FAULT_PERMISSION:
		return fetch ? "jump to memory that is not executable" :
		       write ? "write to memory that is not writable" :
			       "read of memory that is not readable";
	default:
		return fetch ? "failed instruction fetch" : "failed memory access";
	}
}

const char *arch_fault_name(uint64_t cause)
{
	unsigned int class = CAUSE_CLASS(cause);

	if (class == CLASS_INSTRUCTION_ABORT || class == CLASS_DATA_ABORT)
		return abort_name(cause);
	return class_names[class] != NULL ? class_names[class] : "unknown exception";
}

/* Those with a valid FAR_EL2 (D24.2.42). */
bool arch_fault_has_address(uint64_t cause)
{
	switch (CAUSE_CLASS(cause)) {
	case CLASS_INSTRUCTION_ABORT:
	case CLASS_PC_ALIGNMENT:
	case CLASS_DATA_ABORT:
	case CLASS_WATCHPOINT:
		return true;
	default:
		return false;
	}
}

enum status arch_report_registers(cap_t thread, struct arch_report *report)
{
	union {
		uint64_t words[REGISTER_WORDS];
		struct registers named;
	} r;
	enum status status = faults_registers(thread, r.words, REGISTER_WORDS);
	const uint64_t *x = r.named.x;

	if (status != OK)
		return status;
	faults_print(x, LINK - 2);
	console_print("  x28 %016lx x29 %016lx x30 %016lx", (unsigned long)x[28],
		      (unsigned long)x[FRAME_POINTER], (unsigned long)x[LINK]);
	console_print("  sp  %016lx pc  %016lx pstate %08lx", (unsigned long)r.named.sp,
		      (unsigned long)r.named.pc, (unsigned long)r.named.pstate);
	*report = (struct arch_report){ r.named.pc, x[LINK], x[FRAME_POINTER] };
	return OK;
}

/* AAPCS64 6.4.6: x29 holds the address of the record. */
uint64_t arch_record_address(uint64_t frame)
{
	return frame;
}

/* The compiler makes whole records in all functions. */
void arch_record_complete(const struct arch_report *report, uint64_t record[2])
{
	(void)report;
	(void)record;
}

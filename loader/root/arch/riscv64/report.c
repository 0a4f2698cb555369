/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a crash report says of a RISC-V thread: the cause (scause, Privileged Architecture,
 * "Supervisor Cause Register") in words, the registers, and where frame records are.
 */
#include "root.h"

#include <stddef.h>

#include <idl/kernel_client.h>
#include <idl/riscv64.h>

#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))
#define LINK           1
#define FRAME_POINTER  8
#define RECORD_SIZE    (2 * sizeof(uint64_t))

#define CAUSE_BREAKPOINT 3
#define CAUSE_ECALL      8

static const char *const cause_names[] = {
	[0] = "misaligned program counter",
	[1] = "failed instruction fetch",
	[2] = "illegal instruction",
	[CAUSE_BREAKPOINT] = "breakpoint instruction",
	[4] = "misaligned read",
	[5] = "failed memory read",
	[6] = "misaligned write",
	[7] = "failed memory write",
	[CAUSE_ECALL] = "system call with an unknown number",
	[12] = "jump to where nothing is mapped, or to memory that is not executable",
	[13] = "read where nothing is mapped, or of memory that is not readable",
	[15] = "write where nothing is mapped, or to memory that is not writable",
	[18] = "software check",
	[19] = "hardware error",
};

#define CAUSES (sizeof(cause_names) / sizeof(cause_names[0]))

const char *arch_fault_name(uint64_t cause)
{
	return cause < CAUSES && cause_names[cause] != NULL ? cause_names[cause] :
							      "unknown exception";
}

/* Those up to the page faults have one in stval, but for an illegal instruction and these. */
bool arch_fault_has_address(uint64_t cause)
{
	return cause <= 15 && cause != 2 && cause != CAUSE_BREAKPOINT && cause != CAUSE_ECALL;
}

enum status arch_report_registers(cap_t thread, struct arch_report *report)
{
	union {
		uint64_t words[REGISTER_WORDS];
		struct registers named;
	} r;
	enum status status = faults_registers(thread, r.words, REGISTER_WORDS);

	if (status != OK)
		return status;
	faults_print(r.named.x, sizeof(r.named.x) / sizeof(r.named.x[0]));
	console_print("  pc  %016lx", (unsigned long)r.named.pc);
	*report = (struct arch_report){ r.named.pc, r.named.x[LINK], r.named.x[FRAME_POINTER] };
	return OK;
}

/* RISC-V ELF psABI, "Frame Pointer Convention": below where s0 points. */
uint64_t arch_record_address(uint64_t frame)
{
	return frame - RECORD_SIZE;
}

/*
 * The compiler saves no ra in a function that calls none: the caller's frame pointer is then where
 * the return address would be, and tells itself by its place, for stacks lie above programs.
 */
void arch_record_complete(const struct arch_report *report, uint64_t record[2])
{
	if (record[1] <= report->frame)
		return;
	record[0] = record[1];
	record[1] = report->link;
}

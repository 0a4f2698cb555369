/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports of crashes. A server's fault stops its thread; the report says who it was, what happened
 * and where, and follows the frame records on its stack. The stack is the failed server's own and may
 * hold anything: it is read only through frames that the manifest mapped there, one word at a time,
 * and the walk is bounded.
 */
#include "root.h"

#include <stddef.h>

#include <cloister/message.h>
#include <idl/kernel_client.h>
#include <idl/kernel_names.h>

#define BACKTRACE_MAX 16
/* How many reports in a row of one server are written without a break. */
#define WHOLE_REPORTS 8
#define PAGE_BITS     12
#define PAGE_SIZE     (1ULL << PAGE_BITS)
/* What one call reads. */
#define READ_WORDS 6

/* The frame mapped at `address`; ROOT_SLOT_NULL if there is none of a page's size. */
static cap_t frame_at(const struct description *d, cap_t address_space, uint64_t address)
{
	for (uint32_t i = 0; i < d->head->mappings.count; i++) {
		const struct manifest_mapping *mapping = &d->mappings[i];
		uint64_t offset = address - mapping->address;

		if (mapping->address_space == address_space && mapping->size_bits == PAGE_BITS &&
		    address >= mapping->address && offset >> PAGE_BITS < mapping->count)
			return mapping->frame + (cap_t)(offset >> PAGE_BITS);
	}
	return ROOT_SLOT_NULL;
}

/* Reads a frame record, which is two words: false if it is not in memory of the thread. */
static bool read_record(const struct description *d, cap_t address_space, uint64_t address,
			uint64_t record[2])
{
	const volatile uint64_t *words;
	cap_t frame = frame_at(d, address_space, address);

	if (address % (2 * sizeof(uint64_t)) != 0 || frame == ROOT_SLOT_NULL ||
	    scratch_map(frame, RIGHT_READ) != OK)
		return false;
	words = (const volatile uint64_t *)(uintptr_t)(ROOT_SCRATCH + address % PAGE_SIZE);
	record[0] = words[0];
	record[1] = words[1];
	return scratch_unmap() == OK;
}

static void backtrace(const struct description *d, const struct manifest_thread *thread,
		      const struct arch_report *report)
{
	const char *program = thread->program < d->head->components.count ?
				      d->components[thread->program].name :
				      "?";
	uint64_t record[2] = { report->frame, report->pc };
	unsigned int depth = 0;

	/* A caller at 0 is the end; the pc may well be 0, and who jumped there is to be told. */
	do {
		uint64_t at = record[0];

		console_print("  #%u %s 0x%016lx", depth, program, (unsigned long)record[1]);
		if (!read_record(d, thread->address_space, arch_record_address(at), record))
			return;
		if (depth == 0)
			arch_record_complete(report, record);
		/* Records of callers lie higher on the stack: a loop is none. */
		if (record[0] != 0 && record[0] <= at)
			return;
	} while (++depth < BACKTRACE_MAX && record[1] != 0);
}

enum status faults_registers(cap_t thread, uint64_t *words, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += READ_WORDS) {
		uint64_t w[READ_WORDS];
		enum status status =
			thread_read_registers(thread, i, &w[0], &w[1], &w[2], &w[3], &w[4], &w[5]);

		if (status != OK)
			return status;
		for (uint32_t j = 0; j < READ_WORDS && i + j < count; j++)
			words[i + j] = w[j];
	}
	return OK;
}

void faults_print(const uint64_t *x, unsigned int count)
{
	for (unsigned int i = 0; i < count; i += 4)
		console_print("  x%02u %016lx x%02u %016lx x%02u %016lx x%02u %016lx", i,
			      (unsigned long)x[i], i + 1, (unsigned long)x[i + 1], i + 2,
			      (unsigned long)x[i + 2], i + 3, (unsigned long)x[i + 3]);
}

static void report_cause(const char *name, uint64_t cause, uint64_t address, uint64_t pc)
{
	const char *what = arch_fault_name(cause);

	/* Behind whatever half a line stands on the terminal. */
	if (cause == FAULT_LATE)
		console_print("\nserver %s did not answer its guest in time, pc 0x%lx", name,
			      (unsigned long)pc);
	else if (arch_fault_has_address(cause))
		console_print("\nserver %s crashed: %s at 0x%lx, pc 0x%lx (cause 0x%lx)", name,
			      what, (unsigned long)address, (unsigned long)pc,
			      (unsigned long)cause);
	else
		console_print("\nserver %s crashed: %s, pc 0x%lx (cause 0x%lx)", name, what,
			      (unsigned long)pc, (unsigned long)cause);
}

static void report(const struct description *d, const struct manifest_thread *thread,
		   const struct message *fault)
{
	struct arch_report registers;
	enum status status;

	report_cause(thread->name, fault->word[0], fault->word[1], fault->word[2]);
	status = arch_report_registers(thread->thread, &registers);
	if (status == OK)
		backtrace(d, thread, &registers);
	else
		console_print("  its registers cannot be read: %s", status_name(status));
}

/* Drivers that ran meanwhile would write into the report. One that fails over and over must not have that. */
void faults_report(const struct description *d, uint32_t index, const struct message *fault)
{
	const struct manifest_thread *thread = &d->threads[index];
	bool whole = servers_get(index)->row < WHOLE_REPORTS;

	thread_suspend(thread->thread);
	if (whole)
		root_limit_time(false);
	report(d, thread, fault);
	servers_failed(index, fault->word[0], fault->word[2]);
	if (whole)
		root_limit_time(true);
}

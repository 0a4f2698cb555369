/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which registers a process can read and write, beside a guest that has its own in all: every other traps, so no server finds
 * anything of anybody there. Those of these that hold a program's values, but for TCO, are what test_leak.c and the probes of tests/probe look at.
 */
#include "neighbour.h"
#include "test.h"

extern const uint32_t walk_read[], walk_write[], walk_features[], walk_end[];

#define READ  1U
#define WRITE 2U

/* Where an instruction has the encoding (walk.S). */
#define ENCODING(word) ((word) >> 5 & 0x7fff)
#define AT(op0, op1, crn, crm, op2) \
	(((op0)-2) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* So many instructions are tried before the neighbours have their turn. */
#define A_TURN 1024

/* All that a process can, on a processor with all features (Arm ARM C5.2, D24). */
static const struct {
	const char *name;
	uint32_t encoding;
	uint32_t allowed;
} open[] = {
	{ "CTR_EL0", AT(3, 3, 0, 0, 1), READ },
	{ "DCZID_EL0", AT(3, 3, 0, 0, 7), READ },
	{ "RNDR", AT(3, 3, 2, 4, 0), READ },
	{ "RNDRRS", AT(3, 3, 2, 4, 1), READ },
	{ "NZCV", AT(3, 3, 4, 2, 0), READ | WRITE },
	{ "DIT", AT(3, 3, 4, 2, 5), READ | WRITE },
	{ "SSBS", AT(3, 3, 4, 2, 6), READ | WRITE },
	{ "TCO", AT(3, 3, 4, 2, 7), READ | WRITE },
	{ "FPCR", AT(3, 3, 4, 4, 0), READ | WRITE },
	{ "FPSR", AT(3, 3, 4, 4, 1), READ | WRITE },
	{ "TPIDR_EL0", AT(3, 3, 13, 0, 2), READ | WRITE },
	{ "TPIDRRO_EL0", AT(3, 3, 13, 0, 3), READ },
	{ "CNTFRQ_EL0", AT(3, 3, 14, 0, 0), READ },
	{ "CNTPCT_EL0", AT(3, 3, 14, 0, 1), READ },
	{ "CNTVCT_EL0", AT(3, 3, 14, 0, 2), READ },
	{ "CNTPCTSS_EL0", AT(3, 3, 14, 0, 5), READ },
	{ "CNTVCTSS_EL0", AT(3, 3, 14, 0, 6), READ },
};

static struct process process;
static struct worker worker;

/* Has the process go on at an instruction; gives the next one that faults. */
static const uint32_t *next_fault(const uint32_t *from)
{
	struct message fault;

	EXPECT_OK(thread_start_at(worker.thread, (uintptr_t)from, PROCESS_STACK + PAGE_SIZE, 0, 0));
	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process.fault_endpoint, &fault, soon()));
	EXPECT_EQUAL(fault.label, LABEL_FAULT);
	EXPECT_OK(thread_suspend(worker.thread));
	return (const uint32_t *)fault.word[2];
}

/* Tries all from one to before another; gives how many were done, each of which must be allowed. */
static unsigned int walk(const uint32_t *from, const uint32_t *end, uint32_t how)
{
	const uint32_t *fault = next_fault(from);
	unsigned int done = 0;

	for (const uint32_t *at = from; at < end; at++) {
		bool allowed = false;

		for (unsigned int i = 0; i < ARRAY_SIZE(open); i++)
			allowed |= open[i].encoding == ENCODING(*at) && (open[i].allowed & how);
		if (at != fault && !allowed)
			test_fail(__FILE__, __LINE__, "0x%x did not fault", *at);
		done += at != fault;
		if (at == fault)
			fault = next_fault(at + 1);
		if ((at - from) % A_TURN == 0)
			neighbours_check();
	}
	return done;
}

static void tell(const char *what, uint32_t how, unsigned int done)
{
	unsigned int expected = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(open); i++)
		expected += open[i].allowed & how ? 1 : 0;
	report_line("# a process %s %u of 32768 registers", what, done);
	EXPECT_EQUAL(done, expected);
}

static void all_registers(void)
{
	neighbours_new();
	process_new(&process);
	worker = worker_new(&process, (worker_entry *)(uintptr_t)walk_read, 0, 0, PRIORITY_MIDDLE);
	tell("reads", READ, walk(walk_read, walk_write, READ));
	tell("writes", WRITE, walk(walk_write, walk_features, WRITE));
	EXPECT_EQUAL(walk(walk_features, walk_end, 0), 0);
}

static const struct test tests[] = {
	{ "walk: what a process can read and write", all_registers },
};

const struct suite walk_suite = SUITE(tests);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rival of kernel_rival.h.
 */
#include "kernel_rival.h"

struct task rival;
unsigned int rival_steps;

void rival_make(void)
{
	rival = task_new();
	ck_assert_ok(thread_resume(rival.cap));
	rival_steps = 0;
}

enum status rival_calls(cap_t cap, uint64_t label, const uint64_t words[MESSAGE_WORDS])
{
	void (*between)(void) = machine_between;
	bool over;

	machine_between = NULL;
	over = task_syscall(&rival, SYS_CALL, cap, label, words, DEADLINE_NEVER);
	machine_between = between;
	expect(over);
	return task_status(&rival);
}

enum status rival_retypes(cap_t untyped, enum object_type type, uint32_t bits, cap_t slot)
{
	return RIVAL(untyped, UNTYPED_RETYPE, type, bits, ROOT_SLOT_CNODE, slot, 1);
}

void rival_watches(void)
{
	rival_steps++;
	machine_check();
}

void rival_stops(void)
{
	rival_steps++;
	expect(thread_suspend(rival.cap) == OK);
}

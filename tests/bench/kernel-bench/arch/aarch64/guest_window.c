/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest does in a window: an access that a process other than the VMM answers on the guest's time, and a
 * store to the doorbell in it. This task is the VMM, which has no part in them.
 */
#include "kernel-bench.h"
#include "paths.h"

#include <vm.h>

#define AT   GUEST_NOWHERE
#define BELL 0x50

extern const char guest_load[], guest_store[];

static struct process server;
static cap_t endpoint, bell;

static void begin(void)
{
	vm_new();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	bell = object_new(OBJECT_NOTIFICATION, 0);
	process_new(&server);
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), vm.space, AT));
	EXPECT_OK(guest_space_set_window(vm.space, 0, AT, 1, mint_new(endpoint, RIGHT_WRITE, 1),
					 mint_new(bell, RIGHT_WRITE, 1), BELL));
	vm_start();
}

static void serve(void)
{
	begin();
	process_give(&server, PATH_SERVE, endpoint, RIGHT_READ, 0);
	worker_new_served(&server, path_window, endpoint, PRIORITY_HIGH);
}

/* The guest's counter before the access, and what ends a round. */
static uint64_t begun(void)
{
	return vm.page->registers.x[9];
}

static void measure(const char *name, const void *program, uint64_t offset)
{
	uint64_t bits;

	vm_run(program, AT + offset, 0, 0);
	for (size_t i = 0; i < FIGURE_ROUNDS; i++) {
		VM_EXPECT_CALL(1);
		samples[i] = vm.page->registers.x[10] - begun();
		/* So that each signal is the first. */
		EXPECT_STATUS(notification_wait(bell, 0, &bits),
			      offset == BELL ? OK : ERR_DEADLINE);
		vm_reply(DISPOSITION_STEP, AT + offset);
	}
	report_figure(name, time_nothing());
}

void bench_window_read(void)
{
	serve();
	measure("window_read", guest_load, 0);
}

void bench_window_write(void)
{
	serve();
	measure("window_write", guest_store, 0);
}

void bench_doorbell(void)
{
	begin();
	measure("doorbell", guest_store, BELL);
}

/* Until the first instruction of a more urgent thread that waited: with nothing begun, a round's ticks are its counter. */
void bench_doorbell_wakeup(void)
{
	begin();
	process_give(&server, PATH_WAIT, bell, RIGHT_READ, 0);
	the_round.begun = 0;
	EXPECT_OK(thread_resume(
		worker_new(&server, path_wait, (uintptr_t)&the_round, 0, PRIORITY_HIGH).thread));
	vm_run(guest_store, AT + BELL, 0, 0);
	for (size_t i = 0; i < FIGURE_ROUNDS; i++) {
		VM_EXPECT_CALL(1);
		/* A round in which the thread was not woken leaves nothing. */
		EXPECT(the_round.ticks > begun());
		samples[i] = the_round.ticks - begun();
		the_round.ticks = 0;
		vm_reply(DISPOSITION_STEP, AT + BELL);
	}
	report_figure("doorbell_wakeup", time_nothing());
}

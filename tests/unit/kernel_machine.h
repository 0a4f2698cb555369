/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small machine for tests of the kernel: it boots from a manifest made here, and threads and guests on it do what the
 * test says. The stubs of <idl/kernel_client.h> are invocations by the root server; everything else is done by who is
 * named. Nobody runs by the scheduler's choice unless a test lets time pass: machine_run() makes one thread the most urgent.
 */
#pragma once

#include <check.h>

#include "../model/random_numbers.h"
#include "kernel_check.h"

#include <arch/fake.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/registers.h>
#include <vcpu.h>
#include <sched.h>
#include <slot.h>
#include <thread.h>

#include <idl/kernel_client.h>
#include <idl/manifest.h>

/* Where things are in the machine. What is not named is ordinary memory from MACHINE_FREE on. */
#define MACHINE_IMAGE      0x40200000UL
#define MACHINE_IMAGE_SIZE MIB(2)
#define MACHINE_BOOT       0x40400000UL
#define MACHINE_FREE       0x40600000UL
#define MACHINE_DEVICE     0x09000000UL  /* 4 KiB */
#define MACHINE_WINDOW     0x100000000UL /* a device of 1 GiB */

/* Slots of the root server's CNode. */
#define MACHINE_CNODE_BITS 12
#define MACHINE_UNTYPED    (ROOT_SLOT_UNTYPED + 2) /* the largest: 16 MiB */
#define MACHINE_UNTYPEDS   6

/* Priorities: of what a test makes, and of who is to run now. */
#define PRIORITY_BASE 100
#define PRIORITY_RUN  255

struct task {
	struct thread *thread; /* the kernel's */
	cap_t cap;
	cap_t sc; /* 0: none of its own */
};

struct guest {
	struct vcpu *vcpu; /* the kernel's */
	cap_t cap;
	cap_t sc;
	cap_t space;
	cap_t endpoint;
};

extern struct task root;

/* The manifest of the machine, in its image. */
struct manifest *machine_manifest(void);

/*
 * Power on and boot, up to the root server's first instruction. Long operations stop after each step (`fake.pending`), and are made
 * again at once if machine_between says nothing else.
 */
void machine_start(void);
/* With a root CNode of so many slots. */
void machine_boot(uint32_t cnode_bits);

/* All that was made of the largest Untyped is revoked: as after the start, but that the clock goes on. */
void machine_clear(void);

/* For Check: no test needs another start. */
TCase *machine_case(const char *name);

/* An empty slot, used up. */
cap_t slot_new(void);
/* The kernel's slot behind a number of the root server's CNode. */
struct slot *slot_of(cap_t cap);
/* Make an object of the largest Untyped. */
cap_t object_new(enum object_type type, uint32_t size_bits);
/* The kernel's object behind a capability. */
void *object_of(cap_t cap);
/* Derive a capability. */
cap_t minted(cap_t cap, uint32_t rights, uint64_t badge);
cap_t copied(cap_t cap);

/* A thread in an address space of its own with the root server's CNode, stopped; with time that is never spent. */
struct task task_new(void);
/* The same without time. */
struct task task_new_passive(void);
/* It waits at an endpoint. */
void task_serve(const struct task *task, cap_t endpoint);

/* Budget and period for a thread or VCpu that has none. */
cap_t time_new(cap_t context, uint64_t budget, uint64_t period);

/* A configured VCpu in a space of its own, with time that is never spent; its exits go to `endpoint`. */
struct guest guest_new(cap_t endpoint);

/* Start a guest whose VMM waits at `endpoint`, up to where it runs, at 0. */
void guest_start(const struct guest *guest, const struct task *vmm, cap_t endpoint);

/* Let this context run. It must be ready, with time. */
void machine_run(struct context *context);
void machine_run_task(const struct task *task);
void machine_run_guest(const struct guest *guest);

/*
 * Between two steps of a system call that interrupts stop (`fake.pending`) this is called, if it is not NULL: what others do
 * then. It must leave it to the task's call to be the running task's only.
 */
extern void (*machine_between)(void);

/*
 * A system call by a task, which runs for it. True: it is over, with the result in the task's registers; false: it waits.
 */
bool task_syscall(const struct task *task, enum syscall number, cap_t cap, uint64_t label,
		  const uint64_t words[MESSAGE_WORDS], uint64_t deadline);
bool task_call(const struct task *task, cap_t cap, uint64_t label, uint64_t word);
bool task_call_until(const struct task *task, cap_t cap, uint64_t label, uint64_t deadline);
bool task_recv(const struct task *task, cap_t cap);
bool task_reply_recv(const struct task *task, cap_t cap, uint64_t label, uint64_t word);
bool task_wait(const struct task *task, cap_t cap, uint64_t deadline);
/* The answer to a VCpu's exit. */
bool task_answer(const struct task *task, cap_t cap, const struct guest *guest, uint64_t label,
		 uint64_t result);

/* What is in a task's registers. */
enum status task_status(const struct task *task);
uint64_t task_label(const struct task *task);
uint64_t task_word(const struct task *task, unsigned int index);
uint64_t task_badge(const struct task *task);

/* The states of the kernel's contexts, and what ties them, fit each other. */
void machine_check(void);
/* Contexts that machine_check() looks at: all that task_new() and guest_new() made and were not forgotten. */
void machine_forget(const struct context *context);

/* A suite's entry for main(). */
int machine_main(const char *name, TCase *const cases[], unsigned int count);

/*
 * Assertions that say nothing when they hold: Check's own write a record each time, which tests with millions of them
 * cannot wait for.
 */
#define expect(condition)                         \
	do {                                      \
		if (!(condition))                 \
			machine_fail(#condition); \
	} while (0)

/* The test fails; outside of Check's tests `machine_failed` says so. */
void machine_fail(const char *what);
extern void (*machine_failed)(const char *what);

#define ck_assert_ok(expression)                                             \
	do {                                                                 \
		enum status status_ = (expression);                          \
                                                                             \
		if (status_ != OK)                                           \
			ck_abort_msg("%s: status %d", #expression, status_); \
	} while (0)

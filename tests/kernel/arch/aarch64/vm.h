/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest for one test: a VCpu that runs one of the programs of guest.S, with the test itself as its
 * VMM. The test's thread has time of its own, so it can look at the guest while that runs, too.
 */
#pragma once

#include "test.h"

#include <idl/aarch64.h>

/* Guest-physical: the programs (readable, executable), a page of data (writable), and nothing. */
#define GUEST_CODE    0x40000000ULL
#define GUEST_DATA    0x40010000ULL
#define GUEST_NOWHERE 0x50000000ULL

/* PSTATE: EL1 with its own stack pointer, all interrupts masked (Arm ARM C5.2.19). */
#define PSTATE_EL1H 0x3c5ULL
/* Of these, what masks interrupts. */
#define PSTATE_I 0x80ULL

/*
 * Translation of the guest's own: 4 KiB granule, 39 bits, Normal memory, inner shareable, TTBR0_EL1 only (TCR_EL1, D19.2.141); RES1
 * bits and M (SCTLR_EL1, D19.2.124); a block of 1 GiB in a table of level 1 (D8.3).
 */
#define TCR   (25 | 3ULL << 12 | 1ULL << 8 | 1ULL << 10 | 1ULL << 23 | 2ULL << 32)
#define SCTLR 0x30d00801ULL
#define BLOCK (1ULL << 10 | 3ULL << 8 | 1)

/* Badges at the VM's endpoint. */
#define BADGE_VCPU   0x51
#define BADGE_TICKER 0x52

struct vm {
	cap_t space;
	cap_t vcpu;
	cap_t time;
	cap_t endpoint;
	/* The page of data: the capability mapped in the guest, and the page as the test sees it. */
	cap_t data_in_guest;
	volatile uint64_t *data;
	const volatile struct vcpu_page *page;
	volatile struct vcpu_update *update;
	/* The last message at the endpoint. */
	struct message exit;
	struct process ticker;
};

extern struct vm vm;

/* Where a program of guest.S is for the guest. */
uint64_t guest_address(const void *program);

/* Makes a new guest: configured, not started. All other functions are about this one. */
void vm_new(void);

/* The same at another place of the task's space (0 to 3): for a test with several, which swaps `vm`. */
void vm_new_at(uint32_t place);

/* Starts it and takes its first exit, EXIT_START. */
void vm_start(void);

/* Answers that exit: begin at a program, with these values in x0 to x2. Waits for the next exit. */
void vm_run(const void *program, uint64_t x0, uint64_t x1, uint64_t x2);

/* vm_new(), vm_start() and vm_run(), then an exit of this kind is due. */
void vm_boot(const void *program, uint64_t x0, uint64_t x1, enum exit_kind kind);

/*
 * Answers the exit, letting events come again, and waits for the next exit. A guest that makes none
 * within a second makes one of kind event.
 */
void vm_reply(uint64_t label, uint64_t word0);

/* The same, but the deadline comes after so many microseconds. */
void vm_reply_for(uint64_t label, uint64_t word0, uint64_t microseconds);

/* Answers with a wrong or right reply and gives the system call's status; no other checks. */
enum status vm_try_reply(uint64_t label, uint64_t sequence);

/* Answers the exit, and returns after so many microseconds while the guest runs on. */
void vm_reply_and_leave(uint64_t label, uint64_t word0, uint64_t microseconds);

/* Waits for an exit when none was answered just now. */
void vm_wait(void);

/* True if no exit comes for so many microseconds. */
bool vm_is_quiet(uint64_t microseconds);

/*
 * Fills the page of data with what a guest is to fill its registers with (`systems`, `vectors` and `generals` of guest.inc):
 * of registers that do not hold each value only bits that are there.
 */
uint64_t vm_fill_value(unsigned int word);
void vm_fill(uint64_t salt);

/* Changes a slot, by a call; or with the next reply that says so. And what is pending or active, a bit a slot. */
void vm_set_slot(uint32_t slot, uint64_t change);
void vm_change_slot(uint32_t slot, uint64_t change);
void vm_change_nothing(void);
uint64_t vm_pending(void);
uint64_t vm_active(void);

/* The last exit is of this kind, and for calls has this immediate. */
void vm_expect(enum exit_kind kind, const char *file, int line);
void vm_expect_call(uint64_t immediate, const char *file, int line);
/* The last exit is an event with these bits, not the deadline. */
void vm_expect_event(uint64_t bits, const char *file, int line);
#define VM_EXPECT(kind)        vm_expect((kind), __FILE__, __LINE__)
#define VM_EXPECT_CALL(number) vm_expect_call((number), __FILE__, __LINE__)
#define VM_EXPECT_EVENT(bits)  vm_expect_event((bits), __FILE__, __LINE__)

/* A change of a slot that makes it interrupt `number` for the guest, group 1 and enabled. */
static inline uint64_t slot_configured(uint32_t number, uint32_t priority, uint64_t flags)
{
	return SLOT_CONFIGURE | SLOT_GROUP1 | SLOT_ENABLED | SLOT_NUMBER(number) |
	       SLOT_PRIORITY(priority) | flags;
}

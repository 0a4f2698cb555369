/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest for one test: a VCpu that runs one of the programs of guest.S, with the test itself as its
 * VMM. The test's thread has time of its own, so it can look at the guest while that runs, too.
 */
#pragma once

#include "test.h"
#include "vm_arch.h"

/* Guest-physical: the programs (readable, executable), a page of data (writable), and nothing. */
#define GUEST_CODE    0x40000000ULL
#define GUEST_DATA    0x40010000ULL
#define GUEST_NOWHERE 0x50000000ULL

/* Calls of guests' vectors: an exception, an interrupt. */
#define CALL_EXCEPTION 0xe0
#define CALL_INTERRUPT 0xe1

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
	/* What slots were last configured to. */
	uint64_t configured[VCPU_SLOTS];
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

/* What a reply with REPLY_REGISTERS brings: the guest is at the begin of a program, with this value in GUEST_A0. */
void vm_set(const void *program, uint64_t a0);

/* Answers EXIT_START: begin at a program, with these values in GUEST_A0 to GUEST_A2. Waits for the next exit. */
void vm_run(const void *program, uint64_t a0, uint64_t a1, uint64_t a2);

/* The same, but returns after so many microseconds, in which the guest makes no exit. */
void vm_run_and_leave(const void *program, uint64_t a0, uint64_t microseconds);

/* vm_new(), vm_start() and vm_run(), then an exit of this kind is due. */
void vm_boot(const void *program, uint64_t a0, uint64_t a1, enum exit_kind kind);

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

/* A value for a place with this number, each another. */
uint64_t vm_fill_value(unsigned int word);

/*
 * arch/<a>/vm_arch.c: fills the page of data with what a guest is to fill its registers with (guest.inc): of registers that
 * do not hold each value only bits that are there.
 */
void vm_fill(uint64_t salt);

/* Changes a slot, by a call; or with the next reply that says so. And what is pending or active, a bit a slot. */
void vm_set_slot(uint32_t slot, uint64_t change);
void vm_change_slot(uint32_t slot, uint64_t change);
void vm_change_nothing(void);
/* Makes TIMER_SLOT that of the guest's own timer. */
void vm_timer_slot(void);
uint64_t vm_pending(void);
uint64_t vm_active(void);

/* What a guest takes itself; for all but the first nothing answered on its bus. */
enum guest_exception {
	EXCEPTION_UNDEFINED,
	EXCEPTION_FETCH,
	EXCEPTION_LOAD,
	EXCEPTION_STORE,
	GUEST_EXCEPTIONS,
};

/* What the guest has in a register: an index of registers.x. */
static inline uint64_t vm_register(unsigned int n)
{
	return vm.page->registers.x[n];
}

/* The last exit is of this kind, and for calls has this number. */
void vm_expect(enum exit_kind kind, const char *file, int line);
void vm_expect_call(uint64_t number, const char *file, int line);
/* The last exit is an event with these bits, not the deadline. */
void vm_expect_event(uint64_t bits, const char *file, int line);
/* The guest's own vector tells that it took this exception. */
void vm_expect_exception(enum guest_exception exception, const char *file, int line);
#define VM_EXPECT(kind)                vm_expect((kind), __FILE__, __LINE__)
#define VM_EXPECT_CALL(number)         vm_expect_call((number), __FILE__, __LINE__)
#define VM_EXPECT_EVENT(bits)          vm_expect_event((bits), __FILE__, __LINE__)
#define VM_EXPECT_EXCEPTION(exception) vm_expect_exception((exception), __FILE__, __LINE__)

/* arch/<a>/vm_arch.c: causes, programs of guest.S, and what is refused. */

extern const struct cause guest_exceptions[GUEST_EXCEPTIONS];

/* Loads and stores of each size: what a load leaves in GUEST_A1 of READ_VALUE, what a store of it tells. */
struct access_program {
	const char *program;
	uint64_t size_bits;
	uint64_t expected;
};

#define READ_VALUE 0xf1e2d3c4b5a69788ULL
/* What GUEST_A1 holds before. */
#define READ_OLD 0x1122334455667788ULL

extern const struct access_program guest_loads[], guest_stores_of[];
extern const size_t guest_load_count, guest_store_count;

/* Accesses that the hardware does not decode: the access word without the place (ACCESS_WRITE or 0), and how far from GUEST_A0. */
struct undecoded_program {
	const char *program;
	uint64_t access;
	uint64_t offset;
};

extern const struct undecoded_program guest_undecoded[];
extern const size_t guest_undecoded_count;

/* Words of `registers` and of `vcpu_state` with which no guest can run, by their offset. */
struct wrong_word {
	size_t offset;
	uint64_t word;
};

extern const struct wrong_word wrong_registers[], wrong_states[];
extern const size_t wrong_register_count, wrong_state_count;

/* test_timer.c, for those of the architecture too. */

/* The guest of vm_new_at(0) sets its timer so, and no interrupt comes within a millisecond. */
void timer_quiet(uint64_t when, uint64_t enabled);
/* Another guest has the core for 5 ms and more, and uses its timer. */
void timer_of_another(void);
/* The same while this one has an exit that is not answered: that is delivered again. */
void timer_between(void);

/* A change of a slot that makes it interrupt `number` for the guest, group 1 and enabled. */
static inline uint64_t slot_configured(uint32_t number, uint32_t priority, uint64_t flags)
{
	return SLOT_CONFIGURE | SLOT_GROUP1 | SLOT_ENABLED | SLOT_NUMBER(number) |
	       SLOT_PRIORITY(priority) | flags;
}

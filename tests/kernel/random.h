/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: hostile threads make the system calls that the generator of the host's random invoker chooses
 * (tests/model/choose.c), and the executable specification (tests/model/) makes the same. After each call its status, its results and
 * the message in its thread's registers are compared, what is in the slots that it was about, and who waits is who should; now and then
 * all that the task can read back.
 *
 * The task is the referee. Each hostile thread waits for its turn at a mailbox, which the referee fills, and lets the others run:
 * all have one priority and time without end, so that who is not at work takes nothing from anybody. What time it is the referee
 * sees to: no deadline passes while a call is made.
 *
 * The hostile threads share the task's CNode, for who has capabilities of CNodes and Untypeds can have no other; theirs are the slots
 * below RANDOM_SLOTS, from which they can reach nothing of the referee's own but by its first capabilities, which they leave alone
 * (random_allowed()).
 */
#pragma once

#include "test.h"

#include "../model/action.h"

/* Slots of the referee's below: for what it tries when it looks at the state, and a frame of its own to map. */
#define RANDOM_EMPTY  14
#define RANDOM_PROBE  15
#define RANDOM_FIRST  16
#define RANDOM_SLOTS  INVOKER_SLOTS
#define RANDOM_HIDDEN 1024 /* what the specification knows nothing of */
#define RANDOM_BOOT   2048 /* the first Untypeds */

/* Addresses of each hostile address space: where the program of its threads is, and their mailboxes. */
#define RANDOM_PROGRAM 0x1550000000ULL
#define RANDOM_BOXES   (RANDOM_PROGRAM + 0x10000)

#define RANDOM_PRIORITY 100

/* What carries a message, in the order of a mailbox. */
enum mail {
	MAIL_CAP, /* and the status */
	MAIL_LABEL,
	MAIL_WORDS,
	MAIL_NUMBER = MAIL_WORDS + MESSAGE_WORDS,
	MAIL_DEADLINE, /* and the badge */
	MAIL_COUNT,
};

enum box_state {
	BOX_IDLE,
	BOX_ASKED,
	BOX_TAKEN, /* the call is being made, or blocks */
	BOX_DONE,
};

/* Read and written by random_thread (arch/<a>/random.S), too. */
struct mailbox {
	volatile uint64_t state;
	uint64_t before[MAIL_COUNT]; /* what was in the registers */
	uint64_t call[MAIL_COUNT];
	uint64_t result[MAIL_COUNT];
	uint64_t reserved;
};

#define RANDOM_BOX_COUNT 32

extern struct mailbox random_boxes[RANDOM_BOX_COUNT];

/* arch/<a>/random.S: what a hostile thread runs; its stack pointer is its mailbox. */
extern const char random_thread[];

/* random_start.c */

/* The specification's objects: the task's thread and its CNode. */
extern struct spec_object *random_referee, *random_cnode;
/* Once, before the first sequence: the slots of the hostile threads are empty. */
void random_open(void);
/* The kernel's state at the beginning of a sequence, and the specification's. */
void random_start_sequence(void);
/* All that there was at the beginning is gone, whatever came of it; the test ends if it is not. */
void random_end_sequence(void);
/* The task's own invocation, of both; ends the test if they differ. */
enum status random_both(cap_t cap, uint64_t label, const uint64_t word[MESSAGE_WORDS]);
/* Its results. */
extern uint64_t random_result[MESSAGE_WORDS];
/* Where all hostile threads can run. */
bool random_is_space(const struct spec_object *space);

/* random_box.c */

/* Whose mailbox it is; a new one, or NULL: all are in use. */
struct mailbox *random_box_of(const struct spec_object *thread);
struct mailbox *random_box_new(const struct spec_object *thread);
uint64_t random_box_address(const struct mailbox *box);
void random_boxes_clear(void);
/* All that the specification lets go on has gone on, and came to the same. */
void random_settle(void);
/* Lets all deadlines pass that are due within so many ticks. */
void random_pass(uint64_t ticks);
/* The call in a mailbox is made; its results that the specification does not know, a bit each. */
void random_make(struct mailbox *box, uint32_t unknown);

/* random_step.c */

/* Does it in both, and tells who did. False: it cannot be done now, or is not specified. */
bool random_apply(struct action *action);

/* random_allowed.c */

/* It would not take from the referee what it needs; words that would are made others. */
bool random_allowed(const struct spec_object *thread, struct action *action);
/* The slots that an invocation fills, of whom it names in a CNode; none if that is NULL. */
struct random_slots {
	const struct spec_object *cnode;
	uint64_t first, count;
};
struct random_slots random_filled(const struct spec_object *own, const struct action *action);

/* random_state.c: what can be read back, of both. */

/* All of it. */
void random_compare(void);
/* What is in the slots that an invocation was about. Nothing is different after it. */
void random_compare_slots(const struct spec_object *thread, const struct action *action);

extern const struct suite random_suite;

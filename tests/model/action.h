/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the random invokers do, on the host (tests/unit/invoker.h) and in QEMU (tests/kernel/random.h): actions, what chooses them,
 * and what finds out which of them are needed for a difference.
 */
#pragma once

#include "random_numbers.h"
#include "spec.h"

enum action_kind {
	ACTION_CALL,
	ACTION_FAULT,     /* words: cause and address */
	ACTION_INTERRUPT, /* of a device: its number */
	ACTION_PASS,      /* so many ticks */
	ACTION_LOOK, /* at all that can be read back, where that is not done after each action */
};

struct action {
	uint8_t kind;
	bool refused; /* when it was first done */
	uint16_t who; /* the thread, by its place among the objects of the specification: action_thread() */
	uint32_t number;
	uint64_t cap;
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
	uint64_t deadline; /* below INVOKER_SOON: so many ticks from then on */
};

#define INVOKER_SOON 100000

/* Bytes of an action in words. */
#define ACTION_TEXT 220

/* action.c */

/* Who does it: if that one cannot, the next who can; NULL: nobody. */
struct spec_object *action_thread(const struct action *action);
/* After it: nothing came of it but an error. */
bool action_refused(const struct spec_object *thread);
/* What would be done now. */
void action_describe(const struct action *action, char text[ACTION_TEXT]);

/* sequence.c */

#define SEQUENCE_MAX 2500

struct choice {
	unsigned int count;
	uint16_t place[SEQUENCE_MAX];
};

/* What is done after a beginning that is always the same: some of these actions. Whatever is left out before one, it can be tried. */
struct sequence {
	struct choice chosen;
	struct action action[SEQUENCE_MAX];
};

struct action *sequence_add(struct sequence *sequence, const struct action *action);

/*
 * Leaves out what is not needed for it to fail, until each action is or so many were done again. False: done again it does not
 * fail.
 */
bool sequence_shorten(struct sequence *sequence, unsigned int actions);

/* plant_*.c: after what was done in both; nothing, or a difference that must be found. */
void invoker_plant(const struct spec_object *thread, const struct action *action);

/* Of who tries it: kernel and specification differ when this is done from the beginning. */
bool invoker_fails(const struct sequence *sequence);

#define INVOKER_CNODE_BITS 8
#define INVOKER_SLOTS      (1U << INVOKER_CNODE_BITS)

/* What is done more often than other things is another in each sequence. */
void invoker_habits(uint64_t seed);

/* Something that can be done now. */
struct action invoker_choose(void);

/* Of who tries it: the slots from here on are free at the start. */
extern uint32_t invoker_first_free;

/* Of who tries it: the object is a thread that could run now; it has the CNode with all capabilities. */
bool invoker_can_run(const struct spec_object *thread);
bool invoker_has_all(const struct spec_object *thread);

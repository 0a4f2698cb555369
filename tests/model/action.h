/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the random invokers do, on the host (tests/unit/invoker.h) and in QEMU (tests/kernel/random.h): actions, and what chooses them.
 */
#pragma once

#include "random_numbers.h"
#include "spec.h"

enum action_kind {
	ACTION_NONE, /* taken out of the list */
	ACTION_CALL,
	ACTION_FAULT,     /* words: cause and address */
	ACTION_INTERRUPT, /* of a device: its number */
	ACTION_PASS,      /* so many ticks */
};

struct action {
	uint8_t kind;
	uint16_t who; /* the thread, by its place among the objects of the specification */
	uint32_t number;
	uint64_t cap;
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
	uint64_t deadline; /* below INVOKER_SOON: so many ticks from then on */
};

#define INVOKER_SOON 100000

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

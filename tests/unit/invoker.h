/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: hostile threads make system calls of every kind, right and wrong, of the kernel and of its executable
 * specification (tests/model/), and after each call both must be in the same state. What it does is a list of actions, each of
 * which means the same whatever was before it, so that a list can be made shorter and tried again.
 */
#pragma once

#include "../model/spec.h"

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

/* Power on. The first threads, endpoints and so on are there; all that they are was made by calls. */
void invoker_start(void);

/* The slots from here on are free at the start. */
extern uint32_t invoker_first_free;

/* Do it in both, and compare. False: it cannot be done now, or is not specified. */
bool invoker_apply(const struct action *action);

/* What is done more often than other things is another in each sequence. */
void invoker_habits(uint64_t seed);

/* Something that can be done now. */
struct action invoker_choose(void);

/* A thread that could run now; NULL: nobody can. */
struct spec_object *invoker_runnable(void);
bool invoker_can_run(const struct spec_object *thread);
/* It has the CNode with all capabilities; nobody else who has can run. */
bool invoker_has_all(const struct spec_object *thread);
bool invoker_is_last(const struct spec_object *thread);

/* The kernel's object behind one of the specification. */
void *invoker_object(const struct spec_object *object);

/* The states of both. Does not return when they differ. `tables`: the translation, too. */
void invoker_compare(bool tables);
/* The parts of it. */
void invoker_compare_tree(void);
void invoker_compare_threads(void);
void invoker_compare_tables(void);
struct slot *invoker_slot(const struct spec_cap *cap);

/* Say what differs, and end. */
_Noreturn void invoker_differ(const char *format, ...) __attribute__((format(printf, 1, 2)));

void invoker_print(unsigned int number, const struct action *action);

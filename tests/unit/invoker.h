/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: hostile threads make system calls of every kind, right and wrong, of the kernel and of its executable
 * specification (tests/model/), and after each call both must be in the same state. What it does is a list of actions, each of
 * which means the same whatever was before it, so that a list can be made shorter and tried again.
 */
#pragma once

#include "../model/action.h"

/* Power on. The first threads, endpoints and so on are there; all that they are was made by calls. */
void invoker_start(void);

/* Do it in both, and compare. False: it cannot be done now, or is not specified. */
bool invoker_apply(const struct action *action);

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

/* An action of a sequence, on a line. */
void invoker_print(unsigned int number, const struct action *action);

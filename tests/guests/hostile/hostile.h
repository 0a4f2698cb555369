/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests that attack what they run on, and check that each attempt comes out as the manual of the
 * architecture has it. Each is a program of its own: its attack is the architecture's, how attempts
 * are counted and told is here. Who runs beside it is looked after by tests/system/hostile.py.
 */
#pragma once

#include <stdbool.h>

/* What the attack is called, and all of it. */
extern const char hostile_name[];
void hostile_attack(void);

/* Counts an attempt. One that did not come out as it must is told, the first ones in words. */
void hostile_judge(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Counts an attempt that is left out, or whose outcome nobody specifies; each reason is told once. */
void hostile_exempt(const char *reason);

/* Says something on a line of its own. */
void hostile_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

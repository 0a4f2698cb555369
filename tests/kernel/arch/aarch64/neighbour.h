/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who works beside an attack: a guest that holds values in every register that it has and takes its timer's interrupts, and a
 * process that holds values in all of its own. Both are less urgent than the attacker and have turns while the test sleeps.
 */
#pragma once

/* Makes them. They have place 1 of vm_new_at(). */
void neighbours_new(void);

/* Fills the page of data of a guest (`vm`) that runs `keep` of attack_guest.S; and where what it tells is, in words. */
#define KEPT_ROUNDS      256
#define KEPT_DIFFERENCES 257
#define KEPT_INTERRUPTS  258
#define KEPT_PERIOD      259
void kept_fill(void);

/* Lets each have a turn. It must have come further, and nothing of what it holds may be another's. */
void neighbours_check(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys behind the prefix, by which the user of the terminal chooses what is in view.
 */
#ifndef KEYS_H
#define KEYS_H

#include "multiplexer.h"

/*
 * Ctrl-T: on every keyboard, no signal of a terminal, and not QEMU's Ctrl-A. Typed twice it is sent
 * itself.
 */
#define KEY_PREFIX 0x14

/* Do what `key`, typed behind the prefix, asks for, and leave a notice that says so. */
void keys_command(struct multiplexer *m, char key);

/* Bring the first console into view. With several, a notice says how to reach the others. */
void keys_begin(struct multiplexer *m);

#endif

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

/* Bring the console of this name into view, as its key does. False: there is none. */
bool keys_view_console(struct multiplexer *m, const char *name);

/*
 * Bring the first console into view, or the shell where there is none. With several, a notice says how to reach the
 * others; and one says if the multiplexer was restarted.
 */
void keys_begin(struct multiplexer *m, bool restarted);

#endif

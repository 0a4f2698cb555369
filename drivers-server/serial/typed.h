/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is typed: keys behind the prefix, and bytes for the console or the shell that is in view.
 */
#ifndef TYPED_H
#define TYPED_H

#include "multiplexer.h"

/* Take what was typed, as far as it goes. False: nothing moved. */
bool typed_read(struct multiplexer *m);

/* Ask for a signal when it can go on. True if it can already. */
bool typed_await(struct multiplexer *m);

#endif

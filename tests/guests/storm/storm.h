/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests that do one thing for ever, as fast as they can, to disturb who runs beside them. Each is a
 * program of its own; what it does is counted in its record.
 */
#pragma once

#include <stdint.h>

/* What the record calls the storm. */
extern const char storm_name[];

/* Makes ready what the storm needs. */
void storm_start(void);

/* Does it once; gives how many events that were. */
uint32_t storm_once(void);

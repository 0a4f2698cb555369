/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program of a clock's driver (clock.c) asks of the device. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

#include "second.h"

/* Its registers are there. */
void device_start(uint64_t registers);

/* Look at the clock. */
enum second_change device_look(struct second *s);

#endif

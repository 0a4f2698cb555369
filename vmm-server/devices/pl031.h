/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL031 real-time clock (Arm DDI 0224, PrimeCell Real Time Clock Technical Reference Manual). It tells the time of
 * the clock page, and how far the guest has set it from that. It goes before the guest begins, as a clock with a
 * battery does, and a reset of the guest does not set it; a new VMM that has the model does, a device server's successor
 * does not, but has lost a match that was set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/clock.h>

#include <devices/model.h>

struct pl031 {
	struct host *host;
	struct clock clock;
	/* What the guest's time is ahead of the page's, modulo 2^32. */
	uint32_t ahead;
	/* The second up to which a match would have been found. */
	uint32_t looked;
	/* Registers, by their names in the manual. */
	uint32_t mr;
	uint32_t lr;
	uint32_t imsc;
	uint32_t ris;
};

extern const struct device_model pl031_model;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goldfish's real-time clock ("Goldfish virtual hardware", Real-Time Clock, of Android's emulator): nanoseconds since 1970, and an
 * alarm. It tells the time of the clock page, and how far the guest has set it from that; what of it outlives what, see the PL031.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/clock.h>

#include <devices/model.h>

struct goldfish_rtc {
	struct host *host;
	struct clock clock;
	/* What the guest's time is ahead of the page's, modulo 2^64, in ns. */
	uint64_t ahead;
	/* The upper half of the time whose lower one was read last. */
	uint32_t high;
	uint64_t alarm;
	bool armed;
	bool enabled;
	bool rung;
};

extern const struct device_model goldfish_rtc_model;

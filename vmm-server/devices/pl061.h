/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL061 GPIO controller (Arm DDI 0190, PrimeCell General Purpose Input/Output Technical
 * Reference Manual) with the guest's power button on pin 3: pressed, the pin is high. Nothing is
 * connected to the other pins: as inputs they are low.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <devices/model.h>

enum button {
	BUTTON_UP,
	/* Pressed, and the guest has not looked; then it has. */
	BUTTON_DOWN,
	BUTTON_SEEN,
	/* Pressed for long enough, and held until the guest looks. */
	BUTTON_HELD,
};

struct pl061 {
	struct host *host;
	enum button button;
	/* The level of each pin, as what is connected to it drives it. */
	uint8_t pins;
	/* Edges that were found and not cleared. */
	uint8_t edges;
	/* Registers, by their names in the manual. */
	uint8_t data;
	uint8_t dir;
	uint8_t is;
	uint8_t ibe;
	uint8_t iev;
	uint8_t ie;
	uint8_t afsel;
};

/*
 * A signal presses the power button, for a while: at least until the guest has looked at its pin.
 * Each press is a rising edge.
 */
extern const struct device_model pl061_model;

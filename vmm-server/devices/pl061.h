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

struct vcpu;

enum button {
	BUTTON_UP,
	/* Pressed, and the guest has not looked; then it has. */
	BUTTON_DOWN,
	BUTTON_SEEN,
	/* Pressed for long enough, and held until the guest looks. */
	BUTTON_HELD,
};

struct pl061 {
	/* Whose time it uses, and which has the events of the button. */
	struct vcpu *vcpu;
	uint32_t irq;
	bool line_up;
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

extern const struct device_model pl061_model;

/* Before any of its events: whose vCPU takes them. */
void pl061_init(struct pl061 *p, struct vcpu *vcpu);

/*
 * Press the power button, for a while: at least until the guest has looked at its pin. Each press is
 * a rising edge.
 */
void pl061_press(struct pl061 *p);

/* The time of DEADLINE_BUTTON has come: the press is over, if the guest has seen it. */
void pl061_release(struct pl061 *p);

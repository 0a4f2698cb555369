/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PL061 GPIO controller. Section numbers are those of Arm DDI 0190. A guest that waits for its share
 * of the processor may come to look at the button long after the press: a press lasts until it has.
 */
#include <stddef.h>

#include <cloister/counter.h>

#include <devices/pl061.h>
#include <devices/pl061_registers.h>

#define BUTTON_PIN (1U << 3)

/* How long a press lasts at least, in us: a debouncing driver waits some milliseconds. */
#define PRESS_US 100000

/* GPIOPeriphID0-3 and GPIOPCellID0-3 (3.3.11, 3.3.12). */
static const uint8_t identification[] = { 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* Raw interrupts (3.3.7): of edges as they were found, of levels as they are, of inputs both. */
static uint8_t pl061_raw(const struct pl061 *p)
{
	uint8_t levels = ~(p->pins ^ p->iev) & p->is & ~p->dir;

	return levels | (p->edges & ~p->is);
}

static void pl061_update_line(struct pl061 *p)
{
	host_set_line(p->host, pl061_raw(p) & p->ie);
}

/* The button's pin goes up or down; it was the other. */
static void pl061_drive(struct pl061 *p, bool high)
{
	bool watched = p->ibe & BUTTON_PIN || high == !!(p->iev & BUTTON_PIN);

	p->pins = high ? BUTTON_PIN : 0;
	if (watched && !((p->is | p->dir) & BUTTON_PIN))
		p->edges |= BUTTON_PIN;
}

static void pl061_let_go(struct pl061 *p)
{
	p->button = BUTTON_UP;
	host_set_deadline(p->host, DEADLINE_NEVER);
	pl061_drive(p, false);
}

static void pl061_press(void *device)
{
	struct pl061 *p = device;

	if (p->button != BUTTON_UP)
		pl061_let_go(p);
	p->button = BUTTON_DOWN;
	host_set_deadline(p->host, counter_after_us(PRESS_US));
	pl061_drive(p, true);
	pl061_update_line(p);
}

/* The press is over, if the guest has seen it. */
static void pl061_release(void *device)
{
	struct pl061 *p = device;

	if (p->button == BUTTON_SEEN) {
		pl061_let_go(p);
	} else {
		p->button = BUTTON_HELD;
		host_set_deadline(p->host, DEADLINE_NEVER);
	}
	pl061_update_line(p);
}

/* Outputs read as they were written, inputs as they are (3.3.1). */
static uint8_t pl061_read_data(struct pl061 *p, uint8_t pins)
{
	uint8_t value = ((p->data & p->dir) | (p->pins & ~p->dir)) & pins;

	if (pins & ~p->dir & BUTTON_PIN) {
		if (p->button == BUTTON_DOWN)
			p->button = BUTTON_SEEN;
		else if (p->button == BUTTON_HELD)
			pl061_let_go(p);
	}
	return value;
}

static uint8_t pl061_read(struct pl061 *p, uint64_t offset)
{
	if (offset < GPIODIR)
		return pl061_read_data(p, GPIODATA_PINS(offset));
	if (offset >= GPIOPeriphID0)
		return identification[(offset - GPIOPeriphID0) / 4];
	switch (offset) {
	case GPIODIR:
		return p->dir;
	case GPIOIS:
		return p->is;
	case GPIOIBE:
		return p->ibe;
	case GPIOIEV:
		return p->iev;
	case GPIOIE:
		return p->ie;
	case GPIORIS:
		return pl061_raw(p);
	case GPIOMIS:
		return pl061_raw(p) & p->ie;
	case GPIOAFSEL:
		return p->afsel;
	}
	return 0;
}

/* Only outputs take what is written (3.3.1). */
static void pl061_write_data(struct pl061 *p, uint8_t pins, uint8_t value)
{
	pins &= p->dir;
	p->data = (p->data & ~pins) | (value & pins);
}

static void pl061_write(struct pl061 *p, uint64_t offset, uint8_t value)
{
	if (offset < GPIODIR) {
		pl061_write_data(p, GPIODATA_PINS(offset), value);
		return;
	}
	switch (offset) {
	case GPIODIR:
		p->dir = value;
		break;
	case GPIOIS:
		p->is = value;
		break;
	case GPIOIBE:
		p->ibe = value;
		break;
	case GPIOIEV:
		p->iev = value;
		break;
	case GPIOIE:
		p->ie = value;
		break;
	case GPIOIC:
		/* Of edges only: a level that goes on is an interrupt that does (3.3.9). */
		p->edges &= ~value;
		break;
	case GPIOAFSEL:
		p->afsel = value;
		break;
	}
}

/* The registers have 8 bits, on an APB of 32: see the PL011's. */
static bool pl061_access(void *device, struct access *access)
{
	struct pl061 *p = device;

	if (access->size > 4)
		return false;
	if (access->offset % 4)
		access->value = 0;
	else if (access->write)
		pl061_write(p, access->offset, (uint8_t)access->value);
	else
		access->value = pl061_read(p, access->offset);
	pl061_update_line(p);
	return true;
}

static const char *pl061_init(void *device, struct host *host)
{
	struct pl061 *p = device;

	p->host = host;
	return NULL;
}

/* A press does not reach into the guest's next life. */
static void pl061_reset(void *device)
{
	struct pl061 *p = device;

	*p = (struct pl061){ .host = p->host };
	pl061_update_line(p);
}

const struct device_model pl061_model = {
	.size = 0x1000,
	.init = pl061_init,
	.reset = pl061_reset,
	.access = pl061_access,
	.signal = pl061_press,
	.expire = pl061_release,
};

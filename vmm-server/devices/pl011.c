/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PL011 UART. Section numbers are those of Arm DDI 0183.
 */
#include <stddef.h>

#include <devices/pl011.h>
#include <devices/pl011_registers.h>

/* UARTPeriphID0-3 and UARTPCellID0-3 (3.3.15, 3.3.16): revision 1 has FIFOs of 16 bytes. */
static const uint8_t identification[] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* Without FIFOs there is one holding register each way (3.3.7). */
static uint32_t pl011_depth(const struct pl011 *p)
{
	return p->lcr_h & LCR_H_FEN ? FIFO_SIZE : 1;
}

/*
 * The level that UARTIFLS selects: 1/8, 1/4, 1/2, 3/4 or 7/8; reserved values as the last (3.3.9).
 */
static uint32_t pl011_level(uint32_t select)
{
	static const uint8_t levels[] = { 2, 4, 8, 12, 14, 14, 14, 14 };

	return levels[select & 7];
}

static void pl011_update_line(struct pl011 *p)
{
	host_set_line(p->uart.host, p->ris & p->imsc);
}

static void pl011_note_transmit_level(struct pl011 *p)
{
	uint32_t level = p->lcr_h & LCR_H_FEN ? pl011_level(p->ifls) : 0;

	if (p->uart.transmit.count <= level)
		p->ris |= INT_TX;
	else
		p->ris &= ~INT_TX;
}

/* Move bytes from the transmit FIFO to the line, as long as it has room. */
static void pl011_drain(struct pl011 *p)
{
	if ((p->cr & CR_TRANSMIT) != CR_TRANSMIT || p->cr & CR_LBE || !p->uart.transmit.count)
		return;
	uart_drain(&p->uart);
	pl011_note_transmit_level(p);
}

static uint32_t pl011_receive_level(const struct pl011 *p)
{
	return p->lcr_h & LCR_H_FEN ? pl011_level(p->ifls >> 3) : 1;
}

static void pl011_note_received(struct pl011 *p)
{
	/* With all there is in the FIFO, the receive timeout (2.8) has come as well. */
	p->ris |= INT_RT;
	if (p->uart.receive.count >= pl011_receive_level(p))
		p->ris |= INT_RX;
}

/* Receive what the line has. */
static void pl011_fill(struct pl011 *p)
{
	if ((p->cr & CR_RECEIVE) != CR_RECEIVE || p->cr & CR_LBE)
		return;
	if (uart_fill(&p->uart, pl011_depth(p)))
		pl011_note_received(p);
}

static uint32_t pl011_read_data(struct pl011 *p)
{
	uint8_t byte;

	if (!p->uart.receive.count)
		return 0;
	byte = fifo_pop(&p->uart.receive);
	if (p->uart.receive.count < pl011_receive_level(p))
		p->ris &= ~INT_RX;
	if (!p->uart.receive.count) {
		p->ris &= ~INT_RT;
		pl011_fill(p);
	}
	pl011_update_line(p);
	return byte;
}

static void pl011_write_data(struct pl011 *p, uint8_t byte)
{
	if ((p->cr & CR_TRANSMIT) == CR_TRANSMIT && p->cr & CR_LBE) {
		/*
		 * What is looped back into a full FIFO is lost: an overrun (3.3.2) of the guest's
		 * own.
		 */
		if (p->uart.receive.count < pl011_depth(p))
			fifo_push(&p->uart.receive, byte);
		p->ris |= INT_TX;
		pl011_note_received(p);
		return;
	}
	/* A guest that does not heed TXFF loses what it writes, as on hardware. */
	if (p->uart.transmit.count >= pl011_depth(p))
		return;
	fifo_push(&p->uart.transmit, byte);
	pl011_note_transmit_level(p);
	pl011_drain(p);
}

static uint32_t pl011_flags(const struct pl011 *p)
{
	uint32_t flags = FR_ASSERTED;

	if (!p->uart.receive.count)
		flags |= FR_RXFE;
	if (p->uart.receive.count >= pl011_depth(p))
		flags |= FR_RXFF;
	if (p->uart.transmit.count >= pl011_depth(p))
		flags |= FR_TXFF;
	flags |= p->uart.transmit.count ? FR_BUSY : FR_TXFE;
	return flags;
}

static void pl011_write_lcr_h(struct pl011 *p, uint32_t value)
{
	/* Switching the FIFOs off or on empties the receiving one. */
	if ((p->lcr_h ^ value) & LCR_H_FEN) {
		p->uart.receive.count = 0;
		p->ris &= ~(INT_RX | INT_RT);
	}
	p->lcr_h = value & 0xff;
	pl011_fill(p);
}

static void pl011_write_cr(struct pl011 *p, uint32_t value)
{
	uint32_t old = p->cr;

	p->cr = value & 0xff87;
	if ((old & CR_RECEIVE) == CR_UARTEN && (p->cr & CR_RECEIVE) == CR_RECEIVE)
		uart_hold(&p->uart);
	pl011_drain(p);
	pl011_fill(p);
}

static void pl011_write_imsc(struct pl011 *p, uint32_t value)
{
	p->imsc = value & INT_ALL;
	if (p->imsc & (INT_RX | INT_RT)) {
		uart_let_in(&p->uart);
		pl011_fill(p);
	}
}

static uint32_t pl011_read(struct pl011 *p, uint64_t offset)
{
	switch (offset) {
	case UARTDR:
		return pl011_read_data(p);
	case UARTFR:
		return pl011_flags(p);
	case UARTILPR:
		return p->ilpr;
	case UARTIBRD:
		return p->ibrd;
	case UARTFBRD:
		return p->fbrd;
	case UARTLCR_H:
		return p->lcr_h;
	case UARTCR:
		return p->cr;
	case UARTIFLS:
		return p->ifls;
	case UARTIMSC:
		return p->imsc;
	case UARTRIS:
		return p->ris;
	case UARTMIS:
		return p->ris & p->imsc;
	case UARTDMACR:
		return p->dmacr;
	}
	if (offset >= UARTPeriphID0)
		return identification[(offset - UARTPeriphID0) / 4];
	/* Among them UARTRSR: there are no receive errors. */
	return 0;
}

static void pl011_write(struct pl011 *p, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case UARTDR:
		pl011_write_data(p, (uint8_t)value);
		break;
	case UARTILPR:
		p->ilpr = value & 0xff;
		break;
	case UARTIBRD:
		p->ibrd = value & 0xffff;
		break;
	case UARTFBRD:
		p->fbrd = value & 0x3f;
		break;
	case UARTLCR_H:
		pl011_write_lcr_h(p, value);
		break;
	case UARTCR:
		pl011_write_cr(p, value);
		break;
	case UARTIFLS:
		p->ifls = value & 0x3f;
		break;
	case UARTIMSC:
		pl011_write_imsc(p, value);
		break;
	case UARTICR:
		p->ris &= ~value;
		break;
	case UARTDMACR:
		p->dmacr = value & 7;
		break;
	}
	pl011_update_line(p);
}

/*
 * The registers are on an APB of 32 bits: a doubleword is a bus error, and only aligned offsets
 * hold something.
 */
static bool pl011_access(void *device, struct access *access)
{
	struct pl011 *p = device;

	if (access->size > 4)
		return false;
	if (access->offset % 4)
		access->value = 0;
	else if (access->write)
		pl011_write(p, access->offset, (uint32_t)access->value);
	else
		access->value = pl011_read(p, access->offset);
	return true;
}

static const char *pl011_init(void *device, struct host *host)
{
	struct pl011 *p = device;

	return uart_init(&p->uart, host);
}

static void pl011_reset(void *device)
{
	struct pl011 *p = device;

	uart_reset(&p->uart);
	p->ilpr = 0;
	p->ibrd = 0;
	p->fbrd = 0;
	p->lcr_h = 0;
	/* As a firmware leaves it that has printed something: ready to send. */
	p->cr = CR_TRANSMIT;
	p->ifls = IFLS_RESET;
	p->imsc = 0;
	p->ris = 0;
	p->dmacr = 0;
	pl011_update_line(p);
}

/* The other end of the line: there is input, or room. */
static void pl011_signal(void *device)
{
	struct pl011 *p = device;

	pl011_drain(p);
	pl011_fill(p);
	pl011_update_line(p);
}

static void pl011_expire(void *device)
{
	struct pl011 *p = device;

	if (!uart_expire(&p->uart))
		return;
	pl011_fill(p);
	pl011_update_line(p);
}

static void pl011_flush(void *device)
{
	struct pl011 *p = device;

	uart_flush(&p->uart);
}

const struct device_model pl011_model = {
	.size = 0x1000,
	.init = pl011_init,
	.reset = pl011_reset,
	.access = pl011_access,
	.signal = pl011_signal,
	.expire = pl011_expire,
	.flush = pl011_flush,
};

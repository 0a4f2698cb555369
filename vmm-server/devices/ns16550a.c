/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 16550A UART. Section numbers are those of the PC16550D's data sheet.
 */
#include <devices/ns16550a.h>
#include <devices/ns16550a_registers.h>

/* Without FIFOs there is one holding register each way. */
static uint32_t ns16550a_depth(const struct ns16550a *n)
{
	return n->fcr & FCR_ENABLE ? FIFO_SIZE : 1;
}

/* How many bytes make the receive interrupt (8.5). */
static uint32_t ns16550a_level(const struct ns16550a *n)
{
	static const uint8_t levels[] = { 1, 4, 8, 14 };

	return n->fcr & FCR_ENABLE ? levels[FCR_LEVEL(n->fcr)] : 1;
}

/* What was received and can be seen: not yet, while it is held. */
static uint32_t ns16550a_received(const struct ns16550a *n)
{
	return n->uart.held ? 0 : n->uart.receive.count;
}

/*
 * The most urgent interrupt (8.6, table IV). With all there is in the FIFO, the time of the receive timeout (8.14)
 * has passed as well.
 */
static uint32_t ns16550a_interrupt(const struct ns16550a *n)
{
	uint32_t received = ns16550a_received(n);

	if (n->ier & IER_ELSI && n->overrun)
		return IIR_LINE;
	if (n->ier & IER_ERBFI && received)
		return received >= ns16550a_level(n) ? IIR_RECEIVE : IIR_TIMEOUT;
	if (n->ier & IER_ETBEI && n->emptied)
		return IIR_TRANSMIT;
	if (n->ier & IER_EDSSI && n->changes)
		return IIR_MODEM;
	return IIR_NONE;
}

static void ns16550a_update_line(struct ns16550a *n)
{
	host_set_line(n->uart.host, ns16550a_interrupt(n) != IIR_NONE);
}

/* Move bytes to the line; when all are there, the interrupt says so. */
static void ns16550a_drain(struct ns16550a *n)
{
	if (!n->uart.transmit.count)
		return;
	uart_drain(&n->uart);
	n->emptied = !n->uart.transmit.count;
}

/* In loopback mode (8.8) nothing comes from outside. */
static void ns16550a_fill(struct ns16550a *n)
{
	if (!(n->mcr & MCR_LOOP))
		uart_fill(&n->uart, ns16550a_depth(n));
}

static uint32_t ns16550a_read_data(struct ns16550a *n)
{
	uint8_t byte;

	if (!ns16550a_received(n))
		return 0;
	n->read = true;
	byte = fifo_pop(&n->uart.receive);
	if (!n->uart.receive.count)
		ns16550a_fill(n);
	return byte;
}

static void ns16550a_write_data(struct ns16550a *n, uint8_t byte)
{
	if (n->mcr & MCR_LOOP) {
		if (n->uart.receive.count < ns16550a_depth(n))
			fifo_push(&n->uart.receive, byte);
		else
			n->overrun = true;
		n->read = true;
		n->emptied = true;
		return;
	}
	/* A guest that does not heed THRE loses what it writes, as on hardware. */
	if (n->uart.transmit.count >= ns16550a_depth(n))
		return;
	fifo_push(&n->uart.transmit, byte);
	n->emptied = false;
	ns16550a_drain(n);
}

/* Switched on while the transmitter is empty, its interrupt comes at once: drivers of Linux look for that. */
static void ns16550a_write_ier(struct ns16550a *n, uint8_t value)
{
	uint32_t begun = value & ~(uint32_t)n->ier;

	n->ier = value & IER_ALL;
	if (begun & IER_ETBEI)
		n->emptied = !n->uart.transmit.count;
	if (n->ier & IER_ERBFI) {
		n->read = true;
		uart_let_in(&n->uart);
		ns16550a_fill(n);
	}
}

/* Reading it is the answer to the transmit interrupt, if that is what it says (8.6). */
static uint32_t ns16550a_read_iir(struct ns16550a *n)
{
	uint32_t interrupt = ns16550a_interrupt(n);

	if (interrupt == IIR_TRANSMIT)
		n->emptied = false;
	return interrupt | (n->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

/*
 * The FIFO is emptied by a driver that begins, and that will empty it again soon. A guest that has looked at nothing since its
 * power-on has not had a driver: what was typed to it meanwhile is for this one.
 */
static void ns16550a_reset_receive(struct ns16550a *n)
{
	if (n->read)
		n->uart.receive.count = 0;
	uart_hold(&n->uart);
}

/* 8.5: switching the FIFOs empties both; without the enabling bit no other is taken. */
static void ns16550a_write_fcr(struct ns16550a *n, uint8_t value)
{
	bool switched = (n->fcr ^ value) & FCR_ENABLE;
	bool on = value & FCR_ENABLE;

	if (switched || (on && value & FCR_RESET_RECEIVE))
		ns16550a_reset_receive(n);
	if (switched || (on && value & FCR_RESET_TRANSMIT)) {
		n->uart.transmit.count = 0;
		n->emptied = true;
	}
	n->fcr = on ? value & ~(FCR_RESET_RECEIVE | FCR_RESET_TRANSMIT) : 0;
}

static uint32_t ns16550a_read_lsr(struct ns16550a *n)
{
	uint32_t value = ns16550a_received(n) ? LSR_DR : 0;

	if (!n->uart.transmit.count)
		value |= LSR_THRE | LSR_TEMT;
	if (n->overrun)
		value |= LSR_OE;
	n->overrun = false;
	return value;
}

/* The modem's lines: what the other side drives is asserted, or the own ones looped back (8.8). */
static uint32_t ns16550a_modem(const struct ns16550a *n)
{
	uint32_t value = 0;

	if (!(n->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	if (n->mcr & MCR_RTS)
		value |= MSR_CTS;
	if (n->mcr & MCR_DTR)
		value |= MSR_DSR;
	if (n->mcr & MCR_OUT1)
		value |= MSR_RI;
	if (n->mcr & MCR_OUT2)
		value |= MSR_DCD;
	return value;
}

static void ns16550a_write_mcr(struct ns16550a *n, uint8_t value)
{
	uint32_t old = ns16550a_modem(n);
	uint32_t changes;

	n->mcr = value & MCR_ALL;
	changes = (old ^ ns16550a_modem(n)) >> 4;
	if (!(old & MSR_RI))
		changes &= ~MSR_TERI;
	n->changes |= (uint8_t)changes;
	ns16550a_fill(n);
}

static uint32_t ns16550a_read_msr(struct ns16550a *n)
{
	uint32_t value = ns16550a_modem(n) | n->changes;

	n->changes = 0;
	return value;
}

static uint32_t ns16550a_read(struct ns16550a *n, uint64_t offset)
{
	bool divisor = n->lcr & LCR_DLAB;

	switch (offset) {
	case RBR:
		return divisor ? n->dll : ns16550a_read_data(n);
	case IER:
		return divisor ? n->dlm : n->ier;
	case IIR:
		return ns16550a_read_iir(n);
	case LCR:
		return n->lcr;
	case MCR:
		return n->mcr;
	case LSR:
		return ns16550a_read_lsr(n);
	case MSR:
		return ns16550a_read_msr(n);
	case SCR:
		return n->scr;
	}
	return 0;
}

static void ns16550a_write(struct ns16550a *n, uint64_t offset, uint8_t value)
{
	bool divisor = n->lcr & LCR_DLAB;

	switch (offset) {
	case THR:
		if (divisor)
			n->dll = value;
		else
			ns16550a_write_data(n, value);
		break;
	case IER:
		if (divisor)
			n->dlm = value;
		else
			ns16550a_write_ier(n, value);
		break;
	case FCR:
		ns16550a_write_fcr(n, value);
		break;
	case LCR:
		n->lcr = value;
		break;
	case MCR:
		ns16550a_write_mcr(n, value);
		break;
	case SCR:
		n->scr = value;
		break;
	}
}

/* The registers are on a bus of 8 bits: whatever is wider is a bus error. */
static bool ns16550a_access(void *device, struct access *access)
{
	struct ns16550a *n = device;

	if (access->size != 1)
		return false;
	if (access->write)
		ns16550a_write(n, access->offset, (uint8_t)access->value);
	else
		access->value = ns16550a_read(n, access->offset);
	ns16550a_update_line(n);
	return true;
}

uint64_t ns16550a_put(struct ns16550a *n, const uint8_t *bytes, uint64_t size)
{
	uint64_t count = 0;

	ns16550a_drain(n);
	if (!n->uart.transmit.count)
		count = uart_write(&n->uart, bytes, size);
	ns16550a_update_line(n);
	return count;
}

uint64_t ns16550a_get(struct ns16550a *n, uint8_t *bytes, uint64_t size)
{
	uint64_t count = uart_read(&n->uart, bytes, size);

	ns16550a_update_line(n);
	return count;
}

static const char *ns16550a_init(void *device, struct host *host)
{
	struct ns16550a *n = device;

	return uart_init(&n->uart, host);
}

/* 8.1, table I. What is typed waits in the line, so that the driver can begin in peace. */
static void ns16550a_reset(void *device)
{
	struct ns16550a *n = device;

	uart_reset(&n->uart);
	*n = (struct ns16550a){ .uart = n->uart };
	uart_hold(&n->uart);
	ns16550a_update_line(n);
}

/* The other end of the line: there is input, or room. */
static void ns16550a_signal(void *device)
{
	struct ns16550a *n = device;

	ns16550a_drain(n);
	ns16550a_fill(n);
	ns16550a_update_line(n);
}

static void ns16550a_expire(void *device)
{
	struct ns16550a *n = device;

	if (!uart_expire(&n->uart))
		return;
	ns16550a_fill(n);
	ns16550a_update_line(n);
}

static void ns16550a_flush(void *device)
{
	struct ns16550a *n = device;

	uart_flush(&n->uart);
}

const struct device_model ns16550a_model = {
	.size = 0x1000,
	.init = ns16550a_init,
	.reset = ns16550a_reset,
	.access = ns16550a_access,
	.signal = ns16550a_signal,
	.expire = ns16550a_expire,
	.flush = ns16550a_flush,
};

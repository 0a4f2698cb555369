/* SPDX-License-Identifier: BSD-2-Clause */
/* A 16550A UART (National Semiconductor PC16550D), whose registers are bytes side by side, for its driver. */
#include "uart.h"

#define RBR 0
#define THR 0
#define IER 1
#define IIR 2
#define FCR 2
#define LCR 3
#define MCR 4
#define LSR 5

#define IER_ERBFI (1U << 0)
#define IER_ETBEI (1U << 1)

#define IIR_FIFOS 0xc0U

/* FIFOs; data received is told of from eight bytes on, or after a pause. */
#define FCR_ENABLE  (1U << 0)
#define FCR_LEVEL_8 (2U << 6)

#define LCR_8_BITS 3U

/* Ready; and on a PC, where that is a gate: interrupts. */
#define MCR_DTR  (1U << 0)
#define MCR_RTS  (1U << 1)
#define MCR_OUT2 (1U << 3)

/* A byte is there; it came damaged (parity, framing), or is no byte at all (break). The transmitter's FIFO is empty. */
#define LSR_DR   (1U << 0)
#define LSR_PE   (1U << 2)
#define LSR_FE   (1U << 3)
#define LSR_BI   (1U << 4)
#define LSR_THRE (1U << 5)

#define FIFO_SIZE 16

static volatile uint8_t *registers;

/* IIR would tell, but reading it takes an interrupt back. */
static bool fifos_on;

/* Of the byte that is the next to be received. */
static uint32_t errors;

/* Reading the register takes the errors of the next byte back (PC16550D 8.4). */
static uint32_t line_status(void)
{
	uint32_t status = registers[LSR];

	errors |= status & (LSR_PE | LSR_FE | LSR_BI);
	return status;
}

/* With FIFOs on already, nothing in them is lost. */
void device_start(uint64_t address)
{
	registers = (volatile uint8_t *)address;
	registers[IER] = 0;
	registers[LCR] = LCR_8_BITS;
	registers[MCR] = MCR_DTR | MCR_RTS | MCR_OUT2;
	fifos_on = (registers[IIR] & IIR_FIFOS) == IIR_FIFOS;
	if (fifos_on)
		registers[FCR] = FCR_ENABLE | FCR_LEVEL_8;
}

/* Reading IIR takes the transmit interrupt back; the receive interrupt goes with what was received. */
void device_clear(void)
{
	(void)registers[IIR];
}

uint32_t device_send(const uint8_t *bytes, uint32_t count)
{
	uint32_t room = fifos_on ? FIFO_SIZE : 1;
	uint32_t sent = 0;

	while (sent < count && (line_status() & LSR_THRE))
		for (uint32_t i = 0; i < room && sent < count; i++)
			registers[THR] = bytes[sent++];
	return sent;
}

uint32_t device_receive(uint8_t *bytes, uint32_t room)
{
	uint32_t count = 0;

	while (count < room && (line_status() & LSR_DR)) {
		uint8_t byte = registers[RBR];

		if (!errors)
			bytes[count++] = byte;
		errors = 0;
	}
	return count;
}

void device_interrupts(bool send, bool receive)
{
	registers[IER] = (send ? IER_ETBEI : 0) | (receive ? IER_ERBFI : 0);
}

bool device_settled(void)
{
	return fifos_on;
}

/* What the FIFOs hold is lost when they are switched. */
void device_settle(void)
{
	if ((line_status() & (LSR_DR | LSR_THRE)) != LSR_THRE)
		return;
	registers[FCR] = FCR_ENABLE | FCR_LEVEL_8;
	fifos_on = true;
}

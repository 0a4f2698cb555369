/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL011 UART (Arm DDI 0183G) for its driver. */
#include <cloister/message.h>

#include "uart.h"

#define UARTDR    0x00
#define UARTFR    0x18
#define UARTLCR_H 0x2c
#define UARTCR    0x30
#define UARTIMSC  0x38
#define UARTICR   0x44

/* With a byte in UARTDR: it came damaged (framing, parity), or is no byte at all (break). */
#define DR_FE (1U << 8)
#define DR_PE (1U << 9)
#define DR_BE (1U << 10)

#define FR_BUSY (1U << 3)
#define FR_RXFE (1U << 4)
#define FR_TXFF (1U << 5)

#define LCR_H_FEN    (1U << 4)
#define LCR_H_WLEN_8 (3U << 5)

#define CR_UARTEN (1U << 0)
#define CR_TXE    (1U << 8)
#define CR_RXE    (1U << 9)

/* Bits of UARTIMSC and UARTICR: data received, room to send, data received and then a pause. */
#define INT_RX  (1U << 4)
#define INT_TX  (1U << 5)
#define INT_RT  (1U << 6)
#define INT_ALL 0x7ffU

static volatile uint32_t *registers;
static bool fifos_on;

static uint32_t read_register(unsigned int offset)
{
	return registers[offset / sizeof(uint32_t)];
}

static void write_register(unsigned int offset, uint32_t value)
{
	registers[offset / sizeof(uint32_t)] = value;
}

void device_clear(void)
{
	write_register(UARTICR, INT_RX | INT_RT | INT_TX);
}

uint32_t device_send(const uint8_t *bytes, uint32_t count)
{
	uint32_t sent = 0;

	while (sent < count && !(read_register(UARTFR) & FR_TXFF))
		write_register(UARTDR, bytes[sent++]);
	return sent;
}

uint32_t device_receive(uint8_t *bytes, uint32_t room)
{
	uint32_t count = 0;

	while (count < room && !(read_register(UARTFR) & FR_RXFE)) {
		uint32_t data = read_register(UARTDR);

		if (!(data & (DR_FE | DR_PE | DR_BE)))
			bytes[count++] = (uint8_t)data;
	}
	return count;
}

void device_interrupts(bool send, bool receive)
{
	write_register(UARTIMSC, (send ? INT_TX : 0) | (receive ? INT_RX | INT_RT : 0));
}

bool device_settled(void)
{
	return fifos_on;
}

/*
 * The FIFOs may be switched only while the UART is off and idle (3.3.7), and what they hold is lost
 * by it. QEMU receives even then, and at once when a byte was read: so this is done when the line
 * is quiet.
 */
void device_settle(void)
{
	if (read_register(UARTFR) & FR_BUSY)
		return;
	write_register(UARTCR, 0);
	if (read_register(UARTFR) & FR_RXFE) {
		write_register(UARTLCR_H, LCR_H_FEN | LCR_H_WLEN_8);
		fifos_on = true;
	}
	write_register(UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
}

/* FIFOs that are off stay so for now. */
void device_start(uint64_t address)
{
	registers = (volatile uint32_t *)address;
	write_register(UARTIMSC, 0);
	fifos_on = read_register(UARTLCR_H) & LCR_H_FEN;
	if (!fifos_on) {
		while (read_register(UARTFR) & FR_BUSY)
			thread_yield();
		write_register(UARTCR, 0);
		write_register(UARTLCR_H, LCR_H_WLEN_8);
	}
	write_register(UARTICR, INT_ALL);
	write_register(UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
}

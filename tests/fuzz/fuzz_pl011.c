/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 of a guest: any accesses, while the console types, empties its line or not, or breaks it. What is sent comes out
 * in order, and nothing else does; what is typed is read in order; flags, interrupts and the line agree (Arm DDI 0183).
 */
#include <string.h>

#include <devices/pl011_registers.h>

#include "fuzz.h"
#include "test_vmm_fixture.h"

#define BYTES_MAX 8192

/* What was put into the transmitter, how much of it came out; and what was typed, how much of it was read. */
static uint8_t sent[BYTES_MAX], typed[BYTES_MAX];
static uint32_t sent_count, out_count, typed_count, read_count;

/* The line is broken; bytes came by loopback; the receiver was emptied. */
static bool broken, looped, emptied;

static uint32_t get(uint64_t offset)
{
	return (uint32_t)guest_read(UART + offset, 4);
}

static void check_registers(void)
{
	uint32_t flags = get(UARTFR);
	uint32_t ris = get(UARTRIS);
	uint32_t imsc = get(UARTIMSC);
	uint32_t waiting;

	must(!(ris & ~INT_ALL) && !(imsc & ~INT_ALL));
	must(get(UARTMIS) == (ris & imsc));
	must(slot[UART_IRQ].line == ((ris & imsc) != 0));
	must(!(flags & FR_RXFE) || !(flags & FR_RXFF));
	must(!(flags & FR_TXFE) || !(flags & FR_TXFF));
	must(!(flags & FR_TXFE) == !!(flags & FR_BUSY));
	must((flags & FR_ASSERTED) == FR_ASSERTED && !(flags & ~0xffU));
	if (broken)
		return;
	/* What was sent and is not in the line waits in the FIFO, of one byte or of 16 (3.3.7). */
	waiting = sent_count - out_count - (STREAM_SIZE - stream_room(&vmm.arch.pl011.uart.out));
	must(!(flags & FR_TXFE) == (waiting > 0));
	must(!(flags & FR_TXFF) == (waiting < (get(UARTLCR_H) & LCR_H_FEN ? 16U : 1U)));
}

/* What the console reads. */
static void drain(void)
{
	uint8_t bytes[STREAM_SIZE];
	uint32_t count = stream_read(&console_out, bytes, 1 + 16U * input_8());

	if (broken)
		return;
	must(count <= sent_count - out_count);
	must(!memcmp(bytes, sent + out_count, count));
	out_count += count;
	if (stream_wakes_producer(&console_out))
		guest_event(VMM_EVENT_CONSOLE);
}

static void type(void)
{
	uint32_t size = 1U + input_8() % 32;

	for (uint32_t i = 0; i < size && typed_count < BYTES_MAX; i++) {
		typed[typed_count] = (uint8_t)(typed_count * 7 + typed_count / 256);
		if (!stream_write(&console_in, &typed[typed_count], 1))
			break;
		typed_count++;
	}
	if (stream_wakes_consumer(&console_in))
		guest_event(VMM_EVENT_CONSOLE);
}

/* The multiplexer is not what it should be: any counts and flags. */
static void break_line(void)
{
	uint32_t offset = input_16() % (sizeof(console) - 4);
	uint32_t value = input_32();

	memcpy((uint8_t *)&console + offset, &value, sizeof(value));
	broken = true;
}

/* A byte that was read: the next one that was typed, or, if the receiver was emptied, one behind that. */
static void note_read(uint8_t byte)
{
	if (broken || looped)
		return;
	while (emptied && read_count < typed_count && typed[read_count] != byte)
		read_count++;
	must(read_count < typed_count && typed[read_count] == byte);
	read_count++;
}

static void read_data(uint32_t size)
{
	bool empty = get(UARTFR) & FR_RXFE;
	uint64_t value = guest_read(UART + UARTDR, size);

	if (empty)
		must(!value);
	else
		note_read((uint8_t)value);
}

static void write_data(uint32_t size, uint64_t value)
{
	bool full = get(UARTFR) & FR_TXFF;

	if ((get(UARTCR) & (CR_LBE | CR_TRANSMIT)) == (CR_LBE | CR_TRANSMIT))
		looped = true;
	else if (!full && sent_count < BYTES_MAX)
		sent[sent_count++] = (uint8_t)value;
	guest_write(UART + UARTDR, size, value);
}

static uint64_t some_offset(void)
{
	static const uint16_t registers[] = { UARTDR,    UARTDR,   UARTDR,   UARTFR,
					      UARTLCR_H, UARTCR,   UARTIFLS, UARTIMSC,
					      UARTRIS,   UARTMIS,  UARTICR,  UARTDMACR,
					      UARTIBRD,  UARTFBRD, UARTILPR, UARTRSR };
	uint8_t which = input_8();

	return which < 0xf0 ? registers[which % 16] : input_16() % 0x1008;
}

static void access(void)
{
	uint8_t how = input_8();
	uint64_t offset = some_offset();
	uint32_t size = 1U << (how & 3);
	uint64_t value = how & 4 ? input_16() : input_8();
	bool write = how & 8;
	bool refused;

	/* A quarter of the accesses as a driver makes them. */
	if (how >= 0xc0 && offset == UARTCR)
		value |= CR_TRANSMIT | CR_RXE;
	if (offset == UARTDR && size < 8) {
		if (write)
			write_data(size, value);
		else
			read_data(size);
		return;
	}
	if (offset == UARTLCR_H && write)
		emptied = true;
	refused = size == 8 || offset + size > 0x1000;
	must(guest_access(UART + offset, size, write, value) ==
	     (refused ? DISPOSITION_ABORT : DISPOSITION_STEP));
	must(refused || result[0] <= UINT64_MAX >> (64 - 8 * size));
}

static void step(void)
{
	switch (input_8() % 8) {
	case 0:
		drain();
		break;
	case 1:
		type();
		break;
	case 2:
		now += 1000ULL * input_16();
		guest_event(0);
		break;
	case 3:
		guest_event(VMM_EVENT_CONSOLE);
		break;
	case 4:
		if (input_8() < 8)
			break_line();
		break;
	default:
		access();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	sent_count = out_count = typed_count = read_count = 0;
	broken = looped = emptied = false;
	guest_start();
	while (input_more()) {
		step();
		if (sent_count < BYTES_MAX)
			check_registers();
	}
	return 0;
}

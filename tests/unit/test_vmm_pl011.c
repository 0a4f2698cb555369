/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 model, as drivers use it: FIFOs, watermarks, interrupts, a line that is full or empty.
 */
#include <string.h>

#include <devices/pl011_registers.h>

#include "test_vmm_fixture.h"

#define ENABLED (CR_UARTEN | CR_TXE | CR_RXE)

static uint32_t reg(uint64_t offset)
{
	return (uint32_t)guest_read(UART + offset, 4);
}

static void set(uint64_t offset, uint32_t value)
{
	guest_write(UART + offset, 4, value);
}

/* FIFOs on, everything enabled, the interrupts in `mask`. */
static void open_port(uint32_t mask)
{
	guest_start();
	set(UARTLCR_H, 0x70);
	set(UARTCR, ENABLED);
	set(UARTIMSC, mask);
}

static void type(const char *text)
{
	uint32_t length = (uint32_t)strlen(text);

	ck_assert_uint_eq(stream_write(&console_in, text, length), length);
	if (stream_wakes_consumer(&console_in))
		guest_event(VMM_EVENT_CONSOLE);
}

static bool interrupts(void)
{
	must(slot[UART_IRQ].line == (reg(UARTMIS) != 0));
	return slot[UART_IRQ].line;
}

START_TEST(test_reset)
{
	static const uint8_t identification[] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	guest_start();
	/* Empty both ways; the modem lines of a terminal that is there. */
	ck_assert_uint_eq(reg(UARTFR), 0x97);
	ck_assert_uint_eq(reg(UARTCR), 0x101);
	ck_assert_uint_eq(reg(UARTIFLS), 0x12);
	ck_assert_uint_eq(reg(UARTLCR_H) | reg(UARTIMSC) | reg(UARTRIS) | reg(UARTMIS), 0);
	ck_assert_uint_eq(reg(UARTDR) | reg(UARTRSR) | reg(UARTDMACR), 0);
	for (uint32_t i = 0; i < 8; i++)
		ck_assert_uint_eq(reg(UARTPeriphID0 + 4 * i), identification[i]);
}
END_TEST

START_TEST(test_registers)
{
	static const struct {
		uint64_t offset;
		uint32_t mask;
	} registers[] = {
		{ UARTILPR, 0xff }, { UARTIBRD, 0xffff }, { UARTFBRD, 0x3f },  { UARTLCR_H, 0xff },
		{ UARTCR, 0xff87 }, { UARTIFLS, 0x3f },   { UARTIMSC, 0x7ff }, { UARTDMACR, 7 },
	};

	guest_start();
	for (uint32_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		set(registers[i].offset, 0xffffffff);
		ck_assert_uint_eq(reg(registers[i].offset), registers[i].mask);
		guest_write(UART + registers[i].offset, 2, 0);
		ck_assert_uint_eq(reg(registers[i].offset), 0);
	}
	/* Read-only ones, places between registers, and doublewords. */
	set(UARTFR, 0);
	ck_assert_uint_eq(reg(UARTFR), 0x97);
	set(UARTPeriphID0, 0);
	ck_assert_uint_eq(reg(UARTPeriphID0), 0x11);
	ck_assert_uint_eq(guest_read(UART + UARTFR + 1, 1), 0);
	guest_write(UART + UARTCR + 1, 1, 0xff);
	ck_assert_uint_eq(reg(UARTCR), 0);
	ck_assert_int_eq(guest_access(UART, 8, false, 0), DISPOSITION_ABORT);
	for (uint64_t offset = 0; offset < 0x1000; offset += 4)
		set(offset, reg(offset));
}
END_TEST

START_TEST(test_output)
{
	guest_start();
	console.output.consumer_waits = 1;
	/* As after a firmware: without any preparation. */
	for (const char *at = "hello\n"; *at; at++)
		guest_write(UART, 1, (uint8_t)*at);
	ck_assert_str_eq(console_text(), "hello\n");
	/* One signal for the whole line, a little later. */
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 0);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 200000);
	now = vmm.vcpus[0].next_deadline;
	guest_event(0);
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 1);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	/* A reader that is awake already needs none. */
	guest_write(UART, 1, 'x');
	now = vmm.vcpus[0].next_deadline;
	guest_event(0);
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 1);
}
END_TEST

/* A guest that is started again while output is unsaid: it is said. */
START_TEST(test_reset_with_output)
{
	static const uint64_t nothing[5];

	guest_start();
	console.output.consumer_waits = 1;
	guest_write(UART, 1, 'x');
	guest_exit(EXIT_START, nothing);
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 1);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	guest_write(UART, 1, 'y');
	ck_assert_uint_ne(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	ck_assert_str_eq(console_text(), "xy");
}
END_TEST

START_TEST(test_much_output_is_told_at_once)
{
	guest_start();
	console.output.consumer_waits = 1;
	for (uint32_t i = 0; i < STREAM_SIZE / 2; i++)
		guest_write(UART, 1, 'x');
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 0);
	guest_write(UART, 1, 'x');
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 1);
}
END_TEST

START_TEST(test_disabled_transmitter)
{
	guest_start();
	set(UARTLCR_H, 0x70);
	set(UARTCR, 0);
	for (uint32_t i = 0; i < 16; i++) {
		ck_assert_uint_eq(reg(UARTFR) & FR_TXFF, 0);
		set(UARTDR, 'a' + i);
	}
	ck_assert_uint_eq(reg(UARTFR) & (FR_TXFF | FR_TXFE | FR_BUSY), FR_TXFF | FR_BUSY);
	ck_assert_str_eq(console_text(), "");
	set(UARTCR, CR_UARTEN | CR_TXE);
	ck_assert_str_eq(console_text(), "abcdefghijklmnop");
	ck_assert_uint_eq(reg(UARTFR) & (FR_TXFF | FR_TXFE | FR_BUSY), FR_TXFE);
}
END_TEST

static char pattern(uint32_t i)
{
	return (char)('!' + i % 90);
}

/*
 * A reader that sleeps while 3 rings of output come: the driver sees a full FIFO, and nothing is
 * lost.
 */
START_TEST(test_full_line)
{
	uint32_t written = 0;
	uint32_t seen = 0;

	open_port(INT_TX);
	while (seen < 3 * STREAM_SIZE) {
		const char *text;

		while (!(reg(UARTFR) & FR_TXFF))
			set(UARTDR, (uint8_t)pattern(written++));
		ck_assert(!interrupts());
		ck_assert_uint_eq(written - seen, STREAM_SIZE + 16);
		ck_assert_uint_eq(console.output.producer_waits, 1);
		for (text = console_text(); *text; text++)
			must(*text == pattern(seen++));
		guest_event(VMM_EVENT_CONSOLE);
		ck_assert(interrupts());
		ck_assert_uint_eq(reg(UARTFR) & FR_TXFE, FR_TXFE);
	}
	/* What is written into a full FIFO is the guest's own loss. */
	while (!(reg(UARTFR) & FR_TXFF))
		set(UARTDR, '.');
	set(UARTDR, 'x');
	guest_event(0);
	console_text();
	guest_event(VMM_EVENT_CONSOLE);
	ck_assert_ptr_null(strchr(console_text(), 'x'));
}
END_TEST

START_TEST(test_transmit_interrupt)
{
	open_port(INT_TX);
	/* It comes with the passing of the level, not with being below it. */
	ck_assert(!interrupts());
	set(UARTDR, 'x');
	ck_assert(interrupts());
	set(UARTICR, INT_TX);
	ck_assert(!interrupts());
	set(UARTDR, 'x');
	ck_assert(interrupts());
	set(UARTIMSC, 0);
	ck_assert(!interrupts());
	ck_assert_uint_eq(reg(UARTRIS), INT_TX);
}
END_TEST

START_TEST(test_transmit_level)
{
	open_port(INT_TX);
	set(UARTCR, CR_UARTEN);
	set(UARTIFLS, 0x10);
	for (uint32_t i = 0; i < 3; i++)
		set(UARTDR, 'x');
	ck_assert_uint_eq(reg(UARTRIS), 0);
	set(UARTCR, ENABLED);
	ck_assert_uint_eq(reg(UARTRIS), INT_TX);
}
END_TEST

START_TEST(test_input)
{
	open_port(INT_RX | INT_RT);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, FR_RXFE);
	type("abc");
	ck_assert(interrupts());
	ck_assert_uint_eq(reg(UARTMIS), INT_RT);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, 0);
	ck_assert_uint_eq(reg(UARTDR), 'a');
	ck_assert_uint_eq(reg(UARTDR), 'b');
	ck_assert(interrupts());
	ck_assert_uint_eq(reg(UARTDR), 'c');
	ck_assert(!interrupts());
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, FR_RXFE);
	ck_assert_uint_eq(reg(UARTDR), 0);
	/* And the next one makes an event again. */
	type("d");
	ck_assert(interrupts());
	ck_assert_uint_eq(reg(UARTDR), 'd');
}
END_TEST

START_TEST(test_receive_level)
{
	open_port(INT_RX);
	/* Half of the FIFO; more comes into a FIFO that has some. */
	type("1234567");
	ck_assert(!interrupts());
	type("8");
	ck_assert(interrupts());
	ck_assert_uint_eq(reg(UARTDR), '1');
	ck_assert(!interrupts());
	/* Clearing it is not final: the next byte brings it again. */
	type("9");
	ck_assert(interrupts());
	set(UARTICR, INT_RX | INT_RT);
	ck_assert(!interrupts());
	type("a");
	ck_assert(interrupts());
}
END_TEST

/*
 * More than the FIFO holds: it waits in the line, and each time the FIFO is empty the next part
 * comes.
 */
START_TEST(test_much_input)
{
	char text[1001];
	uint32_t read = 0;

	for (uint32_t i = 0; i < 1000; i++)
		text[i] = pattern(i);
	text[1000] = 0;
	open_port(INT_RX | INT_RT);
	type(text);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFF, FR_RXFF);
	while (!(reg(UARTFR) & FR_RXFE)) {
		ck_assert(interrupts());
		ck_assert_uint_eq(reg(UARTDR), (uint8_t)pattern(read++));
	}
	ck_assert_uint_eq(read, 1000);
	ck_assert(!interrupts());
}
END_TEST

START_TEST(test_sleeping_producer)
{
	uint32_t read = 0;

	open_port(INT_RX);
	while (stream_room(&console_in))
		type("x");
	ck_assert(!stream_await_room(&console_in, 1));
	/* Woken once half of the line is free, not for each byte. */
	while (!signals[CAP_CONSOLE_NOTIFY]) {
		ck_assert_uint_eq(reg(UARTDR), 'x');
		read++;
	}
	ck_assert_uint_gt(read, STREAM_SIZE / 2 - 32);
	ck_assert_uint_le(read, STREAM_SIZE / 2 + 32);
}
END_TEST

/*
 * What was typed before a driver opens the port is not thrown away by the emptying that drivers
 * begin with.
 */
START_TEST(test_input_before_opening)
{
	guest_start();
	type("early");
	set(UARTLCR_H, 0x70);
	set(UARTIMSC, INT_RX | INT_RT);
	set(UARTCR, ENABLED);
	/* Meanwhile the driver says something, and that is told. */
	set(UARTDR, 'x');
	now = vmm.vcpus[0].next_deadline;
	guest_event(0);
	set(UARTICR, INT_RX | INT_RT);
	for (uint32_t i = 0; i < 32 && !(reg(UARTFR) & FR_RXFE); i++)
		reg(UARTDR);
	set(UARTIMSC, INT_RX | INT_RT);
	ck_assert(interrupts());
	ck_assert_uint_eq(reg(UARTDR), 'e');
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
}
END_TEST

/*
 * A driver that polls gets its input as well: at once if it sets up the whole port, else after a
 * while.
 */
START_TEST(test_polled_input)
{
	guest_start();
	type("x");
	set(UARTCR, 0);
	set(UARTCR, ENABLED);
	ck_assert_uint_eq(reg(UARTDR), 'x');
	guest_start();
	type("x");
	set(UARTCR, ENABLED);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, FR_RXFE);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 500000000);
	now = vmm.vcpus[0].next_deadline;
	guest_event(0);
	ck_assert_uint_eq(reg(UARTDR), 'x');
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
}
END_TEST

START_TEST(test_disabled_receiver)
{
	open_port(INT_RX | INT_RT);
	set(UARTCR, CR_UARTEN | CR_TXE);
	type("kept");
	guest_event(VMM_EVENT_CONSOLE);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, FR_RXFE);
	set(UARTCR, ENABLED);
	now = vmm.vcpus[0].next_deadline;
	guest_event(0);
	ck_assert_uint_eq(reg(UARTDR), 'k');
}
END_TEST

START_TEST(test_without_fifos)
{
	guest_start();
	set(UARTCR, ENABLED);
	set(UARTIMSC, INT_RX | INT_RT);
	type("ab");
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFF, FR_RXFF);
	ck_assert_uint_eq(reg(UARTMIS), INT_RX | INT_RT);
	ck_assert_uint_eq(reg(UARTDR), 'a');
	ck_assert_uint_eq(reg(UARTMIS), INT_RX | INT_RT);
	ck_assert_uint_eq(reg(UARTDR), 'b');
	ck_assert(!interrupts());
	set(UARTCR, CR_UARTEN);
	set(UARTDR, 'x');
	ck_assert_uint_eq(reg(UARTFR) & FR_TXFF, FR_TXFF);
}
END_TEST

/*
 * Switching the FIFOs empties the receiving one; a transmit FIFO with more than one byte stays as
 * full as it is.
 */
START_TEST(test_switching_fifos)
{
	open_port(0);
	type("abc");
	set(UARTCR, 0);
	for (uint32_t i = 0; i < 5; i++)
		set(UARTDR, '0' + i);
	set(UARTLCR_H, 0x60);
	ck_assert_uint_eq(reg(UARTFR) & (FR_RXFE | FR_TXFF), FR_RXFE | FR_TXFF);
	set(UARTDR, 'x');
	set(UARTCR, CR_UARTEN | CR_TXE);
	ck_assert_str_eq(console_text(), "01234");
}
END_TEST

START_TEST(test_loopback)
{
	open_port(INT_RX | INT_RT);
	set(UARTCR, ENABLED | CR_LBE);
	for (uint32_t i = 0; i < 20; i++)
		set(UARTDR, 'a' + i);
	type("outside");
	ck_assert(interrupts());
	for (uint32_t i = 0; i < 16; i++)
		ck_assert_uint_eq(reg(UARTDR), 'a' + i);
	ck_assert_uint_eq(reg(UARTFR) & FR_RXFE, FR_RXFE);
	ck_assert_str_eq(console_text(), "");
	set(UARTCR, ENABLED);
	guest_event(VMM_EVENT_CONSOLE);
	ck_assert_uint_eq(reg(UARTDR), 'o');
}
END_TEST

/* The other end writes anything into the rings' counts. */
START_TEST(test_hostile_line)
{
	uint32_t random = 1;

	open_port(INT_RX | INT_RT | INT_TX);
	for (uint32_t i = 0; i < 100000; i++) {
		random = random * 1664525 + 1013904223;
		if (random & 0x10000)
			console.input.produced = random;
		else
			console.output.consumed = random;
		guest_write(UART, 1, random >> 24);
		reg(UARTDR);
		guest_event(VMM_EVENT_CONSOLE);
		must(vmm.arch.pl011.uart.receive.count <= 16);
		must(vmm.arch.pl011.uart.transmit.count <= 16);
	}
}
END_TEST

Suite *pl011_suite(void)
{
	Suite *suite = suite_create("pl011");
	TCase *tests = tcase_create("pl011");

	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_output);
	tcase_add_test(tests, test_reset_with_output);
	tcase_add_test(tests, test_much_output_is_told_at_once);
	tcase_add_test(tests, test_disabled_transmitter);
	tcase_add_test(tests, test_full_line);
	tcase_add_test(tests, test_transmit_interrupt);
	tcase_add_test(tests, test_transmit_level);
	tcase_add_test(tests, test_input);
	tcase_add_test(tests, test_receive_level);
	tcase_add_test(tests, test_much_input);
	tcase_add_test(tests, test_sleeping_producer);
	tcase_add_test(tests, test_input_before_opening);
	tcase_add_test(tests, test_polled_input);
	tcase_add_test(tests, test_disabled_receiver);
	tcase_add_test(tests, test_without_fifos);
	tcase_add_test(tests, test_switching_fifos);
	tcase_add_test(tests, test_loopback);
	tcase_add_test(tests, test_hostile_line);
	tcase_set_timeout(tests, 30);
	suite_add_tcase(suite, tests);
	return suite;
}

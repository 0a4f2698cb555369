/* SPDX-License-Identifier: BSD-2-Clause */
/* The 16550A, by the registers and by the steps that Linux's 8250 driver goes. */
#include <string.h>

#include <devices/ns16550a_registers.h>

#include "test_vmm_riscv.h"

/* Longer than a receiver is held back, in ns of the test's counter. */
#define HOLD 500000000ULL

static uint64_t get(uint32_t offset)
{
	return hart_read(0, UART + offset, 1);
}

static void set(uint32_t offset, uint64_t value)
{
	hart_write(0, UART + offset, 1, value);
}

/* The interrupt's line. */
static bool interrupts(void)
{
	return vmm.arch.ns16550a.uart.host->line;
}

/* What a driver does that takes interrupts. */
static void start_driver(void)
{
	set(FCR, FCR_ENABLE);
	set(FCR, FCR_ENABLE | FCR_RESET_RECEIVE | FCR_RESET_TRANSMIT);
	set(FCR, 0);
	get(LSR);
	get(RBR);
	get(IIR);
	get(MSR);
	set(LCR, 3);
	set(FCR, FCR_ENABLE | 2 << 6);
	set(IER, IER_ERBFI | IER_ELSI);
}

START_TEST(test_registers)
{
	guest_start();
	ck_assert_uint_eq(get(IER), 0);
	ck_assert_uint_eq(get(IIR), IIR_NONE);
	ck_assert_uint_eq(get(LSR), LSR_THRE | LSR_TEMT);
	ck_assert_uint_eq(get(MSR), MSR_CTS | MSR_DSR | MSR_DCD);
	set(IER, 0xff);
	ck_assert_uint_eq(get(IER), 0x0f);
	set(IER, 0);
	set(SCR, 0xa5);
	ck_assert_uint_eq(get(SCR), 0xa5);
	set(LCR, LCR_DLAB | 3);
	set(DLL, 0x12);
	set(DLM, 0x34);
	ck_assert_uint_eq(get(DLL), 0x12);
	ck_assert_uint_eq(get(DLM), 0x34);
	set(LCR, 3);
	ck_assert_uint_eq(get(LCR), 3);
	ck_assert_uint_eq(get(IER), 0);
	ck_assert_str_eq(console_text(), "");
	set(MCR, 0xff);
	ck_assert_uint_eq(get(MCR), 0x1f);
	for (uint32_t offset = 8; offset < 0x100; offset++) {
		set(offset, 0xff);
		ck_assert_uint_eq(get(offset), 0);
	}
	for (unsigned int size = 2; size <= 8; size *= 2)
		ck_assert_uint_eq(hart_access(0, UART, size, size == 4, 'x'), DISPOSITION_ABORT);
	ck_assert_str_eq(console_text(), "");
}
END_TEST

/* FIFOs are there, and are told of. */
START_TEST(test_fifos)
{
	guest_start();
	ck_assert_uint_eq(get(IIR), IIR_NONE);
	set(FCR, FCR_ENABLE);
	ck_assert_uint_eq(get(IIR), IIR_NONE | IIR_FIFOS);
	set(FCR, 0);
	ck_assert_uint_eq(get(IIR), IIR_NONE);
}
END_TEST

START_TEST(test_transmit)
{
	guest_start();
	set(FCR, FCR_ENABLE);
	for (const char *text = "hello"; *text; text++) {
		ck_assert_uint_eq(get(LSR) & LSR_THRE, LSR_THRE);
		set(THR, (uint8_t)*text);
	}
	ck_assert_str_eq(console_text(), "hello");
}
END_TEST

/* Set while the transmitter is empty, the enable bit makes the interrupt; reading IIR takes it back: two times over. */
START_TEST(test_transmit_interrupt)
{
	guest_start();
	for (uint32_t i = 0; i < 2; i++) {
		set(IER, IER_ETBEI);
		ck_assert(interrupts());
		ck_assert_uint_eq(get(IIR), IIR_TRANSMIT);
		ck_assert(!interrupts());
		ck_assert_uint_eq(get(IIR), IIR_NONE);
		set(IER, IER_ETBEI);
		ck_assert(!interrupts());
		set(IER, 0);
	}
	/* And so does each time that it becomes empty. */
	set(IER, IER_ETBEI);
	get(IIR);
	set(THR, 'x');
	ck_assert(interrupts());
	set(IER, 0);
	ck_assert(!interrupts());
	ck_assert_uint_eq(get(IIR), IIR_NONE);
}
END_TEST

/* The line is full: the FIFO fills, the transmitter is not empty, and the interrupt comes when it is again. */
START_TEST(test_full)
{
	uint32_t total = STREAM_SIZE + FIFO_SIZE;

	guest_start();
	set(FCR, FCR_ENABLE);
	set(IER, IER_ETBEI);
	for (uint32_t i = 0; i < total; i++) {
		ck_assert_uint_eq(get(LSR) & LSR_THRE, i <= STREAM_SIZE ? LSR_THRE : 0);
		set(THR, 'a' + i % 26);
	}
	ck_assert_uint_eq(get(LSR) & (LSR_THRE | LSR_TEMT), 0);
	ck_assert(!interrupts());
	/* What does not heed that is lost. */
	set(THR, '!');
	ck_assert_uint_eq(strlen(console_text()), STREAM_SIZE);
	hart_event(0, VMM_EVENT_CONSOLE);
	ck_assert(interrupts());
	ck_assert_uint_eq(get(IIR), IIR_TRANSMIT | IIR_FIFOS);
	ck_assert_str_eq(console_text(), "opqrstuvwxyzabcd");
}
END_TEST

START_TEST(test_receive)
{
	guest_start();
	start_driver();
	ck_assert(!interrupts());
	console_type("0123456");
	/* Below the level of 8 it is the timeout's interrupt. */
	ck_assert(interrupts());
	ck_assert_uint_eq(get(IIR), IIR_TIMEOUT | IIR_FIFOS);
	hart_event(0, VMM_EVENT_CONSOLE);
	console_type("789");
	ck_assert_uint_eq(get(IIR), IIR_RECEIVE | IIR_FIFOS);
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_uint_eq(get(LSR) & LSR_DR, LSR_DR);
		ck_assert_uint_eq(get(RBR), '0' + i);
	}
	ck_assert(!interrupts());
	ck_assert_uint_eq(get(LSR) & LSR_DR, 0);
	ck_assert_uint_eq(get(RBR), 0);
	/* More than the FIFO holds waits in the line. */
	console_type("abcdefghijklmnopqrstuvwxyz");
	for (uint32_t i = 0; i < 26; i++)
		ck_assert_uint_eq(get(RBR), 'a' + i);
	ck_assert_uint_eq(get(RBR), 0);
}
END_TEST

/* Without FIFOs there is one register; and without interrupts a guest finds what was typed by looking. */
START_TEST(test_polling)
{
	guest_start();
	set(FCR, 0);
	now += HOLD;
	hart_event(0, 0);
	ck_assert_uint_eq(get(LSR) & LSR_DR, 0);
	console_type("xyz");
	ck_assert(!interrupts());
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(get(LSR) & LSR_DR, LSR_DR);
		ck_assert_uint_eq(get(RBR), 'x' + i);
	}
	set(IER, IER_ERBFI);
	console_type("!");
	ck_assert_uint_eq(get(IIR), IIR_RECEIVE);
}
END_TEST

/* What is typed before the driver is ready is not lost by its beginning. */
START_TEST(test_typed_early)
{
	guest_start();
	console_type("early");
	if (_i) {
		now += HOLD;
		hart_event(0, 0);
		console_type(" bird");
	}
	start_driver();
	ck_assert(interrupts());
	for (const char *text = _i ? "early bird" : "early"; *text; text++)
		ck_assert_uint_eq(get(RBR), (uint8_t)*text);
	/* From now on, emptying the FIFO does. */
	console_type("gone");
	set(FCR, FCR_ENABLE | FCR_RESET_RECEIVE);
	ck_assert(!interrupts());
	now += HOLD;
	hart_event(0, 0);
	ck_assert_uint_eq(get(LSR) & LSR_DR, 0);
}
END_TEST

START_TEST(test_loopback)
{
	guest_start();
	/* How a driver finds out that it is a UART. */
	set(MCR, MCR_LOOP | MCR_OUT2 | MCR_RTS);
	ck_assert_uint_eq(get(MSR) & 0xf0, MSR_DCD | MSR_CTS);
	ck_assert_uint_eq(get(MSR) & 0x0f, 0);
	set(MCR, MCR_LOOP | MCR_OUT1 | MCR_DTR);
	ck_assert_uint_eq(get(MSR), MSR_RI | MSR_DSR | 0xb);
	set(IER, IER_EDSSI);
	set(MCR, MCR_LOOP | MCR_DTR);
	ck_assert(interrupts());
	ck_assert_uint_eq(get(IIR), IIR_MODEM);
	ck_assert_uint_eq(get(MSR), MSR_DSR | MSR_TERI);
	ck_assert(!interrupts());
	now += HOLD;
	hart_event(0, 0);
	set(FCR, FCR_ENABLE);
	now += HOLD;
	hart_event(0, 0);
	for (uint32_t i = 0; i < 17; i++)
		set(THR, i);
	ck_assert_uint_eq(get(LSR), LSR_THRE | LSR_TEMT | LSR_DR | LSR_OE);
	ck_assert_uint_eq(get(LSR), LSR_THRE | LSR_TEMT | LSR_DR);
	for (uint32_t i = 0; i < 16; i++)
		ck_assert_uint_eq(get(RBR), i);
	ck_assert_uint_eq(get(RBR), 0);
	ck_assert_str_eq(console_text(), "");
}
END_TEST

/* The firmware's console is the same line, in order. */
START_TEST(test_beside_firmware)
{
	guest_start();
	start_driver();
	set(THR, 'a');
	ck_assert_uint_eq(sbi(0, 0x4442434e, 2, 'b', 0, 0), DISPOSITION_STEP);
	set(THR, 'c');
	ck_assert_str_eq(console_text(), "abc");
	console_type("x");
	ck_assert(interrupts());
	ck_assert_int_eq(sbi_error(0, 2, 0, 0, 0, 0), 'x');
	ck_assert(!interrupts());
}
END_TEST

/* The guest ends: what was put out is said before. */
START_TEST(test_flush)
{
	guest_start();
	stream_await_data(&console_out);
	set(THR, 'x');
	ck_assert_uint_eq(signals[CAP_CONSOLE], 0);
	sbi(0, 8, 0, 0, 0, 0);
	ck_assert_uint_eq(signals[CAP_CONSOLE], 1);
	ck_assert_str_eq(console_text(), "x");
}
END_TEST

Suite *ns16550a_suite(void)
{
	Suite *suite = suite_create("ns16550a");
	TCase *tests = tcase_create("ns16550a");

	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_fifos);
	tcase_add_test(tests, test_transmit);
	tcase_add_test(tests, test_transmit_interrupt);
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_receive);
	tcase_add_test(tests, test_polling);
	tcase_add_loop_test(tests, test_typed_early, 0, 2);
	tcase_add_test(tests, test_loopback);
	tcase_add_test(tests, test_beside_firmware);
	tcase_add_test(tests, test_flush);
	suite_add_tcase(suite, tests);
	return suite;
}

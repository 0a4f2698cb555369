/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's few words, and how it stops. */
#include "boot.h"

#include <cloister/print.h>

#define LINE_SIZE 256

static uint64_t uart;
static uint32_t uart_state;
static bool is_open;

void console_open(uint64_t address)
{
	console_close();
	if (!address)
		return;
	uart_state = arch_uart_enable(address);
	uart = address;
	is_open = true;
}

void console_close(void)
{
	if (is_open)
		arch_uart_restore(uart, uart_state);
	is_open = false;
}

static void put_string(const char *s)
{
	if (!is_open)
		return;
	while (*s)
		arch_uart_put(uart, *s++);
}

static void put_line(const char *format, va_list arguments)
{
	char line[LINE_SIZE];

	print_format_list(line, sizeof(line), format, arguments);
	put_string("Cloister: ");
	put_string(line);
	put_string("\r\n");
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_line(format, arguments);
	va_end(arguments);
}

void stop(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_line(format, arguments);
	va_end(arguments);
	say("stopped in the loader");
	console_close();
	arch_power_off();
}

void stop_exception(uint64_t syndrome, uint64_t pc, uint64_t address)
{
	static bool again;

	/* The UART itself may be what faults. */
	if (again)
		arch_power_off();
	again = true;
	/* Until the kernel has vectors of its own, its exceptions come here too. */
	console_open(uart);
	stop("unexpected exception: syndrome 0x%lx, pc 0x%lx, address 0x%lx; the machine is not what "
	     "the image was built for, or the image is damaged",
	     syndrome, pc, address);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for the kernel's console, and the panic report.
 */
#include <arch/console.h>
#include <arch/cpu.h>
#include <console.h>

void console_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			arch_console_put('\r');
		arch_console_put(text[i]);
	}
}

static void write_number(uint64_t value, unsigned int base, unsigned int width, char pad)
{
	char digits[20];
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (; width > count; width--)
		console_write(&pad, 1);
	while (count)
		console_write(&digits[--count], 1);
}

static void write_string(const char *text)
{
	for (; *text; text++)
		console_write(text, 1);
}

/* One conversion, `format` behind its '%'. Returns what follows it. */
static const char *convert(const char *format, va_list *arguments)
{
	char pad = *format == '0' ? '0' : ' ';
	unsigned int width = 0;
	bool is_long = false;

	for (; *format >= '0' && *format <= '9'; format++)
		width = width * 10 + (unsigned int)(*format - '0');
	for (; *format == 'l'; format++)
		is_long = true;
	switch (*format) {
	case 's':
		write_string(va_arg(*arguments, const char *));
		break;
	case 'c': {
		char c = (char)va_arg(*arguments, int);

		console_write(&c, 1);
		break;
	}
	case 'u':
	case 'x':
		write_number(is_long ? va_arg(*arguments, unsigned long) :
				       va_arg(*arguments, unsigned int),
			     *format == 'x' ? 16 : 10, width, pad);
		break;
	default:
		console_write("%", 1);
		break;
	}
	return format + 1;
}

void console_print_list(const char *format, va_list arguments)
{
	va_list list;

	va_copy(list, arguments);
	while (*format) {
		if (*format == '%') {
			format = convert(format + 1, &list);
		} else {
			console_write(format, 1);
			format++;
		}
	}
	va_end(list);
}

void console_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	console_print_list(format, arguments);
	va_end(arguments);
}

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	console_print("\nCloister: the kernel stops: ");
	console_print_list(format, arguments);
	console_print("\n");
	va_end(arguments);
	arch_backtrace();
	arch_halt();
}

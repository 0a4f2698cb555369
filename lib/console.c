/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to the kernel's console, in the pieces that an invocation carries. */
#include <cloister/console.h>
#include <cloister/print.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>

/* The bytes of firmware.console_write. */
#define CHUNK 40

void console_write(cap_t firmware, const char *text, size_t size)
{
	while (size > 0) {
		uint64_t chunk[CHUNK / sizeof(uint64_t)] = { 0 };
		size_t length = size < CHUNK ? size : CHUNK;

		memcpy(chunk, text, length);
		firmware_console_write(firmware, (uint32_t)length, chunk[0], chunk[1], chunk[2],
				       chunk[3], chunk[4]);
		text += length;
		size -= length;
	}
}

void console_line_list(cap_t firmware, const char *format, va_list arguments)
{
	char line[CONSOLE_LINE_SIZE];
	size_t length = print_format_list(line, sizeof(line) - 1, format, arguments);

	line[length] = '\n';
	console_write(firmware, line, length + 1);
}

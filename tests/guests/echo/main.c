/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that keeps its VMM and its console busy: it writes lines of dots for ever, in which what
 * was typed comes in brackets. Its first line says whether it began with memory that was cleared.
 */
#include <machine.h>
#include <record.h>

#define LINE  64
#define PAUSE 10000

static void put(const char *text)
{
	for (; *text; text++)
		arch_put(*text);
}

static void echo(void)
{
	char c;

	if (!arch_take(&c))
		return;
	arch_put('[');
	arch_put(c);
	arch_put(']');
}

/* An emulator runs this much faster than exits. */
static void pause(void)
{
	for (int i = 0; i < PAUSE; i++)
		__asm__ volatile("");
}

static void put_line(void)
{
	for (int i = 0; i < LINE; i++) {
		echo();
		arch_put('.');
		pause();
	}
	put("\r\n");
}

void guest_main(const uint8_t *tree)
{
	const char *memory = record.count ? "stale" : "fresh";

	(void)tree;
	record.begin = arch_counter();
	record_start("echo");
	arch_console_start_both();
	put("echo: ");
	put(memory);
	put("\r\n");
	for (;;) {
		put_line();
		record.count++;
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: the last of what was written.
 */
#include <arch/console.h>
#include <arch/fake.h>
#include <string.h>

static char text[8192];
static size_t length;

void arch_console_put(char c)
{
	/* The oldest half goes when it is full. */
	if (length + 1 == sizeof(text)) {
		memcpy(text, text + sizeof(text) / 2, sizeof(text) / 2);
		length -= sizeof(text) / 2;
	}
	text[length++] = c;
	text[length] = 0;
}

const char *fake_console_text(void)
{
	return text;
}

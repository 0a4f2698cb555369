/* SPDX-License-Identifier: BSD-2-Clause */
/* Endless output to a virtio-console, a buffer at a time. */
#include "storm.h"

#include <console.h>

#define BYTES 4096
#define LINE  64

const char storm_name[] = "hvc0";

static char text[BYTES];

void storm_start(void)
{
	for (uint32_t i = 0; i < BYTES; i++)
		text[i] = i % LINE == LINE - 1 ? '\n' : 'a';
	virtio_console_start();
}

uint32_t storm_once(void)
{
	virtio_console_write(text, BYTES);
	return BYTES;
}

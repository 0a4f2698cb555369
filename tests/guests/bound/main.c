/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that is bound to the processor: once it has begun it makes no exit by itself, and never waits. What is typed for
 * its UART or its virtio-console comes by an interrupt, and goes back in brackets.
 */
#include <bench_board.h>
#include <machine.h>

#include "bound.h"

static void put(const char *text)
{
	for (; *text; text++)
		arch_put(*text);
}

void bound_interrupt(uint32_t number)
{
	char c;

	if (number == VIRTIO_CONSOLE_INTERRUPT)
		bound_virtio_interrupt();
	while (number == UART_INTERRUPT && arch_take(&c)) {
		arch_put('[');
		arch_put(c);
		arch_put(']');
	}
}

void guest_main(const uint8_t *tree)
{
	static const uint32_t interrupts[] = { UART_INTERRUPT, VIRTIO_CONSOLE_INTERRUPT };

	(void)tree;
	arch_interrupts_start();
	arch_console_start_both();
	bound_virtio_start();
	put("bound\r\n");
	arch_bound_run(interrupts, 2);
}

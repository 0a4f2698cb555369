/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's UART as a device that interrupts when it is told to: its frame, its mapping and its interrupt. */
#include "test.h"

#include <idl/manifest.h>

cap_t uart_frame(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
	const struct manifest *manifest = (const struct manifest *)(uintptr_t)boot->manifest;
	uint64_t uart = manifest->platform[PLATFORM_UART];
	cap_t frame = slot_new();

	for (uint32_t i = 0; i < boot->untyped_count; i++) {
		const struct boot_untyped *untyped = &boot->untyped[i];

		if (!(untyped->flags & UNTYPED_DEVICE) || uart < untyped->address ||
		    (uart - untyped->address) >> untyped->size_bits != 0)
			continue;
		EXPECT_OK(untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, PAGE_BITS,
					 ROOT_SLOT_CNODE, frame, 1, uart - untyped->address));
		return frame;
	}
	test_fail(__FILE__, __LINE__, "no device memory at 0x%lx", (unsigned long)uart);
}

uart_register *uart_map(cap_t frame)
{
	EXPECT_OK(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, scratch_address(0),
			    RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE));
	return (uart_register *)(uintptr_t)scratch_address(0);
}

cap_t uart_irq(uint32_t edge)
{
	cap_t handler = slot_new();

	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, UART_IRQ, edge, ROOT_SLOT_CNODE, handler));
	return handler;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the root server may ask of the firmware, and the kernel's console.
 */
#include <arch/cpu.h>
#include <console.h>
#include <kernel_dispatch.h>
#include <string.h>

enum status firmware_system_off(struct invocation *call)
{
	(void)call;
	arch_system_off();
}

enum status firmware_system_reset(struct invocation *call)
{
	(void)call;
	arch_system_reset();
}

enum status firmware_console_write(struct invocation *call, uint32_t length, uint64_t b0,
				   uint64_t b1, uint64_t b2, uint64_t b3, uint64_t b4)
{
	uint64_t words[] = { b0, b1, b2, b3, b4 };
	char text[sizeof(words)];

	(void)call;
	if (length > sizeof(text))
		return ERR_ARGUMENT;
	memcpy(text, words, sizeof(text));
	console_write(text, length);
	return OK;
}

enum status firmware_instructions(struct invocation *call, uint64_t *guest, uint64_t *others)
{
	(void)call;
	return arch_instructions(guest, others) ? OK : ERR_STATE;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V: boards with a PLIC and SBI firmware.
 */
#include "description.h"

#include <elf.h>
#include <idl/riscv64.h>

/* As the PLIC's registers have room for (RISC-V Platform-Level Interrupt Controller Specification, "Memory Map"). */
#define SOURCES_MAX  1023
#define CONTEXTS_MAX 15872

/* Of struct target. */
enum { BOARD_PLIC, BOARD_TIMEBASE, BOARD_KEYS };

enum { PLIC_ADDRESS, PLIC_CONTEXT, PLIC_SOURCES };

static const struct key plic_keys[] = {
	[PLIC_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[PLIC_CONTEXT] = { "context", VALUE_NUMBER, true, 0, CONTEXTS_MAX - 1, 0 },
	[PLIC_SOURCES] = { "sources", VALUE_NUMBER, true, 1, SOURCES_MAX, 0 },
};

/* What the controller has no source for nobody hears. */
static void check_uart(struct board *board)
{
	const cJSON *uart = schema_node(board->document.root, "uart");
	uint64_t sources = board->driven[PLATFORM_PLIC_SOURCES];

	if (sources && board->uart_irq > sources)
		error_at(&board->document, schema_node(uart, "interrupt"),
			 "\"interrupt\" is %u, and the PLIC has the sources 1 to %llu\ngive one of "
			 "them",
			 board->uart_irq, (unsigned long long)sources);
}

static void read_board(struct board *board)
{
	const cJSON *plic = schema_node(board->document.root, "plic");

	board->driven[PLATFORM_COUNTER] =
		schema_number(board->document.root, &board->target->keys[BOARD_TIMEBASE], 0);
	if (!cJSON_IsObject(plic))
		return;
	schema_check(&board->document, plic, "the PLIC", plic_keys, ARRAY_SIZE(plic_keys));
	board->driven[PLATFORM_PLIC] = schema_number(plic, &plic_keys[PLIC_ADDRESS], 0);
	board->driven[PLATFORM_PLIC_CONTEXT] = schema_number(plic, &plic_keys[PLIC_CONTEXT], 0);
	board->driven[PLATFORM_PLIC_SOURCES] = schema_number(plic, &plic_keys[PLIC_SOURCES], 0);
	check_uart(board);
}

const struct target target_riscv64 = {
	.architecture = ARCHITECTURE_RISCV64,
	.name = "riscv64",
	.words = "RISC-V",
	.image_words = "a RISC-V Image",
	.machine = EM_RISCV,
	.image_magic = "RSC\x05",
	.keys = { [BOARD_PLIC] = { "plic", VALUE_OBJECT, true, 0, 0, 0 },
		  [BOARD_TIMEBASE] = { "timebase", VALUE_NUMBER, true, 1000000, 1000000000, 0 } },
	.key_count = BOARD_KEYS,
	.irq_min = 1,
	.irq_max = SOURCES_MAX,
	.read_board = read_board,
};

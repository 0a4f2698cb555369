/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AArch64: boards with a GICv3.
 */
#include "description.h"

#include <elf.h>
#include <idl/aarch64.h>

enum { GIC_DISTRIBUTOR, GIC_REDISTRIBUTORS };

static const struct key gic_keys[] = {
	[GIC_DISTRIBUTOR] = { "distributor", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[GIC_REDISTRIBUTORS] = { "redistributors", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
};

static void read_board(struct board *board)
{
	const cJSON *gic = schema_node(board->document.root, "gicv3");

	if (!cJSON_IsObject(gic))
		return;
	schema_check(&board->document, gic, "the GIC", gic_keys, ARRAY_SIZE(gic_keys));
	board->driven[PLATFORM_GICD] = schema_number(gic, &gic_keys[GIC_DISTRIBUTOR], 0);
	board->driven[PLATFORM_GICR] = schema_number(gic, &gic_keys[GIC_REDISTRIBUTORS], 0);
}

const struct target target_aarch64 = {
	.architecture = ARCHITECTURE_AARCH64,
	.name = "aarch64",
	.words = "AArch64",
	.image_words = "an arm64 Image",
	.machine = EM_AARCH64,
	.image_magic = "ARM\x64",
	.keys = { { "gicv3", VALUE_OBJECT, true, 0, 0, 0 } },
	.key_count = 1,
	.irq_min = 32,
	.irq_max = 1019,
	.read_board = read_board,
};

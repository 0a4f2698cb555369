/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One guest of a description: its keys and their defaults. Its devices are in guest_devices.c.
 */
#include "description.h"
#include "schema.h"

#include <string.h>

#define DEFAULT_PRIORITY 100
#define BUDGET_PRIORITY  110
/* A VMM's longest work for one exit is to clear the guest's memory: more time for each GiB. */
#define DEFAULT_ANSWER_MS 10000
#define ANSWER_MS_GIB     1000
#define DEFAULT_BUDGET_US 10000

enum {
	GUEST_NAME,
	GUEST_MEMORY,
	GUEST_BASE,
	GUEST_VCPUS,
	GUEST_KERNEL,
	GUEST_ROM,
	GUEST_INITRD,
	GUEST_DTB,
	GUEST_COMMAND_LINE,
	GUEST_PRIORITY,
	GUEST_BUDGET,
	GUEST_DEVICES,
	GUEST_RESTART,
	GUEST_ON_RESET,
	GUEST_ANSWER,
};

static const struct key guest_keys[] = {
	[GUEST_NAME] = { "name", VALUE_NAME, true, 0, GUEST_NAME_MAX, 0 },
	[GUEST_MEMORY] = { "memory", VALUE_SIZE, true, BLOCK_SIZE, 384 * GIB, BLOCK_SIZE },
	[GUEST_BASE] = { "memory_base", VALUE_ADDRESS, false, 0, GUEST_ADDRESS_MAX - BLOCK_SIZE,
			 BLOCK_SIZE },
	[GUEST_VCPUS] = { "vcpus", VALUE_NUMBER, false, 1, VMM_VCPUS_MAX, 0 },
	[GUEST_KERNEL] = { "kernel", VALUE_TEXT_OR_OBJECT, true, 0, 0, 0 },
	[GUEST_ROM] = { "rom", VALUE_ARRAY, false, 0, 0, 0 },
	[GUEST_INITRD] = { "initrd", VALUE_TEXT, false, 0, 0, 0 },
	[GUEST_DTB] = { "dtb", VALUE_TEXT, false, 0, 0, 0 },
	[GUEST_COMMAND_LINE] = { "command_line", VALUE_TEXT, false, 0, 0, 0 },
	[GUEST_PRIORITY] = { "priority", VALUE_NUMBER, false, 1, PRIORITY_CONSOLE - 1, 0 },
	[GUEST_BUDGET] = { "budget", VALUE_OBJECT, false, 0, 0, 0 },
	[GUEST_DEVICES] = { "devices", VALUE_ARRAY, false, 0, 0, 0 },
	[GUEST_RESTART] = { "restart", VALUE_TEXT_OR_OBJECT, false, 0, 0, 0 },
	[GUEST_ON_RESET] = { "on_reset", VALUE_TEXT, false, 0, 0, 0 },
	[GUEST_ANSWER] = { "answer_within_ms", VALUE_NUMBER, false, 1, 3600000, 0 },
};

enum { BUDGET_US, PERIOD_US };

static const struct key budget_keys[] = {
	[BUDGET_US] = { "budget_us", VALUE_NUMBER, true, 100, 1000000, 0 },
	[PERIOD_US] = { "period_us", VALUE_NUMBER, true, 100, 1000000, 0 },
};

static void read_budget(struct guest *guest, struct document *document, const cJSON *node)
{
	uint64_t budget;
	uint64_t period;

	schema_check(document, node, "a budget", budget_keys, ARRAY_SIZE(budget_keys));
	budget = schema_number(node, &budget_keys[BUDGET_US], 0);
	period = schema_number(node, &budget_keys[PERIOD_US], 0);
	if (!budget || !period)
		return;
	if (budget > period) {
		error_at(document, schema_node(node, "budget_us"),
			 "the budget of %llu us is longer than its period of %llu us\nlower "
			 "budget_us or raise period_us",
			 (unsigned long long)budget, (unsigned long long)period);
		return;
	}
	guest->budget = budget;
	guest->period = period;
	guest->budget_stated = true;
}

static enum on_reset read_on_reset(struct document *document, const cJSON *node)
{
	const char *word = schema_text(node, "on_reset", "restart");

	if (strcmp(word, "off") == 0)
		return ON_RESET_OFF;
	if (strcmp(word, "restart") != 0)
		error_at(document, schema_node(node, "on_reset"),
			 "\"on_reset\" cannot be \"%s\"\nuse \"restart\" or \"off\"", word);
	return ON_RESET_RESTART;
}

static void check_memory_end(const struct guest *guest, struct document *document)
{
	if (guest->memory_size > GUEST_ADDRESS_MAX - guest->memory_base)
		error_at(document, schema_node(guest->node, "memory"),
			 "the memory ends above the 512 GiB that a guest can address\nmake it "
			 "smaller or lower memory_base");
}

bool guest_read(struct guest *guest, const struct board *board, struct document *document,
		const cJSON *node)
{
	const cJSON *budget;

	*guest = (struct guest){
		.node = node, .board = board, .budget = DEFAULT_BUDGET_US, .vcpus = 1
	};
	if (!schema_check(document, node, "a guest", guest_keys, ARRAY_SIZE(guest_keys)))
		return false;
	guest->name = schema_text(node, "name", "");
	guest->vcpus = (uint32_t)schema_number(node, &guest_keys[GUEST_VCPUS], 1);
	/* A guest of several has no longer a turn than one of one. */
	guest->budget /= guest->vcpus;
	guest->period = guest->budget;
	guest->memory_size = schema_number(node, &guest_keys[GUEST_MEMORY], 0);
	guest->memory_base =
		schema_number(node, &guest_keys[GUEST_BASE], board->target->memory_base);
	guest->command_line = schema_text(node, "command_line", "");
	budget = schema_node(node, "budget");
	if (cJSON_IsObject(budget))
		read_budget(guest, document, budget);
	guest->priority = (uint32_t)schema_number(node, &guest_keys[GUEST_PRIORITY],
						  budget ? BUDGET_PRIORITY : DEFAULT_PRIORITY);
	guest->restart = restart_read(document, node);
	guest->on_reset = read_on_reset(document, node);
	guest->answer_ms =
		schema_number(node, &guest_keys[GUEST_ANSWER],
			      DEFAULT_ANSWER_MS + ANSWER_MS_GIB * guest->memory_size / GIB);
	guest_devices_read(guest, document, schema_node(node, "devices"));
	check_memory_end(guest, document);
	guest_devices_check(guest, document);
	return true;
}

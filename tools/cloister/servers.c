/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers that every machine has: what they are promised, and what becomes of them, and of the VMMs of
 * guests, when they fail.
 */
#include "description.h"
#include "schema.h"

#include <string.h>

#include <idl/root.h>

#define DEFAULT_LIMIT       5
#define DEFAULT_WITHIN_MS   60000
#define DEFAULT_BACK_OFF_MS 10

_Static_assert(ROOT_PERIOD_US == SERVER_PERIOD_US, "shares of one period can be added");

const struct server server_list[SERVERS] = {
	[SERVER_ROOT] = { "root", PRIORITY_ROOT, ROOT_BUDGET_US },
	[SERVER_UART] = { "uart", PRIORITY_UART, 1500 },
	[SERVER_CONSOLE] = { "console", PRIORITY_CONSOLE, 1500 },
	[SERVER_CLOCK] = { "clock", PRIORITY_CLOCK, 100 },
	[SERVER_SHELL] = { "shell", PRIORITY_SHELL, 400 },
};

const struct restart restart_default = { DEFAULT_LIMIT, DEFAULT_WITHIN_MS, DEFAULT_BACK_OFF_MS };

enum { RESTART_LIMIT, RESTART_WITHIN, RESTART_BACK_OFF };

static const struct key restart_keys[] = {
	[RESTART_LIMIT] = { "limit", VALUE_NUMBER, false, 1, 1000, 0 },
	[RESTART_WITHIN] = { "within_ms", VALUE_NUMBER, false, 1000, 86400000, 0 },
	[RESTART_BACK_OFF] = { "back_off_ms", VALUE_NUMBER, false, 0, 60000, 0 },
};

static uint32_t number(const cJSON *node, uint32_t key, uint32_t fallback)
{
	return (uint32_t)schema_number(node, &restart_keys[key], fallback);
}

static void read_word(struct restart *restart, struct document *document, const cJSON *node)
{
	if (strcmp(node->valuestring, "never") == 0)
		restart->limit = 0;
	else if (strcmp(node->valuestring, "always") == 0)
		restart->limit = RESTART_ALWAYS;
	else
		error_at(document, node,
			 "\"restart\" cannot be \"%s\"\nuse \"never\", \"always\" or an object: { "
			 "\"limit\": %d }",
			 node->valuestring, DEFAULT_LIMIT);
}

struct restart restart_read(struct document *document, const cJSON *object)
{
	struct restart restart = restart_default;
	const cJSON *node = schema_node(object, "restart");

	if (schema_text(object, "restart", NULL))
		read_word(&restart, document, node);
	if (!cJSON_IsObject(node))
		return restart;
	schema_check(document, node, "a restart", restart_keys, ARRAY_SIZE(restart_keys));
	restart.limit = number(node, RESTART_LIMIT, DEFAULT_LIMIT);
	restart.within_ms = number(node, RESTART_WITHIN, DEFAULT_WITHIN_MS);
	restart.back_off_ms = number(node, RESTART_BACK_OFF, DEFAULT_BACK_OFF_MS);
	return restart;
}

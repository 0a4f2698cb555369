/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The description as a whole: its top-level keys, and the rules between guests.
 */
#include "description.h"
#include "schema.h"

#include <string.h>

static const struct key top_keys[] = {
	{ "board", VALUE_NAME, true, 0, 40, 0 },
	{ "guests", VALUE_ARRAY, true, 0, 0, 0 },
	{ "servers", VALUE_OBJECT, false, 0, 0, 0 },
};

/* The root server is not among them: nobody could restart it. */
static const struct key servers_keys[] = {
	{ "uart", VALUE_OBJECT, false, 0, 0, 0 },
	{ "console", VALUE_OBJECT, false, 0, 0, 0 },
	{ "clock", VALUE_OBJECT, false, 0, 0, 0 },
	{ "shell", VALUE_OBJECT, false, 0, 0, 0 },
};

static const struct key server_keys[] = {
	{ "restart", VALUE_TEXT_OR_OBJECT, false, 0, 0, 0 },
};

static void check_names(struct description *d)
{
	for (uint32_t i = 0; i < d->guest_count; i++)
		for (uint32_t j = 0; j < i; j++) {
			if (strcmp(d->guests[i].name, d->guests[j].name) != 0 ||
			    !d->guests[i].name[0])
				continue;
			error_at(&d->document, schema_node(d->guests[i].node, "name"),
				 "two guests have the name \"%s\"\ngive one of them another name",
				 d->guests[i].name);
			break;
		}
}

/* Stated budgets are promises, so they must not be more than there is. */
static void check_budgets(struct description *d)
{
	uint64_t left = 1000000;
	uint64_t all;

	for (uint32_t i = 0; i < SERVERS; i++)
		left -= server_list[i].budget * 1000000 / SERVER_PERIOD_US;
	all = left;
	for (uint32_t i = 0; i < d->guest_count; i++) {
		const struct guest *guest = &d->guests[i];
		uint64_t share = guest->budget * guest->vcpus * 1000000 / guest->period;

		if (!guest->budget_stated)
			continue;
		if (share > left) {
			error_at(
				&d->document, schema_node(guest->node, "budget"),
				"the budgets up to that of guest \"%s\" come to more than the %llu %% "
				"of the core that guests can be promised\nlower budget_us or raise "
				"period_us",
				guest->name, (unsigned long long)all / 10000);
			return;
		}
		left -= share;
	}
}

/* The highest priority that a guest and its device servers have. */
static uint32_t top_priority(const struct guest *guest)
{
	return guest->priority + (guest_device_servers(guest) ? 1 : 0);
}

/* Who has no budget may take the whole core: all that are promised a part of it go first. */
static void check_priorities(struct description *d)
{
	for (uint32_t i = 0; i < d->guest_count; i++)
		for (uint32_t j = 0; j < d->guest_count; j++) {
			const struct guest *taker = &d->guests[i];
			const struct guest *promised = &d->guests[j];
			const cJSON *key = schema_node(taker->node, "priority");

			if (taker->budget_stated || !promised->budget_stated ||
			    top_priority(taker) < promised->priority)
				continue;
			error_at(
				&d->document, key ? key : taker->node,
				"guest \"%s\" has no budget and a priority of %u%s, so that of guest "
				"\"%s\", whose priority is %u, cannot be promised\ngive the first a "
				"budget or a lower priority",
				taker->name, taker->priority,
				guest_device_servers(taker) ? " (its device servers one above)" :
							      "",
				promised->name, promised->priority);
			return;
		}
}

static void check_memory(struct description *d)
{
	struct arena *arena = d->document.errors->arena;
	uint64_t left = d->board.memory_size;

	for (uint32_t i = 0; i < d->guest_count; i++) {
		const struct guest *guest = &d->guests[i];

		if (guest->memory_size > left) {
			error_at(
				&d->document, schema_node(guest->node, "memory"),
				"guest \"%s\" has %s, but of the board's %s only %s are left\ngive the "
				"guests less memory",
				guest->name, size_in_words(arena, guest->memory_size),
				size_in_words(arena, d->board.memory_size),
				size_in_words(arena, left));
			return;
		}
		left -= guest->memory_size;
	}
}

/* The root server's log, the shell, and of each guest its log, those of its device servers and its consoles. */
static void check_lines(struct description *d, const cJSON *array)
{
	uint32_t count = SERVER_CLIENTS;

	for (uint32_t i = 0; i < d->guest_count; i++)
		count += 1 + guest_consoles(&d->guests[i]) + guest_device_servers(&d->guests[i]);
	if (count > CLIENTS_MAX)
		error_at(
			&d->document, array,
			"the shell, the guests' consoles and the logs are %u, but the console multiplexer "
			"serves %d\nleave out a guest, or ports or the isolation of a virtio-console",
			count, CLIENTS_MAX);
}

static void read_guests(struct description *d, const struct inputs *inputs, const cJSON *array)
{
	const cJSON *node;

	if (cJSON_GetArraySize(array) > GUESTS_MAX) {
		error_at(&d->document, cJSON_GetArrayItem(array, GUESTS_MAX),
			 "there are more than %d guests\ndescribe at most that many", GUESTS_MAX);
		return;
	}
	cJSON_ArrayForEach(node, array)
	{
		struct guest *guest = &d->guests[d->guest_count];

		if (!guest_read(guest, &d->board, &d->document, node))
			continue;
		guest_images_read(guest, &d->document, inputs);
		d->guest_count++;
	}
	check_names(d);
	check_budgets(d);
	check_priorities(d);
	check_lines(d, array);
}

static void read_servers(struct description *d, const cJSON *servers)
{
	for (uint32_t i = 0; i < SERVERS; i++)
		d->restart[i] = restart_default;
	if (!cJSON_IsObject(servers))
		return;
	schema_check(&d->document, servers, "the servers' part", servers_keys,
		     ARRAY_SIZE(servers_keys));
	for (uint32_t i = SERVER_ROOT + 1; i < SERVERS; i++) {
		const cJSON *node = schema_node(servers, server_list[i].name);

		if (!cJSON_IsObject(node))
			continue;
		schema_check(&d->document, node, "a server", server_keys, ARRAY_SIZE(server_keys));
		d->restart[i] = restart_read(&d->document, node);
	}
}

void description_read(struct description *d, const struct inputs *inputs, const char *path)
{
	const cJSON *board;
	const cJSON *guests;
	bool has_board;

	*d = (struct description){ 0 };
	if (!document_open(&d->document, inputs->errors, path) ||
	    !schema_check(&d->document, d->document.root, "a description", top_keys,
			  ARRAY_SIZE(top_keys)))
		return;
	read_servers(d, schema_node(d->document.root, "servers"));
	board = schema_node(d->document.root, "board");
	has_board = schema_text(d->document.root, "board", NULL) &&
		    board_read(&d->board, inputs, &d->document, board);
	if (!d->board.target)
		d->board.target = target_default;
	guests = schema_node(d->document.root, "guests");
	if (cJSON_IsArray(guests))
		read_guests(d, inputs, guests);
	if (has_board)
		check_memory(d);
}

void description_close(struct description *d)
{
	document_close(&d->board.document);
	document_close(&d->document);
}

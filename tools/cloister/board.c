/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boards: what a machine has, and how QEMU is told to be that machine.
 */
#include "description.h"
#include "schema.h"

#include <string.h>

enum {
	BOARD_ARCHITECTURE,
	BOARD_MEMORY,
	BOARD_IMAGE,
	BOARD_UART,
	BOARD_RTC,
	BOARD_QEMU,
	BOARD_KEYS,
};

static const struct key board_keys[] = {
	[BOARD_ARCHITECTURE] = { "architecture", VALUE_TEXT, true, 0, 0, 0 },
	[BOARD_MEMORY] = { "memory", VALUE_OBJECT, true, 0, 0, 0 },
	[BOARD_IMAGE] = { "image_address", VALUE_ADDRESS, true, 0, UINT32_MAX, BLOCK_SIZE },
	[BOARD_UART] = { "uart", VALUE_OBJECT, true, 0, 0, 0 },
	[BOARD_RTC] = { "rtc", VALUE_OBJECT, false, 0, 0, 0 },
	[BOARD_QEMU] = { "qemu", VALUE_OBJECT, true, 0, 0, 0 },
};

enum { MEMORY_ADDRESS, MEMORY_SIZE, MEMORY_FIRMWARE };

static const struct key memory_keys[] = {
	[MEMORY_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, 1ULL << 40, BLOCK_SIZE },
	[MEMORY_SIZE] = { "size", VALUE_SIZE, true, MACHINE_MEMORY_MIN, 1ULL << 40, BLOCK_SIZE },
	[MEMORY_FIRMWARE] = { "firmware", VALUE_SIZE, false, 0, BOARD_FIRMWARE_MAX, BLOCK_SIZE },
};

enum { UART_DRIVER, UART_ADDRESS, UART_SIZE, UART_INTERRUPT };

static const struct key uart_keys[] = {
	[UART_DRIVER] = { "driver", VALUE_NAME, true, 0, 20, 0 },
	[UART_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[UART_SIZE] = { "size", VALUE_SIZE, true, PAGE_SIZE, BLOCK_SIZE, PAGE_SIZE },
	/* Its range is the architecture's. */
	[UART_INTERRUPT] = { "interrupt", VALUE_NUMBER, true, 0, 0, 0 },
};

enum { RTC_DRIVER, RTC_ADDRESS, RTC_SIZE };

static const struct key rtc_keys[] = {
	[RTC_DRIVER] = { "driver", VALUE_NAME, true, 0, 20, 0 },
	[RTC_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[RTC_SIZE] = { "size", VALUE_SIZE, true, PAGE_SIZE, BLOCK_SIZE, PAGE_SIZE },
};

static const struct key qemu_keys[] = {
	{ "program", VALUE_TEXT, true, 0, 0, 0 },
	{ "cpu", VALUE_TEXT, true, 0, 0, 0 },
	{ "arguments", VALUE_ARRAY, true, 0, 0, 0 },
};

static void read_memory(struct board *board, const cJSON *node)
{
	schema_check(&board->document, node, "the memory", memory_keys, ARRAY_SIZE(memory_keys));
	board->memory_address = schema_number(node, &memory_keys[MEMORY_ADDRESS], 0);
	board->memory_size = schema_number(node, &memory_keys[MEMORY_SIZE], 0);
	board->memory_firmware = schema_number(node, &memory_keys[MEMORY_FIRMWARE], 0);
}

static void read_uart(struct board *board, const cJSON *node)
{
	struct key keys[ARRAY_SIZE(uart_keys)];

	memcpy(keys, uart_keys, sizeof(keys));
	keys[UART_INTERRUPT].min = board->target->irq_min;
	keys[UART_INTERRUPT].max = board->target->irq_max;
	schema_check(&board->document, node, "the UART", keys, ARRAY_SIZE(keys));
	board->uart_driver = schema_text(node, "driver", "");
	board->uart = schema_number(node, &uart_keys[UART_ADDRESS], 0);
	board->uart_size = schema_number(node, &uart_keys[UART_SIZE], PAGE_SIZE);
	board->uart_irq = (uint32_t)schema_number(node, &keys[UART_INTERRUPT], 0);
	board->driven[PLATFORM_UART] = board->uart;
}

static void read_rtc(struct board *board, const cJSON *node)
{
	schema_check(&board->document, node, "the real-time clock", rtc_keys, ARRAY_SIZE(rtc_keys));
	board->rtc_driver = schema_text(node, "driver", "");
	board->rtc = schema_number(node, &rtc_keys[RTC_ADDRESS], 0);
	board->rtc_size = schema_number(node, &rtc_keys[RTC_SIZE], PAGE_SIZE);
}

static void read_qemu(struct board *board, const cJSON *node)
{
	const cJSON *argument;

	schema_check(&board->document, node, "QEMU's part", qemu_keys, ARRAY_SIZE(qemu_keys));
	board->qemu = schema_text(node, "program", "");
	board->qemu_cpu = schema_text(node, "cpu", "");
	board->qemu_arguments = schema_node(node, "arguments");
	cJSON_ArrayForEach(argument, board->qemu_arguments) if (!cJSON_IsString(argument))
		error_at(&board->document, argument,
			 "an argument is not of the right type\nit must be text in quotes");
}

/* The architecture, which says what other keys there are; with another name, or none, the default's. */
static void read_architecture(struct board *board)
{
	struct document *document = &board->document;
	const char *name = schema_text(document->root, "architecture", target_default->name);

	board->target = target_find(name);
	if (board->target)
		return;
	board->target = target_default;
	error_at(document, schema_node(document->root, "architecture"),
		 "there is no architecture \"%s\" yet\nuse %s", name,
		 target_names(document->errors->arena));
}

static bool check_keys(struct board *board)
{
	const struct target *target = board->target;
	struct key keys[BOARD_KEYS + TARGET_KEYS_MAX];

	memcpy(keys, board_keys, sizeof(board_keys));
	memcpy(keys + BOARD_KEYS, target->keys, sizeof(target->keys));
	return schema_check(&board->document, board->document.root, "a board", keys,
			    BOARD_KEYS + target->key_count);
}

static bool read_keys(struct board *board)
{
	const cJSON *root = board->document.root;

	read_architecture(board);
	if (!check_keys(board))
		return false;
	board->image_address = schema_number(root, &board_keys[BOARD_IMAGE], 0);
	if (cJSON_IsObject(schema_node(root, "memory")))
		read_memory(board, schema_node(root, "memory"));
	if (cJSON_IsObject(schema_node(root, "uart")))
		read_uart(board, schema_node(root, "uart"));
	if (cJSON_IsObject(schema_node(root, "rtc")))
		read_rtc(board, schema_node(root, "rtc"));
	if (cJSON_IsObject(schema_node(root, "qemu")))
		read_qemu(board, schema_node(root, "qemu"));
	board->target->read_board(board);
	return board->document.errors->count == 0;
}

bool board_read(struct board *board, const struct inputs *inputs, struct document *description,
		const cJSON *node)
{
	struct arena *arena = inputs->errors->arena;
	const char *file = arena_print(arena, "boards/%s.json", node->valuestring);
	const char *paths[] = {
		file_beside(arena, description->path, file),
		arena_print(arena, "%s/configs/%s", inputs->programs, file),
	};

	board->name = node->valuestring;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (file_exists(paths[i]))
			return document_open(&board->document, inputs->errors, paths[i]) &&
			       read_keys(board);
	error_at(
		description, node,
		"there is no board \"%s\"\nuse \"qemu-virt-aarch64\" or \"qemu-virt-riscv64\", or put its file "
		"into the folder \"boards\" beside the description",
		board->name);
	return false;
}

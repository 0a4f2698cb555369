/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which keys an object of the description may have and what their values may be, as tables. One check of an
 * object against its table reports everything that is wrong with it: unknown, duplicate and missing
 * keys, wrong types, values out of range. Afterwards values are taken out by key.
 */
#pragma once

#include "document.h"

enum value_kind {
	/* Text that is not empty. */
	VALUE_TEXT,
	/* A name: a lower-case letter, then letters, digits, hyphens; at most `max` characters. */
	VALUE_NAME,
	VALUE_NUMBER,
	/* Bytes: a number, or text such as "512 MiB". */
	VALUE_SIZE,
	/* A number, or text in hexadecimal: "0x40000000". */
	VALUE_ADDRESS,
	VALUE_OBJECT,
	VALUE_ARRAY,
	/* Text or an object. */
	VALUE_TEXT_OR_OBJECT,
	VALUE_BOOL,
};

struct key {
	const char *name;
	enum value_kind kind;
	bool required;
	/* Of numbers, sizes and addresses: the range, and what they must be a multiple of (0: nothing). */
	uint64_t min;
	uint64_t max;
	uint64_t multiple;
};

/*
 * Checks `node` against the keys of its table; `what` names such an object in messages ("a guest").
 * Gives false when it is no object at all.
 */
bool schema_check(struct document *document, const cJSON *node, const char *what,
		  const struct key *keys, size_t count);

/*
 * The value of a key that schema_check() has looked at; the fallback when it is missing or was
 * reported as wrong.
 */
uint64_t schema_number(const cJSON *object, const struct key *key, uint64_t fallback);
const char *schema_text(const cJSON *object, const char *name, const char *fallback);

/* The value's node if the key is there, whatever its type; of several the first. */
const cJSON *schema_node(const cJSON *object, const char *name);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of JSON objects against tables of keys. Numbers above 2^53 cannot be written as JSON numbers
 * exactly, so they are refused in that form; text has all 64 bits.
 */
#include "schema.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0

static const char *const kind_words[] = {
	[VALUE_TEXT] = "text in quotes",
	[VALUE_NAME] = "a name in quotes",
	[VALUE_NUMBER] = "a whole number",
	[VALUE_SIZE] = "a size: a number of bytes or text such as \"512 MiB\"",
	[VALUE_ADDRESS] = "an address: a number or text such as \"0x40000000\"",
	[VALUE_OBJECT] = "an object: { ... }",
	[VALUE_ARRAY] = "an array: [ ... ]",
	[VALUE_TEXT_OR_OBJECT] = "text in quotes or an object: { ... }",
	[VALUE_BOOL] = "true or false",
};

const cJSON *schema_node(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool parse_json_number(const cJSON *node, uint64_t *value)
{
	double number = node->valuedouble;

	if (!cJSON_IsNumber(node) || number < 0 || number > EXACT_MAX ||
	    number != (double)(uint64_t)number)
		return false;
	*value = (uint64_t)number;
	return true;
}

/* "512 MiB", "4KiB", "4096": decimal digits and a unit. */
static bool parse_size(const char *text, uint64_t *value)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = { { "", 1 }, { "B", 1 }, { "KiB", KIB }, { "MiB", MIB }, { "GiB", GIB } };
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name) == 0)
			return errno == 0 && !__builtin_mul_overflow(*value, units[i].bytes, value);
	}
	return false;
}

static bool parse_address(const char *text, uint64_t *value)
{
	char *end;

	if (strncmp(text, "0x", 2) != 0 || !isxdigit((unsigned char)text[2]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 16);
	return errno == 0 && *end == '\0';
}

static bool parse_number(const cJSON *node, enum value_kind kind, uint64_t *value)
{
	if (cJSON_IsNumber(node))
		return parse_json_number(node, value);
	if (!cJSON_IsString(node))
		return false;
	if (kind == VALUE_SIZE)
		return parse_size(node->valuestring, value);
	return kind == VALUE_ADDRESS && parse_address(node->valuestring, value);
}

static bool is_numeric(enum value_kind kind)
{
	return kind == VALUE_NUMBER || kind == VALUE_SIZE || kind == VALUE_ADDRESS;
}

static bool has_kind(const cJSON *node, enum value_kind kind)
{
	uint64_t value;

	switch (kind) {
	case VALUE_TEXT:
	case VALUE_NAME:
		return cJSON_IsString(node);
	case VALUE_OBJECT:
		return cJSON_IsObject(node);
	case VALUE_ARRAY:
		return cJSON_IsArray(node);
	case VALUE_BOOL:
		return cJSON_IsBool(node);
	case VALUE_TEXT_OR_OBJECT:
		return cJSON_IsString(node) || cJSON_IsObject(node);
	default:
		return parse_number(node, kind, &value);
	}
}

static const char *in_words(struct arena *arena, enum value_kind kind, uint64_t value)
{
	if (kind == VALUE_SIZE)
		return size_in_words(arena, value);
	if (kind == VALUE_ADDRESS)
		return arena_print(arena, "0x%llx", (unsigned long long)value);
	return arena_print(arena, "%llu", (unsigned long long)value);
}

static void check_number(struct document *document, const cJSON *node, const struct key *key)
{
	struct arena *arena = document->errors->arena;
	const char *given;
	uint64_t value = 0;

	parse_number(node, key->kind, &value);
	given = in_words(arena, key->kind, value);
	if (value < key->min || value > key->max)
		error_at(document, node, "\"%s\" is %s\nit can be %s to %s", key->name, given,
			 in_words(arena, key->kind, key->min),
			 in_words(arena, key->kind, key->max));
	else if (key->multiple && value % key->multiple)
		error_at(document, node, "\"%s\" is %s\nit must be a multiple of %s", key->name,
			 given, in_words(arena, key->kind, key->multiple));
}

static bool is_name(const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length == 0 || length > max || !islower((unsigned char)text[0]))
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) &&
		    *text != '-')
			return false;
	return true;
}

static void check_text(struct document *document, const cJSON *node, const struct key *key)
{
	if (key->kind == VALUE_NAME && !is_name(node->valuestring, key->max))
		error_at(document, node,
			 "\"%s\" is not a name\nuse a lower-case letter, then lower-case letters, "
			 "digits and hyphens, at most %llu in all",
			 node->valuestring, (unsigned long long)key->max);
	else if (node->valuestring[0] == '\0')
		error_at(document, node, "\"%s\" is empty\ngive it a value or leave it out",
			 key->name);
}

static void check_value(struct document *document, const cJSON *node, const struct key *key)
{
	if (!has_kind(node, key->kind))
		error_at(document, node, "\"%s\" is not of the right type\nit must be %s",
			 key->name, kind_words[key->kind]);
	else if (is_numeric(key->kind))
		check_number(document, node, key);
	else if (cJSON_IsString(node))
		check_text(document, node, key);
}

#define WORD_MAX 32

/* How many letters must be put in, taken out or changed to make `a` of `b` (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

static const struct key *nearest(const char *name, const struct key *keys, size_t count)
{
	const struct key *best = NULL;
	size_t least = strlen(name) / 3 + 2;

	if (strlen(name) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t d = distance(name, keys[i].name);

		if (d < least) {
			least = d;
			best = &keys[i];
		}
	}
	return best;
}

static const char *list_keys(struct arena *arena, const struct key *keys, size_t count)
{
	const char *list = keys[0].name;

	for (size_t i = 1; i < count; i++)
		list = arena_print(arena, "%s, %s", list, keys[i].name);
	return list;
}

static void unknown_key(struct document *document, const cJSON *node, const char *what,
			const struct key *keys, size_t count)
{
	const struct key *guess = nearest(node->string, keys, count);

	if (guess)
		error_at_key(document, node, "%s has no key \"%s\"\ndid you mean \"%s\"?", what,
			     node->string, guess->name);
	else
		error_at_key(document, node, "%s has no key \"%s\"\nit can have: %s", what,
			     node->string, list_keys(document->errors->arena, keys, count));
}

static const struct key *find_key(const char *name, const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

bool schema_check(struct document *document, const cJSON *node, const char *what,
		  const struct key *keys, size_t count)
{
	const cJSON *child;

	if (!cJSON_IsObject(node)) {
		error_at(document, node, "%s is not of the right type\nit must be %s", what,
			 kind_words[VALUE_OBJECT]);
		return false;
	}
	cJSON_ArrayForEach(child, node)
	{
		const struct key *key = find_key(child->string, keys, count);

		if (!key)
			unknown_key(document, child, what, keys, count);
		else if (schema_node(node, child->string) != child)
			error_at_key(document, child, "\"%s\" is given twice\nkeep one of the two",
				     child->string);
		else
			check_value(document, child, key);
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !schema_node(node, keys[i].name))
			error_at(document, node, "%s needs the key \"%s\"\nadd it: %s", what,
				 keys[i].name, kind_words[keys[i].kind]);
	return true;
}

uint64_t schema_number(const cJSON *object, const struct key *key, uint64_t fallback)
{
	const cJSON *node = schema_node(object, key->name);
	uint64_t value;

	if (!node || !parse_number(node, key->kind, &value) || value < key->min ||
	    value > key->max || (key->multiple && value % key->multiple))
		return fallback;
	return value;
}

const char *schema_text(const cJSON *object, const char *name, const char *fallback)
{
	const cJSON *node = schema_node(object, name);

	return cJSON_IsString(node) && node->valuestring[0] ? node->valuestring : fallback;
}

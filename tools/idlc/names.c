/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of names: a hash table that says what stands where, so that everything that would
 * collide in the generated headers is reported at its source.
 */
#include <string.h>

#include "idlc.h"

#define BUCKETS 4096

struct entry {
	struct entry *next;
	const char *key;
	struct place place;
	const struct item *item;
};

struct names {
	struct idlc *idlc;
	struct entry *buckets[BUCKETS];
};

/* FNV-1a. */
static uint32_t hash(const char *key)
{
	uint32_t value = 2166136261u;

	for (; *key; key++)
		value = (value ^ (unsigned char)*key) * 16777619u;
	return value % BUCKETS;
}

static struct entry *find(const struct names *names, const char *key)
{
	for (struct entry *entry = names->buckets[hash(key)]; entry; entry = entry->next)
		if (strcmp(entry->key, key) == 0)
			return entry;
	return NULL;
}

struct names *names_make(struct idlc *idlc)
{
	struct names *names = idlc_allocate(idlc, sizeof(*names));

	names->idlc = idlc;
	return names;
}

void names_declare(struct names *names, const char *key, const char *shown, struct name *name,
		   const struct item *item)
{
	struct entry *entry = find(names, key);

	if (!entry) {
		entry = idlc_allocate(names->idlc, sizeof(*entry));
		entry->key = key;
		entry->place = name->place;
		entry->item = item;
		entry->next = names->buckets[hash(key)];
		names->buckets[hash(key)] = entry;
	} else if (!name->reported) {
		idlc_error(names->idlc, name->place,
			   "duplicate %s, taken at %s:%u:%u; choose another", shown,
			   entry->place.source->path, entry->place.line, entry->place.column);
		name->reported = true;
	}
}

const struct item *names_find(const struct names *names, const char *key)
{
	const struct entry *entry = find(names, key);

	return entry ? entry->item : NULL;
}

static bool is_case(const char *text, bool upper)
{
	char first = upper ? 'A' : 'a';

	if (text[0] < first || text[0] > first + 25)
		return false;
	for (; *text; text++)
		if ((*text < first || *text > first + 25) && *text != '_' &&
		    (*text < '0' || *text > '9'))
			return false;
	return true;
}

/* Words of C, and names in the headers that generated code includes. */
static const char *const taken_in_c[] = {
	"asm",    "auto",     "bool",     "break",   "cap_t",    "case",     "char",
	"const",  "continue", "default",  "do",      "double",   "else",     "enum",
	"extern", "false",    "float",    "for",     "goto",     "i386",     "if",
	"inline", "int",      "linux",    "long",    "offsetof", "register", "restrict",
	"return", "short",    "signed",   "sizeof",  "static",   "struct",   "switch",
	"true",   "typedef",  "typeof",   "uint8_t", "uint16_t", "uint32_t", "uint64_t",
	"union",  "unix",     "unsigned", "void",    "volatile", "while",
};

/* Tags that the includer of generated code defines. */
static const char *const taken_tags[] = { "invocation", "message" };

/* Variables and functions of the generated functions, and those in a server's. */
static const char *const taken_in_stubs[] = { "call", "m", "message_call", "self", "status" };
static const char *const taken_in_servers[] = { "badge", "context" };

static const char *const taken_constants[] = { "NULL", "UINT32_MAX" };

static const struct {
	const char *const *names;
	size_t count;
	unsigned int uses;
} taken[] = {
	{ taken_in_c, ARRAY_SIZE(taken_in_c),
	  NAME_ITEM | NAME_MEMBER | NAME_PARAMETER | NAME_SERVER_PARAMETER },
	{ taken_tags, ARRAY_SIZE(taken_tags), NAME_ITEM },
	{ taken_in_stubs, ARRAY_SIZE(taken_in_stubs), NAME_PARAMETER | NAME_SERVER_PARAMETER },
	{ taken_in_servers, ARRAY_SIZE(taken_in_servers), NAME_SERVER_PARAMETER },
	{ taken_constants, ARRAY_SIZE(taken_constants), NAME_CONSTANT },
};

static bool is_taken(const char *text, enum name_use use)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		for (size_t j = 0; (taken[i].uses & use) && j < taken[i].count; j++)
			if (strcmp(taken[i].names[j], text) == 0)
				return true;
	return false;
}

void names_check(struct idlc *idlc, const struct name *name, enum name_use use)
{
	bool upper = use == NAME_CONSTANT;

	if (!is_case(name->text, upper))
		idlc_error(idlc, name->place,
			   "`%s` should be %s; write it with `%s`, digits and `_`, a letter first",
			   name->text, upper ? "upper case" : "lower case", upper ? "A-Z" : "a-z");
	else if (is_taken(name->text, use))
		idlc_error(idlc, name->place,
			   "`%s` has a meaning in the generated C; choose another name",
			   name->text);
}

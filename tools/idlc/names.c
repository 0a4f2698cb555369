/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of names: a hash table that says what stands where, so that everything that would collide in
 * the generated headers is reported at its source.
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
		idlc_error(names->idlc, name->place, "duplicate %s, taken at %s:%u:%u; choose another",
			   shown, entry->place.source->path, entry->place.line,
			   entry->place.column);
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

/* Names with a meaning in C, in the headers that generated code includes, or in generated code. */
static const struct {
	const char *text;
	unsigned int uses;
} taken[] = {
#define IN_STUB (NAME_PARAMETER | NAME_SERVER_PARAMETER)
#define IN_C (NAME_ITEM | NAME_MEMBER | IN_STUB)
	{ "asm", IN_C },      { "auto", IN_C },	    { "bool", IN_C },	  { "break", IN_C },
	{ "cap_t", IN_C },    { "case", IN_C },	    { "char", IN_C },	  { "const", IN_C },
	{ "continue", IN_C }, { "default", IN_C },  { "do", IN_C },	  { "double", IN_C },
	{ "else", IN_C },     { "enum", IN_C },	    { "extern", IN_C },	  { "false", IN_C },
	{ "float", IN_C },    { "for", IN_C },	    { "goto", IN_C },	  { "i386", IN_C },
	{ "if", IN_C },	      { "inline", IN_C },   { "int", IN_C },	  { "linux", IN_C },
	{ "long", IN_C },     { "offsetof", IN_C }, { "register", IN_C }, { "restrict", IN_C },
	{ "return", IN_C },   { "short", IN_C },    { "signed", IN_C },	  { "sizeof", IN_C },
	{ "static", IN_C },   { "struct", IN_C },   { "switch", IN_C },	  { "true", IN_C },
	{ "typedef", IN_C },  { "typeof", IN_C },   { "uint8_t", IN_C },  { "uint16_t", IN_C },
	{ "uint32_t", IN_C }, { "uint64_t", IN_C }, { "union", IN_C },	  { "unix", IN_C },
	{ "unsigned", IN_C }, { "void", IN_C },	    { "volatile", IN_C }, { "while", IN_C },
	{ "invocation", NAME_ITEM },
	{ "message", NAME_ITEM },
	{ "badge", NAME_SERVER_PARAMETER },
	{ "call", IN_STUB },
	{ "context", NAME_SERVER_PARAMETER },
	{ "m", IN_STUB },
	{ "message_call", IN_STUB },
	{ "self", IN_STUB },
	{ "status", IN_STUB },
	{ "NULL", NAME_CONSTANT },
	{ "UINT32_MAX", NAME_CONSTANT },
};

void names_check(struct idlc *idlc, const struct name *name, enum name_use use)
{
	bool upper = use == NAME_CONSTANT;

	if (!is_case(name->text, upper)) {
		idlc_error(idlc, name->place,
			   "`%s` should be %s; write it with `%s`, digits and `_`, a letter first",
			   name->text, upper ? "upper case" : "lower case", upper ? "A-Z" : "a-z");
		return;
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if ((taken[i].uses & use) && strcmp(taken[i].text, name->text) == 0)
			idlc_error(idlc, name->place,
				   "`%s` has a meaning in the generated C; choose another name",
				   name->text);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers that declare: <name>.h for C, <name>_asm.h for assembly.
 */
#include <string.h>

#include "idlc.h"

/* The suffix that gives a number of this width, or this value, its type. */
static const char *suffix(enum type width)
{
	return width == TYPE_U64 ? "ULL" : "u";
}

static void emit_const(struct idlc *idlc, FILE *out, const struct item *item)
{
	emit_comment(out, 0, item->doc);
	fprintf(out, "#define %s %s%s\n\n", item->name.text, number_text(idlc, &item->number),
		item->number.value > INT32_MAX ? "ULL" : "");
}

/*
 * A function that says whether a number is a value of the enum; the parameter is what a peer sends.
 */
static void emit_valid(FILE *out, const struct item *item)
{
	fprintf(out, "static inline bool %s_valid(uint64_t value)\n{\n\tswitch (value) {\n",
		item->name.text);
	for (const struct member *value = item->members; value; value = value->next)
		if (!value->alias)
			fprintf(out, "\tcase %s:\n", value->name.text);
	fputs("\t\treturn true;\n\tdefault:\n\t\treturn false;\n\t}\n}\n\n", out);
}

/* C has no portable enum of 64 bits. */
static void emit_wide_enum(struct idlc *idlc, FILE *out, const struct item *item)
{
	emit_comment(out, 0, item->doc);
	for (const struct member *value = item->members; value; value = value->next) {
		emit_comment(out, 0, value->doc);
		fprintf(out, "#define %s %sULL\n", value->name.text,
			number_text(idlc, &value->number));
	}
	fputc('\n', out);
}

static void emit_enum(struct idlc *idlc, FILE *out, const struct item *item)
{
	if (item->width == TYPE_U64) {
		emit_wide_enum(idlc, out, item);
		return;
	}
	emit_comment(out, 0, item->doc);
	fprintf(out, "enum %s {\n", item->name.text);
	for (const struct member *value = item->members; value; value = value->next) {
		emit_comment(out, 1, value->doc);
		fprintf(out, "\t%s = %s%s,\n", value->name.text, number_text(idlc, &value->number),
			value->number.value > INT32_MAX ? "u" : "");
	}
	fputs("};\n\n", out);
	emit_valid(out, item);
}

static void emit_field(FILE *out, const struct item *item, const struct member *bit)
{
	const char *type = item->width == TYPE_U64 ? "uint64_t" : "uint32_t";
	const char *name = bit->name.text;
	unsigned long long low = bit->low.value;

	fprintf(out, "#define %s_SHIFT %llu\n", name, low);
	fprintf(out, "#define %s_MASK 0x%llx%s\n", name, (unsigned long long)member_mask(bit),
		suffix(item->width));
	fprintf(out, "#define %s(value) (((%s)(value) << %llu) & %s_MASK)\n", name, type, low,
		name);
	fprintf(out, "#define %s_OF(word) (((%s)(word) & %s_MASK) >> %llu)\n", name, type, name,
		low);
}

static void emit_bits(FILE *out, const struct item *item)
{
	emit_comment(out, 0, item->doc);
	for (const struct member *bit = item->members; bit; bit = bit->next) {
		emit_comment(out, 0, bit->doc);
		if (bit->range)
			emit_field(out, item, bit);
		else
			fprintf(out, "#define %s 0x%llx%s\n", bit->name.text,
				(unsigned long long)member_mask(bit), suffix(item->width));
	}
	fputc('\n', out);
}

static void emit_struct(struct idlc *idlc, FILE *out, const struct item *item)
{
	const char *name = item->name.text;

	emit_comment(out, 0, item->doc);
	fprintf(out, "struct %s {\n", name);
	for (const struct member *member = item->members; member; member = member->next) {
		emit_comment(out, 1, member->doc);
		fprintf(out, "\t%s %s", type_in_c(idlc, member), member->name.text);
		if (member->range)
			fprintf(out, "[%s]", number_text(idlc, &member->number));
		fputs(";\n", out);
	}
	fputs("};\n\n", out);
	for (const struct member *member = item->members; member; member = member->next)
		fprintf(out,
			"_Static_assert(offsetof(struct %s, %s) == %llu,\n\t\t\"offset of %s\");\n",
			name, member->name.text, (unsigned long long)member->offset,
			member->name.text);
	fprintf(out, "_Static_assert(sizeof(struct %s) == %llu, \"size of %s\");\n\n", name,
		(unsigned long long)item->size, name);
}

static void emit_item(struct idlc *idlc, FILE *out, const struct item *item)
{
	switch (item->kind) {
	case ITEM_CONST:
		emit_const(idlc, out, item);
		break;
	case ITEM_ENUM:
		emit_enum(idlc, out, item);
		break;
	case ITEM_BITS:
		emit_bits(out, item);
		break;
	case ITEM_STRUCT:
		emit_struct(idlc, out, item);
		break;
	case ITEM_OBJECT:
	case ITEM_PROTOCOL:
		break;
	}
}

static uint64_t object_types(const struct interface *interface)
{
	uint64_t highest = 0;

	for (const struct member *type = interface->object_type->members; type; type = type->next)
		if (type->number.value > highest)
			highest = type->number.value;
	return highest + 1;
}

static void emit_object_type(FILE *out, const struct interface *interface)
{
	const struct item *item = interface->object_type;

	fputs("/* Types of objects; OBJECT_NULL is none, OBJECT_TYPES is above all of them. */\n",
	      out);
	fputs("enum object_type {\n\tOBJECT_NULL = 0,\n", out);
	for (const struct member *type = item->members; type; type = type->next) {
		emit_comment(out, 1, type->doc);
		fprintf(out, "\t%s = %llu,\n", type->name.text,
			(unsigned long long)type->number.value);
	}
	fprintf(out, "\tOBJECT_TYPES = %llu,\n};\n\n", (unsigned long long)object_types(interface));
	emit_valid(out, item);
}

static void emit_labels(struct idlc *idlc, FILE *out, const struct item *item)
{
	if ((item->kind != ITEM_OBJECT && item->kind != ITEM_PROTOCOL) || !item->methods)
		return;
	fprintf(out, "/* Labels of %s. */\nenum %s_label {\n", item->name.text, item->name.text);
	for (const struct method *method = item->methods; method; method = method->next)
		fprintf(out, "\t%s_%s = 0x%x,\n", upper_case(idlc, item->name.text),
			upper_case(idlc, method->name.text), method_label(item, method));
	fputs("};\n\n", out);
}

void emit_c_header(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	emit_head(out, interface, "declarations");
	emit_comment(out, 0, interface->doc);
	fputs("#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n", out);
	for (const struct use *use = interface->uses; use; use = use->next)
		fprintf(out, "#include <idl/%s.h>\n", use->name.text);
	fputc('\n', out);
	if (strcmp(interface->name.text, "kernel") == 0) {
		emit_comment(out, 0, "A capability: a slot of the program's CNode.");
		fputs("typedef uint32_t cap_t;\n\n", out);
	}
	for (const struct item *item = interface->items; item; item = item->next)
		emit_item(idlc, out, item);
	if (interface->object_type)
		emit_object_type(out, interface);
	for (const struct item *item = interface->items; item; item = item->next)
		emit_labels(idlc, out, item);
}

static void define(FILE *out, const char *name, const char *tail, uint64_t value)
{
	fprintf(out, "#define %s%s 0x%llx\n", name, tail, (unsigned long long)value);
}

static void emit_asm_item(struct idlc *idlc, FILE *out, const struct item *item)
{
	const char *upper = upper_case(idlc, item->name.text);

	if (item->kind == ITEM_CONST)
		define(out, item->name.text, "", item->number.value);
	for (const struct member *member = item->members; member; member = member->next) {
		const char *name = member->name.text;

		if (item->kind == ITEM_ENUM) {
			define(out, name, "", member->number.value);
		} else if (item->kind == ITEM_STRUCT) {
			fprintf(out, "#define OFFSET_%s_%s %llu\n", upper, upper_case(idlc, name),
				(unsigned long long)member->offset);
		} else if (member->range) {
			define(out, name, "_SHIFT", member->low.value);
			define(out, name, "_MASK", member_mask(member));
		} else {
			define(out, name, "", member_mask(member));
		}
	}
	if (item->kind == ITEM_STRUCT)
		fprintf(out, "#define SIZEOF_%s %llu\n", upper, (unsigned long long)item->size);
	for (const struct method *method = item->methods; method; method = method->next)
		fprintf(out, "#define %s_%s 0x%x\n", upper, upper_case(idlc, method->name.text),
			method_label(item, method));
}

void emit_asm_header(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	emit_head(out, interface, "numbers and offsets for assembly");
	for (const struct use *use = interface->uses; use; use = use->next)
		fprintf(out, "#include <idl/%s_asm.h>\n", use->name.text);
	if (interface->object_type) {
		emit_asm_item(idlc, out, interface->object_type);
		define(out, "OBJECT_NULL", "", 0);
		define(out, "OBJECT_TYPES", "", object_types(interface));
	}
	for (const struct item *item = interface->items; item; item = item->next)
		emit_asm_item(idlc, out, item);
}

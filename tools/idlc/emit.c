/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the emitters share: types in C, numbers as text, comments, and lines that break before
 * column 100.
 */
#include <ctype.h>
#include <string.h>

#include "idlc.h"

#define COLUMNS 100
#define TAB     8
/* What may come behind the last piece of a list: `) {`, or a separator. */
#define CLOSING 3

unsigned int type_width(enum type type)
{
	return 8u << type;
}

const char *type_in_c(struct idlc *idlc, const struct member *member)
{
	switch (member->type) {
	case TYPE_U8:
		return "uint8_t";
	case TYPE_U16:
		return "uint16_t";
	case TYPE_U32:
		return "uint32_t";
	case TYPE_U64:
		return "uint64_t";
	case TYPE_CHAR:
		return "char";
	case TYPE_CAP:
		return "cap_t";
	case TYPE_ENUM:
		return idlc_format(idlc, "enum %s", member->type_name.text);
	case TYPE_STRUCT:
		break;
	}
	return idlc_format(idlc, "struct %s", member->type_name.text);
}

const char *cast_in_c(struct idlc *idlc, const struct member *member)
{
	if (member->type == TYPE_U64)
		return "";
	return idlc_format(idlc, "(%s)", type_in_c(idlc, member));
}

char *upper_case(struct idlc *idlc, const char *text)
{
	char *upper = idlc_format(idlc, "%s", text);

	for (char *c = upper; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return upper;
}

bool has_kind(const struct interface *interface, enum item_kind kind)
{
	for (const struct item *item = interface->items; item; item = item->next)
		if (item->kind == kind)
			return true;
	return false;
}

bool has_calls(const struct interface *interface)
{
	return has_kind(interface, ITEM_OBJECT) || has_kind(interface, ITEM_PROTOCOL);
}

uint32_t method_label(const struct item *item, const struct method *method)
{
	return (uint32_t)(item->number.value << 8 | method->number.value);
}

const char *number_text(struct idlc *idlc, const struct number *number)
{
	return idlc_format(idlc, number->hex ? "0x%llx" : "%llu",
			   (unsigned long long)number->value);
}

uint64_t member_mask(const struct member *bit)
{
	return (UINT64_MAX >> (63 - (bit->number.value - bit->low.value))) << bit->low.value;
}

static void put_tabs(FILE *out, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		fputc('\t', out);
}

/* The words of one paragraph or line of documentation, filled into lines behind `margin`. */
static void fill(FILE *out, unsigned int indent, const char *doc)
{
	unsigned int margin = indent * TAB + 3;
	unsigned int column = 0;

	while (*doc) {
		/* An empty line parts paragraphs. */
		bool paragraph = strncmp(doc, "\n\n", 2) == 0;
		unsigned int length;

		doc += strspn(doc, " \n");
		length = (unsigned int)strcspn(doc, " \n");
		if (length == 0)
			break;
		if (column != 0 && (paragraph || column + 1 + length > COLUMNS)) {
			fputc('\n', out);
			column = 0;
		}
		if (paragraph) {
			put_tabs(out, indent);
			fputs(" *\n", out);
		}
		if (column == 0) {
			put_tabs(out, indent);
			fputs(" *", out);
			column = margin - 1;
		}
		fprintf(out, " %.*s", (int)length, doc);
		column += 1 + length;
		doc += length;
	}
	if (column != 0)
		fputc('\n', out);
}

void emit_comment(FILE *out, unsigned int indent, const char *doc)
{
	if (!doc)
		return;
	put_tabs(out, indent);
	if (!strchr(doc, '\n') &&
	    (size_t)indent * TAB + strlen(doc) + strlen("/*  */") <= COLUMNS) {
		fprintf(out, "/* %s */\n", doc);
		return;
	}
	fputs("/*\n", out);
	fill(out, indent, doc);
	put_tabs(out, indent);
	fputs(" */\n", out);
}

void emit_head(FILE *out, const struct interface *interface, const char *what)
{
	fprintf(out, "/*\n * Interface %s, version %llu: %s.\n", interface->name.text,
		(unsigned long long)interface->version.value, what);
	fprintf(out, " * Generated from %s.idl; do not edit.\n */\n", interface->name.text);
	fputs("#pragma once\n\n", out);
}

/* Columns that the text takes, a tab for a whole one. */
static unsigned int width(const char *text)
{
	unsigned int columns = 0;

	for (; *text; text++)
		columns += *text == '\t' ? TAB : 1;
	return columns;
}

void wrap_put(struct wrap *wrap, const char *text)
{
	fputs(text, wrap->out);
	wrap->column += width(text);
}

void wrap_join(struct wrap *wrap, const char *separator, const char *text)
{
	wrap_put(wrap, separator);
	if (wrap->column + 1 + width(text) + CLOSING > COLUMNS) {
		fputc('\n', wrap->out);
		wrap->column = 0;
		wrap_put(wrap, wrap->margin);
	} else if (*separator) {
		wrap_put(wrap, " ");
	}
	wrap_put(wrap, text);
}

void wrap_parameters(struct idlc *idlc, struct wrap *wrap, const struct method *method)
{
	for (const struct member *member = method->parameters; member; member = member->next)
		wrap_join(wrap, ",",
			  idlc_format(idlc, "%s %s", type_in_c(idlc, member), member->name.text));
	for (const struct member *member = method->results; member; member = member->next)
		wrap_join(wrap, ",",
			  idlc_format(idlc, "%s *%s", type_in_c(idlc, member), member->name.text));
}

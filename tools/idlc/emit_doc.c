/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference: <name>.md, with a table or a section for each item in the order of the file.
 */
#include "idlc.h"

/* Documentation within a table's cell: one line, without the character that parts cells. */
static void emit_cell(FILE *out, const char *doc)
{
	for (; doc && *doc; doc++) {
		if (*doc == '|')
			fputc('\\', out);
		fputc(*doc == '\n' ? ' ' : *doc, out);
	}
}

static void emit_paragraph(FILE *out, const char *doc)
{
	if (doc)
		fprintf(out, "%s\n\n", doc);
}

static void emit_row(FILE *out, const char *first, const char *second, const struct member *member)
{
	fprintf(out, "| %s | %s | `%s` | ", first, second, member->name.text);
	emit_cell(out, member->doc);
	fputs(" |\n", out);
}

static void emit_enum_table(struct idlc *idlc, FILE *out, const struct item *item)
{
	fprintf(out, "## enum %s (%u bits)\n\n", item->name.text, type_width(item->width));
	emit_paragraph(out, item->doc);
	fputs("| value | name | |\n|---|---|---|\n", out);
	for (const struct member *value = item->members; value; value = value->next) {
		fprintf(out, "| %s | `%s` | ", number_text(idlc, &value->number), value->name.text);
		emit_cell(out, value->doc);
		fputs(" |\n", out);
	}
	fputc('\n', out);
}

static void emit_bits_table(struct idlc *idlc, FILE *out, const struct item *item)
{
	fprintf(out, "## bits %s (%u bits)\n\n", item->name.text, type_width(item->width));
	emit_paragraph(out, item->doc);
	fputs("| bits | mask | name | |\n|---|---|---|---|\n", out);
	for (const struct member *bit = item->members; bit; bit = bit->next) {
		unsigned long long high = bit->number.value;
		unsigned long long low = bit->low.value;

		emit_row(out,
			 bit->range ? idlc_format(idlc, "%llu:%llu", high, low) :
				      idlc_format(idlc, "%llu", high),
			 idlc_format(idlc, "0x%llx", (unsigned long long)member_mask(bit)), bit);
	}
	fputc('\n', out);
}

static void emit_struct_table(struct idlc *idlc, FILE *out, const struct item *item)
{
	fprintf(out, "## struct %s (%llu bytes)\n\n", item->name.text,
		(unsigned long long)item->size);
	emit_paragraph(out, item->doc);
	fputs("| offset | size | type | name | |\n|---|---|---|---|---|\n", out);
	for (const struct member *member = item->members; member; member = member->next) {
		uint64_t end = member->next ? member->next->offset : item->size;

		fprintf(out, "| %llu ", (unsigned long long)member->offset);
		emit_row(out, idlc_format(idlc, "%llu", (unsigned long long)(end - member->offset)),
			 idlc_format(idlc, member->range ? "`%s[%llu]`" : "`%s`",
				     type_in_c(idlc, member),
				     (unsigned long long)member->number.value),
			 member);
	}
	fputc('\n', out);
}

static void emit_list(FILE *out, const struct member *members)
{
	fputc('(', out);
	for (const struct member *member = members; member; member = member->next)
		fprintf(out, "%s %s%s", member->type_name.text, member->name.text,
			member->next ? ", " : "");
	fputc(')', out);
}

static void emit_methods(struct idlc *idlc, FILE *out, const struct item *item)
{
	fprintf(out, "## %s %s (number %s)\n\n", item->kind == ITEM_OBJECT ? "object" : "protocol",
		item->name.text, number_text(idlc, &item->number));
	emit_paragraph(out, item->doc);
	for (const struct method *method = item->methods; method; method = method->next) {
		fprintf(out, "### %s.%s\n\n`%s ", item->name.text, method->name.text,
			method->name.text);
		emit_list(out, method->parameters);
		if (method->results) {
			fputs(" -> ", out);
			emit_list(out, method->results);
		}
		fprintf(out, "`, label 0x%x (`%s_%s`)\n\n", method_label(item, method),
			upper_case(idlc, item->name.text), upper_case(idlc, method->name.text));
		emit_paragraph(out, method->doc);
	}
}

static void emit_constants(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	if (!has_kind(interface, ITEM_CONST))
		return;
	fputs("## Constants\n\n| name | value | |\n|---|---|---|\n", out);
	for (const struct item *item = interface->items; item; item = item->next) {
		if (item->kind != ITEM_CONST)
			continue;
		fprintf(out, "| `%s` | %s | ", item->name.text, number_text(idlc, &item->number));
		emit_cell(out, item->doc);
		fputs(" |\n", out);
	}
	fputc('\n', out);
}

void emit_documentation(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	fprintf(out, "# Interface %s, version %llu\n\n", interface->name.text,
		(unsigned long long)interface->version.value);
	fprintf(out, "<!-- Generated from %s.idl; do not edit. -->\n\n", interface->name.text);
	emit_paragraph(out, interface->doc);
	emit_constants(idlc, out, interface);
	for (const struct item *item = interface->items; item; item = item->next) {
		switch (item->kind) {
		case ITEM_CONST:
			break;
		case ITEM_ENUM:
			emit_enum_table(idlc, out, item);
			break;
		case ITEM_BITS:
			emit_bits_table(idlc, out, item);
			break;
		case ITEM_STRUCT:
			emit_struct_table(idlc, out, item);
			break;
		case ITEM_OBJECT:
		case ITEM_PROTOCOL:
			emit_methods(idlc, out, item);
			break;
		}
	}
}

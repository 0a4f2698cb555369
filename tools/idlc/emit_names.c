/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of names, for traces and reports: <name>_names.h.
 */
#include "idlc.h"

static void emit_enum_names(FILE *out, const struct item *item, const char *extra)
{
	fprintf(out, "/* The name of a value of `enum %s`, \"?\" for a number that is none. */\n",
		item->name.text);
	fprintf(out, "static inline const char *%s_name(uint32_t value)\n{\n\tswitch (value) {\n",
		item->name.text);
	if (extra)
		fprintf(out, "\tcase %s:\n\t\treturn \"%s\";\n", extra, extra);
	for (const struct member *value = item->members; value; value = value->next)
		if (!value->alias)
			fprintf(out, "\tcase %s:\n\t\treturn \"%s\";\n", value->name.text,
				value->name.text);
	fputs("\tdefault:\n\t\treturn \"?\";\n\t}\n}\n\n", out);
}

static void emit_method_names(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	fputs("/* The method that a message's label calls, \"?\" for a label that is none's. */\n",
	      out);
	fprintf(out,
		"static inline const char *%s_method_name(uint64_t label)\n{\n\tswitch (label) {\n",
		interface->name.text);
	for (const struct item *item = interface->items; item; item = item->next)
		for (const struct method *method = item->methods; method; method = method->next)
			fprintf(out, "\tcase %s_%s:\n\t\treturn \"%s.%s\";\n",
				upper_case(idlc, item->name.text),
				upper_case(idlc, method->name.text), item->name.text,
				method->name.text);
	fputs("\tdefault:\n\t\treturn \"?\";\n\t}\n}\n", out);
}

static void emit_method_parameters(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	fputs("\n/* Types and names of that method's parameters, as the interface has them; \"\" for none. */\n",
	      out);
	fprintf(out, "static inline const char *%s_method_parameters(uint64_t label)\n",
		interface->name.text);
	fputs("{\n\tswitch (label) {\n", out);
	for (const struct item *item = interface->items; item; item = item->next)
		for (const struct method *method = item->methods; method; method = method->next) {
			if (!method->parameters)
				continue;
			fprintf(out, "\tcase %s_%s:\n\t\treturn \"",
				upper_case(idlc, item->name.text),
				upper_case(idlc, method->name.text));
			for (const struct member *member = method->parameters; member;
			     member = member->next)
				fprintf(out, "%s %s%s", member->type_name.text, member->name.text,
					member->next ? ", " : "\";\n");
		}
	fputs("\tdefault:\n\t\treturn \"\";\n\t}\n}\n", out);
}

void emit_names_header(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	emit_head(out, interface, "names for traces");
	fprintf(out, "#include <idl/%s.h>\n\n", interface->name.text);
	for (const struct item *item = interface->items; item; item = item->next)
		if (item->kind == ITEM_ENUM && item->width != TYPE_U64)
			emit_enum_names(out, item, NULL);
	if (interface->object_type)
		emit_enum_names(out, interface->object_type, "OBJECT_NULL");
	if (has_calls(interface)) {
		emit_method_names(idlc, out, interface);
		emit_method_parameters(idlc, out, interface);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller's side: <name>_client.h has a function for each method, which makes the message,
 * calls, and takes the results out of the answer. The kernel's answers are trusted, a server's are
 * not.
 */
#include "idlc.h"

void emit_bad_words(struct idlc *idlc, struct wrap *wrap, const struct member *members,
		    const char *words)
{
	const char *separator = "";
	unsigned int index = 0;

	for (const struct member *member = members; member; member = member->next, index++) {
		if (member->type == TYPE_U64)
			continue;
		if (member->type == TYPE_ENUM)
			wrap_join(wrap, separator,
				  idlc_format(idlc, "!%s_valid(%s[%u])", member->type_name.text,
					      words, index));
		else
			wrap_join(wrap, separator,
				  idlc_format(idlc, "%s[%u] > UINT32_MAX", words, index));
		separator = " ||";
	}
}

bool has_narrow(const struct member *members)
{
	for (; members; members = members->next)
		if (members->type != TYPE_U64)
			return true;
	return false;
}

static void emit_signature(struct idlc *idlc, FILE *out, const struct item *item,
			   const struct method *method)
{
	struct wrap wrap = { .out = out, .margin = "\t\t" };

	wrap_put(&wrap, idlc_format(idlc, "static inline enum status %s_%s(cap_t self",
				    item->name.text, method->name.text));
	wrap_parameters(idlc, &wrap, method);
	fputs(")\n", out);
}

static void emit_message(struct idlc *idlc, FILE *out, const struct item *item,
			 const struct method *method)
{
	struct wrap wrap = { .out = out, .margin = "\t\t\t" };

	fprintf(out, "\tstruct message m = {\n\t\t.label = %s_%s,\n",
		upper_case(idlc, item->name.text), upper_case(idlc, method->name.text));
	if (method->parameters) {
		wrap_put(&wrap, "\t\t.word = { ");
		for (const struct member *member = method->parameters; member;
		     member = member->next)
			wrap_join(&wrap, member == method->parameters ? "" : ",",
				  member->name.text);
		fputs(" },\n", out);
	}
	fputs("\t};\n", out);
}

/* A server's status and results are words that may hold anything. */
static void emit_server_checks(struct idlc *idlc, FILE *out, const struct method *method)
{
	struct wrap wrap = { .out = out, .margin = "\t    " };

	fputs("\tif (!status_valid(m.label))\n\t\treturn ERR_REPLY;\n", out);
	fputs("\tif (m.label != OK)\n\t\treturn (enum status)m.label;\n", out);
	if (!has_narrow(method->results))
		return;
	wrap_put(&wrap, "\tif (");
	emit_bad_words(idlc, &wrap, method->results, "m.word");
	fputs(")\n\t\treturn ERR_REPLY;\n", out);
}

static void emit_stub(struct idlc *idlc, FILE *out, const struct item *item,
		      const struct method *method)
{
	unsigned int index = 0;

	emit_comment(out, 0, method->doc);
	emit_signature(idlc, out, item, method);
	fputs("{\n", out);
	emit_message(idlc, out, item, method);
	if (item->kind == ITEM_OBJECT && !method->results) {
		fputs("\n\treturn message_call(self, &m);\n}\n\n", out);
		return;
	}
	fputs("\tenum status status = message_call(self, &m);\n\n", out);
	fputs("\tif (status != OK)\n\t\treturn status;\n", out);
	if (item->kind == ITEM_PROTOCOL)
		emit_server_checks(idlc, out, method);
	for (const struct member *member = method->results; member; member = member->next, index++)
		fprintf(out, "\t*%s = %sm.word[%u];\n", member->name.text, cast_in_c(idlc, member),
			index);
	fputs("\treturn OK;\n}\n\n", out);
}

void emit_client_header(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	emit_head(out, interface, "calls");
	emit_comment(out, 0,
		     "Each function calls the object or server behind `self`. Results are written "
		     "if the status is OK, and only then. ERR_REPLY: a server's answer was none "
		     "that the interface allows.");
	fprintf(out, "#include <idl/%s.h>\n", interface->name.text);
	if (!has_calls(interface))
		return;
	fputs("#include <cloister/message.h>\n\n", out);
	for (const struct item *item = interface->items; item; item = item->next)
		for (const struct method *method = item->methods; method; method = method->next)
			emit_stub(idlc, out, item, method);
}

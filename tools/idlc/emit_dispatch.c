/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The called side: <name>_dispatch.h declares a handler for each method and has the functions that
 * pick it by the label. No handler sees a word that its parameter's type does not hold.
 */
#include "idlc.h"

/* What differs between the kernel's objects and the protocols of servers. */
struct side {
	/* Parameters and arguments that all functions have first. */
	const char *parameters;
	const char *handler_parameters;
	const char *handler_arguments;
	const char *label;
	const char *words;
	/*
	 * Between the item's name and the method's, and behind the name of the function that picks.
	 */
	const char *infix;
	const char *suffix;
	/* Statements for a function that uses no parameter. */
	const char *unused;
};

static const struct side object_side = {
	.parameters = "struct invocation *call",
	.handler_parameters = "struct invocation *call",
	.handler_arguments = "call",
	.label = "call->label",
	.words = "call->word",
	.infix = "",
	.suffix = "dispatch",
	.unused = "\t(void)call;\n",
};

static const struct side protocol_side = {
	.parameters = "void *context, struct message *m",
	.handler_parameters = "void *context, uint64_t badge",
	.handler_arguments = "context, m->badge",
	.label = "m->label",
	.words = "m->word",
	.infix = "serve_",
	.suffix = "decode",
	.unused = "\t(void)context;\n\t(void)m;\n",
};

static const struct side *side_of(const struct item *item)
{
	return item->kind == ITEM_OBJECT ? &object_side : &protocol_side;
}

static void emit_prototype(struct idlc *idlc, FILE *out, const struct item *item,
			   const struct method *method)
{
	const struct side *side = side_of(item);
	struct wrap wrap = { .out = out, .margin = "\t\t" };

	emit_comment(out, 0, method->doc);
	wrap_put(&wrap, idlc_format(idlc, "enum status %s_%s%s(%s", item->name.text, side->infix,
				    method->name.text, side->handler_parameters));
	wrap_parameters(idlc, &wrap, method);
	fputs(");\n", out);
}

/* The call of the handler behind `lead`. */
static void emit_handler_call(struct idlc *idlc, FILE *out, const struct item *item,
			      const struct method *method, const char *lead)
{
	const struct side *side = side_of(item);
	struct wrap wrap = { .out = out, .margin = "\t\t\t\t" };
	unsigned int index = 0;

	wrap_put(&wrap, idlc_format(idlc, "%s%s_%s%s(%s", lead, item->name.text, side->infix,
				    method->name.text, side->handler_arguments));
	for (const struct member *member = method->parameters; member; member = member->next)
		wrap_join(&wrap, ",",
			  idlc_format(idlc, "%s%s[%u]", cast_in_c(idlc, member), side->words,
				      index++));
	for (const struct member *member = method->results; member; member = member->next)
		wrap_join(&wrap, ",", idlc_format(idlc, "&%s", member->name.text));
	fputs(");\n", out);
}

/* The results' variables begin at 0, so that no handler can pass on what was on the stack. */
static void emit_results_case(struct idlc *idlc, FILE *out, const struct item *item,
			      const struct method *method)
{
	unsigned int index = 0;

	emit_handler_call(idlc, out, item, method, "\t\tstatus = ");
	fputs("\t\tif (status != OK)\n\t\t\treturn status;\n", out);
	for (const struct member *member = method->results; member; member = member->next)
		fprintf(out, "\t\t%s[%u] = %s;\n", side_of(item)->words, index++,
			member->name.text);
	fputs("\t\treturn OK;\n\t}\n", out);
}

static void emit_case(struct idlc *idlc, FILE *out, const struct item *item,
		      const struct method *method)
{
	struct wrap wrap = { .out = out, .margin = "\t\t    " };

	fprintf(out, "\tcase %s_%s:%s\n", upper_case(idlc, item->name.text),
		upper_case(idlc, method->name.text), method->results ? " {" : "");
	for (const struct member *member = method->results; member; member = member->next)
		fprintf(out, "\t\t%s %s = 0;\n", type_in_c(idlc, member), member->name.text);
	if (method->results)
		fputs("\t\tenum status status;\n\n", out);
	if (has_narrow(method->parameters)) {
		wrap_put(&wrap, "\t\tif (");
		emit_bad_words(idlc, &wrap, method->parameters, side_of(item)->words);
		fputs(")\n\t\t\treturn ERR_ARGUMENT;\n", out);
	}
	if (method->results)
		emit_results_case(idlc, out, item, method);
	else
		emit_handler_call(idlc, out, item, method, "\t\treturn ");
}

static void emit_pick(struct idlc *idlc, FILE *out, const struct item *item)
{
	const struct side *side = side_of(item);

	fprintf(out, "static inline enum status %s_%s(%s)\n{\n", item->name.text, side->suffix,
		side->parameters);
	if (!item->methods) {
		fprintf(out, "%s\treturn ERR_TYPE;\n}\n\n", side->unused);
		return;
	}
	fprintf(out, "\tswitch (%s) {\n", side->label);
	for (const struct method *method = item->methods; method; method = method->next)
		emit_case(idlc, out, item, method);
	fputs("\tdefault:\n\t\treturn ERR_TYPE;\n\t}\n}\n\n", out);
}

/* A server's answer carries the status in its label. */
static void emit_answer(FILE *out, const struct item *item)
{
	const char *name = item->name.text;

	emit_comment(
		out, 0,
		"Calls the handler for the message and leaves the answer, with the status, in `m`.");
	fprintf(out,
		"static inline enum status %s_dispatch(void *context, struct message *m)\n{\n"
		"\tenum status status = %s_decode(context, m);\n\n"
		"\tm->label = status;\n\treturn status;\n}\n\n",
		name, name);
}

static void emit_object_dispatch(FILE *out, const struct interface *interface)
{
	emit_comment(out, 0,
		     "Invokes an object of the type; ERR_TYPE if the type or the label is none.");
	fputs("static inline enum status object_dispatch(uint32_t object_type, "
	      "struct invocation *call)\n{\n\tswitch (object_type) {\n",
	      out);
	for (const struct member *type = interface->object_type->members; type; type = type->next)
		fprintf(out, "\tcase %s:\n\t\treturn %s_dispatch(call);\n", type->name.text,
			type->item->name.text);
	fputs("\tdefault:\n\t\treturn ERR_TYPE;\n\t}\n}\n", out);
}

void emit_dispatch_header(struct idlc *idlc, FILE *out, const struct interface *interface)
{
	emit_head(out, interface, "dispatch");
	emit_comment(
		out, 0,
		"A handler's status is the status of the call; results count if it is OK. "
		"Without a handler, arguments that their types do not hold get ERR_ARGUMENT, "
		"unknown labels ERR_TYPE.\n\nFor objects, `struct invocation` is defined before "
		"this is included; it has `uint64_t label` and `uint64_t word[MESSAGE_WORDS]`, "
		"and whatever else handlers need.");
	fprintf(out, "#include <idl/%s.h>\n", interface->name.text);
	if (has_kind(interface, ITEM_PROTOCOL))
		fputs("#include <cloister/message.h>\n", out);
	fputc('\n', out);
	for (const struct item *item = interface->items; item; item = item->next) {
		if (item->kind != ITEM_OBJECT && item->kind != ITEM_PROTOCOL)
			continue;
		for (const struct method *method = item->methods; method; method = method->next)
			emit_prototype(idlc, out, item, method);
		if (item->methods)
			fputc('\n', out);
		emit_pick(idlc, out, item);
		if (item->kind == ITEM_PROTOCOL)
			emit_answer(out, item);
	}
	if (interface->object_type)
		emit_object_dispatch(out, interface);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser: tokens to items, by recursive descent; the grammar stands in tools/idlc/README.md. It
 * stops at the first error: the current token becomes TOKEN_ERROR, at which every loop ends. What
 * names mean and whether numbers make sense is for the checker.
 */
#include <string.h>

#include "idlc.h"

struct parser {
	struct idlc *idlc;
	struct lexer lexer;
	struct token token;
	/* The innermost block that is open, for the error when the file ends in it. */
	const struct name *open;
};

static void next(struct parser *parser)
{
	parser->token = lexer_next(&parser->lexer);
}

/* Reports that `wanted` should stand at the current token. */
static void fail(struct parser *parser, const char *wanted)
{
	struct token *token = &parser->token;

	if (token->kind == TOKEN_ERROR)
		return;
	if (token->kind == TOKEN_END && parser->open)
		idlc_error(parser->idlc, token->place,
			   "the file ends inside `%s` of line %u; close it with `}`",
			   parser->open->text, parser->open->place.line);
	else if (token->kind == TOKEN_END)
		idlc_error(parser->idlc, token->place, "the file ends too early; put %s here",
			   wanted);
	else
		idlc_error(parser->idlc, token->place, "unexpected `%s`; put %s here", token->text,
			   wanted);
	token->kind = TOKEN_ERROR;
}

static bool at(const struct parser *parser, char character)
{
	return parser->token.kind == TOKEN_CHARACTER && parser->token.character == character;
}

static bool at_word(const struct parser *parser, const char *word)
{
	return parser->token.kind == TOKEN_NAME && strcmp(parser->token.text, word) == 0;
}

/* Nothing that the current token begins can have documentation. */
static void refuse_doc(struct parser *parser)
{
	if (parser->token.kind == TOKEN_ERROR || !parser->token.doc)
		return;
	idlc_error(parser->idlc, parser->token.doc_place,
		   "this documents nothing; move it before an item or a member, or make it `//`");
	parser->token.kind = TOKEN_ERROR;
}

/* The documentation before the current token. */
static const char *take_doc(struct parser *parser)
{
	const char *doc = parser->token.doc;

	parser->token.doc = NULL;
	return doc;
}

static bool accept(struct parser *parser, char character)
{
	refuse_doc(parser);
	if (!at(parser, character))
		return false;
	next(parser);
	return true;
}

static void expect(struct parser *parser, char character)
{
	const char wanted[] = { '`', character, '`', '\0' };

	if (!accept(parser, character))
		fail(parser, wanted);
}

static struct name parse_name(struct parser *parser, const char *wanted)
{
	struct name name = { .text = "", .place = parser->token.place };

	refuse_doc(parser);
	if (parser->token.kind != TOKEN_NAME) {
		fail(parser, wanted);
		return name;
	}
	name.text = parser->token.text;
	next(parser);
	return name;
}

static struct number parse_number(struct parser *parser)
{
	struct number number = {
		.place = parser->token.place,
		.value = parser->token.number,
		.hex = parser->token.hex,
	};

	refuse_doc(parser);
	if (parser->token.kind != TOKEN_NUMBER)
		fail(parser, "a number");
	else
		next(parser);
	return number;
}

/* A number or the name of a constant. */
static struct number parse_value(struct parser *parser)
{
	struct number number = { .place = parser->token.place };

	if (parser->token.kind == TOKEN_NUMBER)
		return parse_number(parser);
	number.constant = parse_name(parser, "a number or a constant's name").text;
	return number;
}

/* `: u32`, for enums and bits. */
static enum type parse_width(struct parser *parser)
{
	static const char *const names[] = { "u8", "u16", "u32", "u64" };

	expect(parser, ':');
	refuse_doc(parser);
	for (enum type type = TYPE_U8; type <= TYPE_U64; type++) {
		if (at_word(parser, names[type])) {
			next(parser);
			return type;
		}
	}
	fail(parser, "u8, u16, u32 or u64");
	return TYPE_U32;
}

/* NAME = value; or, for bits, NAME = high:low; */
static void parse_value_member(struct parser *parser, struct member *member, bool bits)
{
	member->name = parse_name(parser, "a name");
	expect(parser, '=');
	member->number = parse_value(parser);
	if (bits && accept(parser, ':')) {
		member->range = true;
		member->low = parse_value(parser);
	}
	expect(parser, ';');
}

/* type name; or type name[length]; */
static void parse_struct_member(struct parser *parser, struct member *member)
{
	member->type_is_struct = at_word(parser, "struct");
	if (member->type_is_struct)
		next(parser);
	member->type_name = parse_name(parser, "a type");
	member->name = parse_name(parser, "a member's name");
	if (accept(parser, '[')) {
		member->range = true;
		member->number = parse_value(parser);
		expect(parser, ']');
	}
	expect(parser, ';');
}

static struct member *parse_members(struct parser *parser, enum item_kind kind)
{
	struct member *first = NULL;
	struct member **last = &first;

	while (parser->token.kind != TOKEN_ERROR && !at(parser, '}')) {
		struct member *member = idlc_allocate(parser->idlc, sizeof(*member));

		member->doc = take_doc(parser);
		if (kind == ITEM_STRUCT)
			parse_struct_member(parser, member);
		else
			parse_value_member(parser, member, kind == ITEM_BITS);
		*last = member;
		last = &member->next;
	}
	return first;
}

/* (type name, ...) */
static struct member *parse_parameters(struct parser *parser)
{
	struct member *first = NULL;
	struct member **last = &first;

	expect(parser, '(');
	if (accept(parser, ')'))
		return NULL;
	do {
		struct member *member = idlc_allocate(parser->idlc, sizeof(*member));

		member->type_name = parse_name(parser, "a type");
		member->name = parse_name(parser, "a parameter's name");
		*last = member;
		last = &member->next;
	} while (accept(parser, ','));
	expect(parser, ')');
	return first;
}

static struct method *parse_methods(struct parser *parser)
{
	struct method *first = NULL;
	struct method **last = &first;

	while (parser->token.kind != TOKEN_ERROR && !at(parser, '}')) {
		struct method *method = idlc_allocate(parser->idlc, sizeof(*method));

		method->doc = take_doc(parser);
		method->name = parse_name(parser, "a method's name");
		expect(parser, '=');
		method->number = parse_number(parser);
		method->parameters = parse_parameters(parser);
		refuse_doc(parser);
		if (parser->token.kind == TOKEN_ARROW) {
			next(parser);
			method->results = parse_parameters(parser);
		}
		expect(parser, ';');
		*last = method;
		last = &method->next;
	}
	return first;
}

/* What stands between the braces, and these. */
static void parse_block(struct parser *parser, struct item *item)
{
	expect(parser, '{');
	parser->open = &item->name;
	if (item->kind == ITEM_OBJECT || item->kind == ITEM_PROTOCOL)
		item->methods = parse_methods(parser);
	else
		item->members = parse_members(parser, item->kind);
	expect(parser, '}');
	parser->open = NULL;
}

static bool parse_kind(struct parser *parser, enum item_kind *kind)
{
	static const char *const words[] = {
		[ITEM_CONST] = "const",   [ITEM_ENUM] = "enum",     [ITEM_BITS] = "bits",
		[ITEM_STRUCT] = "struct", [ITEM_OBJECT] = "object", [ITEM_PROTOCOL] = "protocol",
	};

	for (*kind = ITEM_CONST; *kind <= ITEM_PROTOCOL; (*kind)++) {
		if (at_word(parser, words[*kind])) {
			next(parser);
			return true;
		}
	}
	fail(parser, "const, enum, bits, struct, object or protocol");
	return false;
}

static struct item *parse_item(struct parser *parser)
{
	struct item *item = idlc_allocate(parser->idlc, sizeof(*item));

	item->doc = take_doc(parser);
	if (!parse_kind(parser, &item->kind))
		return item;
	item->name = parse_name(parser, "a name");
	switch (item->kind) {
	case ITEM_CONST:
		expect(parser, '=');
		item->number = parse_value(parser);
		expect(parser, ';');
		return item;
	case ITEM_ENUM:
	case ITEM_BITS:
		item->width = parse_width(parser);
		break;
	case ITEM_OBJECT:
	case ITEM_PROTOCOL:
		expect(parser, '=');
		item->number = parse_number(parser);
		break;
	case ITEM_STRUCT:
		break;
	}
	parse_block(parser, item);
	return item;
}

static struct use *parse_use(struct parser *parser)
{
	struct use *use = idlc_allocate(parser->idlc, sizeof(*use));

	refuse_doc(parser);
	next(parser);
	use->name = parse_name(parser, "an interface's name");
	expect(parser, ';');
	return use;
}

struct interface *parse_source(struct idlc *idlc, const struct source *source)
{
	struct interface *interface = idlc_allocate(idlc, sizeof(*interface));
	struct parser parser = {
		.idlc = idlc,
		.lexer = { .idlc = idlc, .source = source, .line = 1 },
	};
	struct use **last_use = &interface->uses;
	struct item **last_item = &interface->items;

	interface->source = source;
	next(&parser);
	interface->doc = take_doc(&parser);
	if (at_word(&parser, "interface"))
		next(&parser);
	else
		fail(&parser, "`interface NAME VERSION;`");
	interface->name = parse_name(&parser, "the interface's name");
	interface->version = parse_number(&parser);
	expect(&parser, ';');
	for (; at_word(&parser, "use"); last_use = &(*last_use)->next)
		*last_use = parse_use(&parser);
	for (; parser.token.kind != TOKEN_END && parser.token.kind != TOKEN_ERROR;
	     last_item = &(*last_item)->next)
		*last_item = parse_item(&parser);
	refuse_doc(&parser);
	interface->broken = parser.token.kind != TOKEN_END;
	return interface;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON by cJSON, which says nothing about places. As it keeps all values in the order of the text, also
 * those with the same key, a scanner walks the text that cJSON has accepted in step with the tree and
 * notes where each value stands. It need not check anything again.
 */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX (256 * KIB)

struct scanner {
	struct document *document;
	const char *text;
	size_t at;
	size_t size;
};

static bool is_space(char c)
{
	return (unsigned char)c <= ' ';
}

static void skip_space(struct scanner *s)
{
	while (s->at < s->size && is_space(s->text[s->at]))
		s->at++;
}

static void skip_string(struct scanner *s)
{
	for (s->at++; s->at < s->size && s->text[s->at] != '"'; s->at++)
		if (s->text[s->at] == '\\')
			s->at++;
	s->at++;
}

static void skip_scalar(struct scanner *s)
{
	if (s->text[s->at] == '"') {
		skip_string(s);
		return;
	}
	while (s->at < s->size && !is_space(s->text[s->at]) && !strchr(",]}", s->text[s->at]))
		s->at++;
}

/* Notes the place of `node`, whose key (or value) begins here, and of all below it. */
static void scan(struct scanner *s, const cJSON *node, uint32_t parent)
{
	struct place place = { .node = node, .parent = parent };
	const cJSON *child;
	uint32_t index;

	skip_space(s);
	place.key = s->at;
	if (node->string) {
		skip_string(s);
		skip_space(s);
		s->at++; /* the colon */
		skip_space(s);
	}
	place.value = s->at;
	index = vector_add(s->document->errors->arena, &s->document->places, &place);
	if (!cJSON_IsObject(node) && !cJSON_IsArray(node)) {
		skip_scalar(s);
		return;
	}
	s->at++; /* the opening bracket */
	cJSON_ArrayForEach(child, node)
	{
		scan(s, child, index);
		skip_space(s);
		if (child->next)
			s->at++; /* the comma */
	}
	skip_space(s);
	s->at++; /* the closing bracket */
}

static const struct place *place_at(const struct document *document, size_t index)
{
	return (const struct place *)document->places.items + index;
}

static const struct place *place_of(const struct document *document, const cJSON *node)
{
	size_t index = 0;

	while (place_at(document, index)->node != node)
		index++;
	return place_at(document, index);
}

/* Columns count characters, not bytes. */
static void line_column(struct blob text, size_t offset, struct error *error)
{
	error->line = 1;
	error->column = 1;
	for (size_t i = 0; i < offset && i < text.size; i++) {
		if (text.data[i] == '\n') {
			error->line++;
			error->column = 1;
		} else if ((text.data[i] & 0xc0) != 0x80) {
			error->column++;
		}
	}
}

static const char *pointer_token(struct arena *arena, const char *key)
{
	char *token = arena_alloc(arena, strlen(key) * 2 + 1);
	char *to = token;

	for (; *key; key++) {
		if (*key == '~' || *key == '/') {
			*to++ = '~';
			*to++ = *key == '~' ? '0' : '1';
		} else {
			*to++ = *key;
		}
	}
	return token;
}

/* The JSON pointer (RFC 6901) of a place; "" for the whole document. */
static const char *pointer_of(const struct document *document, const struct place *place)
{
	struct arena *arena = document->errors->arena;
	const struct place *parent = place_at(document, place->parent);
	const cJSON *sibling;
	uint32_t index = 0;

	if (parent == place)
		return "";
	if (place->node->string)
		return arena_print(arena, "%s/%s", pointer_of(document, parent),
				   pointer_token(arena, place->node->string));
	for (sibling = parent->node->child; sibling != place->node; sibling = sibling->next)
		index++;
	return arena_print(arena, "%s/%u", pointer_of(document, parent), index);
}

static void add_error(struct errors *errors, struct error error)
{
	if (errors->count < ERRORS_MAX)
		errors->list[errors->count] = error;
	errors->count++;
}

/* Joins what is wrong, where, and what to do. */
static const char *error_text(struct arena *arena, char *message, const char *where)
{
	char *advice = strrchr(message, '\n');

	if (!advice)
		return arena_print(arena, "%s%s", message, where);
	*advice = '\0';
	return arena_print(arena, "%s%s; %s", message, where, advice + 1);
}

static void report(struct document *document, const cJSON *node, bool at_key, char *message)
{
	struct arena *arena = document->errors->arena;
	const struct place *place = place_of(document, node);
	const char *pointer = pointer_of(document, place);
	struct error error = { .path = document->path };

	line_column(document->text, at_key ? place->key : place->value, &error);
	error.text =
		error_text(arena, message, *pointer ? arena_print(arena, " (at %s)", pointer) : "");
	add_error(document->errors, error);
}

void error_at(struct document *document, const cJSON *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(document, node, false, arena_vprint(document->errors->arena, format, arguments));
	va_end(arguments);
}

void error_at_key(struct document *document, const cJSON *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(document, node, true, arena_vprint(document->errors->arena, format, arguments));
	va_end(arguments);
}

void error_in_file(struct errors *errors, const char *path, const char *format, ...)
{
	struct error error = { .path = path };
	va_list arguments;

	va_start(arguments, format);
	error.text = error_text(errors->arena, arena_vprint(errors->arena, format, arguments), "");
	va_end(arguments);
	add_error(errors, error);
}

static int compare_errors(const void *a, const void *b)
{
	const struct error *x = a;
	const struct error *y = b;
	int path = strcmp(x->path, y->path);

	if (path)
		return path;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Control characters of a hostile file do not reach the terminal. */
static void print_plain(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

void errors_print(struct errors *errors, FILE *out)
{
	size_t kept = errors->count < ERRORS_MAX ? errors->count : ERRORS_MAX;

	qsort(errors->list, kept, sizeof(errors->list[0]), compare_errors);
	for (size_t i = 0; i < kept; i++) {
		const struct error *error = &errors->list[i];

		if (error->line)
			fprintf(out, "%s:%u:%u: error: ", error->path, error->line, error->column);
		else
			fprintf(out, "%s: error: ", error->path);
		print_plain(error->text, out);
		fputc('\n', out);
	}
	if (errors->count > kept)
		fprintf(out, "cloister: and %zu more errors\n", errors->count - kept);
}

/* The last byte before `at` that is no white space; 0 if there is none. */
static char last_before(struct blob text, size_t at)
{
	while (at > 0 && is_space((char)text.data[at - 1]))
		at--;
	return at > 0 ? (char)text.data[at - 1] : '\0';
}

/* What a newcomer to JSON most likely did, seen from where the text goes wrong. */
static const char *syntax_advice(struct blob text, size_t at)
{
	char last = last_before(text, at);

	switch (text.data[at]) {
	case '/':
	case '#':
		return "JSON has no comments: remove it";
	case '\'':
		return "JSON has double quotes only";
	case '}':
	case ']':
		return last == ',' ? "remove the comma before it" : "put a value before it";
	case '"':
		return last == ',' || last == ':' || last == '{' || last == '[' ?
			       "the text that begins here has no end, or a wrong escape in it" :
			       "put a comma (or, behind a key, a colon) before it";
	default:
		return "look for a missing quote, comma or bracket just before it";
	}
}

static void add_syntax_error(struct document *document, size_t at, const char *text)
{
	struct error error = { .path = document->path, .text = text };

	line_column(document->text, at, &error);
	add_error(document->errors, error);
}

static void syntax_error(struct document *document, size_t at)
{
	while (at < document->text.size && is_space((char)document->text.data[at]))
		at++;
	if (at >= document->text.size)
		add_syntax_error(document, at, "the JSON text ends too early; close what is open");
	else
		add_syntax_error(document, at,
				 arena_print(document->errors->arena, "this is not valid JSON; %s",
					     syntax_advice(document->text, at)));
}

/*
 * Where the text goes wrong, from where cJSON says it stopped: that is one byte behind what should be a
 * key or is an unfinished string, and the last byte when the text has ended.
 */
static size_t wrong_at(const struct document *document, const char *end)
{
	struct blob text = document->text;
	size_t at = (size_t)(end - (const char *)text.data);
	char last = at > 0 ? (char)text.data[at - 1] : '\0';
	char before = at > 0 ? last_before(text, at - 1) : '\0';

	if (!is_space(last) && last != '[' && (before == ',' || before == '{'))
		return at - 1;
	if (last == '"' && text.data[at] != '"')
		return at - 1;
	return at + 1 == text.size ? text.size : at;
}

static bool parse(struct document *document)
{
	struct scanner scanner = { document, (const char *)document->text.data, 0,
				   document->text.size };
	const char *end = scanner.text;

	document->root = cJSON_ParseWithLengthOpts(scanner.text, scanner.size, &end, false);
	if (!document->root) {
		syntax_error(document, wrong_at(document, end));
		return false;
	}
	if (scanner.size >= 3 && memcmp(scanner.text, "\xef\xbb\xbf", 3) == 0)
		scanner.at = 3;
	scan(&scanner, document->root, 0);
	skip_space(&scanner);
	if (scanner.at < scanner.size) {
		add_syntax_error(document, scanner.at,
				 "there is more behind the end of the description; remove it");
		return false;
	}
	return true;
}

bool document_open(struct document *document, struct errors *errors, const char *path)
{
	const char *error;

	*document = (struct document){ .errors = errors,
				       .path = path,
				       .places = { .item_size = sizeof(struct place) } };
	error = file_read(errors->arena, path, DOCUMENT_MAX, &document->text);
	if (error) {
		error_in_file(errors, path, "%s\ngive the path of a description", error);
		return false;
	}
	return parse(document);
}

void document_close(struct document *document)
{
	cJSON_Delete(document->root);
}

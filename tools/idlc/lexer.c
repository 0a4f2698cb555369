/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lexer: bytes to tokens. Comments vanish, documentation lines travel with the token behind
 * them. It stops at the first thing that is no token.
 */
#include <string.h>

#include "idlc.h"

static struct place here(const struct lexer *lexer)
{
	return (struct place){
		.source = lexer->source,
		.line = lexer->line,
		.column = (uint32_t)lexer->offset - lexer->line_start + 1,
		.line_start = lexer->line_start,
	};
}

static int peek(const struct lexer *lexer)
{
	if (lexer->offset == lexer->source->size)
		return -1;
	return (unsigned char)lexer->source->text[lexer->offset];
}

static bool starts_with(const struct lexer *lexer, const char *text)
{
	size_t length = strlen(text);

	return lexer->source->size - lexer->offset >= length &&
	       memcmp(lexer->source->text + lexer->offset, text, length) == 0;
}

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_word(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) ||
	       byte == '_';
}

static char *copy(const struct lexer *lexer, size_t start)
{
	return idlc_format(lexer->idlc, "%.*s", (int)(lexer->offset - start),
			   lexer->source->text + start);
}

static bool bad_byte(const struct lexer *lexer)
{
	idlc_error(lexer->idlc, here(lexer),
		   "byte 0x%02x is no printable ASCII; remove it, lines end with a newline alone",
		   (unsigned int)peek(lexer));
	return false;
}

/* To the end of the line. False if there is a byte that no comment may hold. */
static bool skip_comment(struct lexer *lexer)
{
	for (; peek(lexer) >= 0 && peek(lexer) != '\n'; lexer->offset++) {
		if (peek(lexer) != '\t' && (peek(lexer) < ' ' || peek(lexer) > '~'))
			return bad_byte(lexer);
	}
	return true;
}

/* One `///` line. False if there is something that no documentation may hold. */
static bool skip_doc(struct lexer *lexer, struct token *token)
{
	if (!token->doc_place.source)
		token->doc_place = here(lexer);
	for (; peek(lexer) >= 0 && peek(lexer) != '\n'; lexer->offset++) {
		if (starts_with(lexer, "/*") || starts_with(lexer, "*/")) {
			idlc_error(
				lexer->idlc, here(lexer),
				"documentation becomes a C comment; write it without `/*` and `*/`");
			return false;
		}
		if (peek(lexer) < ' ' || peek(lexer) > '~')
			return bad_byte(lexer);
	}
	return true;
}

static void skip_newline(struct lexer *lexer)
{
	lexer->offset++;
	lexer->line++;
	lexer->line_start = (uint32_t)lexer->offset;
}

/* The documentation lines between two offsets, without their marks, joined with newlines. */
static char *join_doc(const struct lexer *lexer, size_t from, size_t to)
{
	const char *text = lexer->source->text;
	char *doc = idlc_allocate(lexer->idlc, to - from + 1);
	size_t length = 0;

	while (from < to) {
		size_t end = from + strcspn(text + from, "\n");
		size_t start = from + strspn(text + from, " \t");

		if (strncmp(text + start, "///", 3) == 0) {
			start += text[start + 3] == ' ' ? 4 : 3;
			memcpy(doc + length, text + start, end - start);
			length += end - start;
			doc[length++] = '\n';
		}
		from = end + 1;
	}
	doc[length - 1] = '\0';
	return doc;
}

/* To the first byte of the next token. False if something on the way is no comment. */
static bool skip_space(struct lexer *lexer, struct token *token)
{
	for (;;) {
		if (starts_with(lexer, "///")) {
			if (!skip_doc(lexer, token))
				return false;
		} else if (starts_with(lexer, "//")) {
			if (!skip_comment(lexer))
				return false;
		} else if (peek(lexer) == '\n') {
			skip_newline(lexer);
		} else if (peek(lexer) == ' ' || peek(lexer) == '\t') {
			lexer->offset++;
		} else {
			break;
		}
	}
	if (token->doc_place.source)
		token->doc = join_doc(lexer,
				      token->doc_place.line_start + token->doc_place.column - 1,
				      lexer->offset);
	return true;
}

static int digit_value(int byte)
{
	if (is_digit(byte))
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

/* Decimal without leading zeros, or hexadecimal behind 0x. */
static bool take_number(struct lexer *lexer, struct token *token)
{
	size_t start = lexer->offset;
	size_t first;
	uint64_t base;

	token->hex = starts_with(lexer, "0x");
	base = token->hex ? 16 : 10;
	lexer->offset += token->hex ? 2 : 0;
	first = lexer->offset;
	for (; is_word(peek(lexer)); lexer->offset++) {
		int digit = digit_value(peek(lexer));

		if (digit < 0 || (uint64_t)digit >= base) {
			idlc_error(lexer->idlc, here(lexer),
				   "`%c` is no %s digit; numbers are like 10 or 0x1f", peek(lexer),
				   token->hex ? "hexadecimal" : "decimal");
			return false;
		}
		if (token->number > (UINT64_MAX - (uint64_t)digit) / base) {
			idlc_error(lexer->idlc, token->place,
				   "number does not fit in 64 bits; make it smaller");
			return false;
		}
		token->number = token->number * base + (uint64_t)digit;
	}
	token->text = copy(lexer, start);
	if (lexer->offset == first) {
		idlc_error(lexer->idlc, token->place, "`0x` without digits; add them");
		return false;
	}
	if (!token->hex && token->text[0] == '0' && token->text[1] != '\0') {
		idlc_error(lexer->idlc, token->place,
			   "number with a leading zero; write it decimal without, or as 0x...");
		return false;
	}
	token->kind = TOKEN_NUMBER;
	return true;
}

static bool take_character(struct lexer *lexer, struct token *token)
{
	size_t start = lexer->offset;

	if (starts_with(lexer, "->")) {
		token->kind = TOKEN_ARROW;
		lexer->offset += 2;
	} else if (peek(lexer) < ' ' || peek(lexer) > '~') {
		return bad_byte(lexer);
	} else if (!strchr(";={}()[]:,", peek(lexer))) {
		idlc_error(lexer->idlc, token->place,
			   "`%c` belongs to nothing in this language; remove it", peek(lexer));
		return false;
	} else {
		token->kind = TOKEN_CHARACTER;
		token->character = (char)peek(lexer);
		lexer->offset++;
	}
	token->text = copy(lexer, start);
	return true;
}

static bool take_name(struct lexer *lexer, struct token *token)
{
	size_t start = lexer->offset;

	while (is_word(peek(lexer)))
		lexer->offset++;
	if (lexer->offset - start > NAME_LENGTH_MAX) {
		idlc_error(lexer->idlc, token->place, "name longer than %u characters; shorten it",
			   NAME_LENGTH_MAX);
		return false;
	}
	token->kind = TOKEN_NAME;
	token->text = copy(lexer, start);
	return true;
}

static bool take_token(struct lexer *lexer, struct token *token)
{
	if (!skip_space(lexer, token))
		return false;
	token->place = here(lexer);
	if (peek(lexer) < 0) {
		token->kind = TOKEN_END;
		token->text = "the end of the file";
		return true;
	}
	if (is_digit(peek(lexer)))
		return take_number(lexer, token);
	if (!is_word(peek(lexer)))
		return take_character(lexer, token);
	return take_name(lexer, token);
}

struct token lexer_next(struct lexer *lexer)
{
	struct token token = { .kind = TOKEN_END };

	if (!take_token(lexer, &token))
		token.kind = TOKEN_ERROR;
	return token;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, numbers, and words that are like others. */
#include "words.h"

#include <cloister/print.h>
#include <cloister/string.h>

void words_split(struct words *w, const char *line)
{
	char *at = w->text;

	print_format(w->text, sizeof(w->text), "%s", line);
	for (w->count = 0; *at;) {
		for (; *at == ' '; at++)
			*at = '\0';
		if (*at)
			w->word[w->count++] = at;
		while (*at && *at != ' ')
			at++;
	}
}

bool words_take(struct words *w, const char *word)
{
	for (uint32_t i = 1; i < w->count; i++) {
		if (!words_equal(w->word[i], word))
			continue;
		w->count--;
		for (; i < w->count; i++)
			w->word[i] = w->word[i + 1];
		return true;
	}
	return false;
}

bool words_equal(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && memcmp(a, b, length) == 0;
}

bool words_number(const char *word, uint64_t limit, uint64_t *value)
{
	*value = 0;
	for (const char *at = word; *at; at++) {
		if (*at < '0' || *at > '9')
			return false;
		*value = 10 * *value + (uint64_t)(*at - '0');
		if (*value > limit)
			return false;
	}
	return *word;
}

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * How many characters must be put in, taken out or exchanged to make `b` out of `a` (the distance of Levenshtein,
 * a row at a time). `b` has at most WORDS_SUGGESTION_MAX characters.
 */
static uint32_t distance(const char *a, const char *b)
{
	uint32_t row[WORDS_SUGGESTION_MAX + 1];
	uint32_t length = (uint32_t)strlen(b);

	for (uint32_t j = 0; j <= length; j++)
		row[j] = j;
	for (uint32_t i = 0; a[i]; i++) {
		uint32_t diagonal = row[0];

		row[0] = i + 1;
		for (uint32_t j = 1; j <= length; j++) {
			uint32_t exchanged = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			row[j] = smallest(row[j] + 1, row[j - 1] + 1, exchanged);
		}
	}
	return row[length];
}

void suggestion_begin(struct suggestion *s, const char *word)
{
	s->word = word;
	/* A quarter of the word may be wrong, and one character more. */
	s->distance = 2 + (uint32_t)strlen(word) / 4;
	s->best[0] = '\0';
}

void suggestion_offer(struct suggestion *s, const char *candidate)
{
	uint32_t changes = distance(s->word, candidate);

	/* No more than a part of the candidate either. */
	if (changes >= s->distance || changes >= strlen(candidate))
		return;
	s->distance = changes;
	print_format(s->best, sizeof(s->best), "%s", candidate);
}

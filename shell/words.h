/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A typed line as words, numbers in it, and what may have been meant by a word that nobody knows.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "editor.h"

/* As many as a line can have. */
#define WORDS_MAX ((EDITOR_LINE_MAX + 1) / 2)

/* The longest word that is suggested. */
#define WORDS_SUGGESTION_MAX 32

/* The words of a line between blanks; words[count] is not there. */
struct words {
	char text[EDITOR_LINE_MAX + 1];
	const char *word[WORDS_MAX];
	uint32_t count;
};

/* The offered word that is most like another one. */
struct suggestion {
	const char *word;
	/* Changes of one character between the two; a suggestion must be below `distance` to be better. */
	uint32_t distance;
	/* Empty: none is like it. */
	char best[WORDS_SUGGESTION_MAX + 1];
};

/* Take a line, of at most EDITOR_LINE_MAX characters, apart. */
void words_split(struct words *w, const char *line);

/* Take out the first word behind the first that is `word`. False: there is none. */
bool words_take(struct words *w, const char *word);

bool words_equal(const char *a, const char *b);

/* A decimal number of at most `limit` (below 2^60). False: `word` is none. */
bool words_number(const char *word, uint64_t limit, uint64_t *value);

void suggestion_begin(struct suggestion *s, const char *word);

/* `candidate` has at most WORDS_SUGGESTION_MAX characters. */
void suggestion_offer(struct suggestion *s, const char *candidate);

#endif

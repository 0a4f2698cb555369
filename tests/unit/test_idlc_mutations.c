/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IDL compiler with damaged files: whatever stands in one, it ends with 0, or with 1 and a
 * message. The sanitizers that the tests are built with see what else goes wrong.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test_idlc.h"

#define TRUNCATIONS 60
#define MUTATIONS   300
/* Bytes that a mutation adds at most, and all of a file's. */
#define PIECE_MAX  64
#define GROWTH_MAX 256

static uint64_t state = 1;

/* xorshift64*: the same in every run. */
static uint32_t random_below(size_t bound)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dULL >> 32) % bound);
}

static void copy_project_files(char **paths)
{
	for (size_t i = 0; paths[i]; i++) {
		char *text = read_text(paths[i]);

		write_text(base_name(paths[i]), text);
		free(text);
	}
}

static void run(const char *name, const char *text, size_t size)
{
	char *errors;
	int status;

	write_bytes(name, text, size);
	status = run_idlc(&errors, "--out", ".", name, NULL);
	ck_assert_msg(status == (*errors ? 1 : 0), "exit status %d and: %s", status, errors);
	free(errors);
}

/*
 * Puts a byte, a token, or another part of the file in the place of a part of it. Returns the new
 * size.
 */
static size_t mutate(char *text, size_t size)
{
	static const char *const tokens[] = {
		";",       "{",      "}",        "(",
		"}}",      "->",     ":",        "[9]",
		"0",       "64",     "4096",     "/",
		"///",     "//",     "\n/// ",   "\n",
		"u8 ",     "u32 ",   "u64 ",     "cap ",
		"struct ", "use ",   "object ",  "0xffffffff",
		"\377",    "status", "reserved", "18446744073709551615",
		"char ",   "enum ",  "bits ",    "=",
	};
	size_t at = random_below(size);
	size_t gone = random_below(4) ? random_below(8) : random_below(size);
	char piece[PIECE_MAX];
	size_t length = 0;

	if (gone > size - at)
		gone = size - at;
	if (random_below(2)) {
		const char *token = tokens[random_below(sizeof(tokens) / sizeof(tokens[0]))];

		length = strlen(token);
		memcpy(piece, token, length);
	} else if (random_below(2)) {
		size_t from = random_below(size);

		length = random_below(sizeof(piece));
		if (length > size - from)
			length = size - from;
		memcpy(piece, text + from, length);
	} else {
		piece[length++] = (char)random_below(256);
	}
	memmove(text + at + length, text + at + gone, size - at - gone);
	memcpy(text + at, piece, length);
	return size - gone + length;
}

START_TEST(truncations)
{
	char **paths = project_files();

	copy_project_files(paths);
	for (size_t i = 0; paths[i]; i++) {
		char *text = read_text(paths[i]);
		size_t size = strlen(text);

		for (size_t j = 0; j <= TRUNCATIONS; j++)
			run(base_name(paths[i]), text, size * j / TRUNCATIONS);
		free(text);
	}
}
END_TEST

START_TEST(mutations)
{
	char **paths = project_files();

	copy_project_files(paths);
	for (size_t i = 0; paths[i]; i++) {
		char *text = read_text(paths[i]);
		size_t size = strlen(text);
		char *mutant = malloc(size + GROWTH_MAX);

		ck_assert_ptr_nonnull(mutant);
		for (unsigned int j = 0; j < MUTATIONS; j++) {
			size_t mutant_size = size;

			memcpy(mutant, text, size + 1);
			for (uint32_t k = random_below(3) + 1; k > 0 && mutant_size > 0; k--)
				mutant_size = mutate(mutant, mutant_size);
			run(base_name(paths[i]), mutant, mutant_size);
		}
		write_text(base_name(paths[i]), text);
		free(mutant);
		free(text);
	}
}
END_TEST

TCase *idlc_mutation_tests(void)
{
	TCase *tests = tcase_create("mutations");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, idlc_test_enter, idlc_test_leave);
	tcase_add_test(tests, truncations);
	tcase_add_test(tests, mutations);
	return tests;
}

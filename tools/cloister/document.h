/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON file with the place of every value in it, and the list of errors that are found in such files.
 * An error is printed as
 *	file:line:column: error: what is wrong (at /json/pointer); what to do
 */
#pragma once

#include "base.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* Errors beyond these are counted only. */
#define ERRORS_MAX 100

struct error {
	const char *path;
	/* 0: the error concerns the file as a whole. */
	uint32_t line;
	uint32_t column;
	const char *text;
};

/* All errors of one run. */
struct errors {
	struct arena *arena;
	struct error list[ERRORS_MAX];
	size_t count;
};

/* Where a value stands: offsets of its key (of the value itself in arrays) and of the value. */
struct place {
	const cJSON *node;
	/* Index of the place of the object or array that it is in; its own at the top. */
	uint32_t parent;
	size_t key;
	size_t value;
};

struct document {
	struct errors *errors;
	const char *path;
	struct blob text;
	cJSON *root;
	struct vector places;
};

/*
 * Reads and parses a file. On failure the error is in `errors`. The document must be closed in either
 * case.
 */
bool document_open(struct document *document, struct errors *errors, const char *path);
void document_close(struct document *document);

/*
 * Reports an error at a value, or at its key. The formatted text is what is wrong and, behind a newline,
 * what to do.
 */
void error_at(struct document *document, const cJSON *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void error_at_key(struct document *document, const cJSON *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reports an error in a file as a whole, in the same two parts. */
void error_in_file(struct errors *errors, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints all errors, ordered by file and place. */
void errors_print(struct errors *errors, FILE *out);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the IDL compiler share: each test has a directory of its own as the current
 * one, with a small kernel.idl in it.
 */
#pragma once

#include <check.h>
#include <stddef.h>

/* Fixtures: make and remove the directory. */
void idlc_test_enter(void);
void idlc_test_leave(void);

void write_bytes(const char *path, const char *bytes, size_t size);
void write_text(const char *path, const char *text);
/* The file with a NUL behind it; to be freed. The test fails if there is none. */
char *read_text(const char *path);

/*
 * Runs idlc with the arguments (up to NULL). Returns its exit status, and what it reports in
 * `*errors`, to be freed.
 */
int run_idlc(char **errors, ...);

/* The interfaces of the project: a path in the checkout for each, up to NULL. */
char **project_files(void);
/* The name of such a file, without directories. */
const char *base_name(const char *path);

/* The test cases of the other files. */
TCase *idlc_error_tests(void);
TCase *idlc_output_tests(void);
TCase *idlc_mutation_tests(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the IDL compiler: what they share, and the command itself.
 */
#include <dirent.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idlc.h"
#include "test_idlc.h"

#define ARGUMENTS_MAX 16

static const char kernel[] = "interface kernel 1;\n"
			     "enum status : u32 {\n"
			     "\tOK = 0;\n"
			     "\tERR_TYPE = 2;\n"
			     "\tERR_ARGUMENT = 4;\n"
			     "\tERR_REPLY = 13;\n"
			     "}\n"
			     "const MESSAGE_WORDS = 6;\n";

static char directory[] = "/tmp/idlc-XXXXXX";

void idlc_test_enter(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
	write_text("kernel.idl", kernel);
}

static void remove_files(const char *path)
{
	DIR *entries = opendir(path);
	struct dirent *entry;

	ck_assert_ptr_nonnull(entries);
	while ((entry = readdir(entries)))
		unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
	rmdir(path);
}

void idlc_test_leave(void)
{
	if (access("idl", F_OK) == 0)
		remove_files("idl");
	if (access("cloister", F_OK) == 0)
		remove_files("cloister");
	remove_files(directory);
}

void write_bytes(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

char *read_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t size = 0;

	ck_assert_msg(file != NULL, "no file %s", path);
	/* No file of ours holds a NUL, so this takes all of it. */
	if (getdelim(&text, &size, '\0', file) < 0)
		*text = '\0';
	fclose(file);
	return text;
}

int run_idlc(char **errors, ...)
{
	char *arguments[ARGUMENTS_MAX] = { "idlc" };
	int count = 1;
	size_t size;
	va_list list;
	FILE *stream = open_memstream(errors, &size);
	int status;

	va_start(list, errors);
	while (count < ARGUMENTS_MAX && (arguments[count] = va_arg(list, char *)))
		count++;
	va_end(list);
	status = idlc_run(count, arguments, stream, stream);
	fclose(stream);
	return status;
}

char **project_files(void)
{
	const char *source = getenv("CLOISTER_SOURCE");
	char pattern[4096];
	static glob_t paths;

	ck_assert_msg(source != NULL, "CLOISTER_SOURCE must name the checkout");
	snprintf(pattern, sizeof(pattern), "%s/idl/*.idl", source);
	ck_assert_int_eq(glob(pattern, 0, NULL, &paths), 0);
	return paths.gl_pathv;
}

const char *base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void expect_run(const char *expected, int expected_status, int status, char *errors)
{
	ck_assert_str_eq(errors, expected);
	ck_assert_int_eq(status, expected_status);
	free(errors);
}

START_TEST(arguments)
{
	char *errors;
	int status;

	status = run_idlc(&errors, NULL);
	expect_run("idlc: error: `--out DIRECTORY` is missing; see idlc --help\n", 1, status,
		   errors);
	status = run_idlc(&errors, "--out", ".", NULL);
	expect_run("idlc: error: no file is given; see idlc --help\n", 1, status, errors);
	status = run_idlc(&errors, "--out", ".", "absent.idl", NULL);
	expect_run("idlc: error: cannot read `absent.idl`: No such file or directory; "
		   "correct the name\n",
		   1, status, errors);
	status = run_idlc(&errors, "--out", ".", ".", NULL);
	expect_run("idlc: error: cannot read `.`: Is a directory; correct the name\n", 1, status,
		   errors);
	status = run_idlc(&errors, "--out", ".", "/dev/zero", NULL);
	expect_run("idlc: error: cannot read `/dev/zero`: it is longer than 256 KiB; "
		   "correct the name\n",
		   1, status, errors);
}
END_TEST

START_TEST(help)
{
	char *text;

	ck_assert_int_eq(run_idlc(&text, "--help", NULL), 0);
	ck_assert_ptr_nonnull(strstr(text, "usage: idlc --out DIRECTORY FILE.idl...\n"));
	free(text);
}
END_TEST

START_TEST(no_directory)
{
	char expected[200];
	char *errors;
	int status = run_idlc(&errors, "--out", "absent", "kernel.idl", NULL);

	snprintf(expected, sizeof(expected),
		 "idlc: error: cannot write `absent/kernel.h.%ld.tmp`: No such file or directory; "
		 "see the directory and the disk\n",
		 (long)getpid());
	expect_run(expected, 1, status, errors);
}
END_TEST

/* A full disk leaves neither half a file nor a temporary one. */
START_TEST(full_disk)
{
	char temporary[100];
	char *errors;

	snprintf(temporary, sizeof(temporary), "kernel_client.h.%ld.tmp", (long)getpid());
	ck_assert_int_eq(symlink("/dev/full", temporary), 0);
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "kernel.idl", NULL), 1);
	ck_assert_ptr_nonnull(strstr(errors, "No space left on device"));
	ck_assert_int_ne(access("kernel.h", F_OK), 0);
	ck_assert_int_ne(access(temporary, F_OK), 0);
	free(errors);
}
END_TEST

/* Something stands in the place of a file. */
START_TEST(no_place)
{
	char *errors;
	int status;

	ck_assert_int_eq(mkdir("kernel.md", 0777), 0);
	status = run_idlc(&errors, "--out", ".", "kernel.idl", NULL);
	expect_run("idlc: error: cannot write `./kernel.md`: Is a directory; "
		   "see the directory and the disk\n",
		   1, status, errors);
	rmdir("kernel.md");
}
END_TEST

/* An error in one file keeps the others from being written; all files are reported. */
START_TEST(nothing_written)
{
	char *errors;

	write_text("bad.idl", "interface bad 1;\nconst A = B;\n");
	write_text("worse.idl", "interface worse 1;\nconst A = C;\n");
	ck_assert_int_eq(
		run_idlc(&errors, "--out", ".", "kernel.idl", "bad.idl", "worse.idl", NULL), 1);
	ck_assert_str_eq(errors,
			 "bad.idl:2:11: error: unknown constant `B`; declare it before, or `use` "
			 "its interface\nconst A = B;\n          ^\n"
			 "worse.idl:2:11: error: unknown constant `C`; declare it before, or `use` "
			 "its interface\nconst A = C;\n          ^\n");
	ck_assert_int_ne(access("kernel.h", F_OK), 0);
	ck_assert_int_ne(access("bad.h", F_OK), 0);
	free(errors);
}
END_TEST

static TCase *command_tests(void)
{
	TCase *tests = tcase_create("command");

	tcase_add_checked_fixture(tests, idlc_test_enter, idlc_test_leave);
	tcase_add_test(tests, arguments);
	tcase_add_test(tests, help);
	tcase_add_test(tests, no_directory);
	tcase_add_test(tests, full_disk);
	tcase_add_test(tests, no_place);
	tcase_add_test(tests, nothing_written);
	return tests;
}

int main(void)
{
	Suite *suite = suite_create("idlc");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, command_tests());
	suite_add_tcase(suite, idlc_error_tests());
	suite_add_tcase(suite, idlc_output_tests());
	suite_add_tcase(suite, idlc_mutation_tests());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of the IDL compiler, each with all that it prints: those of test_idlc_errors.txt, those
 * for bytes that no text file should hold, and those that need several files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>

#include "test_idlc.h"

static void expect_error(const char *name, const char *text, const char *expected)
{
	char *errors;
	int status;

	write_text("t.idl", text);
	status = run_idlc(&errors, "--out", ".", "t.idl", NULL);
	ck_assert_msg(strcmp(errors, expected) == 0, "%s: idlc prints\n%sand not\n%s", name, errors,
		      expected);
	ck_assert_msg(status == 1, "%s: exit status %d", name, status);
	free(errors);
}

/*
 * Cuts `*rest` at the first line that begins with `mark`; what is before it, and `*rest` behind the
 * mark.
 */
static char *cut(char **rest, const char *mark)
{
	char *before = *rest;
	char *end = strstr(before, mark);

	ck_assert_msg(end != NULL, "no `%s` behind: %s", mark + 1, before);
	/* The newline before the mark belongs to what is before it. */
	end[1] = '\0';
	*rest = end + strlen(mark);
	return before;
}

START_TEST(cases)
{
	const char *source = getenv("CLOISTER_SOURCE");
	char path[4096];
	char *all, *rest;
	unsigned int count = 0;

	ck_assert_msg(source != NULL, "CLOISTER_SOURCE must name the checkout");
	snprintf(path, sizeof(path), "%s/tests/unit/test_idlc_errors.txt", source);
	all = read_text(path);
	rest = all;
	cut(&rest, "\n=== ");
	for (bool last = false; !last; count++) {
		char *name = strsep(&rest, "\n");
		char *text = cut(&rest, "\n---\n");

		last = strstr(rest, "\n=== ") == NULL;
		expect_error(name, text, last ? rest : cut(&rest, "\n=== "));
	}
	ck_assert_uint_gt(count, 50);
	free(all);
}
END_TEST

/* Bytes that are no text are named, and never reach the terminal. */
START_TEST(bytes)
{
	expect_error("empty file", "",
		     "t.idl:1:1: error: the file ends too early; "
		     "put `interface NAME VERSION;` here\n\n^\n");
	expect_error("comment", "interface t 1;\n\t// \303\251\n",
		     "t.idl:2:5: error: byte 0xc3 is no printable ASCII; remove it, "
		     "lines end with a newline alone\n\t// ??\n\t   ^\n");
	expect_error("documentation", "interface t 1;\n/// \033[2J\n",
		     "t.idl:2:5: error: byte 0x1b is no printable ASCII; remove it, "
		     "lines end with a newline alone\n/// ?[2J\n    ^\n");
	expect_error("carriage return", "interface t 1;\r\n",
		     "t.idl:1:15: error: byte 0x0d is no printable ASCII; remove it, "
		     "lines end with a newline alone\ninterface t 1;?\n              ^\n");
}
END_TEST

START_TEST(nul_byte)
{
	static const char text[] = "interface t 1;\n\0\n";
	char *errors;

	write_bytes("t.idl", text, sizeof(text) - 1);
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "t.idl", NULL), 1);
	ck_assert_str_eq(errors, "t.idl:2:1: error: byte 0x00 is no printable ASCII; remove it, "
				 "lines end with a newline alone\n?\n^\n");
	free(errors);
}
END_TEST

/* Of an overlong line only what is around the error is shown. */
START_TEST(long_line)
{
	char text[1100];
	char expected[1100];

	snprintf(text, sizeof(text), "interface t 1;\n%*sconst A = B;", 1000, "");
	snprintf(expected, sizeof(expected),
		 "t.idl:2:1011: error: unknown constant `B`; declare it before, or `use` its "
		 "interface\n%*sconst A = B;\n%*s^\n",
		 150, "", 160, "");
	expect_error("long line", text, expected);
}
END_TEST

START_TEST(circle)
{
	char *errors;

	write_text("a.idl", "interface a 1;\nuse b;\n");
	write_text("b.idl", "interface b 1;\nuse a;\n");
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "a.idl", NULL), 1);
	ck_assert_str_eq(errors,
			 "b.idl:2:5: error: circular use of `a`; move what both need into a third "
			 "interface\nuse a;\n    ^\n");
	free(errors);
}
END_TEST

/* Errors in a file that others use stand there, and are reported once. */
START_TEST(error_in_used)
{
	char *errors;

	write_text("a.idl", "interface a 1;\nuse b;\nuse c;\n");
	write_text("b.idl", "interface b 1;\nuse c;\n");
	write_text("c.idl", "interface c 1;\nconst A = 1;\nconst A = 1;\n");
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "a.idl", NULL), 1);
	ck_assert_str_eq(errors, "c.idl:3:7: error: duplicate name `A`, taken at c.idl:2:7; "
				 "choose another\nconst A = 1;\n      ^\n");
	free(errors);
	write_text("c.idl", "interface c 1\n");
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "a.idl", NULL), 1);
	ck_assert_str_eq(errors, "c.idl:2:1: error: the file ends too early; put `;` here\n\n^\n");
	free(errors);
}
END_TEST

/* The functions made from methods return a status that only the kernel's interface has. */
START_TEST(no_status)
{
	static const char *const kernels[] = {
		"interface kernel 1;\n",
		"interface kernel 1;\nstruct status {\n\tu8 a;\n}\n",
		"interface kernel 1;\nenum status : u32 {\n\tOK = 0;\n}\n",
		"interface kernel 1;\nenum status : u64 {\n\tOK = 0;\n\tERR_TYPE = 1;\n"
		"\tERR_ARGUMENT = 2;\n\tERR_REPLY = 3;\n}\n",
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		write_text("kernel.idl", kernels[i]);
		expect_error("no status", "interface t 1;\nuse kernel;\nobject o = 1 {\n}\n",
			     "t.idl:1:11: error: `kernel` lacks an `enum status` of 32 bits with "
			     "OK, ERR_ARGUMENT, ERR_TYPE and ERR_REPLY; add it\n"
			     "interface t 1;\n          ^\n");
	}
}
END_TEST

/* Two files that do not know each other clash in the one that uses both. */
START_TEST(clash_of_used)
{
	char *errors;

	write_text("a.idl", "interface a 1;\nuse b;\nuse c;\n");
	write_text("b.idl", "interface b 1;\nconst A = 1;\n");
	write_text("c.idl", "interface c 1;\nconst A = 1;\n");
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "b.idl", "c.idl", NULL), 0);
	free(errors);
	ck_assert_int_eq(run_idlc(&errors, "--out", ".", "a.idl", NULL), 1);
	ck_assert_str_eq(errors, "c.idl:2:7: error: duplicate name `A`, taken at b.idl:2:7; "
				 "choose another\nconst A = 1;\n      ^\n");
	free(errors);
}
END_TEST

TCase *idlc_error_tests(void)
{
	TCase *tests = tcase_create("errors");

	tcase_add_checked_fixture(tests, idlc_test_enter, idlc_test_leave);
	tcase_add_test(tests, cases);
	tcase_add_test(tests, bytes);
	tcase_add_test(tests, nul_byte);
	tcase_add_test(tests, long_line);
	tcase_add_test(tests, circle);
	tcase_add_test(tests, error_in_used);
	tcase_add_test(tests, no_status);
	tcase_add_test(tests, clash_of_used);
	return tests;
}

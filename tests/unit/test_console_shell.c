/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell at the console multiplexer: the key that brings it into view, what it may ask for, and what becomes of
 * requests that are wrong.
 */
#include "test_console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUEST 0
#define SHELL 1
#define LOG   2

#define KEY_SHELL  "\x14s"
#define SEEN_SHELL "[cloister] the shell; Ctrl-T s leaves it, Ctrl-T h shows the keys\r\n"
#define SEEN_GUEST "[cloister] guest 1 of 1: linux; Ctrl-T h shows the keys\r\n"

static struct view_request *view;

static void setup_shell(void)
{
	open_driver();
	open_client(GUEST, "linux", CLIENT_CONSOLE);
	open_client(SHELL, "shell", CLIENT_SHELL);
	open_client(LOG, "vmm linux", CLIENT_LOG);
	multiplexer_init(&m, &config);
	view = &ends[SHELL].line->view;
}

/* Ask, run, and give what the screen shows of it. */
static const char *ask(uint32_t action, const char *name)
{
	view->action = action;
	memset(view->name, 0, sizeof(view->name));
	memcpy(view->name, name, strlen(name));
	view->request++;
	return screen();
}

static void expect_answer(enum status status)
{
	ck_assert_uint_eq(view->answered, view->request);
	ck_assert_uint_eq(view->result, status);
	ck_assert(multiplexer_signals(&m) & 1U << (PEER_CLIENT + SHELL));
}

START_TEST(shell_is_there_from_the_start)
{
	put(SHELL, "Cloister\r\ncloister> ");
	put(GUEST, "$ ");
	ck_assert_str_eq(screen(), "$ ");
	ck_assert_str_eq(key(KEY_SHELL), "\r\n" SEEN_SHELL "Cloister\r\ncloister> ");
	type("help");
	ck_assert_str_eq(received(SHELL), "help");
	ck_assert_str_eq(received(GUEST), "");
	put(GUEST, "hidden");
	put(LOG, "seen\n");
	ck_assert_str_eq(screen(), "\r\n[vmm linux] seen\r\n");
	ck_assert_str_eq(key(KEY_SHELL), SEEN_GUEST "$ hidden");
	type("ls");
	ck_assert_str_eq(received(GUEST), "ls");
	put(SHELL, "hidden");
	ck_assert_str_eq(screen(), "");
	key(KEY_SHELL);
	ck_assert_str_eq(key("\x14"
			     "1"),
			 "\r\n" SEEN_GUEST "$ hidden");
}
END_TEST

/* Programs read answers: a log's line is not shown inside one, but neither for ever behind it. */
START_TEST(answer_is_whole)
{
	key(KEY_SHELL);
	view->answer_until = console_now + ANSWER_WHOLE_US;
	view->answer_end = ends[SHELL].out.produced + 1000;
	put(SHELL, "[{\"na");
	put(LOG, "meanwhile\n");
	ck_assert_str_eq(screen(), "[{\"na");
	ck_assert_uint_eq(multiplexer_sleep_until(&m), view->answer_until);
	put(SHELL, "me\"}]\r\n");
	put(LOG, "more\n");
	ck_assert_str_eq(screen(), "me\"}]\r\n");
	/* Its end is told before it is shown. */
	put(SHELL, "[]");
	view->answer_end = ends[SHELL].out.produced;
	put(LOG, "last\n");
	ck_assert_str_eq(screen(),
			 "[]\r\n[vmm linux] meanwhile\r\n[vmm linux] more\r\n[vmm linux] last\r\n");
	ck_assert_uint_eq(multiplexer_sleep_until(&m), DEADLINE_NEVER);
}
END_TEST

START_TEST(answer_keeps_logs_for_its_time_only)
{
	key(KEY_SHELL);
	view->answer_end = ends[SHELL].out.produced + 1000;
	view->answer_until = console_now + ANSWER_WHOLE_US + 1;
	put(LOG, "too long a time is none\n");
	ck_assert_str_eq(screen(), "[vmm linux] too long a time is none\r\n");
	console_now++;
	put(LOG, "waits\n");
	ck_assert_str_eq(screen(), "");
	console_now = view->answer_until;
	ck_assert_str_eq(screen(), "[vmm linux] waits\r\n");
	view->answer_until = console_now + 1;
	put(LOG, "shown elsewhere\n");
	ck_assert_ptr_nonnull(strstr(key(KEY_SHELL), "[vmm linux] shown elsewhere\r\n"));
}
END_TEST

/* A shell that announces one answer behind the other keeps no line for longer than one may take. */
START_TEST(answers_keep_no_line_for_ever)
{
	uint64_t begin;

	key(KEY_SHELL);
	view->answer_end = ends[SHELL].out.produced + 1000;
	view->answer_until = console_now + ANSWER_WHOLE_US;
	put(LOG, "one\ntwo\n");
	ck_assert_str_eq(screen(), "");
	begin = console_now;
	for (; console_now < begin + ANSWER_WHOLE_US; console_now += ANSWER_WHOLE_US / 10) {
		view->answer_until = console_now + ANSWER_WHOLE_US;
		ck_assert_str_eq(screen(), "");
		ck_assert_uint_eq(multiplexer_sleep_until(&m), begin + ANSWER_WHOLE_US);
	}
	/* And all that waits is shown before a line waits again. */
	view->answer_until = console_now + ANSWER_WHOLE_US;
	ck_assert_str_eq(screen(), "[vmm linux] one\r\n[vmm linux] two\r\n");
	put(LOG, "three\n");
	ck_assert_str_eq(screen(), "");
	ck_assert_uint_eq(multiplexer_sleep_until(&m), console_now + ANSWER_WHOLE_US);
}
END_TEST

START_TEST(shell_is_left_to_where_it_was_entered)
{
	key("\x14"
	    "a");
	put(SHELL, "not shown with all guests");
	put(GUEST, "$ ");
	ck_assert_str_eq(screen(), "[linux] $ ");
	key(KEY_SHELL);
	ck_assert_str_eq(key(KEY_SHELL),
			 "\r\n[cloister] all guests; what is typed goes to linux\r\n[linux] $ ");
	key("\x14l");
	key(KEY_SHELL);
	ck_assert_str_eq(key(KEY_SHELL),
			 "\r\n[cloister] the machine's log; what is typed goes to nobody\r\n");
}
END_TEST

START_TEST(shell_alone)
{
	ends[GUEST].line->view = ends[SHELL].line->view;
	config.clients[GUEST].kind = CLIENT_LOG;
	start_anew();
	put(SHELL, "cloister> ");
	ck_assert_str_eq(screen(), "cloister> ");
	type("mem");
	ck_assert_str_eq(received(SHELL), "mem");
	ck_assert_str_eq(key(KEY_SHELL), "\r\n[cloister] there is no guest with a console; "
					 "Ctrl-T h shows the keys\r\ncloister> ");
	key("\x14l");
	ck_assert_str_eq(key(KEY_SHELL), SEEN_SHELL "cloister> ");
}
END_TEST

START_TEST(no_shell)
{
	config.clients[SHELL].kind = CLIENT_LOG;
	start_anew();
	ck_assert_str_eq(key(KEY_SHELL),
			 "[cloister] there is no shell; Ctrl-T h shows the keys\r\n");
	view->request++;
	settle();
	ck_assert_uint_eq(view->answered, 0);
}
END_TEST

START_TEST(console_is_asked_for)
{
	put(GUEST, "$ ");
	key(KEY_SHELL);
	ck_assert_str_eq(ask(VIEW_CONSOLE, "linux"), SEEN_GUEST "$ ");
	expect_answer(OK);
	/* The shell is not in view any more, and so has no say. */
	ck_assert_str_eq(ask(VIEW_CONSOLE, "linux"), "");
	expect_answer(ERR_STATE);
	key(KEY_SHELL);
	ck_assert_str_eq(ask(VIEW_CONSOLE, "vmm linux"), "");
	expect_answer(ERR_ARGUMENT);
	ck_assert_str_eq(ask(VIEW_CONSOLE, "shell"), "");
	expect_answer(ERR_ARGUMENT);
	ask(VIEW_CONSOLE, "linu");
	expect_answer(ERR_ARGUMENT);
	ask(VIEW_CONSOLE, "");
	expect_answer(ERR_ARGUMENT);
}
END_TEST

START_TEST(kept_output_is_asked_for)
{
	put(GUEST, "boot\r\n\x1b[1mbold\x07\x9b\r\nab\b \b\r\n$ ");
	screen();
	key(KEY_SHELL);
	put(SHELL, "> log linux\r\n");
	/* It comes behind what the shell has written, and commands nothing. */
	ck_assert_str_eq(ask(VIEW_KEPT, "linux"),
			 "> log linux\r\nboot\r\n?[1mbold??\r\nab\b \b\r\n$ \r\n");
	expect_answer(OK);
	put(SHELL, "> ");
	ck_assert_str_eq(screen(), "> ");
	/* Its own view is not changed by it. */
	ck_assert_str_eq(key("\x14"
			     "1"),
			 "\r\n" SEEN_GUEST "$ ");
	ck_assert_str_eq(ask(VIEW_KEPT, "linux"), "");
	expect_answer(OK);
	ck_assert_ptr_nonnull(strstr(key(KEY_SHELL), "> boot\r\n?[1m"));
	ask(VIEW_KEPT, "nobody");
	expect_answer(ERR_ARGUMENT);
	ask(VIEW_KEPT, "shell");
	expect_answer(ERR_ARGUMENT);
}
END_TEST

START_TEST(kept_lines_are_asked_for)
{
	config.clients[GUEST].kind = CLIENT_LOG;
	start_anew();
	put(LOG, "one\n");
	screen();
	put(GUEST, "two\n");
	screen();
	put(LOG, "three\n");
	ck_assert_str_eq(screen(), "[vmm linux] three\r\n");
	ck_assert_str_eq(ask(VIEW_KEPT, "vmm linux"), "[vmm linux] one\r\n[vmm linux] three\r\n");
	expect_answer(OK);
	ck_assert_str_eq(ask(VIEW_KEPT, "linux"), "[linux] two\r\n");
	ck_assert_str_eq(ask(VIEW_KEPT, ""),
			 "[vmm linux] one\r\n[linux] two\r\n[vmm linux] three\r\n");
	expect_answer(OK);
}
END_TEST

/* All that is kept, over a screen that takes its time, while the guest writes on. */
START_TEST(much_is_asked_for)
{
	static char all[4 * HISTORY_SIZE];
	uint32_t length = 0;
	uint32_t gone;
	char text[64];

	for (unsigned int i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "line %u\n", i);
		put(GUEST, text);
		screen();
	}
	key(KEY_SHELL);
	view->action = VIEW_KEPT;
	strcpy(view->name, "linux");
	view->request++;
	for (unsigned int i = 0; i < 300; i++) {
		multiplexer_run(&m);
		length += stream_read(&driver.in, all + length, 100);
	}
	ck_assert_uint_ne(view->answered, view->request);
	/* It overtakes what is still to be shown: that is left out. */
	for (unsigned int i = 0; i < 2000; i++) {
		put(GUEST, "0123456789");
		multiplexer_run(&m);
	}
	length += (uint32_t)strlen(strcpy(all + length, screen()));
	while (*strcpy(all + length, screen()))
		length += (uint32_t)strlen(all + length);
	expect_answer(OK);
	ck_assert_int_eq(
		sscanf(all, "[cloister] the log is full: %u bytes of linux are gone", &gone), 1);
	ck_assert_ptr_nonnull(strstr(all, "gone\r\nline "));
	ck_assert_uint_le(length, 2 * HISTORY_SIZE);
	put(SHELL, "> ");
	ck_assert_str_eq(screen(), "> ");
}
END_TEST

START_TEST(wrong_requests)
{
	key(KEY_SHELL);
	ask(0, "linux");
	expect_answer(ERR_ARGUMENT);
	ask(77, "linux");
	expect_answer(ERR_ARGUMENT);
	/* A name without an end. */
	view->action = VIEW_CONSOLE;
	memset(view->name, 'x', sizeof(view->name));
	view->request--;
	ck_assert_str_eq(screen(), "");
	expect_answer(ERR_ARGUMENT);
	/* It counts its own and the answered back and forth. */
	view->answered = 1000;
	view->request = 5;
	settle();
	expect_answer(ERR_ARGUMENT);
}
END_TEST

/* Whatever the shell and its ring hold: the guest's console still works. */
START_TEST(hostile_shell)
{
	for (unsigned int i = 0; i < 100000; i++) {
		if (random() % 4 == 0)
			scribble(&ends[SHELL].line->output);
		if (random() % 8 == 0)
			scribble(&ends[SHELL].line->input);
		view->request += (uint32_t)random() % 2;
		view->action = (uint32_t)random() % 4;
		if (random() % 2)
			memset(view->name, (int)random(), (size_t)random() % sizeof(view->name));
		else
			strcpy(view->name, "linux");
		if (random() % 3 == 0)
			stream_write(&driver.out, random() % 2 ? KEY_SHELL : "\x14l", 2);
		stream_write(&ends[GUEST].out, "text\r\n", 6);
		stream_write(&ends[LOG].out, "text\n", 5);
		multiplexer_run(&m);
		multiplexer_signals(&m);
		multiplexer_sleep_until(&m);
		stream_read(&driver.in, (char[500]){ 0 }, 500);
	}
	memset(ends[SHELL].line, 0, sizeof(struct line));
	while (*screen())
		;
	stream_write(&driver.out,
		     "\x14"
		     "1",
		     2);
	while (*screen())
		;
	put(GUEST, "alive\n");
	ck_assert_str_eq(screen(), "alive\n");
}
END_TEST

TCase *shell_tests(void)
{
	TCase *tests = tcase_create("shell");

	tcase_add_checked_fixture(tests, setup_shell, teardown);
	tcase_set_timeout(tests, 25);
	tcase_add_test(tests, shell_is_there_from_the_start);
	tcase_add_test(tests, answer_is_whole);
	tcase_add_test(tests, answer_keeps_logs_for_its_time_only);
	tcase_add_test(tests, answers_keep_no_line_for_ever);
	tcase_add_test(tests, shell_is_left_to_where_it_was_entered);
	tcase_add_test(tests, shell_alone);
	tcase_add_test(tests, no_shell);
	tcase_add_test(tests, console_is_asked_for);
	tcase_add_test(tests, kept_output_is_asked_for);
	tcase_add_test(tests, kept_lines_are_asked_for);
	tcase_add_test(tests, much_is_asked_for);
	tcase_add_test(tests, wrong_requests);
	tcase_add_test(tests, hostile_shell);
	return tests;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line editor, on a terminal with one line that obeys what the editor may send and nothing else: what the
 * screen shows is the line, whatever is typed.
 */
#include "test_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT "cloister> "

static struct editor editor;

/* The line of the screen in which the cursor is. */
static struct {
	char text[EDITOR_COLUMNS + 1];
	uint32_t column;
	unsigned int bells;
} terminal;

static void row_clear(uint32_t from)
{
	memset(terminal.text + from, ' ', EDITOR_COLUMNS - from);
}

/* Obey one control sequence behind ESC; gives where it ends. */
static const char *obey(const char *at)
{
	char *end;
	unsigned long number = strtoul(at + 1, &end, 10);

	if (*end == 'K')
		row_clear(terminal.column);
	else if (*end == 'C')
		terminal.column += (uint32_t)number;
	else if (*end == 'H')
		terminal.column = 0;
	else if (*end == 'J')
		row_clear(0);
	else
		ck_abort_msg("the sequence %.5s", at);
	return end + 1;
}

static void show(const char *at)
{
	while (*at) {
		char byte = *at++;

		if (byte == '\r') {
			terminal.column = 0;
		} else if (byte == '\n') {
			row_clear(0);
		} else if (byte == '\a') {
			terminal.bells++;
		} else if (byte == '\x1b') {
			at = obey(at);
		} else {
			if (byte < ' ' || byte > '~')
				ck_abort_msg("byte 0x%x", (uint8_t)byte);
			terminal.text[terminal.column++] = byte;
		}
		/* The last column stays free. */
		if (terminal.column >= EDITOR_COLUMNS)
			ck_abort_msg("column %u", terminal.column);
	}
}

/* What the screen shows, without the blanks at its end. */
static const char *row(void)
{
	static char text[EDITOR_COLUMNS + 1];
	size_t length = EDITOR_COLUMNS;

	show(written());
	memcpy(text, terminal.text, sizeof(text));
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

static void setup(void)
{
	shell_setup();
	memset(&terminal, 0, sizeof(terminal));
	row_clear(0);
	editor_init(&editor, &shell.terminal);
	editor_begin(&editor);
}

/* Type; gives how many lines were completed. */
static unsigned int press(const char *keys)
{
	unsigned int lines = 0;

	for (; *keys; keys++) {
		if (!editor_take(&editor, (uint8_t)*keys))
			continue;
		lines++;
		show(written());
		editor_begin(&editor);
	}
	return lines;
}

START_TEST(keys_edit)
{
	static const struct {
		const char *keys;
		const char *line;
		uint32_t cursor;
	} cases[] = {
		{ "abc", "abc", 3 },
		{ "abc\x1b[D\x1b[DX", "aXbc", 2 },
		{ "abc\x1b[D\x1b[D\x1b[D\x1b[D\x1b[CX", "aXbc", 2 },
		{ "abc\x1b[C\x1b[CX", "abcX", 4 },
		{ "abc\x1b[HX", "Xabc", 1 },
		{ "abc\x1bOHX\x1bOFY", "XabcY", 5 },
		{ "abc\x1b[1~X\x1b[4~Y", "XabcY", 5 },
		{ "abc\x1b[7~X\x1b[8~Y", "XabcY", 5 },
		{ "abc\x01X\x05Y", "XabcY", 5 },
		{ "abc\x7f", "ab", 2 },
		{ "abc\x08\x08\x08\x08", "", 0 },
		{ "abc\x1b[D\x08", "ac", 1 },
		{ "abc\x1b[D\x1b[3~", "ab", 2 },
		{ "abc\x1b[3~", "abc", 3 },
		{ "abc\x1b[D\x0b", "ab", 2 },
		{ "abc\x1b[D\x15", "c", 0 },
		{ "one two  \x17", "one ", 4 },
		{ "one two\x1b[D\x17", "one o", 4 },
		{ "one\x17\x17", "", 0 },
		{ "abc\x0c", "abc", 3 },
		{ "abc\x03", "", 0 },
		/* What is no key of the editor's. */
		{ "a\tb\x1a\xc3\xa4\x00", "ab", 2 },
		{ "a\x1b[5~\x1b[1;5X\x1b[200~b", "ab", 2 },
		{ "a\x1bxb\x1b[99999999999999999999~c", "abc", 3 },
		{ "a\x1b\x1b[Db", "ba", 1 },
		/* A key in the midst of a sequence counts. */
		{ "a\x1b[\x08"
		  "b",
		  "b", 1 },
	};
	char shown[100];

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		editor_begin(&editor);
		ck_assert_uint_eq(press(cases[i].keys), 0);
		ck_assert_str_eq(editor.line.text, cases[i].line);
		sprintf(shown, PROMPT "%s", cases[i].line);
		while (shown[strlen(shown) - 1] == ' ')
			shown[strlen(shown) - 1] = '\0';
		ck_assert_str_eq(row(), shown);
		ck_assert_uint_eq(terminal.column, strlen(PROMPT) + cases[i].cursor);
	}
}
END_TEST

START_TEST(lines_end)
{
	ck_assert_uint_eq(press("a\rb\nc\r\nd\n\r"), 5);
	ck_assert_uint_eq(press("\r\n\r\n"), 2);
	editor_begin(&editor);
	ck_assert_uint_eq(press("abc\x1b[D"), 0);
	ck_assert(editor_take(&editor, '\r'));
	ck_assert_str_eq(editor.line.text, "abc");
}
END_TEST

START_TEST(lines_come_back)
{
	press("one\rtwo\rtwo\r\rthree");
	press("\x1b[A");
	ck_assert_str_eq(row(), PROMPT "two");
	press("\x1bOA");
	ck_assert_str_eq(row(), PROMPT "one");
	ck_assert_uint_eq(terminal.bells, 0);
	press("\x1b[A");
	ck_assert_str_eq(row(), PROMPT "one");
	ck_assert_uint_eq(terminal.bells, 1);
	press("\x1b[B\x1b[B");
	ck_assert_str_eq(row(), PROMPT "three");
	press("\x1b[B");
	ck_assert_str_eq(row(), PROMPT "three");
	/* What is changed of an old line is a line of its own. */
	press("\x1b[A!\r\x1b[A");
	ck_assert_str_eq(row(), PROMPT "two!");
	press("\x1b[A");
	ck_assert_str_eq(row(), PROMPT "two");
}
END_TEST

START_TEST(old_lines_are_forgotten)
{
	char text[20];

	for (unsigned int i = 0; i < EDITOR_LINES + 10; i++) {
		sprintf(text, "line %u\r", i);
		press(text);
	}
	for (unsigned int i = 0; i < EDITOR_LINES; i++) {
		press("\x1b[A");
		sprintf(text, "line %u", EDITOR_LINES + 9 - i);
		ck_assert_str_eq(editor.line.text, text);
	}
	press("\x1b[A");
	ck_assert_str_eq(editor.line.text, "line 10");
}
END_TEST

START_TEST(too_long_a_line)
{
	char keys[EDITOR_LINE_MAX + 1];
	const char *shown;

	memset(keys, 'x', EDITOR_LINE_MAX);
	keys[EDITOR_LINE_MAX] = '\0';
	ck_assert_uint_eq(press(keys), 0);
	ck_assert_uint_eq(press("\r"), 1);
	/* One more is refused, also if it is shorter again in the end. */
	press(keys);
	press("!!");
	row();
	ck_assert_uint_eq(terminal.bells, 1);
	press("\x7f\x7f");
	row();
	ck_assert(!editor_take(&editor, '\r'));
	shown = written();
	ck_assert_ptr_nonnull(strstr(shown, "error: the line is too long, nothing was done\r\n"));
	show(shown);
	ck_assert_uint_eq(press("ok\r"), 1);
	/* Also when another line is looked at meanwhile; not when it is taken away. */
	press(keys);
	ck_assert_uint_eq(press("!\x1b[A\x1b[B\r"), 0);
	press(keys);
	ck_assert_uint_eq(press("!\x15ok\r"), 1);
}
END_TEST

/* A window of the line, in which the cursor is. */
START_TEST(long_line_is_shown_in_part)
{
	char keys[200];
	char shown[100];
	size_t width = EDITOR_COLUMNS - strlen(PROMPT) - 1;

	for (unsigned int i = 0; i < 199; i++)
		keys[i] = (char)('a' + i % 26);
	keys[199] = '\0';
	press(keys);
	sprintf(shown, PROMPT "%s", keys + 199 - width);
	ck_assert_str_eq(row(), shown);
	ck_assert_uint_eq(terminal.column, EDITOR_COLUMNS - 1);
	press("\x01");
	sprintf(shown, PROMPT "%.*s", (int)width, keys);
	ck_assert_str_eq(row(), shown);
	ck_assert_uint_eq(terminal.column, strlen(PROMPT));
}
END_TEST

/* A guest can make the terminal say things, which may come here when the view has changed. */
START_TEST(reports_are_no_commands)
{
	static const char *const reports[] = {
		"\x1b[24;80R",           "\x1b[?62;22c",       "\x1b]lpoweroff\x1b\\",
		"\x1b]lpoweroff\r",      "\x1b]lpoweroff\x07", "\x1bPpoweroff\x1b\\",
		"\x1b_poweroff\x1b\\",   "\x1b^poweroff\n",    "\x1bXpoweroff\x1b\\",
		"\x1b]11;rgb:0/0/0\x07", "\x1b[200~\x1b[201~",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(reports); i++) {
		ck_assert_uint_eq(press(reports[i]), 0);
		ck_assert_str_eq(editor.line.text, "");
		ck_assert_uint_eq(press("x"), 0);
		ck_assert_str_eq(editor.line.text, "x");
		editor_begin(&editor);
	}
}
END_TEST

START_TEST(anything_typed)
{
	static const char bytes[] =
		"\x1b\x1b\x1b[[[O]~AABBCDHF135\x01\x05\x0b\x0c\x15\x17\x7f\x08\t ";
	char shown[EDITOR_COLUMNS + 1];

	srandom(1);
	for (unsigned int i = 0; i < 100000; i++) {
		uint8_t byte = (uint8_t)random();

		if (random() % 4)
			byte = (uint8_t)bytes[(size_t)random() % (sizeof(bytes) - 1)];
		/* Lines that get long. */
		if (i / 1000 % 2 && random() % 2)
			byte = 'x';
		if (editor_take(&editor, byte))
			editor_begin(&editor);
		if (editor.line.length > EDITOR_LINE_MAX || editor.cursor > editor.line.length ||
		    strlen(editor.line.text) != editor.line.length)
			ck_abort_msg("length %u, cursor %u", editor.line.length, editor.cursor);
		snprintf(shown, EDITOR_COLUMNS, PROMPT "%s", editor.line.text + editor.first);
		for (size_t end = strlen(shown); end && shown[end - 1] == ' '; end--)
			shown[end - 1] = '\0';
		ck_assert_str_eq(row(), shown);
		ck_assert_uint_eq(terminal.column, strlen(PROMPT) + editor.cursor - editor.first);
	}
	press("\x03");
	ck_assert_uint_eq(press("x\x15mem\r"), 1);
}
END_TEST

TCase *editor_tests(void)
{
	TCase *tests = tcase_create("editor");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, keys_edit);
	tcase_add_test(tests, lines_end);
	tcase_add_test(tests, lines_come_back);
	tcase_add_test(tests, old_lines_are_forgotten);
	tcase_add_test(tests, too_long_a_line);
	tcase_add_test(tests, long_line_is_shown_in_part);
	tcase_add_test(tests, reports_are_no_commands);
	tcase_add_test(tests, anything_typed);
	return tests;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer's keys, with two guests and a log: what each key brings into view, what is kept
 * of a guest meanwhile, and that neither a guest nor the screen holds up who is out of view.
 */
#include "test_console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

#define FIRST  0
#define SECOND 1
#define LOG    2

#define SEEN_FIRST  "[cloister] guest 1 of 2: first; Ctrl-T h shows the keys\r\n"
#define SEEN_SECOND "[cloister] guest 2 of 2: second; Ctrl-T h shows the keys\r\n"
#define SEEN_ALL    "[cloister] all guests; what is typed goes to first\r\n"
#define SEEN_LOG    "[cloister] the machine's log; what is typed goes to nobody\r\n"
#define NO_KEY      "[cloister] this is no key; Ctrl-T h shows the keys\r\n"
#define HELP                                                   \
	"[cloister] keys, each behind Ctrl-T:\r\n"             \
	"  1 to 9  that guest        n  the next guest\r\n"    \
	"  a       all guests        l  the machine's log\r\n" \
	"  s       the shell         h  this help\r\n"         \
	"  Ctrl-T  Ctrl-T itself\r\n"

static void setup_guests(void)
{
	open_driver();
	open_client(FIRST, "first", CLIENT_CONSOLE);
	open_client(SECOND, "second", CLIENT_CONSOLE);
	open_client(LOG, "root", CLIENT_LOG);
	multiplexer_init(&m, &config);
	screen();
}

/* A client writes as much as it is let; gives how much of `total` that is. */
static uint32_t flood(unsigned int client, uint32_t total)
{
	static const char line[] = "0123456789abcdef0123456789abcde\n";
	uint32_t written = 0;
	uint32_t count;

	do {
		count = stream_write(&ends[client].out, line, sizeof(line) - 1);
		written += count;
		multiplexer_run(&m);
		multiplexer_run(&m);
	} while (count == sizeof(line) - 1 && written < total);
	return written;
}

START_TEST(first_is_in_view)
{
	start_anew();
	ck_assert_str_eq(screen(), SEEN_FIRST);
	put(SECOND, "hidden");
	put(FIRST, "seen");
	ck_assert_str_eq(screen(), "seen");
	type("typed");
	ck_assert_str_eq(received(FIRST), "typed");
	ck_assert_str_eq(received(SECOND), "");
}
END_TEST

START_TEST(key_of_a_guest)
{
	put(FIRST, "a\r\n$ ");
	ck_assert_str_eq(screen(), "a\r\n$ ");
	put(SECOND, "b\r\n# ");
	ck_assert_str_eq(screen(), "");
	/* What was kept, and then each time the line that was begun. */
	ck_assert_str_eq(key("\x14"
			     "2"),
			 "\r\n" SEEN_SECOND "b\r\n# ");
	type("for the second");
	ck_assert_str_eq(received(SECOND), "for the second");
	ck_assert_str_eq(received(FIRST), "");
	ck_assert_str_eq(key("\x14"
			     "1"),
			 "\r\n" SEEN_FIRST "$ ");
	ck_assert_str_eq(key("\x14"
			     "2"),
			 "\r\n" SEEN_SECOND "# ");
	/* Itself. */
	ck_assert_str_eq(key("\x14"
			     "2"),
			 "\r\n" SEEN_SECOND "# ");
	ck_assert_str_eq(key("\x14"
			     "3"),
			 "\r\n[cloister] there is no guest 3; Ctrl-T h shows the keys\r\n# ");
}
END_TEST

START_TEST(key_next)
{
	ck_assert_str_eq(key("\x14n"), SEEN_SECOND);
	ck_assert_str_eq(key("\x14n"), SEEN_FIRST);
	ck_assert_str_eq(key("\x14"
			     "a"),
			 SEEN_ALL);
	ck_assert_str_eq(key("\x14n"), SEEN_SECOND);
}
END_TEST

START_TEST(key_prefix_itself)
{
	type("a\x14\x14"
	     "b");
	ck_assert_str_eq(received(FIRST), "a\x14"
					  "b");
	/* Apart, and with the guest's ring full meanwhile. */
	for (unsigned int i = 0; i < STREAM_SIZE; i += 512) {
		char fill[513] = "";

		memset(fill, '.', 512);
		type(fill);
	}
	type("\x14");
	type("\x14");
	type("c");
	ck_assert_uint_eq(strlen(received(FIRST)), STREAM_SIZE);
	ck_assert_str_eq(received(FIRST), "\x14"
					  "c");
	ck_assert_str_eq(screen(), "");
}
END_TEST

START_TEST(key_help)
{
	put(FIRST, "$ ");
	ck_assert_str_eq(key("\x14h"),
			 "$ \r\n" HELP "  guest 1: first, in view\r\n  guest 2: second\r\n$ ");
	ck_assert_str_eq(key("\x14x"), "\r\n" NO_KEY "$ ");
	ck_assert_str_eq(received(FIRST), "");
}
END_TEST

START_TEST(key_log)
{
	put(LOG, "one\n");
	ck_assert_str_eq(screen(), "[root] one\r\n");
	put(FIRST, "$ ");
	ck_assert_str_eq(screen(), "$ ");
	ck_assert_str_eq(key("\x14l"), "\r\n" SEEN_LOG "[root] one\r\n");
	put(FIRST, "hidden");
	put(LOG, "two\n");
	ck_assert_str_eq(screen(), "[root] two\r\n");
	type("for nobody");
	ck_assert_str_eq(received(FIRST), "");
	ck_assert_str_eq(key("\x14l"), SEEN_LOG "[root] one\r\n[root] two\r\n");
	ck_assert_str_eq(key("\x14"
			     "1"),
			 SEEN_FIRST "$ hidden");
}
END_TEST

START_TEST(log_wraps)
{
	unsigned int lines = 0;
	char text[32];
	const char *shown;

	for (; lines < 2000; lines++) {
		sprintf(text, "line %u\n", lines);
		put(LOG, text);
		screen();
	}
	shown = key("\x14l");
	ck_assert_ptr_nonnull(strstr(shown, SEEN_LOG "[cloister] the log is full: "));
	ck_assert_ptr_nonnull(strstr(shown, " bytes of it are gone\r\n[root] line "));
	do
		shown = screen();
	while (!strstr(shown, "[root] line 1999\r\n"));
	put(LOG, "the next\n");
	ck_assert_str_eq(screen(), "[root] the next\r\n");
}
END_TEST

START_TEST(key_all)
{
	put(FIRST, "$ ");
	screen();
	put(SECOND, "one\r\ntwo\r\n# ");
	settle();
	ck_assert_str_eq(key("\x14"
			     "a"),
			 "\r\n" SEEN_ALL
			 "[first] $ \r\n[second] one\r\n[second] two\r\n[second] # ");
	put(SECOND, "date\r\n");
	ck_assert_str_eq(screen(), "date\r\n");
	put(FIRST, "x");
	ck_assert_str_eq(screen(), "[first] x");
	put(LOG, "log\n");
	ck_assert_str_eq(screen(), "\r\n[root] log\r\n");
	type("typed");
	ck_assert_str_eq(received(FIRST), "typed");
	ck_assert_str_eq(received(SECOND), "");
	ck_assert_str_eq(key("\x14"
			     "2"),
			 SEEN_SECOND);
}
END_TEST

/* No guest reaches another's line, its prefix, or the terminal's settings. */
START_TEST(all_keeps_to_the_line)
{
	key("\x14"
	    "a");
	put(SECOND, "\b\b\b[2mab\rc\b\b\b\b\b\b\b\b\b\b\bd\x1b[6n\x9b\te\r\n\r\n");
	ck_assert_str_eq(screen(), "[second] [2mabc\b\b\b\b\b\bd?[6n?\te\r\n[second] \r\n");
}
END_TEST

/* A line goes on while its guest does, but one without an end gives way. */
START_TEST(all_breaks_no_line_in_vain)
{
	char endless[3000];
	const char *shown;

	memset(endless, '.', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	key("\x14"
	    "a");
	put(FIRST, endless);
	put(SECOND, "a\nb\n");
	shown = screen();
	ck_assert_int_eq(strspn(shown + strlen("[first] "), "."), LOG_TEXT_MAX);
	ck_assert_ptr_nonnull(strstr(shown, "\r\n[second] a\r\n[first] .."));
	ck_assert_ptr_nonnull(strstr(shown, "\r\n[second] b\r\n[first] .."));
}
END_TEST

/* 16 KiB are kept, of whole lines, and what is gone is said. */
START_TEST(kept_output_wraps)
{
	uint32_t gone;
	uint32_t length;
	const char *shown;

	put(SECOND, "the oldest\n");
	ck_assert_uint_eq(flood(SECOND, 100000), 100000);
	settle();
	ck_assert_str_eq(screen(), "");
	shown = key("\x14"
		    "2");
	ck_assert_int_eq(
		sscanf(shown, SEEN_SECOND "[cloister] the log is full: %u bytes of second are gone",
		       &gone),
		1);
	shown = strstr(shown, "gone\r\n") + 6;
	ck_assert_int_eq(strncmp(shown, "0123", 4), 0);
	length = (uint32_t)strlen(shown);
	while (*(shown = screen()))
		length += (uint32_t)strlen(shown);
	ck_assert_uint_eq(gone + length, 100000 + strlen("the oldest\n"));
	ck_assert_uint_le(length, HISTORY_SIZE);
	ck_assert_uint_gt(length, HISTORY_SIZE - HISTORY_LINE_MAX);
	put(SECOND, "on");
	ck_assert_str_eq(screen(), "on");
}
END_TEST

/* The screen stands still: who is in view waits, who is not goes on. */
START_TEST(stuck_screen)
{
	uint32_t written;

	written = flood(FIRST, 100000);
	ck_assert_uint_lt(written, 3 * STREAM_SIZE);
	ck_assert(!multiplexer_run(&m));
	multiplexer_signals(&m);
	ck_assert(multiplexer_sleep_until(&m));
	put(SECOND, "x");
	ck_assert(stream_wakes_consumer(&ends[SECOND].out));
	ck_assert_uint_eq(flood(SECOND, 100000), 100000);
	/* Nothing of the first is lost. */
	for (const char *shown = screen(); *shown; shown = screen())
		written -= (uint32_t)strlen(shown);
	ck_assert_uint_eq(written, 0);
}
END_TEST

/* A guest that reads nothing keeps what is typed for it; the keys behind it work while they fit. */
START_TEST(guest_that_reads_nothing)
{
	char fill[STREAM_SIZE + 1] = "";

	memset(fill, '.', STREAM_SIZE);
	type(fill);
	ck_assert_str_eq(key("\x14"
			     "2"),
			 SEEN_SECOND);
	type("to the second");
	ck_assert_str_eq(received(SECOND), "to the second");
	ck_assert_str_eq(received(FIRST), fill);
}
END_TEST

/* A keyboard that alternates between the guests. */
struct keyboard {
	char text[3 * PASTE];
	uint32_t length;
	uint32_t sent;
	bool sleeps;
};

static void keyboard_fill(struct keyboard *k)
{
	static const uint32_t piece = 1024;

	for (uint32_t at = 0; at < PASTE; at += piece)
		for (char guest = '1'; guest <= '2'; guest++) {
			k->text[k->length++] = KEY_PREFIX;
			k->text[k->length++] = guest;
			for (uint32_t i = 0; i < piece; i++)
				k->text[k->length++] = (char)byte_at(at + i);
		}
}

static bool keyboard_step(struct keyboard *k)
{
	char shown[700];
	uint32_t sent = stream_write(&driver.out, k->text + k->sent, k->length - k->sent);
	uint32_t seen = stream_read(&driver.in, shown, 1 + (uint32_t)random() % sizeof(shown));
	bool wakes = sent && stream_wakes_consumer(&driver.out);

	k->sent += sent;
	if (!sent && !seen) {
		bool room = k->sent < k->length && stream_await_room(&driver.out, 1);

		k->sleeps = !stream_await_data(&driver.in) && !room;
	}
	return (seen && stream_wakes_producer(&driver.in)) || wakes;
}

START_TEST(paste_into_each)
{
	static struct keyboard keyboard;
	struct player guests[] = { { .end = &ends[FIRST] }, { .end = &ends[SECOND] } };
	bool sleeps = false;

	keyboard_fill(&keyboard);
	for (unsigned int steps = 0; guests[0].received < PASTE || guests[1].received < PASTE;
	     steps++) {
		long who = random() % 4;

		ck_assert_msg(steps < 1000000, "%u of %u typed, %u and %u received", keyboard.sent,
			      keyboard.length, guests[0].received, guests[1].received);
		if (who < 2 && !guests[who].sleeps && player_step(&guests[who], PASTE))
			sleeps = false;
		if (who == 2 && !keyboard.sleeps && keyboard_step(&keyboard))
			sleeps = false;
		if (who == 3 && !sleeps) {
			bool moved = multiplexer_run(&m);
			uint32_t signals = multiplexer_signals(&m);

			keyboard.sleeps &= !(signals & 1U << PEER_DRIVER);
			for (unsigned int i = 0; i < 2; i++)
				guests[i].sleeps &= !(signals & 1U << (PEER_CLIENT + i));
			sleeps = !moved && multiplexer_sleep_until(&m);
		}
	}
	ck_assert_uint_eq(guests[0].received, PASTE);
	ck_assert_uint_eq(guests[1].received, PASTE);
}
END_TEST

/* Whatever the rings hold, whatever is typed: the machine's log can still be read. */
START_TEST(hostile_guests)
{
	for (unsigned int i = 0; i < 100000; i++) {
		char typed[] = { KEY_PREFIX, "12naalh\x14x"[random() % 9] };

		scribble(&ends[random() % CLIENTS].line->output);
		scribble(&ends[random() % CLIENTS].line->input);
		stream_write(&driver.out, typed, sizeof(typed));
		multiplexer_run(&m);
		multiplexer_signals(&m);
		multiplexer_sleep_until(&m);
		screen();
	}
	for (unsigned int i = 0; i < CLIENTS; i++) {
		memset(ends[i].line, 0, sizeof(struct line));
		stream_producer_init(&ends[i].out, &ends[i].line->output);
	}
	multiplexer_init(&m, &config);
	while (*screen())
		;
	put(LOG, "alive\n");
	ck_assert_ptr_nonnull(strstr(key("\x14l"), SEEN_LOG "[root] alive\r\n"));
}
END_TEST

/* One guest: not a byte more than it writes, until a key is typed. */
START_TEST(one_guest)
{
	config.client_count = 1;
	start_anew();
	put(FIRST, "$ ");
	ck_assert_str_eq(screen(), "$ ");
	ck_assert_str_eq(key("\x14n"),
			 "\r\n[cloister] guest 1 of 1: first; Ctrl-T h shows the keys\r\n$ ");
}
END_TEST

TCase *key_tests(void)
{
	TCase *tests = tcase_create("keys");

	tcase_add_checked_fixture(tests, setup_guests, teardown);
	tcase_set_timeout(tests, 25);
	tcase_add_test(tests, first_is_in_view);
	tcase_add_test(tests, key_of_a_guest);
	tcase_add_test(tests, key_next);
	tcase_add_test(tests, key_prefix_itself);
	tcase_add_test(tests, key_help);
	tcase_add_test(tests, key_log);
	tcase_add_test(tests, log_wraps);
	tcase_add_test(tests, key_all);
	tcase_add_test(tests, all_keeps_to_the_line);
	tcase_add_test(tests, all_breaks_no_line_in_vain);
	tcase_add_test(tests, kept_output_wraps);
	tcase_add_test(tests, stuck_screen);
	tcase_add_test(tests, guest_that_reads_nothing);
	tcase_add_test(tests, paste_into_each);
	tcase_add_test(tests, hostile_guests);
	tcase_add_test(tests, one_guest);
	return tests;
}

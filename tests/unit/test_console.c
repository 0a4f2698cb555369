/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer's logic between clients and a driver that the tests play: what is shown, that
 * nothing is lost in either direction, that nobody is kept out, that every sleeper is woken, and that a client
 * that writes anything into its rings hurts nobody else.
 */
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cloister/counter.h>

#include "test_console.h"

#define CONSOLE    0
#define FIRST_LOG  1
#define SECOND_LOG 2

struct multiplexer m;
struct console_config config;
struct end ends[CLIENTS];
struct end driver;
uint64_t console_now = 1;

uint64_t arch_counter(void)
{
	return console_now;
}

uint64_t arch_counter_frequency(void)
{
	return 1000000;
}

static uint64_t open_line(struct line **line)
{
	*line = calloc(1, sizeof(**line));
	return (uint64_t)(uintptr_t)*line;
}

void open_client(unsigned int i, const char *name, enum client_kind kind)
{
	struct serial_client *client = &config.clients[i];

	memset(client->name, 0, sizeof(client->name));
	memcpy(client->name, name, strlen(name));
	client->kind = kind;
	client->line = open_line(&ends[i].line);
	stream_producer_init(&ends[i].out, &ends[i].line->output);
	stream_consumer_init(&ends[i].in, &ends[i].line->input);
}

void open_driver(void)
{
	config.client_count = CLIENTS;
	config.driver_line = open_line(&driver.line);
	stream_producer_init(&driver.out, &driver.line->input);
	stream_consumer_init(&driver.in, &driver.line->output);
	srandom(1);
}

void start_anew(void)
{
	memset(driver.line, 0, sizeof(struct line));
	stream_producer_init(&driver.out, &driver.line->input);
	stream_consumer_init(&driver.in, &driver.line->output);
	multiplexer_init(&m, &config);
}

static void setup(void)
{
	open_driver();
	open_client(CONSOLE, "linux", CLIENT_CONSOLE);
	open_client(FIRST_LOG, "vmm", CLIENT_LOG);
	open_client(SECOND_LOG, "a-name-that-fills-all-of-its-rom", CLIENT_LOG);
	multiplexer_init(&m, &config);
}

void teardown(void)
{
	free(driver.line);
	for (unsigned int i = 0; i < CLIENTS; i++)
		free(ends[i].line);
}

void put(unsigned int client, const char *text)
{
	ck_assert_uint_eq(stream_write(&ends[client].out, text, (uint32_t)strlen(text)),
			  strlen(text));
}

void settle(void)
{
	while (multiplexer_run(&m))
		;
}

/* What the driver gets, at most a ring full. */
const char *screen(void)
{
	static char text[STREAM_SIZE + 1];

	settle();
	text[stream_read(&driver.in, text, STREAM_SIZE)] = '\0';
	return text;
}

void type(const char *text)
{
	ck_assert_uint_eq(stream_write(&driver.out, text, (uint32_t)strlen(text)), strlen(text));
	settle();
}

const char *key(const char *text)
{
	type(text);
	return screen();
}

const char *received(unsigned int client)
{
	static char text[STREAM_SIZE + 1];

	settle();
	text[stream_read(&ends[client].in, text, STREAM_SIZE)] = '\0';
	return text;
}

START_TEST(console_passes)
{
	put(CONSOLE, "\x1b[1mboot\r\n$ ");
	ck_assert_str_eq(screen(), "\x1b[1mboot\r\n$ ");
}
END_TEST

START_TEST(logs_are_lines)
{
	put(FIRST_LOG, "half");
	ck_assert_str_eq(screen(), "");
	put(FIRST_LOG, " and half\nsecond\nthi");
	ck_assert_str_eq(screen(), "[vmm] half and half\r\n[vmm] second\r\n");
	put(SECOND_LOG, "\n");
	ck_assert_str_eq(screen(), "[a-name-that-fills-all-of-its-rom] \r\n");
	put(FIRST_LOG, "rd\n");
	ck_assert_str_eq(screen(), "[vmm] third\r\n");
}
END_TEST

START_TEST(log_breaks_a_line_off)
{
	put(CONSOLE, "login: ");
	ck_assert_str_eq(screen(), "login: ");
	put(FIRST_LOG, "hello\nagain\n");
	ck_assert_str_eq(screen(), "\r\n[vmm] hello\r\n[vmm] again\r\n");
	put(CONSOLE, "root\r\n");
	ck_assert_str_eq(screen(), "root\r\n");
	put(FIRST_LOG, "bye\n");
	ck_assert_str_eq(screen(), "[vmm] bye\r\n");
}
END_TEST

START_TEST(log_cannot_command_the_terminal)
{
	put(FIRST_LOG, "a\x1b[2Jb\r\x07\xff\tc\n");
	ck_assert_str_eq(screen(), "[vmm] a?[2Jb????c\r\n");
}
END_TEST

START_TEST(long_log_lines)
{
	char text[2 * LOG_TEXT_MAX];
	char expected[3 * LOG_TEXT_MAX];

	memset(text, 'x', sizeof(text));
	stream_write(&ends[FIRST_LOG].out, text, LOG_TEXT_MAX);
	put(FIRST_LOG, "\nnext\n");
	sprintf(expected, "[vmm] %.*s\r\n[vmm] next\r\n", LOG_TEXT_MAX, text);
	ck_assert_str_eq(screen(), expected);
	stream_write(&ends[FIRST_LOG].out, text, LOG_TEXT_MAX);
	put(FIRST_LOG, "y\n\n");
	sprintf(expected, "[vmm] %.*s\r\n[vmm] y\r\n[vmm] \r\n", LOG_TEXT_MAX, text);
	ck_assert_str_eq(screen(), expected);
}
END_TEST

START_TEST(input_without_a_console)
{
	config.client_count = 0;
	multiplexer_init(&m, &config);
	for (unsigned int i = 0; i < 10; i++) {
		ck_assert_uint_eq(stream_write(&driver.out, &config, 700), 700);
		settle();
	}
	multiplexer_signals(&m);
	/* A driver that fell asleep over a full ring is woken. */
	while (stream_write(&driver.out, &config, 700))
		;
	ck_assert(!stream_await_room(&driver.out, 1));
	settle();
	ck_assert_uint_eq(multiplexer_signals(&m), 1U << PEER_DRIVER);
	ck_assert(multiplexer_sleep_until(&m));
}
END_TEST

/* The screen takes a byte at a time while the console never pauses: log lines come through whole. */
START_TEST(flood_keeps_nobody_out)
{
	char flood[STREAM_SIZE];
	char seen[40000];
	uint32_t length = 0;

	memset(flood, '.', sizeof(flood));
	for (unsigned int i = 0; i < 20; i++)
		put(FIRST_LOG, "line\n");
	while (length < sizeof(seen) - 1) {
		stream_write(&ends[CONSOLE].out, flood, sizeof(flood));
		multiplexer_run(&m);
		length += stream_read(&driver.in, seen + length, 1);
	}
	seen[length] = '\0';
	for (char *at = seen; (at = strstr(at, "[vmm]")); at++) {
		ck_assert_int_eq(strncmp(at, "[vmm] line\r\n", 12), 0);
		length--;
	}
	ck_assert_uint_eq(length, sizeof(seen) - 1 - 20);
	ck_assert_uint_gt(strspn(seen, "."), 0);
}
END_TEST

START_TEST(log_flood_keeps_no_console_out)
{
	char flood[STREAM_SIZE];
	char seen[STREAM_SIZE * 8 + 1];
	uint32_t length = 0;

	memset(flood, '\n', sizeof(flood));
	put(CONSOLE, "#");
	while (length < STREAM_SIZE * 7) {
		stream_write(&ends[FIRST_LOG].out, flood, sizeof(flood));
		stream_write(&ends[SECOND_LOG].out, flood, sizeof(flood));
		multiplexer_run(&m);
		length += stream_read(&driver.in, seen + length, 7);
		if (length > STREAM_SIZE)
			stream_write(&ends[CONSOLE].out, "#", 1);
	}
	seen[length] = '\0';
	ck_assert_ptr_nonnull(strchr(seen, '#'));
	ck_assert_ptr_nonnull(strchr(seen + (size_t)2 * STREAM_SIZE, '#'));
}
END_TEST

uint8_t byte_at(uint32_t place)
{
	return (uint8_t)(place * 2654435761U >> 24) | 0x20;
}

bool player_step(struct player *p, uint32_t total)
{
	uint8_t bytes[1000];
	uint32_t size = 1 + (uint32_t)random() % sizeof(bytes);
	uint32_t sent;
	uint32_t received;

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = byte_at(p->sent + i);
	sent = stream_write(&p->end->out, bytes, size < total - p->sent ? size : total - p->sent);
	p->sent += sent;
	size = 1 + (uint32_t)random() % sizeof(bytes);
	received = stream_read(&p->end->in, bytes, size);
	for (uint32_t i = 0; i < received; i++)
		if (bytes[i] != byte_at(p->received + i))
			ck_abort_msg("wrong byte at %u", p->received + i);
	p->received += received;
	if (!sent && !received) {
		bool room = p->sent < total && stream_await_room(&p->end->out, 1);
		bool data = stream_await_data(&p->end->in);

		p->sleeps = !room && !data;
		return false;
	}
	size = stream_wakes_consumer(&p->end->out);
	return stream_wakes_producer(&p->end->in) || size;
}

START_TEST(paste_both_ways)
{
	struct player console = { .end = &ends[CONSOLE] };
	struct player terminal = { .end = &driver };
	bool multiplexer_sleeps = false;

	for (unsigned int steps = 0; console.received < PASTE || terminal.received < PASTE;
	     steps++) {
		long who = random() % 3;

		ck_assert_uint_lt(steps, 1000000);
		ck_assert_msg(!console.sleeps || !terminal.sleeps || !multiplexer_sleeps,
			      "all sleep after %u and %u bytes", console.received,
			      terminal.received);
		if (who == 0 && !console.sleeps && player_step(&console, PASTE))
			multiplexer_sleeps = false;
		if (who == 1 && !terminal.sleeps && player_step(&terminal, PASTE))
			multiplexer_sleeps = false;
		if (who == 2 && !multiplexer_sleeps) {
			bool moved = multiplexer_run(&m);
			uint32_t signals = multiplexer_signals(&m);

			if (signals & 1U << PEER_DRIVER)
				terminal.sleeps = false;
			if (signals & 1U << (PEER_CLIENT + CONSOLE))
				console.sleeps = false;
			multiplexer_sleeps = !moved && multiplexer_sleep_until(&m);
		}
	}
	ck_assert_uint_eq(console.received, PASTE);
	ck_assert_uint_eq(terminal.received, PASTE);
}
END_TEST

START_TEST(idle_is_quiet)
{
	settle();
	multiplexer_signals(&m);
	ck_assert(multiplexer_sleep_until(&m));
	put(CONSOLE, "x");
	ck_assert(stream_wakes_consumer(&ends[CONSOLE].out));
	ck_assert(multiplexer_run(&m));
	ck_assert_uint_eq(multiplexer_signals(&m), 0);
	ck_assert(!multiplexer_run(&m));
	ck_assert_uint_eq(multiplexer_signals(&m), 0);
	ck_assert(multiplexer_sleep_until(&m));
}
END_TEST

void scribble(struct stream *stream)
{
	switch (random() % 4) {
	case 0:
		stream->produced = (uint32_t)random();
		break;
	case 1:
		stream->consumed = (uint32_t)random();
		break;
	case 2:
		stream->produced += (uint32_t)random() % 300;
		stream->consumed += (uint32_t)random() % 300;
		break;
	default:
		memset(stream, (int)random(),
		       offsetof(struct stream, data) + (size_t)random() % STREAM_SIZE);
		break;
	}
}

START_TEST(hostile_clients)
{
	for (unsigned int i = 0; i < 200000; i++) {
		scribble(&ends[random() % CLIENTS].line->output);
		scribble(&ends[random() % CLIENTS].line->input);
		if (random() % 2)
			stream_write(&driver.out, config.clients, (uint32_t)random() % 200);
		multiplexer_run(&m);
		multiplexer_signals(&m);
		multiplexer_sleep_until(&m);
		screen();
	}
	/* The terminal still shows what others write. */
	memset(ends[CONSOLE].line, 0, sizeof(struct line));
	memset(ends[FIRST_LOG].line, 0, sizeof(struct line));
	memset(ends[SECOND_LOG].line, 0, sizeof(struct line));
	start_anew();
	stream_producer_init(&ends[FIRST_LOG].out, &ends[FIRST_LOG].line->output);
	put(FIRST_LOG, "alive\n");
	ck_assert_str_eq(screen(), "[vmm] alive\r\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("console");
	TCase *tests = tcase_create("console");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 25);
	tcase_add_test(tests, console_passes);
	tcase_add_test(tests, logs_are_lines);
	tcase_add_test(tests, log_breaks_a_line_off);
	tcase_add_test(tests, log_cannot_command_the_terminal);
	tcase_add_test(tests, long_log_lines);
	tcase_add_test(tests, input_without_a_console);
	tcase_add_test(tests, flood_keeps_nobody_out);
	tcase_add_test(tests, log_flood_keeps_no_console_out);
	tcase_add_test(tests, paste_both_ways);
	tcase_add_test(tests, idle_is_quiet);
	tcase_add_test(tests, hostile_clients);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, key_tests());
	suite_add_tcase(suite, shell_tests());
	suite_add_tcase(suite, restart_tests());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

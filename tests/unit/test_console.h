/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the console multiplexer share: its clients' and its driver's ends of the lines.
 */
#ifndef TEST_CONSOLE_H
#define TEST_CONSOLE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "multiplexer.h"

#define CLIENTS 3

#define PASTE (64U << 10)

/* A client's end of its line, or the driver's with the directions exchanged. */
struct end {
	struct line *line;
	struct stream_producer out;
	struct stream_consumer in;
};

/*
 * Processes that run in any order and stop where the real ones would: only a signal starts them again. Each
 * moves `total` bytes of a pattern out of or into its end.
 */
struct player {
	struct end *end;
	uint32_t sent;
	uint32_t received;
	bool sleeps;
};

extern struct multiplexer m;
extern struct console_config config;
extern struct end ends[CLIENTS];
extern struct end driver;

/* The counter, in microseconds. */
extern uint64_t console_now;

/* The driver's line first, then the clients' lines, then multiplexer_init(). */
void open_driver(void);
void open_client(unsigned int i, const char *name, enum client_kind kind);
void teardown(void);

/* The machine begins anew: nothing has been shown yet. */
void start_anew(void);

/* A client writes a text, which has room. */
void put(unsigned int client, const char *text);

/* Run until nothing moves. */
void settle(void);

/* What the driver gets, at most a ring full. */
const char *screen(void);

/* Damage a ring as a hostile peer may. */
void scribble(struct stream *stream);

/* The byte of a player's pattern at `place`: never the prefix key. */
uint8_t byte_at(uint32_t place);

/* Move some bytes of `total` each way. True if the other end asks for a signal. */
bool player_step(struct player *p, uint32_t total);

/* Type at the driver's end. */
void type(const char *text);

/* What a key shows. */
const char *key(const char *text);

/* What a client has received. */
const char *received(unsigned int client);

/* The tests of the keys and of several guests, of the shell, and of deaths. */
TCase *key_tests(void);
TCase *shell_tests(void);
TCase *restart_tests(void);

#endif

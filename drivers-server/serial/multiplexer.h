/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the console multiplexer does with bytes, apart from waiting and signalling: it joins what its
 * clients write into one terminal's output, and gives what is typed to the console that has the focus.
 * Memory is bounded; who has no room waits, so that nothing is lost on the way, in both directions.
 */
#ifndef MULTIPLEXER_H
#define MULTIPLEXER_H

#include <stdbool.h>
#include <stdint.h>

#include <cloister/stream.h>
#include <idl/serial.h>

/* Bytes of a log's line without its newline; a longer one is shown as several. */
#define LOG_TEXT_MAX 256

/* "[name] " */
#define PREFIX_SIZE (sizeof(((struct serial_client *)0)->name) + 4)

struct client {
	enum client_kind kind;
	struct stream_consumer output;
	struct stream_producer input;
	/* Of a log: what stands before its lines, and the line that is being gathered. */
	char prefix[PREFIX_SIZE];
	char text[LOG_TEXT_MAX];
	uint32_t length;
	bool complete;
	/* The line before was full before its newline came. */
	bool broken;
};

struct multiplexer {
	struct stream_producer screen;
	struct stream_consumer keyboard;
	struct client clients[CLIENTS_MAX];
	uint32_t count;
	/* The console that gets the input; NULL if there is none. */
	struct client *focus;
	/* Whose turn it is to write. */
	uint32_t turn;
	/* A console has written a part of a line. */
	bool line_open;
	/* Room on the screen for which the client at `turn` waits; 0: nobody waits. */
	uint32_t wanted;
	/* Input waits for room in the focus's ring. */
	bool input_waits;
	/* Peers whose rings were touched since multiplexer_signals(). */
	uint32_t touched;
};

/* Peers in the masks of multiplexer_signals(): the driver, and client n at bit PEER_CLIENT + n. */
#define PEER_DRIVER 0
#define PEER_CLIENT 1

/* Take the rings that `config` names. The first client of kind CLIENT_CONSOLE gets the focus. */
void multiplexer_init(struct multiplexer *m, const struct console_config *config);

/*
 * Move bytes once around: each client at most a chunk or a line, so that none keeps the others
 * waiting. False when nothing could be moved.
 */
bool multiplexer_run(struct multiplexer *m);

/* The peers that sleep and are to be signalled, now, by the caller. */
uint32_t multiplexer_signals(struct multiplexer *m);

/*
 * After multiplexer_run() moved nothing: ask the peers for signals. False if there is something to do
 * already: then do not sleep.
 */
bool multiplexer_may_sleep(struct multiplexer *m);

#endif

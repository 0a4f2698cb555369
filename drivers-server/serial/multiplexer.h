/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the console multiplexer does with bytes, apart from waiting and signalling: it joins what its
 * clients write into one terminal's output, and gives what is typed to the console that has the focus.
 * Memory is bounded. A console in view and a log wait for the terminal, so that nothing of theirs is
 * lost; a console out of view never waits, and the last of what it writes is kept. What is typed
 * waits for the console that it is meant for.
 */
#ifndef MULTIPLEXER_H
#define MULTIPLEXER_H

#include <stdbool.h>
#include <stdint.h>

#include <cloister/stream.h>
#include <idl/serial.h>

#include "history.h"
#include "request.h"

/* Bytes of a log's line without its newline; a longer one is shown as several. */
#define LOG_TEXT_MAX 256

/* Bytes that are moved at a time. */
#define CHUNK 512

/* The name of a client, ended by a NUL, and "[name] ". */
#define NAME_SIZE   (sizeof(((struct serial_client *)0)->name) + 1)
#define PREFIX_SIZE (NAME_SIZE + 3)

/* The longest notice of keys.c: the help with a line for each client; it must fit into a ring. */
#define NOTICE_SIZE 2048

/* What the terminal shows, beside the lines of logs, which it always shows. */
enum view {
	/* The console that has the focus, its bytes as they are. */
	VIEW_GUEST,
	/* All consoles, each line behind its console's name. */
	VIEW_ALL,
	/* The lines of logs, from the oldest that are kept, and no console. */
	VIEW_LOG,
	/* The shell, as VIEW_GUEST has a console. */
	VIEW_SHELL,
};

struct client {
	enum client_kind kind;
	struct stream_consumer output;
	struct stream_producer input;
	char name[NAME_SIZE];
	char prefix[PREFIX_SIZE];
	/* Of a console and of the shell: what it wrote. */
	struct history history;
	/* Of a log: the line that is being gathered. */
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
	enum view view;
	/* What VIEW_SHELL goes back to. */
	enum view before;
	/* The console that gets what is typed, or when VIEW_LOG or VIEW_SHELL ends; NULL: there is none. */
	struct client *focus;
	/* NULL: there is none. */
	struct client *shell;
	struct view_request *shell_view;
	struct request request;
	/* A request was answered: the shell is to be signalled. */
	bool answered;
	/* The lines that logs have written. */
	struct history log;
	/* Until when logs that wait for the shell's answers do so at most; 0: none has waited since all were shown. */
	uint64_t held_until;
	/* To be shown before anything else. */
	char notice[NOTICE_SIZE];
	uint32_t notice_length;
	/* What was typed and not yet taken; the prefix key came before it. */
	char typed[CHUNK];
	uint32_t typed_first;
	uint32_t typed_end;
	bool prefixed;
	/* Whose turn it is to write. */
	uint32_t turn;
	/* A line was begun on the screen. */
	bool line_open;
	/* Of a line begun in VIEW_ALL: whose it is, what it came from, where the cursor stands in it. */
	struct client *writer;
	uint32_t line_bytes;
	uint32_t column;
	/* Room on the screen for which the next to write waits; 0: nobody waits. */
	uint32_t wanted;
	/* Peers whose rings were touched since multiplexer_signals(). */
	uint32_t touched;
};

/* Peers in the masks of multiplexer_signals(): the driver, and client n at bit PEER_CLIENT + n. */
#define PEER_DRIVER 0
#define PEER_CLIENT 1

/* Note that the driver's rings, or a client's, were touched. */
static inline void multiplexer_touch_driver(struct multiplexer *m)
{
	m->touched |= 1U << PEER_DRIVER;
}

static inline void multiplexer_touch(struct multiplexer *m, const struct client *c)
{
	m->touched |= 1U << (PEER_CLIENT + (uint32_t)(c - m->clients));
}

/*
 * Take the rings that `config` names, where a predecessor left them; after it, all peers are to be signalled once,
 * for the predecessor may have owed them a signal. The first client of kind CLIENT_CONSOLE gets the focus.
 */
void multiplexer_init(struct multiplexer *m, const struct console_config *config);

/* Whether `name`, ended by a NUL, is the client's. */
bool multiplexer_named(const struct client *c, const char *name);

/* Whether what this client writes goes to the screen as a console's. */
bool multiplexer_in_view(const struct multiplexer *m, const struct client *c);

/*
 * Move bytes once around: each client at most a chunk or a line, so that none keeps the others
 * waiting. False when nothing could be moved.
 */
bool multiplexer_run(struct multiplexer *m);

/* The peers that sleep and are to be signalled, now, by the caller. */
uint32_t multiplexer_signals(struct multiplexer *m);

/*
 * After multiplexer_run() moved nothing: ask the peers for signals, and give when to wake without one, or
 * DEADLINE_NEVER. 0: there is something to do already, do not sleep.
 */
uint64_t multiplexer_sleep_until(struct multiplexer *m);

#endif

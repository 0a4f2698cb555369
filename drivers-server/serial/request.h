/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shell asks of the multiplexer (view_request of idl/serial.idl): to bring a console into view, or
 * to show what is kept. One request is at work at a time; a shell that writes anything there gets errors.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <idl/serial.h>

#include "history.h"

struct multiplexer;

/* A request to show what is kept, which may take its time. */
struct request {
	/* The last one that was answered or is at work. */
	uint32_t number;
	bool at_work;
	/* The shell's output up to this count comes first. */
	uint32_t behind;
	/* What is left to be shown. */
	const struct history *source;
	uint64_t place;
	uint64_t end;
	/* Where the cursor stands. */
	uint32_t column;
	/* Only lines that begin with this are shown; the one that `place` is in does. */
	const char *prefix;
	bool shown;
	bool line_begins;
};

/* What a predecessor has not answered is still to be done. */
void request_init(struct multiplexer *m);

/* Do some of what the shell has asked for. False: there is nothing, or it waits for the screen. */
bool request_run(struct multiplexer *m);

#endif

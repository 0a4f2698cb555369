/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a console or the machine's log has written, the last HISTORY_SIZE bytes of it, and how much of
 * that the terminal has been shown. Who writes never waits: the oldest bytes make room, seen or not.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdint.h>

#include <cloister/stream.h>

/* Bytes that are kept; a power of two. */
#define HISTORY_SIZE 16384

/* A line longer than this many bytes may be begun in its middle. */
#define HISTORY_LINE_MAX 256

/* How it is said that bytes are gone: how many, and whose. */
#define HISTORY_GONE "[cloister] the log is full: %lu bytes of %s are gone\r\n"

struct history {
	/* Bytes ever written, and how many of them were shown or are taken for shown. */
	uint64_t written;
	uint64_t shown;
	uint8_t data[HISTORY_SIZE];
};

/* Add `size` bytes, at most HISTORY_SIZE. */
void history_add(struct history *h, const void *data, uint32_t size);

/* Bytes that are yet to be shown. Those that are gone count too, until history_resume(). */
uint64_t history_unshown(const struct history *h);

/* The place of the oldest byte that is kept, and of the oldest line that is kept whole. */
uint64_t history_oldest(const struct history *h);
uint64_t history_first(const struct history *h);

/* The byte at `place`, from history_oldest() on and below `written`. */
uint8_t history_at(const struct history *h, uint64_t place);

/* Write as much of what is yet to be shown as has room; gives how many bytes. */
uint32_t history_show(struct history *h, struct stream_producer *to);

/*
 * Make it go on where showing stopped, from the start of a line. Gives how many unshown bytes are gone; what
 * is left of a line that has lost its beginning is gone too.
 */
uint64_t history_resume(struct history *h);

/* Make it begin anew with the oldest line that is kept whole. Gives how many bytes are gone. */
uint64_t history_restart(struct history *h);

#endif

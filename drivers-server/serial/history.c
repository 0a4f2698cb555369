/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes that a console or the machine's log has written last, in a ring. Places are counted from the
 * first byte ever written, in 64 bits, so that they never wrap.
 */
#include "history.h"

#include <cloister/string.h>

_Static_assert((HISTORY_SIZE & (HISTORY_SIZE - 1)) == 0, "a place is a count modulo the size");

uint64_t history_oldest(const struct history *h)
{
	return h->written > HISTORY_SIZE ? h->written - HISTORY_SIZE : 0;
}

/* Whether a line begins at `place`; what came before the oldest byte is not known. */
static bool line_begins(const struct history *h, uint64_t place)
{
	if (place == history_oldest(h))
		return place == 0;
	return h->data[(place - 1) % HISTORY_SIZE] == '\n';
}

void history_add(struct history *h, const void *data, uint32_t size)
{
	uint32_t place = h->written % HISTORY_SIZE;
	uint32_t first = size < HISTORY_SIZE - place ? size : HISTORY_SIZE - place;

	memcpy(h->data + place, data, first);
	memcpy(h->data, (const uint8_t *)data + first, size - first);
	h->written += size;
}

uint64_t history_unshown(const struct history *h)
{
	return h->written - h->shown;
}

uint8_t history_at(const struct history *h, uint64_t place)
{
	return h->data[place % HISTORY_SIZE];
}

uint32_t history_show(struct history *h, struct stream_producer *to)
{
	uint32_t place = h->shown % HISTORY_SIZE;
	uint64_t left = history_unshown(h);
	uint32_t count = HISTORY_SIZE - place;

	count = stream_write(to, h->data + place, left < count ? (uint32_t)left : count);
	h->shown += count;
	return count;
}

/* Not too far from the oldest byte. */
uint64_t history_first(const struct history *h)
{
	uint64_t place = history_oldest(h);
	uint64_t end = place + HISTORY_LINE_MAX;

	for (uint64_t at = place; at < end && at < h->written; at++)
		if (line_begins(h, at))
			return at;
	return place;
}

uint64_t history_resume(struct history *h)
{
	uint64_t stopped = h->shown;
	uint64_t place = stopped;

	if (stopped < history_oldest(h)) {
		h->shown = history_first(h);
		return h->shown - stopped;
	}
	while (place > history_oldest(h) && stopped - place < HISTORY_LINE_MAX &&
	       !line_begins(h, place))
		place--;
	h->shown = place;
	return 0;
}

uint64_t history_restart(struct history *h)
{
	h->shown = history_first(h);
	return h->shown;
}

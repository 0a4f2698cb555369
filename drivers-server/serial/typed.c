/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of what is typed. What is not taken yet waits for its reader, or, behind a key, for the notice
 * and so for the screen.
 */
#include "typed.h"

#include <stddef.h>

#include "keys.h"

/* Whom typed bytes are meant for; NULL: nobody. */
static struct client *reader(const struct multiplexer *m)
{
	if (m->view == VIEW_LOG)
		return NULL;
	return m->view == VIEW_SHELL ? m->shell : m->focus;
}

/* Give typed bytes to their reader. Those for nobody are gone. */
static uint32_t send_typed(struct multiplexer *m, uint32_t count)
{
	struct client *to = reader(m);

	if (!to)
		return count;
	count = stream_write(&to->input, m->typed + m->typed_first, count);
	if (count)
		multiplexer_touch(m, to);
	return count;
}

/* How many typed bytes there are up to the next prefix key. */
static uint32_t typed_run(const struct multiplexer *m)
{
	uint32_t end = m->typed_first;

	while (end < m->typed_end && m->typed[end] != KEY_PREFIX)
		end++;
	return end - m->typed_first;
}

/* Gives how many typed bytes were taken. */
static uint32_t take_typed(struct multiplexer *m)
{
	char first = m->typed[m->typed_first];
	uint32_t count = 1;

	if (!m->prefixed && first != KEY_PREFIX)
		return send_typed(m, typed_run(m));
	if (!m->prefixed) {
		m->prefixed = true;
		return count;
	}
	if (first == KEY_PREFIX)
		count = send_typed(m, 1);
	else
		keys_command(m, first);
	m->prefixed = !count;
	return count;
}

bool typed_read(struct multiplexer *m)
{
	bool moved = false;
	uint32_t count = 1;

	if (m->typed_first == m->typed_end) {
		m->typed_first = 0;
		m->typed_end = stream_read(&m->keyboard, m->typed, sizeof(m->typed));
		moved = m->typed_end;
		if (moved)
			multiplexer_touch_driver(m);
	}
	while (m->typed_first < m->typed_end && !m->notice_length && count) {
		count = take_typed(m);
		m->typed_first += count;
		moved |= count;
	}
	return moved;
}

bool typed_await(struct multiplexer *m)
{
	if (m->typed_first == m->typed_end)
		return stream_await_data(&m->keyboard);
	return !m->notice_length && stream_await_room(&reader(m)->input, 1);
}

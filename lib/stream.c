/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ends of a byte stream in shared memory. What orders the accesses: a count is stored with
 * release after the bytes it counts were written or read, and loaded with acquire before they are
 * touched. For sleeping, each side stores one word (a count, a waiting flag) and then loads the
 * other's, with a full barrier between: at least one of the two sees the other's store, so either
 * the sleeper finds what it waits for or its peer finds the flag.
 */
#include <cloister/stream.h>
#include <cloister/string.h>

_Static_assert((STREAM_SIZE & (STREAM_SIZE - 1)) == 0,
	       "counts wrap at 2^32, places at STREAM_SIZE");

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Take a flag that the peer set. */
static bool take_flag(uint32_t *flag)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(flag, __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(flag, 0, __ATOMIC_RELAXED);
	return true;
}

static void raise_flag(uint32_t *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * A predecessor that died of its own mistakes, or was hostile, may have left a count that cannot be, and so a
 * stream that stands still for ever: then all is taken for read.
 */
static bool is_possible(uint32_t produced, uint32_t consumed)
{
	return produced - consumed <= STREAM_SIZE;
}

void stream_producer_init(struct stream_producer *p, struct stream *shared)
{
	uint32_t consumed = __atomic_load_n(&shared->consumed, __ATOMIC_ACQUIRE);

	p->shared = shared;
	p->produced = __atomic_load_n(&shared->produced, __ATOMIC_RELAXED);
	if (!is_possible(p->produced, consumed))
		p->produced = consumed;
}

void stream_consumer_init(struct stream_consumer *c, struct stream *shared)
{
	uint32_t produced = __atomic_load_n(&shared->produced, __ATOMIC_ACQUIRE);

	c->shared = shared;
	c->consumed = __atomic_load_n(&shared->consumed, __ATOMIC_RELAXED);
	if (!is_possible(produced, c->consumed))
		c->consumed = produced;
}

uint32_t stream_room(const struct stream_producer *p)
{
	uint32_t used = p->produced - __atomic_load_n(&p->shared->consumed, __ATOMIC_ACQUIRE);

	return used > STREAM_SIZE ? 0 : STREAM_SIZE - used;
}

uint32_t stream_write(struct stream_producer *p, const void *data, uint32_t size)
{
	uint32_t count = smaller(size, stream_room(p));
	uint32_t place = p->produced % STREAM_SIZE;
	uint32_t first = smaller(count, STREAM_SIZE - place);

	memcpy(p->shared->data + place, data, first);
	memcpy(p->shared->data, (const uint8_t *)data + first, count - first);
	p->produced += count;
	__atomic_store_n(&p->shared->produced, p->produced, __ATOMIC_RELEASE);
	return count;
}

bool stream_wakes_consumer(struct stream_producer *p)
{
	return take_flag(&p->shared->consumer_waits);
}

bool stream_await_room(struct stream_producer *p, uint32_t wanted)
{
	raise_flag(&p->shared->producer_waits);
	return stream_room(p) >= wanted;
}

uint32_t stream_available(const struct stream_consumer *c)
{
	uint32_t used = __atomic_load_n(&c->shared->produced, __ATOMIC_ACQUIRE) - c->consumed;

	return used > STREAM_SIZE ? 0 : used;
}

uint32_t stream_read(struct stream_consumer *c, void *data, uint32_t size)
{
	uint32_t count = smaller(size, stream_available(c));
	uint32_t place = c->consumed % STREAM_SIZE;
	uint32_t first = smaller(count, STREAM_SIZE - place);

	memcpy(data, c->shared->data + place, first);
	memcpy((uint8_t *)data + first, c->shared->data, count - first);
	c->consumed += count;
	__atomic_store_n(&c->shared->consumed, c->consumed, __ATOMIC_RELEASE);
	return count;
}

bool stream_wakes_producer(struct stream_consumer *c)
{
	return take_flag(&c->shared->producer_waits);
}

bool stream_await_data(struct stream_consumer *c)
{
	raise_flag(&c->shared->consumer_waits);
	return stream_available(c) != 0;
}

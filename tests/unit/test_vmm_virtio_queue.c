/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walker of virtqueues: what a driver may put into its rings, what it may not, and any rings at
 * all against a model that is as plain as it can be.
 */
#include <string.h>

#include <virtio/queue.h>

#include "test_vmm_fixture.h"
#include "test_vmm_virtio.h"

#define BASE (MEMORY_BASE + 0x10000)
#define DATA (MEMORY_BASE + 0x2000)
#define END  (MEMORY_BASE + MEMORY_SIZE)

static struct memory guest;
static struct queue queue;
static struct ring ring;
static struct queue_chain chain;

static void *at(uint64_t address)
{
	return memory + (address - MEMORY_BASE);
}

static void put16(uint64_t address, uint16_t value)
{
	memcpy(at(address), &value, sizeof(value));
}

static uint16_t get16(uint64_t address)
{
	uint16_t value;

	memcpy(&value, at(address), sizeof(value));
	return value;
}

void ring_describe(const struct ring *r, uint32_t index, uint64_t address, uint32_t size,
		   uint16_t flags, uint16_t next)
{
	uint8_t *descriptor = at(r->base + index * 16ULL);

	memcpy(descriptor, &address, 8);
	memcpy(descriptor + 8, &size, 4);
	memcpy(descriptor + 12, &flags, 2);
	memcpy(descriptor + 14, &next, 2);
}

void ring_put(struct ring *r, uint16_t head)
{
	put16(r->base + RING_AVAILABLE + 4 + 2ULL * (r->offered++ % r->size), head);
}

void ring_show(const struct ring *r)
{
	put16(r->base + RING_AVAILABLE + 2, r->offered);
}

void ring_offer(struct ring *r, uint16_t head, uint64_t address, uint32_t size, uint16_t flags)
{
	ring_describe(r, head, address, size, flags, 0);
	ring_put(r, head);
	ring_show(r);
}

void ring_silence(const struct ring *r, bool silent)
{
	put16(r->base + RING_AVAILABLE, silent);
}

bool ring_take(struct ring *r, uint32_t *head, uint32_t *written)
{
	const uint8_t *used = at(r->base + RING_USED + 4 + 8ULL * (r->seen % r->size));

	if (get16(r->base + RING_USED + 2) == r->seen)
		return false;
	memcpy(head, used, 4);
	memcpy(written, used + 4, 4);
	r->seen++;
	return true;
}

uint32_t ring_random(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void begin_with(uint16_t size)
{
	memset(memory, 0, sizeof(memory));
	guest = (struct memory){ .base = MEMORY_BASE, .size = MEMORY_SIZE, .host = memory };
	ring = (struct ring){ .base = BASE, .size = size };
	queue_init(&queue, &guest);
	queue.place = (struct queue_place){ size, BASE, BASE + RING_AVAILABLE, BASE + RING_USED };
	ck_assert(queue_enable(&queue));
}

static void begin(void)
{
	begin_with(8);
}

static bool enables(uint32_t size, uint64_t descriptors, uint64_t available, uint64_t used)
{
	queue_init(&queue, &guest);
	queue.place = (struct queue_place){ size, descriptors, available, used };
	ck_assert(queue_enable(&queue) == queue.ready);
	return queue.ready;
}

START_TEST(test_places)
{
	uint64_t a = BASE + RING_AVAILABLE;
	uint64_t u = BASE + RING_USED;

	for (uint32_t size = 0; size <= 1024; size++)
		ck_assert(enables(size, BASE, a, u) ==
			  (size && size <= QUEUE_SIZE_MAX && !(size & (size - 1))));
	ck_assert(!enables(0x80000000, BASE, a, u));
	ck_assert(!enables(8, BASE + 8, a, u));
	ck_assert(!enables(8, BASE, a + 1, u));
	ck_assert(!enables(8, BASE, a, u + 2));
	/* Just inside and just outside: 128 bytes, 22 and 70. */
	ck_assert(enables(8, END - 128, a, u));
	ck_assert(!enables(8, END - 112, a, u));
	ck_assert(enables(8, BASE, END - 22, u));
	ck_assert(!enables(8, BASE, END - 20, u));
	ck_assert(enables(8, BASE, a, END - 72));
	ck_assert(!enables(8, BASE, a, END - 68));
	ck_assert(!enables(8, MEMORY_BASE - 16, a, u));
	ck_assert(!enables(8, 0, a, u));
	ck_assert(!enables(8, BASE, UINT64_MAX - 1, u));
	ck_assert(!enables(8, BASE, a, UINT64_MAX - 3));
}
END_TEST

START_TEST(test_chain)
{
	uint32_t head;
	uint32_t written;

	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_EMPTY);
	ring_describe(&ring, 5, DATA, 10, RING_NEXT, 2);
	ring_describe(&ring, 2, END, 0, RING_NEXT, 7);
	ring_describe(&ring, 7, END - 3, 3, RING_NEXT | RING_WRITE, 0);
	ring_describe(&ring, 0, MEMORY_BASE, 1, RING_WRITE, 99);
	ring_put(&ring, 5);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_EMPTY);
	ring_show(&ring);
	/* As often as one looks. */
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_CHAIN);
		ck_assert_uint_eq(chain.head, 5);
		ck_assert_uint_eq(chain.readable, 2);
		ck_assert_uint_eq(chain.count, 4);
		ck_assert_ptr_eq(chain.vectors[0].data, at(DATA));
		ck_assert_uint_eq(chain.vectors[0].size, 10);
		ck_assert_uint_eq(chain.vectors[1].size, 0);
		ck_assert_ptr_eq(chain.vectors[2].data, memory + MEMORY_SIZE - 3);
		ck_assert_ptr_eq(chain.vectors[3].data, memory);
	}
	ck_assert(!ring_take(&ring, &head, &written));
	queue_done(&queue, &chain, 4);
	ck_assert(ring_take(&ring, &head, &written));
	ck_assert_uint_eq(head, 5);
	ck_assert_uint_eq(written, 4);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_EMPTY);
}
END_TEST

/* The longest chain there can be; one more is a loop. */
START_TEST(test_longest)
{
	begin_with(QUEUE_SIZE_MAX);
	for (uint16_t i = 0; i < QUEUE_SIZE_MAX; i++)
		ring_describe(&ring, i, DATA, 1, i + 1 < QUEUE_SIZE_MAX ? RING_NEXT : 0, i + 1);
	ring_put(&ring, 0);
	ring_show(&ring);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_CHAIN);
	ck_assert_uint_eq(chain.count, QUEUE_SIZE_MAX);
	ring_describe(&ring, QUEUE_SIZE_MAX - 1, DATA, 1, RING_NEXT, 5);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_BROKEN);
	ring_describe(&ring, 0, DATA, 1, RING_NEXT, 0);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_BROKEN);
}
END_TEST

START_TEST(test_bad_descriptors)
{
	static const struct {
		uint64_t address;
		uint32_t size;
		uint16_t flags;
		uint16_t next;
	} bad[] = {
		{ DATA, 1, RING_NEXT, 8 },
		{ DATA, 1, RING_NEXT, 0xffff },
		{ DATA, 1, RING_NEXT, 3 },
		{ DATA, 16, RING_INDIRECT, 0 },
		{ DATA, 1, RING_NEXT | RING_WRITE, 4 },
		{ 0, 1, 0, 0 },
		{ MEMORY_BASE - 1, 1, 0, 0 },
		{ MEMORY_BASE - 1, 2, 0, 0 },
		{ END, 1, 0, 0 },
		{ END - 1, 2, 0, 0 },
		{ END + 1, 0, 0, 0 },
		{ MEMORY_BASE, MEMORY_SIZE + 1, 0, 0 },
		{ MEMORY_BASE + 1, 0xffffffff, RING_WRITE, 0 },
		{ UINT64_MAX, 2, 0, 0 },
		{ UINT64_MAX, 0xffffffff, 0, 0 },
	};

	ring_describe(&ring, 4, DATA, 1, 0, 0);
	ring_put(&ring, 3);
	ring_show(&ring);
	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ring_describe(&ring, 3, bad[i].address, bad[i].size, bad[i].flags, bad[i].next);
		ck_assert_msg(queue_look(&queue, 0, &chain) == QUEUE_BROKEN, "bad[%u]", i);
	}
	ring_describe(&ring, 3, DATA, 1, RING_NEXT, 4);
	ck_assert_int_eq(queue_look(&queue, 0, &chain), QUEUE_CHAIN);
}
END_TEST

START_TEST(test_bad_rings)
{
	for (uint32_t head = 0; head < 0x10000; head++) {
		ring.offered = 0;
		ring_offer(&ring, head % 8, DATA, 1, 0);
		put16(BASE + RING_AVAILABLE + 4, (uint16_t)head);
		must(queue_look(&queue, 0, &chain) == (head < 8 ? QUEUE_CHAIN : QUEUE_BROKEN));
	}
	memset(at(BASE + RING_AVAILABLE + 4), 0, 16);
	for (uint32_t index = 0; index < 0x10000; index++) {
		put16(BASE + RING_AVAILABLE + 2, (uint16_t)index);
		must(queue_look(&queue, 0, &chain) == (index == 0 ? QUEUE_EMPTY :
						       index <= 8 ? QUEUE_CHAIN :
								    QUEUE_BROKEN));
	}
}
END_TEST

/* Past 2^16, at every fill of the ring. */
START_TEST(test_counts_wrap)
{
	uint32_t head;
	uint32_t written;
	uint16_t next = 0;
	uint16_t done = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t add = ring_random() % (9 - (uint16_t)(next - done));

		for (; add; add--)
			ring_offer(&ring, next++ % 8, DATA, 1, 0);
		while (next != done && ring_random() % 4) {
			must(queue_look(&queue, 0, &chain) == QUEUE_CHAIN);
			must(chain.head == done % 8);
			queue_done(&queue, &chain, i);
			must(ring_take(&ring, &head, &written));
			must(head == done % 8 && written == i);
			done++;
		}
		must(queue_look(&queue, 0, &chain) == (next == done ? QUEUE_EMPTY : QUEUE_CHAIN));
	}
	ck_assert_uint_eq(get16(BASE + RING_USED + 2), done);
}
END_TEST

START_TEST(test_silence)
{
	ck_assert(queue_wants_interrupt(&queue));
	ring_silence(&ring, true);
	ck_assert(!queue_wants_interrupt(&queue));
}
END_TEST

/* What a chain from `index` is, by the letter: every descriptor once, each as 2.7.5 has it. */
static enum queue_state model_walk(uint16_t index, struct queue_chain *expected)
{
	uint32_t visited = 0;
	bool writing = false;

	for (;;) {
		const uint8_t *descriptor = at(BASE) + 16 * index;
		uint64_t address;
		uint32_t size;
		uint16_t flags;

		if (index >= 8 || visited >> index & 1)
			return QUEUE_BROKEN;
		visited |= 1U << index;
		memcpy(&address, descriptor, 8);
		memcpy(&size, descriptor + 8, 4);
		memcpy(&flags, descriptor + 12, 2);
		memcpy(&index, descriptor + 14, 2);
		if (address < MEMORY_BASE || address > END || size > END - address)
			return QUEUE_BROKEN;
		if (flags & RING_INDIRECT || (writing && !(flags & RING_WRITE)))
			return QUEUE_BROKEN;
		writing = flags & RING_WRITE;
		expected->readable += !writing;
		expected->vectors[expected->count++] = (struct queue_vector){ at(address), size };
		if (!(flags & RING_NEXT))
			return QUEUE_CHAIN;
	}
}

static void random_descriptor(uint32_t index)
{
	uint32_t kind = ring_random();
	uint64_t address = MEMORY_BASE + ring_random() % MEMORY_SIZE;
	uint32_t size = ring_random() % 64;

	if (kind % 32 == 0)
		address = (uint64_t)ring_random() << 32 | ring_random();
	if (kind % 32 == 1)
		size = ring_random();
	ring_describe(&ring, index, address, size,
		      kind % 32 == 2 ? (uint16_t)ring_random() : (kind >> 8) % 4,
		      kind % 32 == 3 ? (uint16_t)ring_random() : (kind >> 16) % 8);
}

START_TEST(test_random_rings)
{
	uint32_t found[3] = { 0 };

	for (uint32_t i = 0; i < 300000; i++) {
		uint16_t head = ring_random() % (ring_random() % 16 ? 8 : 0x10000);
		struct queue_chain expected = { .head = head };
		enum queue_state state;

		for (uint32_t d = 0; d < 8; d++)
			random_descriptor(d);
		put16(BASE + RING_AVAILABLE + 2, 1);
		put16(BASE + RING_AVAILABLE + 4, head);
		state = queue_look(&queue, 0, &chain);
		found[state]++;
		must(state == model_walk(head, &expected));
		must(state == QUEUE_BROKEN ||
		     (chain.head == head && chain.readable == expected.readable &&
		      chain.count == expected.count &&
		      !memcmp(chain.vectors, expected.vectors,
			      chain.count * sizeof(chain.vectors[0]))));
	}
	/* Neither is rare. */
	ck_assert_uint_gt(found[QUEUE_CHAIN], 30000);
	ck_assert_uint_gt(found[QUEUE_BROKEN], 30000);
}
END_TEST

Suite *virtio_queue_suite(void)
{
	Suite *suite = suite_create("virtio queue");
	TCase *tests = tcase_create("virtio queue");

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, test_places);
	tcase_add_test(tests, test_chain);
	tcase_add_test(tests, test_longest);
	tcase_add_test(tests, test_bad_descriptors);
	tcase_add_test(tests, test_bad_rings);
	tcase_add_test(tests, test_counts_wrap);
	tcase_add_test(tests, test_silence);
	tcase_add_test(tests, test_random_rings);
	tcase_set_timeout(tests, 30);
	suite_add_tcase(suite, tests);
	return suite;
}

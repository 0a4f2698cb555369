/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte streams: against a model in random sequences, over the wrap of their counts, with a peer that writes
 * anything into the shared part, and between two threads that sleep whenever they may.
 */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include <cloister/stream.h>

#define STEPS        100000
#define THREAD_BYTES (2U << 20)

static struct stream *shared;
static struct stream_producer producer;
static struct stream_consumer consumer;

static void open_at(uint32_t count)
{
	shared = calloc(1, sizeof(*shared));
	shared->produced = count;
	shared->consumed = count;
	stream_producer_init(&producer, shared);
	stream_consumer_init(&consumer, shared);
}

static void teardown(void)
{
	free(shared);
}

/* What stands at each place of the endless stream. */
static uint8_t byte_at(uint32_t place)
{
	return (uint8_t)(place * 2654435761U >> 24);
}

static void write_bytes(uint32_t *written, uint32_t size)
{
	uint8_t bytes[2 * STREAM_SIZE];
	uint32_t room = stream_room(&producer);
	uint32_t count;

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = byte_at(*written + i);
	count = stream_write(&producer, bytes, size);
	if (count != (size < room ? size : room))
		ck_abort_msg("wrote %u into room for %u, asked for %u", count, room, size);
	*written += count;
}

static void read_bytes(uint32_t *read, uint32_t size)
{
	uint8_t bytes[2 * STREAM_SIZE];
	uint32_t available = stream_available(&consumer);
	uint32_t count = stream_read(&consumer, bytes, size);

	if (count != (size < available ? size : available))
		ck_abort_msg("read %u of %u, asked for %u", count, available, size);
	for (uint32_t i = 0; i < count; i++)
		if (bytes[i] != byte_at(*read + i))
			ck_abort_msg("wrong byte at %u", *read + i);
	*read += count;
}

static void run_model(uint32_t start)
{
	uint32_t written = 0;
	uint32_t read = 0;

	open_at(start);
	srandom(start + 1);
	for (unsigned int i = 0; i < STEPS; i++) {
		uint32_t size = (uint32_t)random() % (random() % 8 ? 300 : 2 * STREAM_SIZE);

		if (random() % 2)
			write_bytes(&written, size);
		else
			read_bytes(&read, size);
		if (stream_available(&consumer) != written - read ||
		    stream_room(&producer) != STREAM_SIZE - (written - read))
			ck_abort_msg("count wrong after %u written, %u read", written, read);
	}
	ck_assert_uint_gt(read, STREAM_SIZE);
}

START_TEST(model)
{
	run_model(0);
}
END_TEST

START_TEST(model_over_the_wrap)
{
	run_model(0xffffff00);
}
END_TEST

START_TEST(restart_goes_on)
{
	uint32_t written = 0;
	uint32_t read = 0;

	open_at(0xfffffffe);
	write_bytes(&written, 1000);
	read_bytes(&read, 300);
	stream_producer_init(&producer, shared);
	stream_consumer_init(&consumer, shared);
	write_bytes(&written, 500);
	read_bytes(&read, STREAM_SIZE);
	ck_assert_uint_eq(read, 1500);
}
END_TEST

/* A predecessor's garbage does not outlive it: the stream goes on from where the peer is. */
START_TEST(restart_after_impossible_counts)
{
	uint32_t written = 0;
	uint32_t read = 0;

	open_at(0);
	write_bytes(&written, 1000);
	read_bytes(&read, 1000);
	shared->produced = read + STREAM_SIZE + 1;
	stream_producer_init(&producer, shared);
	ck_assert_uint_eq(stream_room(&producer), STREAM_SIZE);
	write_bytes(&written, 500);
	read_bytes(&read, 400);
	shared->consumed = written + 1;
	stream_consumer_init(&consumer, shared);
	ck_assert_uint_eq(stream_available(&consumer), 0);
	read = written;
	read_bytes(&read, 1);
	write_bytes(&written, STREAM_SIZE);
	read_bytes(&read, STREAM_SIZE);
	ck_assert_uint_eq(read, written);
}
END_TEST

START_TEST(impossible_counts_stop_the_stream)
{
	uint8_t byte = 0;

	open_at(0);
	shared->consumed = 1;
	ck_assert_uint_eq(stream_room(&producer), 0);
	ck_assert_uint_eq(stream_write(&producer, &byte, 1), 0);
	ck_assert(!stream_await_room(&producer, 1));
	shared->produced = STREAM_SIZE + 1;
	ck_assert_uint_eq(stream_available(&consumer), 0);
	ck_assert_uint_eq(stream_read(&consumer, &byte, 1), 0);
	ck_assert(!stream_await_data(&consumer));
	shared->produced = STREAM_SIZE;
	ck_assert_uint_eq(stream_available(&consumer), STREAM_SIZE);
}
END_TEST

START_TEST(hostile_peer)
{
	uint8_t bytes[2 * STREAM_SIZE] = { 0 };

	open_at(0);
	srandom(3);
	for (unsigned int i = 0; i < STEPS; i++) {
		uint32_t size = (uint32_t)random() % sizeof(bytes);

		shared->consumed = producer.produced - (uint32_t)random() % (2 * STREAM_SIZE);
		shared->produced = consumer.consumed + (uint32_t)random() % (2 * STREAM_SIZE);
		if (random() % 16 == 0)
			memset(shared, (int)random(), 128);
		if (stream_write(&producer, bytes, size) > STREAM_SIZE ||
		    stream_read(&consumer, bytes, size) > STREAM_SIZE ||
		    stream_room(&producer) > STREAM_SIZE ||
		    stream_available(&consumer) > STREAM_SIZE)
			ck_abort_msg("more than the ring holds");
		stream_await_data(&consumer);
		stream_await_room(&producer, 1);
	}
}
END_TEST

START_TEST(signals_only_for_sleepers)
{
	uint8_t bytes[STREAM_SIZE] = { 0 };

	open_at(0);
	stream_write(&producer, bytes, 1);
	ck_assert(!stream_wakes_consumer(&producer));
	ck_assert(stream_await_data(&consumer));
	stream_read(&consumer, bytes, 1);
	ck_assert(!stream_await_data(&consumer));
	stream_write(&producer, bytes, 1);
	ck_assert(stream_wakes_consumer(&producer));
	ck_assert(!stream_wakes_consumer(&producer));

	stream_write(&producer, bytes, STREAM_SIZE);
	ck_assert(!stream_await_room(&producer, 1));
	stream_read(&consumer, bytes, 10);
	ck_assert(stream_wakes_producer(&consumer));
	ck_assert(!stream_wakes_producer(&consumer));
	ck_assert(!stream_await_room(&producer, 11));
	ck_assert(stream_await_room(&producer, 10));
}
END_TEST

static sem_t producer_wakes;
static sem_t consumer_wakes;

static void *produce(void *unused)
{
	uint32_t written = 0;
	uint8_t bytes[777];

	while (written < THREAD_BYTES) {
		uint32_t size = THREAD_BYTES - written < sizeof(bytes) ? THREAD_BYTES - written :
									 sizeof(bytes);
		uint32_t count;

		for (uint32_t i = 0; i < size; i++)
			bytes[i] = byte_at(written + i);
		count = stream_write(&producer, bytes, size);
		written += count;
		if (count && stream_wakes_consumer(&producer))
			sem_post(&consumer_wakes);
		if (!count && !stream_await_room(&producer, 1))
			sem_wait(&producer_wakes);
	}
	return unused;
}

/* Hangs, and runs into Check's limit, when a wake-up is lost. */
START_TEST(two_threads)
{
	uint32_t read = 0;
	pthread_t thread;

	open_at(0xffff0000);
	sem_init(&producer_wakes, 0, 0);
	sem_init(&consumer_wakes, 0, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, produce, NULL), 0);
	while (read < THREAD_BYTES) {
		uint32_t before = read;

		read_bytes(&read, 1000);
		if (read != before && stream_wakes_producer(&consumer))
			sem_post(&producer_wakes);
		if (read == before && !stream_await_data(&consumer))
			sem_wait(&consumer_wakes);
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(stream_available(&consumer), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stream");
	TCase *tests = tcase_create("stream");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_set_timeout(tests, 25);
	tcase_add_test(tests, model);
	tcase_add_test(tests, model_over_the_wrap);
	tcase_add_test(tests, restart_goes_on);
	tcase_add_test(tests, restart_after_impossible_counts);
	tcase_add_test(tests, impossible_counts_stop_the_stream);
	tcase_add_test(tests, hostile_peer);
	tcase_add_test(tests, signals_only_for_sleepers);
	tcase_add_test(tests, two_threads);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

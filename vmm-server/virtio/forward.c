/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains of a driver become requests of a channel, and completions used chains. The server may be
 * hostile: no count or size of its is believed, what it writes goes nowhere but into what the driver
 * offered for that, and what it can make the VMM do at one event is bounded. The driver may be hostile
 * as well: whenever a chain is looked at it is walked and checked anew.
 */
#include <stddef.h>

#include <cloister/string.h>

#include <virtio/forward.h>
#include <virtio/registers.h>

/* How often at one event the server is given more than it has room for at once. */
#define ROUNDS_MAX 8

_Static_assert(offsetof(struct forward, virtio) == 0, "it begins as a virtio device");

static bool forward_live(const struct forward *f, uint32_t queue)
{
	return f->queues[queue].generation && virtio_queue_live(&f->virtio, queue);
}

/* There is no server any more: the driver is told, instead of waiting for it. */
static bool forward_alone(struct forward *f)
{
	bool alone = CHANNEL_ACQUIRE(f->channel->given_up) != 0;

	if (alone)
		virtio_fail(&f->virtio);
	return alone;
}

/* The server has broken the rules: it is not listened to until the driver resets the device. */
static void forward_break(struct forward *f)
{
	forward_report(f->virtio.host);
	virtio_fail(&f->virtio);
}

/*
 * Copy what a chain has to read into a buffer, but for what was sent before. True: that was the rest.
 */
static bool forward_read(const struct queue_chain *chain, uint64_t skip, uint8_t *buffer,
			 uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < chain->readable; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t from = skip < vector->size ? (uint32_t)skip : vector->size;
		uint32_t left = vector->size - from;
		uint32_t room = CHANNEL_BUFFER_SIZE - *count;
		uint32_t size = left < room ? left : room;

		skip -= from;
		memcpy(buffer + *count, vector->data + from, size);
		*count += size;
		if (size < left)
			return false;
	}
	return true;
}

/* Copy what the server wrote into a chain; gives how much had room. */
static uint32_t forward_write(const struct queue_chain *chain, const uint8_t *buffer, uint32_t size)
{
	uint32_t done = 0;

	for (uint32_t i = chain->readable; i < chain->count && done < size; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t count = vector->size < size - done ? vector->size : size - done;

		memcpy(vector->data, buffer + done, count);
		done += count;
	}
	return done;
}

/* How much a chain has room for, as far as it fits. */
static uint32_t forward_room(const struct queue_chain *chain, uint32_t most)
{
	uint32_t room = 0;

	for (uint32_t i = chain->readable; i < chain->count && room < most; i++) {
		uint32_t size = chain->vectors[i].size;

		room += size < most - room ? size : most - room;
	}
	return room;
}

/* Make a request of a chain, or of its next part. */
static void forward_request(struct forward *f, uint32_t queue, const struct queue_chain *chain)
{
	struct forward_queue *q = &f->queues[queue];
	uint32_t place = q->offered % CHANNEL_REQUESTS;
	struct channel_request *shared = &f->channel->queues[queue].requests[place];
	struct forward_request *request = &q->requests[place];

	request->last = forward_read(chain, q->sent, channel_buffer(f->channel, queue, q->offered),
				     &request->readable);
	request->writable =
		request->last ? forward_room(chain, CHANNEL_BUFFER_SIZE - request->readable) : 0;
	CHANNEL_WRITE(shared->readable, request->readable);
	CHANNEL_WRITE(shared->writable, request->writable);
	q->sent = request->last ? 0 : q->sent + request->readable;
	q->ahead += request->last;
	q->offered++;
}

/* Offer what the driver has made available, as far as there are buffers. False: nothing. */
static bool forward_offer(struct forward *f, uint32_t queue)
{
	struct forward_queue *q = &f->queues[queue];
	uint32_t before = q->offered;
	struct queue_chain chain;

	while (q->offered - q->completed < CHANNEL_REQUESTS &&
	       virtio_ahead(&f->virtio, queue, q->ahead, &chain))
		forward_request(f, queue, &chain);
	CHANNEL_RELEASE(f->channel->queues[queue].offered, q->offered);
	return q->offered != before;
}

/* Give back the chain of the oldest request, or know that a part of it is read. False: impossible. */
static bool forward_complete(struct forward *f, uint32_t queue)
{
	struct forward_queue *q = &f->queues[queue];
	uint32_t place = q->completed % CHANNEL_REQUESTS;
	const struct forward_request *request = &q->requests[place];
	const uint8_t *buffer = channel_buffer(f->channel, queue, q->completed);
	uint32_t written = CHANNEL_READ(f->channel->queues[queue].written[place]);
	struct queue_chain chain;

	if (written > request->writable)
		return false;
	q->completed++;
	q->done = request->last ? 0 : q->done + request->readable;
	if (!request->last || !virtio_next(&f->virtio, queue, &chain))
		return true;
	q->ahead--;
	virtio_done(&f->virtio, queue, &chain,
		    forward_write(&chain, buffer + request->readable, written));
	return true;
}

/* Take what the server has completed. False: the queue is live no more. */
static bool forward_collect(struct forward *f, uint32_t queue)
{
	struct forward_queue *q = &f->queues[queue];
	uint32_t completed = CHANNEL_ACQUIRE(f->channel->queues[queue].completed);
	bool possible = completed - q->completed <= q->offered - q->completed;

	while (possible && q->completed != completed && forward_live(f, queue))
		possible = forward_complete(f, queue);
	if (!possible)
		forward_break(f);
	return forward_live(f, queue);
}

/*
 * Offer and collect until there is nothing more to do. A server is more urgent than its guest, so it
 * has often done all when a signal returns. What is completed later makes an event, for it is
 * awaited since before the last look.
 */
static void forward_work(struct forward *f, uint32_t queue)
{
	struct channel_queue *shared = &f->channel->queues[queue];
	bool awaited = false;
	bool idle = false;

	if (CHANNEL_ACQUIRE(shared->acknowledged) != f->queues[queue].generation)
		return;
	f->queues[queue].known = true;
	CHANNEL_WRITE(shared->awaits, 0);
	for (uint32_t round = 1; !awaited || (!idle && round <= ROUNDS_MAX); round++) {
		if (idle || round == ROUNDS_MAX) {
			awaited = true;
			CHANNEL_WRITE(shared->awaits, 1);
			CHANNEL_FENCE();
		}
		if (!forward_collect(f, queue))
			return;
		idle = !forward_offer(f, queue);
		if (!idle)
			notification_signal(f->server);
	}
}

/*
 * The server begins with a queue, at the oldest chain, of which `done` bytes are read. What it knew of the queue is void.
 */
static void forward_begin(struct forward *f, uint32_t queue, uint64_t done)
{
	struct channel_queue *shared = &f->channel->queues[queue];

	/* 0 is none, the last CHANNEL_ANEW. */
	f->generation = f->generation >= CHANNEL_ANEW - 1 ? 1 : f->generation + 1;
	f->queues[queue] = (struct forward_queue){
		.generation = f->generation,
		.sent = done,
		.done = done,
	};
	CHANNEL_WRITE(f->channel->generation, f->generation);
	CHANNEL_WRITE(f->channel->features, f->virtio.driver_features);
	CHANNEL_WRITE(shared->offered, 0);
	CHANNEL_WRITE(shared->awaits, 0);
	CHANNEL_RELEASE(shared->generation, f->generation);
	notification_signal(f->server);
}

static void forward_notify(struct virtio *virtio, uint32_t queue)
{
	struct forward *f = (struct forward *)virtio;

	if (!f->queues[queue].generation) {
		if (forward_alone(f))
			return;
		forward_begin(f, queue, 0);
	}
	forward_work(f, queue);
}

static void forward_stop(struct virtio *virtio, uint32_t queue)
{
	struct forward *f = (struct forward *)virtio;

	if (!f->queues[queue].generation)
		return;
	f->queues[queue] = (struct forward_queue){ 0 };
	CHANNEL_WRITE(f->channel->queues[queue].generation, 0);
	notification_signal(f->server);
}

/*
 * The server is another process than before, and is offered again what its predecessor was not done with. What that had done
 * of it already is done twice. But of a driver of several ports the model knows more than its queues say, and that is lost (2.1.2).
 * A predecessor that did not know of the queue was offered nothing, and what is counted there is about nothing.
 */
static void forward_succeed(struct forward *f, uint32_t queue)
{
	const struct forward_queue *q = &f->queues[queue];

	if (q->known && !forward_collect(f, queue))
		return;
	if (q->known && f->virtio.driver_features & VIRTIO_CONSOLE_F_MULTIPORT)
		virtio_fail(&f->virtio);
	else
		forward_begin(f, queue, q->done);
}

/* The server has signalled. */
static void forward_heed(struct forward *f, uint32_t queue)
{
	if (CHANNEL_ACQUIRE(f->channel->queues[queue].acknowledged) == CHANNEL_ANEW)
		forward_succeed(f, queue);
	if (forward_live(f, queue))
		forward_work(f, queue);
}

static void forward_signal(void *device)
{
	struct forward *f = device;

	for (uint32_t i = 0; i < f->type.queues; i++)
		if (forward_live(f, i)) {
			if (forward_alone(f))
				return;
			forward_heed(f, i);
		}
}

static const char *forward_console_init(void *device, struct host *host)
{
	struct forward *f = device;

	if (!host->channel)
		return "a device of a device server without their channel";
	if (!virtio_console_describe(&f->type, &f->config, host->port_count))
		return "a virtio console without a port, or with too many";
	f->type.notify = forward_notify;
	f->type.stop = forward_stop;
	f->channel = host->channel;
	f->server = host->peer;
	f->generation = CHANNEL_READ(f->channel->generation);
	/* What a predecessor had begun is over. */
	for (uint32_t i = 0; i < f->type.queues; i++)
		CHANNEL_WRITE(f->channel->queues[i].generation, 0);
	notification_signal(f->server);
	virtio_init(&f->virtio, host, &f->type);
	return NULL;
}

static void forward_reset(void *device)
{
	struct forward *f = device;

	virtio_reset(&f->virtio);
}

const struct device_model forward_console_model = {
	.size = VIRTIO_SIZE,
	.init = forward_console_init,
	.reset = forward_reset,
	.access = virtio_access,
	.signal = forward_signal,
};

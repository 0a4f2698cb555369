/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queues of a virtio device whose transport is in another process, the guest's VMM: what
 * virtio/virtio.h promises to a device, by a channel in place of registers and rings of the guest.
 * virtio.c and queue.c are not in the same program. What the VMM writes is checked as if it were a
 * driver's: a request is inside its buffer, or the queue is dead until the VMM begins it anew.
 */
#include <stddef.h>

#include <cloister/message.h>

#include <virtio/channel.h>
#include <virtio/virtio.h>

_Static_assert(VIRTIO_QUEUES_MAX == CHANNEL_QUEUES, "a channel has all queues of a device");

struct remote_queue {
	/* As it was last looked at. */
	uint32_t generation;
	uint32_t completed;
	bool live;
};

/* The one device of this process. */
static struct {
	struct channel *channel;
	cap_t vmm;
	/* The VMM may have to be told. */
	bool unsaid;
	struct remote_queue queues[CHANNEL_QUEUES];
} remote;

void virtio_init(struct virtio *virtio, struct host *host, const struct virtio_type *type)
{
	virtio->host = host;
	virtio->type = type;
	remote.channel = host->channel;
	remote.vmm = host->peer;
}

/*
 * What is under way was a predecessor's, and whatever that has said is said anew: the VMM is asked to begin again with
 * each queue that it uses.
 */
void virtio_reset(struct virtio *virtio)
{
	struct channel *channel = remote.channel;

	for (uint32_t i = 0; i < virtio->type->queues; i++) {
		remote.queues[i] = (struct remote_queue){
			.generation = CHANNEL_ACQUIRE(channel->queues[i].generation),
		};
		CHANNEL_WRITE(channel->queues[i].acknowledged, CHANNEL_ANEW);
		virtio->type->stop(virtio, i);
	}
	notification_signal(remote.vmm);
}

/* There are no registers here. */
bool virtio_access(void *device, struct access *access)
{
	(void)device;
	(void)access;
	return false;
}

/* The VMM knows the driver, and tells it of a new server. */
uint64_t virtio_driver(const void *device)
{
	(void)device;
	return 0;
}

void virtio_succeed(void *device, uint64_t driver)
{
	(void)device;
	(void)driver;
}

bool virtio_queue_live(const struct virtio *virtio, uint32_t queue)
{
	(void)virtio;
	return remote.queues[queue].live;
}

bool virtio_next(struct virtio *virtio, uint32_t queue, struct queue_chain *chain)
{
	struct channel_queue *shared = &remote.channel->queues[queue];
	struct remote_queue *q = &remote.queues[queue];
	uint32_t count = CHANNEL_ACQUIRE(shared->offered) - q->completed;
	struct channel_request *request = &shared->requests[q->completed % CHANNEL_REQUESTS];
	uint8_t *buffer = channel_buffer(remote.channel, queue, q->completed);
	uint32_t readable = CHANNEL_READ(request->readable);
	uint32_t writable = CHANNEL_READ(request->writable);

	(void)virtio;
	if (!q->live || !count || count > CHANNEL_REQUESTS)
		return false;
	if (readable > CHANNEL_BUFFER_SIZE || writable > CHANNEL_BUFFER_SIZE - readable) {
		q->live = false;
		return false;
	}
	chain->readable = 1;
	chain->count = 2;
	chain->vectors[0] = (struct queue_vector){ buffer, readable };
	chain->vectors[1] = (struct queue_vector){ buffer + readable, writable };
	return true;
}

void virtio_done(struct virtio *virtio, uint32_t queue, const struct queue_chain *chain,
		 uint32_t written)
{
	struct channel_queue *shared = &remote.channel->queues[queue];
	struct remote_queue *q = &remote.queues[queue];

	(void)virtio;
	(void)chain;
	CHANNEL_WRITE(shared->written[q->completed % CHANNEL_REQUESTS], written);
	CHANNEL_RELEASE(shared->completed, ++q->completed);
	CHANNEL_FENCE();
	remote.unsaid |= CHANNEL_READ(shared->awaits) != 0;
}

/* The VMM has begun with a queue anew, or ended it. */
static void remote_begin(struct virtio *virtio, uint32_t queue, uint32_t generation)
{
	struct channel_queue *shared = &remote.channel->queues[queue];

	remote.queues[queue] = (struct remote_queue){
		.generation = generation,
		.live = generation != 0,
	};
	virtio->driver_features = CHANNEL_READ(remote.channel->features) & virtio->type->features;
	virtio->type->stop(virtio, queue);
	CHANNEL_WRITE(shared->completed, 0);
	CHANNEL_RELEASE(shared->acknowledged, generation);
	remote.unsaid = true;
}

void virtio_signal(struct virtio *virtio)
{
	for (uint32_t i = 0; i < virtio->type->queues; i++) {
		uint32_t generation = CHANNEL_ACQUIRE(remote.channel->queues[i].generation);

		if (generation != remote.queues[i].generation)
			remote_begin(virtio, i, generation);
	}
	for (uint32_t i = 0; i < virtio->type->queues; i++)
		if (virtio_queue_live(virtio, i))
			virtio->type->notify(virtio, i);
	if (remote.unsaid)
		notification_signal(remote.vmm);
	remote.unsaid = false;
}

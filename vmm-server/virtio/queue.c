/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split virtqueues. Section numbers are those of Virtual I/O Device 1.2. Guests and server are
 * little-endian, as the rings are. Each field of a ring is read once, into a variable that is
 * checked and then used: another vCPU of the guest may change it at any time.
 */
#include <stddef.h>

#include <virtio/queue.h>

/* struct virtq_desc (2.7.5). */
struct queue_descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags;
	uint16_t next;
};

#define DESCRIPTOR_NEXT     (1U << 0)
#define DESCRIPTOR_WRITE    (1U << 1)
#define DESCRIPTOR_INDIRECT (1U << 2)

/* struct virtq_avail (2.7.6). */
struct queue_available {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];
};

#define AVAILABLE_NO_INTERRUPT (1U << 0)

/* struct virtq_used (2.7.8). */
struct queue_used {
	uint16_t flags;
	uint16_t index;
	struct {
		uint32_t id;
		uint32_t size;
	} ring[];
};

/* Alignment of the parts (2.7), and what stands behind both rings though it is not used here. */
#define DESCRIPTORS_ALIGNMENT 16
#define AVAILABLE_ALIGNMENT   2
#define USED_ALIGNMENT        4
#define EVENT_SIZE            2

_Static_assert(sizeof(struct queue_descriptor) == 16, "a descriptor as in 2.7.5");
_Static_assert(sizeof(struct queue_available) == 4, "the head of the ring as in 2.7.6");
_Static_assert(offsetof(struct queue_used, ring[1]) == 12, "the ring as in 2.7.8");

#define READ(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

static void *queue_part(const struct queue *queue, uint64_t address, uint64_t size,
			uint64_t alignment)
{
	return address % alignment ? NULL : memory_range(queue->memory, address, size);
}

void queue_init(struct queue *queue, const struct memory *memory)
{
	*queue = (struct queue){ .memory = memory };
}

bool queue_enable(struct queue *queue)
{
	const struct queue_place *place = &queue->place;
	uint64_t size = place->size;

	if (!size || size > QUEUE_SIZE_MAX || size & (size - 1))
		return false;
	queue->descriptors = queue_part(queue, place->descriptors,
					size * sizeof(struct queue_descriptor),
					DESCRIPTORS_ALIGNMENT);
	queue->available = queue_part(queue, place->available,
				      offsetof(struct queue_available, ring[size]) + EVENT_SIZE,
				      AVAILABLE_ALIGNMENT);
	queue->used = queue_part(queue, place->used,
				 offsetof(struct queue_used, ring[size]) + EVENT_SIZE,
				 USED_ALIGNMENT);
	queue->taken = 0;
	queue->ready = queue->descriptors && queue->available && queue->used;
	return queue->ready;
}

/* Add a descriptor to the chain; gives its flags in `*flags`, and what it names as the next. */
static bool queue_add(const struct queue *queue, struct queue_chain *chain, uint16_t *index,
		      uint16_t *flags)
{
	struct queue_descriptor *descriptor = &queue->descriptors[*index];
	uint32_t size = READ(descriptor->size);
	uint8_t *data = memory_range(queue->memory, READ(descriptor->address), size);

	*flags = READ(descriptor->flags);
	*index = READ(descriptor->next);
	/* Indirect tables were not offered. */
	if (!data || *flags & DESCRIPTOR_INDIRECT)
		return false;
	if (!(*flags & DESCRIPTOR_WRITE)) {
		/* All that is read comes before all that is written (2.7.4.2). */
		if (chain->readable != chain->count)
			return false;
		chain->readable++;
	}
	chain->vectors[chain->count++] = (struct queue_vector){ data, size };
	return true;
}

enum queue_state queue_look(const struct queue *queue, uint16_t ahead, struct queue_chain *chain)
{
	uint16_t available = __atomic_load_n(&queue->available->index, __ATOMIC_ACQUIRE);
	uint16_t count = available - queue->taken;
	uint16_t place = queue->taken + ahead;
	uint16_t index = READ(queue->available->ring[place % queue->place.size]);
	uint16_t flags;

	if (count > queue->place.size)
		return QUEUE_BROKEN;
	if (count <= ahead)
		return QUEUE_EMPTY;
	chain->head = index;
	chain->readable = 0;
	chain->count = 0;
	do {
		/* A chain with more descriptors than there are is a loop. */
		if (index >= queue->place.size || chain->count == queue->place.size)
			return QUEUE_BROKEN;
		if (!queue_add(queue, chain, &index, &flags))
			return QUEUE_BROKEN;
	} while (flags & DESCRIPTOR_NEXT);
	return QUEUE_CHAIN;
}

void queue_done(struct queue *queue, const struct queue_chain *chain, uint32_t written)
{
	uint32_t place = queue->taken % queue->place.size;

	queue->used->ring[place].id = chain->head;
	queue->used->ring[place].size = written;
	queue->taken++;
	__atomic_store_n(&queue->used->index, queue->taken, __ATOMIC_RELEASE);
	/* The driver looks at the index after it has allowed interrupts, we the other way round. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool queue_wants_interrupt(const struct queue *queue)
{
	return !(READ(queue->available->flags) & AVAILABLE_NO_INTERRUPT);
}

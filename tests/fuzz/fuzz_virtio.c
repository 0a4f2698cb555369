/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio console whose driver is hostile: any registers, any rings, and memory that changes while the device works with it;
 * its peer may break the lines. Each chain that the device takes is what a plain walk by the letter of Virtual I/O Device 1.2,
 * 2.7 finds; and of the guest's memory nothing changes but what such chains offered for that, and used rings.
 */
#include <string.h>

#include <virtio/queue.h>

#include "fuzz.h"
#include "fuzz_touched.h"
#include "test_vmm_virtio.h"

enum queue_state __real_queue_look(const struct queue *q, uint16_t ahead,
				   struct queue_chain *chain);
enum queue_state __wrap_queue_look(const struct queue *q, uint16_t ahead,
				   struct queue_chain *chain);
uint32_t __real_stream_write(struct stream_producer *p, const void *data, uint32_t size);
uint32_t __wrap_stream_write(struct stream_producer *p, const void *data, uint32_t size);
uint32_t __real_stream_read(struct stream_consumer *c, void *data, uint32_t size);
uint32_t __wrap_stream_read(struct stream_consumer *c, void *data, uint32_t size);
void __real_exits_handle(struct vcpu *vcpu, struct message *m);
void __wrap_exits_handle(struct vcpu *vcpu, struct message *m);

/* Changes of memory that another vCPU makes while the device works. */
static uint32_t disturbances;

static void *at(uint64_t address)
{
	return memory + (address - MEMORY_BASE);
}

static uint16_t get16(uint64_t address)
{
	uint16_t value;

	memcpy(&value, at(address), sizeof(value));
	return value;
}

static bool is_memory(uint64_t address, uint64_t size)
{
	return address >= MEMORY_BASE && address <= MEMORY_BASE + MEMORY_SIZE &&
	       size <= MEMORY_BASE + MEMORY_SIZE - address;
}

/* Every descriptor of a chain once (2.7.5.2), each as 2.7.5 has it, and those to be written behind the others (2.7.4.2). */
static enum queue_state walk(const struct queue_place *place, uint16_t index,
			     struct queue_chain *chain)
{
	uint64_t visited = 0;
	bool writing = false;

	for (;;) {
		const uint8_t *descriptor = (const uint8_t *)at(place->descriptors) + 16ULL * index;
		uint64_t address;
		uint32_t size;
		uint16_t flags;

		if (index >= place->size || visited >> index & 1)
			return QUEUE_BROKEN;
		visited |= 1ULL << index;
		memcpy(&address, descriptor, 8);
		memcpy(&size, descriptor + 8, 4);
		memcpy(&flags, descriptor + 12, 2);
		memcpy(&index, descriptor + 14, 2);
		if (!is_memory(address, size) || flags & RING_INDIRECT ||
		    (writing && !(flags & RING_WRITE)))
			return QUEUE_BROKEN;
		writing = flags & RING_WRITE;
		chain->readable += !writing;
		chain->vectors[chain->count++] = (struct queue_vector){ at(address), size };
		if (!(flags & RING_NEXT))
			return QUEUE_CHAIN;
	}
}

static enum queue_state expected_look(const struct queue *q, uint16_t ahead,
				      struct queue_chain *chain)
{
	const struct queue_place *place = &q->place;
	uint16_t waiting = get16(place->available + 2) - q->taken;
	uint16_t where = (uint16_t)(q->taken + ahead) % place->size;

	if (waiting > place->size)
		return QUEUE_BROKEN;
	if (ahead >= waiting)
		return QUEUE_EMPTY;
	chain->head = get16(place->available + 4 + 2ULL * where);
	return walk(place, chain->head, chain);
}

/* The device looks at its queue. */
enum queue_state __wrap_queue_look(const struct queue *q, uint16_t ahead, struct queue_chain *chain)
{
	struct queue_chain expected = { .head = 0 };
	enum queue_state state = __real_queue_look(q, ahead, chain);

	must(state == expected_look(q, ahead, &expected));
	if (state != QUEUE_CHAIN)
		return state;
	must(chain->head == expected.head && chain->readable == expected.readable &&
	     chain->count == expected.count);
	for (uint32_t i = 0; i < chain->count; i++) {
		must(chain->vectors[i].data == expected.vectors[i].data &&
		     chain->vectors[i].size == expected.vectors[i].size);
		if (i >= chain->readable)
			touched_allow(chain->vectors[i].data, chain->vectors[i].size);
	}
	return state;
}

/* Between a chain and its bytes another vCPU is quick. */
static void disturb(void)
{
	if (!disturbances)
		return;
	disturbances--;
	touched_disturb(input_32(), input_16());
}

uint32_t __wrap_stream_write(struct stream_producer *p, const void *data, uint32_t size)
{
	disturb();
	return __real_stream_write(p, data, size);
}

uint32_t __wrap_stream_read(struct stream_consumer *c, void *data, uint32_t size)
{
	disturb();
	return __real_stream_read(c, data, size);
}

static void check_device(void)
{
	const struct virtio *virtio = &vmm.virtio_console.virtio;

	must(virtio->host->line == (virtio->interrupt_status != 0));
	must(!(virtio->interrupt_status & ~3U));
	for (uint32_t i = 0; i < virtio->type->queues; i++) {
		const struct queue *q = &virtio->queues[i];

		if (!q->ready)
			continue;
		must(q->place.size && q->place.size <= QUEUE_SIZE_MAX);
		must(is_memory(q->place.descriptors, 16ULL * q->place.size));
		must(is_memory(q->place.available, 6 + 2ULL * q->place.size));
		must(is_memory(q->place.used, 6 + 8ULL * q->place.size));
	}
}

/* All that the device does it does in an exit. */
void __wrap_exits_handle(struct vcpu *vcpu, struct message *m)
{
	bool boots = m->label == LABEL_EXIT + EXIT_START;

	if (!boots)
		touched_begin(&vmm.virtio_console.virtio);
	__real_exits_handle(vcpu, m);
	if (boots)
		return;
	touched_check(&vmm.virtio_console.virtio);
	check_device();
}

/* Steps. */

static uint32_t some_queue(void)
{
	return input_below(VIRTIO_QUEUES_MAX);
}

static void write_register(void)
{
	static const uint16_t registers[] = {
		VIRTIO_MMIO_STATUS,           VIRTIO_MMIO_QUEUE_SEL,
		VIRTIO_MMIO_QUEUE_NUM,        VIRTIO_MMIO_QUEUE_READY,
		VIRTIO_MMIO_QUEUE_NOTIFY,     VIRTIO_MMIO_INTERRUPT_ACK,
		VIRTIO_MMIO_QUEUE_DESC_LOW,   VIRTIO_MMIO_QUEUE_DESC_HIGH,
		VIRTIO_MMIO_QUEUE_DRIVER_LOW, VIRTIO_MMIO_QUEUE_DRIVER_HIGH,
		VIRTIO_MMIO_QUEUE_DEVICE_LOW, VIRTIO_MMIO_QUEUE_DEVICE_HIGH,
		VIRTIO_MMIO_DRIVER_FEATURES,  VIRTIO_MMIO_DRIVER_FEATURES_SEL,
	};

	driver_set(registers[input_below(14)],
		   (uint32_t)input_edge(MEMORY_BASE + MEMORY_SIZE - 1024));
}

static void access_any(void)
{
	uint8_t how = input_8();
	uint64_t offset = input_16() % (VIRTIO_SIZE + 8);
	enum disposition found =
		guest_access(VIRTIO + offset, 1U << (how & 3), how & 4, input_32());

	must(found == DISPOSITION_STEP || found == DISPOSITION_ABORT);
}

/* As a driver does it; some do not go on to DRIVER_OK. */
static void prepare(void)
{
	uint8_t how = input_8();
	const struct virtio *virtio = &vmm.virtio_console.virtio;

	driver_prepare(how & 1 ? virtio->type->features : VIRTIO_F_VERSION_1, virtio->type->queues);
	if (how & 6)
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
}

static void describe(void)
{
	struct ring *ring = &driver_rings[some_queue()];
	uint8_t how = input_8();

	if (!ring->size)
		return;
	ring_describe(ring, how % DRIVER_RING_SIZE,
		      how & 0x40 ? input_edge(MEMORY_BASE + MEMORY_SIZE) : MEMORY_BASE + input_16(),
		      how & 0x80 ? (uint32_t)input_edge(MEMORY_SIZE) : input_8(), input_8() & 7,
		      how & 0x20 ? input_16() : input_below(DRIVER_RING_SIZE));
	if (how & 0x10)
		return;
	ring_put(ring, how & 8 ? input_16() : how % DRIVER_RING_SIZE);
	ring_show(ring);
}

static void message(void)
{
	struct ring *ring = &driver_rings[3];
	uint8_t text[8] = { input_8() & 3, 0, 0, 0, input_8() & 7, 0, 1, 0 };

	if (!ring->size)
		return;
	memcpy(memory + 0x3000, text, sizeof(text));
	ring_offer(ring, 0, MEMORY_BASE + 0x3000, sizeof(text), 0);
	driver_kick(3);
}

static void type(void)
{
	uint8_t bytes[64] = { input_8() };

	stream_write(&virtio_in[input_below(VMM_PORTS_MAX)], bytes, 1 + input_below(64));
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

static void drain(void)
{
	uint8_t bytes[STREAM_SIZE];

	stream_read(&virtio_out[input_below(VMM_PORTS_MAX)], bytes, 16U * input_8());
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

static void break_line(void)
{
	uint32_t offset = input_16() % (sizeof(virtio_lines) - 4);
	uint32_t value = input_32();

	memcpy((uint8_t *)virtio_lines + offset, &value, sizeof(value));
}

static void step(void)
{
	switch (input_8() % 16) {
	case 0:
		prepare();
		break;
	case 1:
	case 2:
		write_register();
		break;
	case 3:
		access_any();
		break;
	case 4:
	case 5:
	case 6:
		describe();
		break;
	case 7:
		touched_disturb(input_32(), input_16());
		break;
	case 8:
		disturbances = input_below(8);
		break;
	case 9:
		type();
		break;
	case 10:
		drain();
		break;
	case 11:
		message();
		break;
	case 12:
		if (input_8() < 16)
			break_line();
		break;
	default:
		driver_kick(some_queue());
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	memset(driver_rings, 0, sizeof(driver_rings));
	disturbances = 0;
	guest_configure();
	config.port_count = input_8() & 1 ? VMM_PORTS_MAX : 1;
	guest_begin();
	while (input_more())
		step();
	return 0;
}

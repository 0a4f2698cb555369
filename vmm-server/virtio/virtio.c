/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio over MMIO. Section numbers are those of Virtual I/O Device 1.2. A driver that breaks the
 * rules gets DEVICE_NEEDS_RESET (2.1.2) and can do nothing more until it resets the device.
 * Registers that are not there, and accesses of other sizes than theirs, read as zero and ignore
 * writes.
 */
#include <stddef.h>

#include <cloister/string.h>

#include <virtio/registers.h>
#include <virtio/virtio.h>

/* "CLST": read as a text, it names us. */
#define VENDOR_ID 0x54534c43

/* What a driver may set; the rest is reserved, or the device's own. */
#define STATUS_DRIVERS                                                                  \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK | \
	 VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FAILED)

/* The interrupt is level: it is up while there is a reason that the driver has not acknowledged. */
static void virtio_set_interrupts(struct virtio *virtio, uint32_t reasons)
{
	virtio->interrupt_status = reasons;
	host_set_line(virtio->host, reasons != 0);
}

void virtio_fail(struct virtio *virtio)
{
	virtio->status |= VIRTIO_STATUS_NEEDS_RESET;
	if (virtio->status & VIRTIO_STATUS_DRIVER_OK)
		virtio_set_interrupts(virtio, virtio->interrupt_status | VIRTIO_INTERRUPT_CONFIG);
}

/* The driver broke the rules: what it has set up is not used any more (2.1.2). */
static void virtio_break(struct virtio *virtio)
{
	host_report_queue(virtio->host);
	virtio_fail(virtio);
}

uint64_t virtio_driver(const void *device)
{
	return ((const struct virtio *)device)->status;
}

void virtio_succeed(void *device, uint64_t driver)
{
	struct virtio *virtio = device;

	virtio->status = (uint32_t)driver & STATUS_DRIVERS;
	virtio_fail(virtio);
}

bool virtio_queue_live(const struct virtio *virtio, uint32_t queue)
{
	uint32_t state = virtio->status & (VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET);

	return state == VIRTIO_STATUS_DRIVER_OK && virtio->queues[queue].ready;
}

bool virtio_ahead(struct virtio *virtio, uint32_t queue, uint16_t ahead, struct queue_chain *chain)
{
	enum queue_state state = queue_look(&virtio->queues[queue], ahead, chain);

	if (state == QUEUE_BROKEN)
		virtio_break(virtio);
	return state == QUEUE_CHAIN;
}

bool virtio_next(struct virtio *virtio, uint32_t queue, struct queue_chain *chain)
{
	return virtio_ahead(virtio, queue, 0, chain);
}

void virtio_done(struct virtio *virtio, uint32_t queue, const struct queue_chain *chain,
		 uint32_t written)
{
	queue_done(&virtio->queues[queue], chain, written);
	if (queue_wants_interrupt(&virtio->queues[queue]))
		virtio_set_interrupts(virtio, virtio->interrupt_status | VIRTIO_INTERRUPT_USED);
}

void virtio_signal(struct virtio *virtio)
{
	for (uint32_t i = 0; i < virtio->type->queues; i++)
		if (virtio_queue_live(virtio, i))
			virtio->type->notify(virtio, i);
}

/* A half of the features, as DeviceFeatures shows them. */
static uint32_t virtio_features(const struct virtio *virtio)
{
	if (virtio->device_features_sel > 1)
		return 0;
	return (uint32_t)(virtio->type->features >> 32 * virtio->device_features_sel);
}

static void virtio_set_half(uint64_t *value, bool high, uint32_t half)
{
	if (high)
		*value = (uint32_t)*value | (uint64_t)half << 32;
	else
		*value = (*value & ~0xffffffffULL) | half;
}

/* What is agreed on does not change (3.1.1); features above the 64th do not exist. */
static void virtio_write_features(struct virtio *virtio, uint32_t value)
{
	if (virtio->driver_features_sel <= 1 && !(virtio->status & VIRTIO_STATUS_FEATURES_OK))
		virtio_set_half(&virtio->driver_features, virtio->driver_features_sel, value);
}

/* The queue that the registers show; NULL if there is none of that number. */
static struct queue *virtio_selected(struct virtio *virtio)
{
	return virtio->queue_sel < virtio->type->queues ? &virtio->queues[virtio->queue_sel] : NULL;
}

static uint32_t virtio_read(struct virtio *virtio, uint64_t offset)
{
	const struct queue *queue = virtio_selected(virtio);

	/* There is no shared memory, of any number (4.2.2). */
	if (offset >= VIRTIO_MMIO_SHM_LEN_LOW && offset <= VIRTIO_MMIO_SHM_BASE_HIGH)
		return UINT32_MAX;
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return VIRTIO_MMIO_MAGIC;
	case VIRTIO_MMIO_VERSION:
		return VIRTIO_MMIO_VERSION_CURRENT;
	case VIRTIO_MMIO_DEVICE_ID:
		return virtio->type->id;
	case VIRTIO_MMIO_VENDOR_ID:
		return VENDOR_ID;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return virtio_features(virtio);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return queue ? QUEUE_SIZE_MAX : 0;
	case VIRTIO_MMIO_QUEUE_READY:
		return queue && queue->ready;
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return virtio->interrupt_status;
	case VIRTIO_MMIO_STATUS:
		return virtio->status;
	}
	/* Among them ConfigGeneration. */
	return 0;
}

static void virtio_write_status(struct virtio *virtio, uint32_t value)
{
	uint32_t status = virtio->status | (value & STATUS_DRIVERS);
	bool starts;

	if (!value) {
		virtio_reset(virtio);
		return;
	}
	/* Features that were not offered, or VERSION_1 refused: the driver reads that (3.1.1). */
	if (virtio->driver_features & ~virtio->type->features ||
	    !(virtio->driver_features & VIRTIO_F_VERSION_1))
		status &= ~VIRTIO_STATUS_FEATURES_OK;
	if (!(status & VIRTIO_STATUS_FEATURES_OK))
		status &= ~VIRTIO_STATUS_DRIVER_OK;
	starts = status & ~virtio->status & VIRTIO_STATUS_DRIVER_OK;
	virtio->status = status;
	if (starts)
		virtio_signal(virtio);
}

static void virtio_write_ready(struct virtio *virtio, struct queue *queue, bool ready)
{
	if (ready == queue->ready)
		return;
	if (!ready) {
		queue->ready = false;
		virtio->type->stop(virtio, virtio->queue_sel);
	} else if (!queue_enable(queue)) {
		virtio_break(virtio);
	}
}

/* Registers of the selected queue. Where it is does not change while it is in use. */
static void virtio_write_queue(struct virtio *virtio, uint64_t offset, uint32_t value)
{
	struct queue *queue = virtio_selected(virtio);

	if (!queue)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY) {
		virtio_write_ready(virtio, queue, value & 1);
		return;
	}
	if (queue->ready)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		queue->place.size = value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		virtio_set_half(&queue->place.descriptors, offset & 4, value);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		virtio_set_half(&queue->place.available, offset & 4, value);
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		virtio_set_half(&queue->place.used, offset & 4, value);
		break;
	}
}

static void virtio_write(struct virtio *virtio, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		virtio->device_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		virtio_write_features(virtio, value);
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		virtio->driver_features_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		virtio->queue_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		if (value < virtio->type->queues && virtio_queue_live(virtio, value))
			virtio->type->notify(virtio, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		virtio_set_interrupts(virtio, virtio->interrupt_status & ~value);
		break;
	case VIRTIO_MMIO_STATUS:
		virtio_write_status(virtio, value);
		break;
	default:
		virtio_write_queue(virtio, offset, value);
	}
}

/* The configuration space has fields of any size (4.2.2.2); beyond it there is nothing. */
static void virtio_access_config(const struct virtio *virtio, struct access *access)
{
	uint64_t offset = access->offset - VIRTIO_MMIO_CONFIG;

	access->value = 0;
	if (offset + access->size <= virtio->type->config_size)
		memcpy(&access->value, (const uint8_t *)virtio->type->config + offset,
		       access->size);
}

bool virtio_access(void *device, struct access *access)
{
	struct virtio *virtio = device;

	if (access->offset >= VIRTIO_MMIO_CONFIG)
		virtio_access_config(virtio, access);
	else if (access->size != 4 || access->offset % 4)
		access->value = 0;
	else if (access->write)
		virtio_write(virtio, access->offset, (uint32_t)access->value);
	else
		access->value = virtio_read(virtio, access->offset);
	return true;
}

void virtio_init(struct virtio *virtio, struct host *host, const struct virtio_type *type)
{
	virtio->host = host;
	virtio->type = type;
}

void virtio_reset(struct virtio *virtio)
{
	for (uint32_t i = 0; i < virtio->type->queues; i++) {
		queue_init(&virtio->queues[i], virtio->host->memory);
		virtio->type->stop(virtio, i);
	}
	virtio->status = 0;
	virtio->device_features_sel = 0;
	virtio->driver_features_sel = 0;
	virtio->queue_sel = 0;
	virtio->driver_features = 0;
	virtio_set_interrupts(virtio, 0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The channel of a virtio device, one end of which is hostile: a device server that writes anything anywhere, also while the VMM
 * works, under a driver of any kind; or a VMM that does so to a server. The other end writes only what is its to write; of the
 * guest's memory nothing changes but what chains offered for that, and nothing comes into the channel that no chain offered; and
 * with an honest peer and a reset all is well again.
 */
#include <string.h>

#include <exits.h>

#include "fuzz.h"
#include "fuzz_touched.h"
#include "test_vmm_copy.h"
#include "test_vmm_virtio.h"

#define TRANSMIT 1
/* Where chains to be read are; behind it is what no chain offers to be read. */
#define DATA        (MEMORY_BASE + 0x3000)
#define DATA_SIZE   0x3000U
#define SECRET      (MEMORY_BASE + 0x6000)
#define SECRET_SIZE 0x1000U
/* Signals to the server that a queue may cost in one exit; an event looks at all. */
#define SIGNALS_MAX 10

__typeof__(exits_handle) __real_exits_handle, __wrap_exits_handle;
__typeof__(queue_look) __real_queue_look, __wrap_queue_look;
__typeof__(virtio_done) __real_virtio_done, __wrap_virtio_done;
__typeof__(virtio_next) __real_server_virtio_next, __wrap_server_virtio_next;
__typeof__(virtio_done) __real_server_virtio_done, __wrap_server_virtio_done;

static const uint8_t secret[16] = "guest's secret: ";

/* The channel as the hostile end has it: what the other end wrote differs from it. */
static union shared_channel known;

/* Which end is hostile. */
static enum { NOBODY, SERVER, VMM } hostile;
/* A chain may have offered the secret. */
static bool told;
/* What the hostile server does when it is signalled: all that it is asked, at once; write nonsense; signal the VMM, so often. */
static bool eager, nonsense;
static uint32_t calls;

/* The hostile end. */

static void put(uint32_t *word, uint32_t value)
{
	size_t at = (size_t)(word - shared.words);

	shared.words[at] = value;
	known.words[at] = value;
}

static uint32_t nasty(uint32_t around)
{
	return (uint32_t)input_edge(input_8() & 1 ? around : CHANNEL_BUFFER_SIZE);
}

static void scribble(void)
{
	uint8_t what = input_8();
	struct channel_queue *q = &shared.channel.queues[what & 1];
	struct channel_request *request = &q->requests[what >> 4 & 3];
	uint32_t *const words[] = {
		&q->acknowledged,
		&q->completed,
		&q->written[what >> 4 & 3],
		&q->generation,
		&q->offered,
		&request->readable,
		&request->writable,
		&shared.words[input_16() % (CHANNEL_SIZE / 4)],
	};

	put(words[what >> 1 & 7], nasty(what & 0x80 ? q->offered : q->generation));
}

/* What an honest server does: it says that it knows of the queues, and does some of what it was asked. */
static void serve(uint8_t how)
{
	uint32_t count = how >> 1 & 7;

	for (uint32_t i = 0; i < 2; i++) {
		struct channel_queue *q = &shared.channel.queues[i];

		if (q->acknowledged != q->generation)
			put(&q->completed, 0);
		put(&q->acknowledged, q->generation);
		if (eager)
			put(&q->completed, q->offered);
		else if (i == (how & 1) && q->offered - q->completed >= count)
			put(&q->completed, q->completed + count);
	}
}

static void impostor(void)
{
	if (eager)
		serve(0);
	if (nonsense)
		scribble();
	if (!calls)
		return;
	calls--;
	place_signal(CAP_VMM);
}

static void change_habits(void)
{
	uint8_t how = input_8();
	uint32_t written = nasty(how);

	eager = how & 1;
	nonsense = how & 2;
	calls = how >> 2 & 7;
	for (uint32_t i = 0; i < 2 * CHANNEL_REQUESTS && how & 0x20; i++)
		put(&shared.channel.queues[i & 1].written[i / 2], written);
}

/* In the middle of what the other end does. */
static void interfere(void)
{
	if (hostile != NOBODY && input_8() & 0x80)
		scribble();
}

/* What must hold of the other end. */

/* Words that are the hostile end's, or the root server's, are as it has written them. */
static void check_words(void)
{
	const struct channel *is = &shared.channel, *was = &known.channel;

	must(is->given_up == was->given_up);
	must(hostile == SERVER ||
	     (is->features == was->features && is->generation == was->generation));
	for (uint32_t i = 0; i < CHANNEL_QUEUES; i++) {
		const struct channel_queue *a = &is->queues[i], *b = &was->queues[i];

		if (hostile == SERVER)
			must(a->acknowledged == b->acknowledged && a->completed == b->completed &&
			     !memcmp(a->written, b->written, sizeof(a->written)));
		else
			must(a->generation == b->generation && a->offered == b->offered &&
			     a->awaits == b->awaits &&
			     !memcmp(a->requests, b->requests, sizeof(a->requests)));
	}
}

/* Two queues are used: what comes behind their buffers is nobody's, and is looked at when all is over. */
#define CHANNEL_USED (CHANNEL_BUFFERS + 2 * CHANNEL_REQUESTS * CHANNEL_BUFFER_SIZE)

static void check_channel(void)
{
	const size_t behind = sizeof(struct channel);

	check_words();
	must(!memcmp(shared.bytes + behind, known.bytes + behind, CHANNEL_BUFFERS - behind));
	must(told || hostile != SERVER ||
	     !memmem(shared.bytes, CHANNEL_USED, secret, sizeof(secret)));
	memcpy(&known, &shared, CHANNEL_USED);
}

void __wrap_exits_handle(struct vcpu *vcpu, struct message *m)
{
	const struct virtio *virtio = &vmm.forward.virtio;
	bool event = m->label == LABEL_EXIT + EXIT_EVENT;

	if (m->label == LABEL_EXIT + EXIT_START || hostile != SERVER) {
		__real_exits_handle(vcpu, m);
		return;
	}
	touched_begin(virtio);
	signals[CAP_SERVER] = 0;
	__real_exits_handle(vcpu, m);
	touched_check(virtio);
	must(signals[CAP_SERVER] <= SIGNALS_MAX * (event ? virtio->type->queues : 1));
	must(slot[VIRTIO_IRQ].line == (virtio->interrupt_status != 0) || m->label & REPLY_SLOTS);
	check_channel();
}

enum queue_state __wrap_queue_look(const struct queue *q, uint16_t ahead, struct queue_chain *chain)
{
	enum queue_state state = __real_queue_look(q, ahead, chain);

	if (state != QUEUE_CHAIN)
		return state;
	for (uint32_t i = chain->readable; i < chain->count; i++)
		touched_allow(chain->vectors[i].data, chain->vectors[i].size);
	interfere();
	return state;
}

/* A chain is given back with no more in it than one request can bring. */
void __wrap_virtio_done(struct virtio *virtio, uint32_t queue, const struct queue_chain *chain,
			uint32_t written)
{
	must(written <= CHANNEL_BUFFER_SIZE);
	__real_virtio_done(virtio, queue, chain, written);
}

/* What the server's model gets is in one buffer of its queue, whatever the VMM says. */
bool __wrap_server_virtio_next(struct virtio *virtio, uint32_t queue, struct queue_chain *chain)
{
	const uint8_t *buffers = channel_buffer(&shared.channel, queue, 0);
	size_t at;

	if (!__real_server_virtio_next(virtio, queue, chain))
		return false;
	at = (size_t)(chain->vectors[0].data - buffers);
	must(chain->vectors[0].data >= buffers && at % CHANNEL_BUFFER_SIZE == 0 &&
	     at / CHANNEL_BUFFER_SIZE < CHANNEL_REQUESTS);
	must(chain->vectors[1].data == chain->vectors[0].data + chain->vectors[0].size);
	must((uint64_t)chain->vectors[0].size + chain->vectors[1].size <= CHANNEL_BUFFER_SIZE);
	interfere();
	return true;
}

void __wrap_server_virtio_done(struct virtio *virtio, uint32_t queue,
			       const struct queue_chain *chain, uint32_t written)
{
	must(written <= chain->vectors[1].size);
	__real_server_virtio_done(virtio, queue, chain, written);
	interfere();
}

/* Steps under a hostile server: a driver's, and its own. */

static void prepare(void)
{
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
}

/* A chain of up to four pieces, to be read in the data, to be written anywhere; it may be there more than once. */
static void offer(void)
{
	uint8_t how = input_8();
	struct ring *ring = &driver_rings[how & 1];
	uint16_t head = how >> 1 & 7;
	uint32_t pieces = how >> 4 & 3;

	if (!ring->size)
		return;
	for (uint32_t i = 0; i <= pieces; i++) {
		bool writing = how & 0x40 ? i == pieces : !(how & 1);
		uint32_t at = how & 0x80 ? input_8() : input_16() % DATA_SIZE;
		uint32_t size = how & 0x80 ? MEMORY_SIZE : input_8();
		uint32_t room = writing ? MEMORY_SIZE - 0x3000 - at : DATA_SIZE - at;

		ring_describe(ring, (head + i) % DRIVER_RING_SIZE, DATA + at,
			      size < room ? size : room,
			      (writing ? RING_WRITE : 0) | (i < pieces ? RING_NEXT : 0),
			      (uint16_t)((head + i + 1) % DRIVER_RING_SIZE));
	}
	for (uint32_t i = 1 + input_below(DRIVER_RING_SIZE); i; i--)
		ring_put(ring, head);
	ring_show(ring);
}

static void step_driver(void)
{
	switch (input_8() % 16) {
	case 0:
		prepare();
		break;
	case 1:
		if (input_8() < 32)
			put(&shared.channel.given_up, input_8() & 1);
		break;
	case 2:
		driver_set(VIRTIO_MMIO_STATUS, input_8() & 1 ? 0 : LIVE);
		break;
	case 3:
		told = true;
		touched_disturb(input_32(), input_16());
		break;
	case 4:
		change_habits();
		break;
	case 5:
		scribble();
		break;
	case 6:
	case 7:
	case 8:
		serve(input_8());
		guest_event(VMM_EVENT_CONSOLE_COPY);
		break;
	case 9:
	case 10:
	case 11:
	case 12:
		offer();
		break;
	default:
		driver_kick(input_8() & 1);
		break;
	}
}

/* Steps of a hostile VMM. */

static void request(void)
{
	uint8_t how = input_8();
	struct channel_queue *q = &shared.channel.queues[how & 1];
	struct channel_request *r = &q->requests[q->completed % CHANNEL_REQUESTS];

	if (how & 2)
		put(&q->generation, input_8());
	put(&r->readable, how & 4 ? nasty(CHANNEL_BUFFER_SIZE) : input_8() & 15);
	put(&r->writable, how & 8 ? nasty(CHANNEL_BUFFER_SIZE - r->readable) : input_8());
	put(&q->offered, q->completed + (how < 0xc0 ? how >> 4 & 7 : nasty(CHANNEL_REQUESTS)));
}

static void step_vmm(void)
{
	static uint8_t bytes[STREAM_SIZE];

	switch (input_8() % 8) {
	case 0:
		scribble();
		break;
	case 1:
		stream_write(&virtio_in[0], bytes, 16U * input_8());
		break;
	case 2:
		stream_read(&virtio_out[0], bytes, 16U * input_8());
		break;
	case 3:
		if (input_8() < 32)
			server_start();
		break;
	case 4:
	case 5:
		server_run();
		break;
	default:
		request();
		break;
	}
	check_channel();
}

/* Another server, or VMM, that keeps to the rules. */
static void check_recovery(void)
{
	static char text[STREAM_SIZE + 1];

	bool new_server = hostile == SERVER;

	must(!memcmp(shared.bytes + CHANNEL_USED, known.bytes + CHANNEL_USED,
		     sizeof(shared) - CHANNEL_USED));
	hostile = NOBODY;
	server_impostor = NULL;
	server_urgent = true;
	shared.channel.given_up = 0;
	if (new_server)
		server_start();
	else
		guest_begin();
	prepare();
	stream_read(&virtio_out[0], text, STREAM_SIZE);
	memcpy(memory + (DATA - MEMORY_BASE), "still here", 10);
	ring_offer(&driver_rings[TRANSMIT], 0, DATA, 10, 0);
	driver_kick(TRANSMIT);
	text[stream_read(&virtio_out[0], text, STREAM_SIZE)] = 0;
	must(!strcmp(text, "still here"));
	must(driver_take(TRANSMIT, 0) == 0 && driver_reg(VIRTIO_MMIO_STATUS) == LIVE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	memset(driver_rings, 0, sizeof(driver_rings));
	hostile = NOBODY;
	told = false;
	eager = true;
	nonsense = false;
	calls = 0;
	guest_configure();
	server_impostor = input_8() & 1 ? impostor : NULL;
	guest_begin();
	hostile = server_impostor ? SERVER : VMM;
	server_urgent = hostile == SERVER;
	for (uint32_t i = 0; i < SECRET_SIZE; i += sizeof(secret))
		memcpy(memory + (SECRET - MEMORY_BASE) + i, secret, sizeof(secret));
	/* What is copied the wrong way is seen. */
	memset(memory + (DATA - MEMORY_BASE), 0x3c, DATA_SIZE);
	memset(shared.bytes + CHANNEL_BUFFERS, 0xc3, sizeof(shared) - CHANNEL_BUFFERS);
	memcpy(&known, &shared, sizeof(known));
	while (input_more())
		hostile == SERVER ? step_driver() : step_vmm();
	check_recovery();
	return 0;
}

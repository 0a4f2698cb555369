/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest and the kernel that the tests of the VMM server play.
 */
#include <string.h>

#include <idl/kernel_client.h>
#include <idl/root.h>

#include <cloister/counter.h>

#include <arch/vcpu.h>

#include <exits.h>

#include "test_vmm_fixture.h"
#include "slot_changes.h"

struct vmm_config config;
struct vmm vmm;
uint8_t memory[MEMORY_SIZE] __attribute__((aligned(4096)));
struct vcpu_page *page;
struct vcpu_update *update;
struct clock_page clock_page;
struct line console;
struct line log_line_memory;
struct line virtio_lines[VMM_PORTS_MAX];
struct fake_slot slot[VCPU_SLOTS];
uint64_t pending_slots;
uint64_t active_slots;
uint32_t signals[16];
int ended;
uint64_t result[4];
enum status (*device_server)(struct message *m, uint64_t deadline);
uint64_t bound_slot;
enum status line_status;
struct stream_consumer console_out;
struct stream_producer console_in;
struct stream_consumer log_out;
struct stream_consumer virtio_out[VMM_PORTS_MAX];
struct stream_producer virtio_in[VMM_PORTS_MAX];

static uint8_t pages[2 * 4096] __attribute__((aligned(4096)));
static uint64_t sequence;

static void take_change(struct fake_slot *s, uint64_t change)
{
	if (change & SLOT_CONFIGURE)
		s->configuration = change & 0xffffffff;
	if (change & SLOT_SET_LINE)
		s->line = change & SLOT_LINE;
	s->pended += !!(change & SLOT_PEND);
	s->unpended += !!(change & SLOT_UNPEND);
	s->activated += !!(change & SLOT_ACTIVATE);
	s->deactivated += !!(change & SLOT_DEACTIVATE);
	must(!(change & SLOT_PEND) || !(change & SLOT_UNPEND));
	must(!(change & SLOT_ACTIVATE) || !(change & SLOT_DEACTIVATE));
}

static enum status fake_vcpu_call(struct message *m)
{
	if (m->label == VCPU_SET_SLOT) {
		must(m->word[0] < VCPU_SLOTS);
		take_change(&slot[m->word[0]], m->word[1]);
		return OK;
	}
	if (m->label == VCPU_QUERY_SLOTS) {
		m->word[0] = pending_slots;
		m->word[1] = active_slots;
		return OK;
	}
	must(m->label == VCPU_TRANSLATE);
	if (m->word[0] < VIRTUAL)
		return ERR_ARGUMENT;
	m->word[0] -= VIRTUAL;
	return OK;
}

static enum status fake_line_call(const struct message *m)
{
	if (m->label == NOTIFICATION_UNBIND)
		return ERR_STATE;
	must(m->label == NOTIFICATION_BIND_SLOT && m->word[0] == CAP_VCPU);
	bound_slot = m->word[1];
	return line_status;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	if (number == SYS_SIGNAL) {
		signals[cap]++;
		place_signal(cap);
		return OK;
	}
	must(number == SYS_CALL);
	if (cap == CAP_VCPU)
		return fake_vcpu_call(m);
	if (cap == CAP_DEVICE)
		return device_server(m, deadline);
	if (cap == CAP_DEVICE_LINE)
		return fake_line_call(m);
	ck_assert_uint_eq(cap, CAP_ROOT);
	ck_assert_uint_eq(m->label, ROOT_GUEST_ENDED);
	must(ended == -1 || ended == GUEST_RESET);
	ended = (int)m->word[0];
	m->label = OK;
	return OK;
}

static void configure_ports(void)
{
	static const char *const names[VMM_PORTS_MAX] = { "hvc0", "vport1", "two",
							  "0123456789abcdef" };

	config.port_count = 1;
	memset(virtio_lines, 0, sizeof(virtio_lines));
	for (uint32_t i = 0; i < VMM_PORTS_MAX; i++) {
		config.ports[i].line = (uint64_t)(uintptr_t)&virtio_lines[i];
		config.ports[i].notify = CAP_VIRTIO_NOTIFY + i;
		memcpy(config.ports[i].name, names[i],
		       strnlen(names[i], sizeof(config.ports[i].name)));
		stream_consumer_init(&virtio_out[i], &virtio_lines[i].output);
		stream_producer_init(&virtio_in[i], &virtio_lines[i].input);
	}
}

static void configure_device(uint32_t i, enum vmm_device_kind kind, uint32_t irq, uint64_t address)
{
	config.devices[i] = (struct vmm_device){
		.kind = kind,
		.irq = irq,
		.address = address,
		.size = 0x1000,
	};
}

void guest_configure(void)
{
	memset(&config, 0, sizeof(config));
	memset(&console, 0, sizeof(console));
	memset(&log_line_memory, 0, sizeof(log_line_memory));
	memset(&clock_page, 0, sizeof(clock_page));
	memset(slot, 0, sizeof(slot));
	memset(signals, 0, sizeof(signals));
	memset(pages, 0, sizeof(pages));
	memset(memory, 0, sizeof(memory));
	page = (struct vcpu_page *)pages;
	update = (struct vcpu_update *)(pages + 4096);
	pending_slots = 0;
	active_slots = 0;
	bound_slot = 0;
	line_status = OK;
	now = 1ULL << 40;
	ended = -1;
	cleared = 0;
	config.memory_base = MEMORY_BASE;
	config.memory_size = MEMORY_SIZE;
	config.memory = (uint64_t)(uintptr_t)memory;
	config.entry = ENTRY;
	config.argument = MEMORY_BASE + 0x8000;
	config.vcpu_pages = (uint64_t)(uintptr_t)pages;
	config.console.line = (uint64_t)(uintptr_t)&console;
	config.log_line = (uint64_t)(uintptr_t)&log_line_memory;
	config.vcpu_count = 1;
	config.vcpu = CAP_VCPU;
	config.vcpu_event = CAP_VCPU_EVENT;
	config.root = CAP_ROOT;
	config.console.notify = CAP_CONSOLE_NOTIFY;
	config.log_notify = CAP_LOG_NOTIFY;
	config.device_count = 5;
	config.devices[0] = (struct vmm_device){
		.kind = VMM_DEVICE_GICV3,
		.address = DISTRIBUTOR,
		.address2 = REDISTRIBUTOR,
		.size = 0x10000,
		.size2 = 0x20000,
	};
	configure_device(1, VMM_DEVICE_PL011, UART_IRQ, UART);
	configure_device(2, VMM_DEVICE_VIRTIO_CONSOLE, VIRTIO_IRQ, VIRTIO);
	configure_device(3, VMM_DEVICE_POWER_BUTTON, GPIO_IRQ, GPIO);
	configure_device(4, VMM_DEVICE_PL031, RTC_IRQ, RTC);
	config.clock = (uint64_t)(uintptr_t)&clock_page;
	stream_consumer_init(&console_out, &console.output);
	stream_producer_init(&console_in, &console.input);
	stream_consumer_init(&log_out, &log_line_memory.output);
	configure_ports();
	place_configure();
}

void guest_begin(void)
{
	static const uint64_t nothing[5];

	ck_assert_ptr_null(vmm_init(&vmm, &config));
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing),
			  DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM | REPLY_SLOTS);
	/* Of what the reset did, only the states remain to be seen. */
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		slot[i] = (struct fake_slot){ .configuration = slot[i].configuration };
	memset(signals, 0, sizeof(signals));
	page->registers = update->registers;
}

void guest_start(void)
{
	guest_configure();
	guest_begin();
}

static void take_slots(void)
{
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		take_change(&slot[i], slot_changes_of(&update->slots, i));
}

uint64_t guest_exit(enum exit_kind kind, const uint64_t word[5])
{
	struct message m = { .label = LABEL_EXIT + kind, .word = { ++sequence } };

	memcpy(&m.word[1], word, 5 * sizeof(word[0]));
	exits_handle(&vmm.vcpus[0], &m);
	must(m.word[4] == sequence);
	must(m.word[5] == 0);
	if (m.label & REPLY_SLOTS)
		take_slots();
	memcpy(result, m.word, sizeof(result));
	place_after_exit();
	return m.label;
}

static uint64_t access_word(unsigned int size, bool write)
{
	return ACCESS_DECODED | (write ? ACCESS_WRITE : 0) | ACCESS_SIZE(__builtin_ctz(size));
}

enum disposition guest_access(uint64_t address, unsigned int size, bool write, uint64_t value)
{
	const uint64_t word[5] = { address, access_word(size, write), value, 0, VIRTUAL + address };

	return REPLY_DISPOSITION_OF(guest_exit(EXIT_MEMORY, word));
}

uint64_t guest_read(uint64_t address, unsigned int size)
{
	must(guest_access(address, size, false, 0) == DISPOSITION_STEP);
	return result[0];
}

void guest_write(uint64_t address, unsigned int size, uint64_t value)
{
	must(guest_access(address, size, true, value) == DISPOSITION_STEP);
}

void guest_event(uint64_t bits)
{
	const uint64_t word[5] = { place_event(bits),
				   now >= vmm.vcpus[0].next_deadline ? EXIT_EVENT_DEADLINE : 0, 0,
				   0, 0 };

	ck_assert_uint_eq(guest_exit(EXIT_EVENT, word) & ~(uint64_t)REPLY_SLOTS,
			  DISPOSITION_RESUME | REPLY_REARM);
}

static const char *stream_text(struct stream_consumer *consumer)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(consumer, text, STREAM_SIZE)] = 0;
	return text;
}

const char *console_text(void)
{
	return stream_text(&console_out);
}

const char *log_text(void)
{
	return stream_text(&log_out);
}

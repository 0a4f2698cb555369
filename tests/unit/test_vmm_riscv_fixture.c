/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest and the kernel that the tests of RISC-V's VMM server play.
 */
#include <string.h>

#include <idl/kernel_client.h>
#include <idl/root.h>

#include <cloister/counter.h>

#include <coherence.h>
#include <exits.h>

#include "test_vmm_riscv.h"
#include "slot_changes.h"

struct vmm_config config;
struct vmm vmm;
uint8_t memory[MEMORY_SIZE] __attribute__((aligned(4096)));
struct clock_page clock_page;
struct fake_slot slot[HARTS][VCPU_SLOTS];
uint32_t signals[CAPS];
int ended;
uint32_t fences;
int line_hart;
uint64_t line_slot;
bool line_up;
uint64_t result[4];
struct stream_consumer console_out;
struct stream_producer console_in;

static struct stream_consumer log_out;
static struct line console;
static struct line log_memory;
static struct line virtio_line;
static uint8_t pages[HARTS][2 * 4096] __attribute__((aligned(4096)));
static uint64_t sequence;

void coherence_fence_i(void)
{
	fences++;
}

static struct vcpu_page *page_of(uint32_t hart)
{
	return (struct vcpu_page *)pages[hart];
}

static struct vcpu_update *update_of(uint32_t hart)
{
	return (struct vcpu_update *)(pages[hart] + 4096);
}

static void take_change(struct fake_slot *s, uint64_t change)
{
	must(!(change & SLOT_PEND) || !(change & SLOT_UNPEND));
	must(!(change & SLOT_ACTIVATE) || !(change & SLOT_DEACTIVATE));
	if (change & SLOT_CONFIGURE)
		s->configuration = change & 0xffffffff;
	if (change & SLOT_SET_LINE)
		s->line = change & SLOT_LINE;
	s->latch |= !!(change & SLOT_PEND);
	s->latch &= !(change & SLOT_UNPEND);
	s->active |= !!(change & SLOT_ACTIVATE);
	s->active &= !(change & SLOT_DEACTIVATE);
}

static bool is_pending(uint32_t hart, uint32_t index)
{
	const struct fake_slot *s = &slot[hart][index];
	bool driven = line_hart == (int)hart && line_slot == index;
	bool line = driven ? line_up : s->line;

	return s->latch || (s->configuration & SLOT_LEVEL && line);
}

/* A slot of this kind of number is enabled, pending and not active. */
static bool raises(uint32_t hart, uint32_t first, uint32_t last)
{
	for (uint32_t i = 0; i < VCPU_SLOTS; i++) {
		const struct fake_slot *s = &slot[hart][i];
		uint64_t number = SLOT_NUMBER_OF(s->configuration);

		if (number >= first && number <= last && s->configuration & SLOT_ENABLED &&
		    is_pending(hart, i) && !s->active)
			return true;
	}
	return false;
}

bool vseip(uint32_t hart)
{
	return raises(hart, 0, SLOT_SOFTWARE - 1);
}

bool vssip(uint32_t hart)
{
	return raises(hart, SLOT_SOFTWARE, SLOT_SOFTWARE);
}

bool vstip(uint32_t hart)
{
	return raises(hart, SLOT_TIMER, SLOT_TIMER);
}

static enum status fake_vcpu_call(uint32_t hart, struct message *m)
{
	switch (m->label) {
	case VCPU_SET_SLOT:
		must(m->word[0] < VCPU_SLOTS);
		take_change(&slot[hart][m->word[0]], m->word[1]);
		return OK;
	case VCPU_QUERY_SLOTS:
		m->word[0] = 0;
		m->word[1] = 0;
		for (uint32_t i = 0; i < VCPU_SLOTS; i++) {
			m->word[0] |= (uint64_t)is_pending(hart, i) << i;
			m->word[1] |= (uint64_t)slot[hart][i].active << i;
		}
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
	if (m->label == NOTIFICATION_UNBIND) {
		line_hart = -1;
		return OK;
	}
	must(m->label == NOTIFICATION_BIND_SLOT);
	must(m->word[0] >= CAP_VCPU && m->word[0] < CAP_VCPU + HARTS);
	if (line_hart >= 0)
		return ERR_OCCUPIED;
	line_hart = (int)(m->word[0] - CAP_VCPU);
	line_slot = m->word[1];
	return OK;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	must(cap < CAPS);
	if (number == SYS_SIGNAL) {
		signals[cap]++;
		return OK;
	}
	must(number == SYS_CALL);
	if (cap >= CAP_VCPU && cap < CAP_VCPU + HARTS)
		return fake_vcpu_call(cap - CAP_VCPU, m);
	if (cap == CAP_LINE)
		return fake_line_call(m);
	m->label = OK;
	if (cap == CAP_SERVER)
		return OK;
	must(cap == CAP_ROOT && ended == -1);
	ended = (int)m->word[0];
	return OK;
}

static void configure_device(enum vmm_device_kind kind, uint32_t irq, uint64_t address,
			     uint64_t size)
{
	config.devices[config.device_count++] = (struct vmm_device){
		.kind = kind,
		.irq = irq,
		.address = address,
		.size = size,
	};
}

static void configure_places(void)
{
	config.memory_base = MEMORY_BASE;
	config.memory_size = MEMORY_SIZE;
	config.memory = (uint64_t)(uintptr_t)memory;
	config.entry = ENTRY;
	config.argument = TREE;
	config.vcpu_pages = (uint64_t)(uintptr_t)pages;
	config.clock = (uint64_t)(uintptr_t)&clock_page;
	config.vcpu_count = HARTS;
	config.vcpu = CAP_VCPU;
	config.vcpu_event = CAP_VCPU_EVENT;
	config.root = CAP_ROOT;
	config.console.line = (uint64_t)(uintptr_t)&console;
	config.console.notify = CAP_CONSOLE;
	config.log_line = (uint64_t)(uintptr_t)&log_memory;
	config.log_notify = CAP_LOG;
	config.port_count = 1;
	config.ports[0].line = (uint64_t)(uintptr_t)&virtio_line;
	config.ports[0].notify = CAP_VIRTIO;
}

void guest_configure(void)
{
	memset(&config, 0, sizeof(config));
	memset(&console, 0, sizeof(console));
	memset(&log_memory, 0, sizeof(log_memory));
	memset(&virtio_line, 0, sizeof(virtio_line));
	memset(&clock_page, 0, sizeof(clock_page));
	memset(slot, 0, sizeof(slot));
	memset(signals, 0, sizeof(signals));
	memset(pages, 0, sizeof(pages));
	memset(memory, 0, sizeof(memory));
	now = 1ULL << 40;
	ended = -1;
	fences = 0;
	line_hart = -1;
	line_up = false;
	configure_places();
	configure_device(VMM_DEVICE_PLIC, 0, PLIC, 0x400000);
	configure_device(VMM_DEVICE_NS16550A, UART_IRQ, UART, 0x1000);
	configure_device(VMM_DEVICE_GOLDFISH_RTC, RTC_IRQ, RTC, 0x1000);
	configure_device(VMM_DEVICE_VIRTIO_CONSOLE, VIRTIO_IRQ, VIRTIO, 0x1000);
	stream_consumer_init(&console_out, &console.output);
	stream_producer_init(&console_in, &console.input);
	stream_consumer_init(&log_out, &log_memory.output);
}

void guest_begin(void)
{
	static const uint64_t nothing[5];

	ck_assert_ptr_null(vmm_init(&vmm, &config));
	for (uint32_t i = config.vcpu_count - 1; i > 0; i--)
		ck_assert_uint_eq(hart_exit(i, EXIT_START, nothing),
				  DISPOSITION_PARK | REPLY_REARM);
	ck_assert_uint_eq(hart_exit(0, EXIT_START, nothing),
			  DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM | REPLY_SLOTS);
	memset(signals, 0, sizeof(signals));
	page_of(0)->registers = update_of(0)->registers;
}

void guest_start(void)
{
	guest_configure();
	guest_begin();
}

uint64_t hart_exit(uint32_t hart, enum exit_kind kind, const uint64_t word[5])
{
	struct message m = { .label = LABEL_EXIT + kind, .word = { ++sequence } };

	memcpy(&m.word[1], word, 5 * sizeof(word[0]));
	exits_handle(&vmm.vcpus[hart], &m);
	must(m.word[4] == sequence);
	must(m.word[5] == 0);
	for (uint32_t i = 0; m.label & REPLY_SLOTS && i < VCPU_SLOTS; i++)
		take_change(&slot[hart][i], slot_changes_of(&update_of(hart)->slots, i));
	memcpy(result, m.word, sizeof(result));
	return m.label;
}

enum disposition hart_access(uint32_t hart, uint64_t address, unsigned int size, bool write,
			     uint64_t value)
{
	const uint64_t word[5] = { address,
				   ACCESS_DECODED | (write ? ACCESS_WRITE : 0) |
					   ACCESS_SIZE(__builtin_ctz(size)),
				   value, 0, VIRTUAL + address };

	return REPLY_DISPOSITION_OF(hart_exit(hart, EXIT_MEMORY, word));
}

uint64_t hart_read(uint32_t hart, uint64_t address, unsigned int size)
{
	must(hart_access(hart, address, size, false, 0) == DISPOSITION_STEP);
	return result[0];
}

void hart_write(uint32_t hart, uint64_t address, unsigned int size, uint64_t value)
{
	must(hart_access(hart, address, size, true, value) == DISPOSITION_STEP);
}

uint64_t hart_event(uint32_t hart, uint64_t bits)
{
	const uint64_t word[5] = { bits,
				   now >= vmm.vcpus[hart].next_deadline ? EXIT_EVENT_DEADLINE : 0 };
	uint64_t label = hart_exit(hart, EXIT_EVENT, word);

	must(label & REPLY_REARM);
	return label & ~(uint64_t)(REPLY_REARM | REPLY_SLOTS);
}

uint64_t sbi(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
	     uint64_t a2)
{
	static const uint64_t nothing[5];
	uint64_t *x = page_of(hart)->registers.x;

	x[17] = extension;
	x[16] = function;
	x[10] = a0;
	x[11] = a1;
	x[12] = a2;
	return hart_exit(hart, EXIT_HYPERCALL, nothing) & ~(uint64_t)REPLY_SLOTS;
}

int64_t sbi_error(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		  uint64_t a2)
{
	ck_assert_uint_eq(REPLY_DISPOSITION_OF(sbi(hart, extension, function, a0, a1, a2)),
			  DISPOSITION_STEP);
	return (int64_t)result[0];
}

uint64_t sbi_value(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		   uint64_t a2)
{
	ck_assert_int_eq(sbi_error(hart, extension, function, a0, a1, a2), 0);
	return result[1];
}

void hart_begins(uint32_t hart)
{
	ck_assert_uint_gt(signals[CAP_VCPU_EVENT + hart], 0);
	signals[CAP_VCPU_EVENT + hart] = 0;
	ck_assert_uint_eq(hart_event(hart, VMM_EVENT_VCPU), DISPOSITION_START | REPLY_REGISTERS);
	page_of(hart)->registers = update_of(hart)->registers;
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

void console_type(const char *text)
{
	ck_assert_uint_eq(stream_write(&console_in, text, (uint32_t)strlen(text)), strlen(text));
	hart_event(0, VMM_EVENT_CONSOLE);
}

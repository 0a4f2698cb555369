/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See fuzz_vmm.h.
 */
#include "fuzz_vmm.h"
#include "slot_changes.h"

#include <string.h>

#include <idl/kernel_client.h>
#include <idl/root.h>

#include <cloister/counter.h>

#include <exits.h>

#define CAP_VCPU  100
#define CAP_EVENT 200
#define CAP_ROOT  300
#define BIT64(n)  (1ULL << (n))

struct vmm machine;
struct kernel_vcpu kernel[MACHINE_VCPUS_MAX];
uint32_t vcpus;
int machine_ended;
uint64_t machine_result[4];

static struct vmm_config configuration;
static uint8_t ram[MACHINE_MEMORY_SIZE] __attribute__((aligned(4096)));
static uint8_t pages[MACHINE_VCPUS_MAX][2][4096] __attribute__((aligned(4096)));
static struct line log_memory;

struct registers *machine_registers(uint32_t v)
{
	return &((struct vcpu_page *)(void *)pages[v][0])->registers;
}

static struct vcpu_update *update_of(uint32_t v)
{
	return (struct vcpu_update *)(void *)pages[v][1];
}

const struct registers *machine_update(uint32_t v)
{
	return &update_of(v)->registers;
}

uint64_t kernel_pending(uint32_t v)
{
	uint64_t pending = kernel[v].latch;

	for (uint32_t slot = 0; slot < VCPU_SLOTS; slot++)
		if (kernel[v].configuration[slot] & SLOT_LEVEL)
			pending |= kernel[v].line & BIT64(slot);
	return pending;
}

static void change_slot(struct kernel_vcpu *k, uint64_t slot, uint64_t change)
{
	uint64_t bit = BIT64(slot);

	must(slot < VCPU_SLOTS);
	if (change & SLOT_CONFIGURE) {
		must(SLOT_NUMBER_OF(change) == slot);
		k->configuration[slot] = change;
	}
	if (change & SLOT_SET_LINE)
		k->line = (k->line & ~bit) | (change & SLOT_LINE ? bit : 0);
	k->latch |= change & SLOT_PEND ? bit : 0;
	k->latch &= ~(change & SLOT_UNPEND ? bit : 0);
	k->active |= change & SLOT_ACTIVATE ? bit : 0;
	k->active &= ~(change & SLOT_DEACTIVATE ? bit : 0);
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (number == SYS_SIGNAL) {
		if (cap >= CAP_EVENT)
			kernel[cap - CAP_EVENT].signalled = true;
		return OK;
	}
	must(number == SYS_CALL);
	if (cap == CAP_ROOT) {
		must(m->label == ROOT_GUEST_ENDED && m->word[0] <= GUEST_RESET);
		machine_ended = (int)m->word[0];
		m->label = OK;
		return OK;
	}
	must(cap >= CAP_VCPU && cap < CAP_VCPU + vcpus);
	if (m->label == VCPU_SET_SLOT) {
		change_slot(&kernel[cap - CAP_VCPU], m->word[0], m->word[1]);
		return OK;
	}
	must(m->label == VCPU_QUERY_SLOTS);
	m->word[0] = kernel_pending(cap - CAP_VCPU);
	m->word[1] = kernel[cap - CAP_VCPU].active;
	return OK;
}

static void check_answer(enum exit_kind kind, uint64_t label)
{
	uint64_t disposition = REPLY_DISPOSITION_OF(label);
	bool boundary = kind == EXIT_START || kind == EXIT_EVENT;

	must(!(label &
	       ~(uint64_t)(REPLY_DISPOSITION_MASK | REPLY_REGISTERS | REPLY_SLOTS | REPLY_REARM)));
	must(disposition <= DISPOSITION_START);
	must(disposition != DISPOSITION_START || (boundary && label & REPLY_REGISTERS));
	must(disposition != DISPOSITION_RESUME || kind != EXIT_START);
	must(!boundary || disposition == DISPOSITION_START || disposition == DISPOSITION_PARK ||
	     disposition == DISPOSITION_RESUME);
}

enum disposition machine_exit(uint32_t v, enum exit_kind kind, uint64_t address, uint64_t access,
			      uint64_t value)
{
	static uint64_t sequence;
	struct message m = { .label = LABEL_EXIT + kind,
			     .word = { ++sequence, address, access, value } };
	const struct vcpu_update *update = update_of(v);

	exits_handle(&machine.vcpus[v], &m);
	must(m.word[4] == sequence && m.word[5] == 0);
	must(machine.touched == 0);
	check_answer(kind, m.label);
	if (m.label & REPLY_SLOTS) {
		must(!(update->slots.pend & update->slots.unpend));
		must(!(update->slots.activate & update->slots.deactivate));
		for (uint32_t i = 0; i < VCPU_SLOTS; i++)
			change_slot(&kernel[v], i, slot_changes_of(&update->slots, i));
	}
	kernel[v].deadline = machine.vcpus[v].next_deadline;
	if (REPLY_DISPOSITION_OF(m.label) == DISPOSITION_PARK)
		kernel[v].parked = true;
	else if (REPLY_DISPOSITION_OF(m.label) == DISPOSITION_START)
		kernel[v].parked = false;
	memcpy(machine_result, m.word, sizeof(machine_result));
	return (enum disposition)REPLY_DISPOSITION_OF(m.label);
}

void machine_event(uint32_t v)
{
	bool due = kernel[v].deadline <= now;
	uint64_t bits = kernel[v].signalled ? VMM_EVENT_VCPU : 0;

	if (!bits && !due)
		return;
	kernel[v].signalled = false;
	kernel[v].deadline = DEADLINE_NEVER;
	machine_exit(v, EXIT_EVENT, bits, due ? EXIT_EVENT_DEADLINE : 0, 0);
}

void machine_start(void)
{
	machine_ended = -1;
	for (uint32_t v = 0; v < vcpus; v++)
		machine_exit(v, EXIT_START, 0, 0, 0);
	machine_event(0);
	must(!kernel[0].parked);
}

void machine_begin(uint32_t count)
{
	vcpus = count;
	now = BIT64(40);
	memset(kernel, 0, sizeof(kernel));
	memset(pages, 0, sizeof(pages));
	memset(&log_memory, 0, sizeof(log_memory));
	for (uint32_t v = 0; v < MACHINE_VCPUS_MAX; v++)
		kernel[v].deadline = DEADLINE_NEVER;
	configuration = (struct vmm_config){
		.memory_base = MACHINE_MEMORY,
		.memory_size = sizeof(ram),
		.memory = (uintptr_t)ram,
		.entry = MACHINE_ENTRY,
		.vcpu_pages = (uintptr_t)pages,
		.log_line = (uintptr_t)&log_memory,
		.vcpu_count = count,
		.vcpu = CAP_VCPU,
		.vcpu_event = CAP_EVENT,
		.root = CAP_ROOT,
		.device_count = 1,
		.devices = { { .kind = VMM_DEVICE_GICV3,
			       .address = MACHINE_DISTRIBUTOR,
			       .size = 0x10000,
			       .address2 = MACHINE_REDISTRIBUTOR,
			       .size2 = count * 0x20000ULL } },
	};
	must(!vmm_init(&machine, &configuration));
	machine_start();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an exit to its reply. Each kind of exit has one function, in a table; it leaves results in
 * the message's words 0 to 3 and gives the reply's label. What the models changed on the way
 * (interrupt slots) goes along.
 */
#include <cloister/counter.h>

#include <arch/exits.h>
#include <arch/interrupt.h>
#include <arch/timer.h>
#include <arch/vcpu.h>

#include <boot.h>
#include <exits.h>
#include <vmm.h>

#define EXIT_KINDS (EXIT_OTHER + 1)

/* The guest's power-on: all its vCPUs are parked, and this one, the first, begins. */
static void exits_boot(struct vmm *vmm)
{
	const struct vmm_config *config = vmm->config;

	vmm->boots = false;
	vmm_reset(vmm);
	if (vmm->used)
		boot_clear(vmm);
	boot_start(vmm);
	vmm->vcpus[0].entry = config->entry;
	vmm->vcpus[0].argument = config->argument;
}

/* The vCPU was off, and begins in this exit. */
static uint64_t exits_power_on(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	uint64_t missed = vmm->missed;

	if (vmm->boots)
		exits_boot(vmm);
	vcpu->power = VCPU_ON;
	arch_vcpu_start(vcpu, vcpu->entry, vcpu->argument);
	vmm->missed = 0;
	device_events(vmm, missed, 0);
	return DISPOSITION_START | REPLY_REGISTERS;
}

/*
 * Each vCPU comes to rest here, at the start and after a reset, before it runs in this life of the guest. Only when
 * all have, nobody writes to the guest's memory any more, and vCPU 0 begins: at once, or by an event if it is not the last.
 */
static uint64_t exit_start(struct vcpu *vcpu, struct message *m)
{
	struct vmm *vmm = vcpu->vmm;

	vcpu->begun = true;
	if (vmm->refused)
		return DISPOSITION_PARK;
	vcpu->power = VCPU_OFF;
	/* Before the first start the kernel has just zeroed the guest's memory. */
	vmm->used = vmm->used || m->word[3] != 0;
	for (uint32_t i = 0; i < vmm->config->vcpu_count; i++)
		if (!vmm->vcpus[i].begun)
			return DISPOSITION_PARK | REPLY_REARM;
	vmm->boots = true;
	if (vcpu->index == 0)
		return exits_power_on(vcpu) | REPLY_REARM;
	vmm_start_vcpu(&vmm->vcpus[0], 0, 0);
	return DISPOSITION_PARK | REPLY_REARM;
}

static uint64_t exit_event(struct vcpu *vcpu, struct message *m)
{
	uint64_t now = counter_read();
	uint64_t answer = DISPOSITION_RESUME;

	if (vcpu->power == VCPU_STARTING)
		answer = exits_power_on(vcpu);
	if (now >= vcpu->deadline[DEADLINE_TIMER])
		arch_timer_update(vcpu, now);
	if (now >= vcpu->deadline[DEADLINE_ROUTES])
		arch_interrupt_settle(vcpu->vmm);
	device_events(vcpu->vmm, m->word[1], now);
	return answer | REPLY_REARM;
}

/* What a vCPU did in a life that is over: it is done with, but for what peers have signalled. */
static uint64_t exits_old(struct vcpu *vcpu, uint64_t kind, const struct message *m)
{
	if (kind == EXIT_EVENT)
		vcpu->vmm->missed |= m->word[1];
	return DISPOSITION_PARK;
}

static uint64_t exit_memory(struct vcpu *vcpu, struct message *m)
{
	uint64_t address = m->word[1];
	struct access access = {
		.value = m->word[3],
		.size = 1U << ACCESS_SIZE_OF(m->word[2]),
		.write = m->word[2] & ACCESS_WRITE,
	};

	if (!(m->word[2] & ACCESS_DECODED))
		return arch_exit_memory(vcpu, m);
	if (!bus_access(&vcpu->vmm->bus, address, &access)) {
		violations_report(vcpu, violations_of_access(m->word[2]), address);
		return DISPOSITION_ABORT;
	}
	m->word[0] = access.value;
	return DISPOSITION_STEP;
}

static uint64_t exit_fetch(struct vcpu *vcpu, struct message *m)
{
	violations_report(vcpu, VIOLATION_FETCH, m->word[1]);
	return DISPOSITION_ABORT;
}

static uint64_t (*const exits[EXIT_KINDS])(struct vcpu *vcpu, struct message *m) = {
	[EXIT_START] = exit_start,
	[EXIT_EVENT] = exit_event,
	[EXIT_MEMORY] = exit_memory,
	[EXIT_FETCH] = exit_fetch,
	[EXIT_HYPERCALL] = arch_exit_call,
	[EXIT_FIRMWARE] = arch_exit_call,
	[EXIT_REGISTER] = arch_exit_register,
	[EXIT_OTHER] = arch_exit_other,
};

void exits_handle(struct vcpu *vcpu, struct message *m)
{
	uint64_t kind = m->label - LABEL_EXIT;
	uint64_t sequence = m->word[0];

	if (kind >= EXIT_KINDS) {
		m->label = ERR_TYPE;
		return;
	}
	vcpu->vmm->current = vcpu;
	if (vcpu->begun || kind == EXIT_START)
		m->label = exits[kind](vcpu, m);
	else
		m->label = exits_old(vcpu, kind, m);
	if (slots_commit(&vcpu->slots))
		m->label |= REPLY_SLOTS;
	if (vcpu->vmm->touched)
		vmm_apply_slots(vcpu->vmm);
	m->word[4] = sequence;
	m->word[5] = 0;
}

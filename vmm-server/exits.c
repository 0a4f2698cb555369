/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an exit to its reply. Each kind of exit has one function, in a table; it leaves results in
 * the message's words 0 to 3 and gives the reply's label. What the models changed on the way
 * (interrupt slots) goes along.
 */
#include <cloister/counter.h>

#include <arch/exits.h>
#include <arch/timer.h>

#include <boot.h>
#include <exits.h>
#include <vmm.h>

#define EXIT_KINDS (EXIT_OTHER + 1)

static uint64_t exit_start(struct vcpu *vcpu, struct message *m)
{
	/* Before the first start the kernel has just zeroed the guest's memory. */
	bool first = m->word[3] == 0;

	if (vcpu->vmm->refused)
		return DISPOSITION_PARK;
	vmm_reset(vcpu->vmm);
	if (!first)
		boot_clear(vcpu->vmm);
	boot_start(vcpu);
	return DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM;
}

static uint64_t exit_event(struct vcpu *vcpu, struct message *m)
{
	uint64_t now = counter_read();

	if (now >= vcpu->deadline[DEADLINE_TIMER])
		arch_timer_update(vcpu, now);
	device_events(vcpu->vmm, m->word[1], now);
	return DISPOSITION_RESUME | REPLY_REARM;
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
	m->label = exits[kind](vcpu, m);
	if (slots_commit(&vcpu->slots, vcpu->update))
		m->label |= REPLY_SLOTS;
	m->word[4] = sequence;
	m->word[5] = 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PLIC's core. All vCPUs are on one core and have one server, so a claim is one step for all of them. A source that another
 * process drives can move to the slot of another vCPU at any time, claimed or not: what is active is known here.
 */
#include <stddef.h>

#include <idl/kernel_client.h>
#include <idl/kernel_names.h>

#include <plic_core.h>
#include <slot_map.h>
#include <vmm.h>

/* Of the sources in `bits` the one with the highest priority, and of these the lowest number; 0: none that may interrupt. */
static uint32_t most_urgent(const struct plic *plic, uint32_t bits)
{
	uint32_t best = 0;

	for (; bits; bits &= bits - 1) {
		uint32_t source = (uint32_t)__builtin_ctz(bits);

		/* priority[0] is 0, which is no source's that may interrupt. */
		if (plic->priority[source] > plic->priority[best])
			best = source;
	}
	return best;
}

static void notify(struct plic *plic, uint32_t context)
{
	uint32_t source = most_urgent(plic, plic->pending & plic->enabled[context]);
	bool up = plic->priority[source] > plic->threshold[context];

	if (up == (bool)(plic->notified >> context & 1))
		return;
	plic->notified ^= 1U << context;
	slots_set_line(vmm_slots(&plic->vmm->vcpus[context]), SLOT_INDEX_OWN, up);
}

static void notify_all(struct plic *plic)
{
	for (uint32_t i = 0; i < plic->vmm->config->vcpu_count; i++)
		notify(plic, i);
}

static struct slots *slots_at_home(const struct plic *plic, uint32_t source)
{
	return vmm_slots(&plic->vmm->vcpus[plic->home[source]]);
}

/* The sources of others that are requests at their home, if that is this one. */
static uint32_t pending_outside(const struct plic *plic, uint32_t context)
{
	uint64_t pending;
	uint64_t active;
	uint32_t here = 0;

	for (uint32_t bits = plic->outside; bits; bits &= bits - 1) {
		uint32_t source = (uint32_t)__builtin_ctz(bits);

		here |= (uint32_t)(plic->home[source] == context) << source;
	}
	if (!here)
		return 0;
	vmm_query_slots(&plic->vmm->vcpus[context], &pending, &active);
	return (uint32_t)pending & here & ~plic->claimed;
}

uint32_t plic_pending(struct plic *plic)
{
	uint32_t pending = plic->pending;

	for (uint32_t i = 0; i < plic->vmm->config->vcpu_count; i++)
		pending |= pending_outside(plic, i);
	return pending;
}

uint32_t plic_claim(struct plic *plic, uint32_t context)
{
	uint32_t requests = plic->pending | pending_outside(plic, context);
	uint32_t source = most_urgent(plic, requests & plic->enabled[context]);
	uint32_t bit = 1U << source;

	if (!source)
		return 0;
	plic->claimed |= bit;
	plic->pending &= ~bit;
	if (plic->outside & bit) {
		slots_set_active(slots_at_home(plic, source), source, true);
		slots_set_pending(slots_at_home(plic, source), source, false);
	}
	notify_all(plic);
	return source;
}

void plic_complete(struct plic *plic, uint32_t context, uint32_t source)
{
	uint32_t bit;

	/* "Interrupt Completion": of a source that is not enabled here it is ignored. */
	if (source > VMM_PLIC_SOURCES || !(plic->enabled[context] >> source & 1))
		return;
	bit = 1U << source;
	plic->claimed &= ~bit;
	if (plic->outside & bit)
		slots_set_active(slots_at_home(plic, source), source, false);
	plic->pending |= plic->lines & bit;
	notify_all(plic);
}

static bool hears(const struct plic *plic, uint32_t context, uint32_t source)
{
	return plic->enabled[context] >> source & 1 &&
	       plic->priority[source] > plic->threshold[context];
}

/* Where it is, if it is heard there; else where it is heard. */
static uint8_t home_of(const struct plic *plic, uint32_t source)
{
	uint8_t home = plic->home[source];

	for (uint8_t i = 0; i < plic->vmm->config->vcpu_count && !hears(plic, home, source); i++)
		if (hears(plic, i, source))
			home = i;
	return home;
}

static void configure(const struct plic *plic, uint32_t source)
{
	bool enabled = hears(plic, plic->home[source], source);

	slots_configure(slots_at_home(plic, source), source,
			SLOT_NUMBER(source) | SLOT_LEVEL | (enabled ? SLOT_ENABLED : 0));
}

/* Where it leads already, that is ERR_OCCUPIED. */
static enum status bind_line(const struct plic *plic, uint32_t source)
{
	return notification_bind_slot(plic->line[source], plic->vmm->vcpus[plic->home[source]].cap,
				      source);
}

static void move(struct plic *plic, uint32_t source, uint8_t home)
{
	bool claimed = plic->claimed >> source & 1;

	notification_unbind(plic->line[source]);
	slots_configure(slots_at_home(plic, source), source, SLOT_NUMBER(source) | SLOT_LEVEL);
	slots_set_active(slots_at_home(plic, source), source, false);
	plic->home[source] = home;
	slots_set_active(slots_at_home(plic, source), source, claimed);
	bind_line(plic, source);
}

void plic_settle(struct plic *plic, uint32_t changed)
{
	for (uint32_t bits = changed & plic->outside; bits; bits &= bits - 1) {
		uint32_t source = (uint32_t)__builtin_ctz(bits);
		uint8_t home = home_of(plic, source);

		if (home != plic->home[source])
			move(plic, source, home);
		configure(plic, source);
	}
	notify_all(plic);
}

void plic_lead_home(struct plic *plic)
{
	for (uint32_t bits = plic->outside; bits; bits &= bits - 1) {
		uint32_t source = (uint32_t)__builtin_ctz(bits);
		enum status status;

		notification_unbind(plic->line[source]);
		status = bind_line(plic, source);
		if (status != OK)
			log_line(&plic->vmm->log, "interrupt %u cannot be bound: %s", source,
				 status_name(status));
	}
}

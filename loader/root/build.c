/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter of the manifest's tables. At boot each table's records are done in their order; any
 * that fails is the machine's end. A process is rebuilt by revoking the group that holds what is its
 * own, which takes exactly what was made from that, in it or bound to it, and doing again just the
 * records that made these: the same functions do both.
 */
#include "build.h"

#include <stddef.h>

#include <cloister/message.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>

struct step {
	/* Where the manifest's head has the table. */
	size_t table;
	bool (*run)(const struct description *d, uint32_t index, struct failure *failure);
	/* Whether the record's work is lost with what is in `lost`; NULL: it outlives every process. */
	bool (*is_lost)(const struct description *d, uint32_t index);
};

/* Slots of the root server's CNode whose objects went with the group, a bit each. */
static uint64_t lost[SLOTS_MAX / 64];

static void lose(uint32_t slot, uint32_t count)
{
	for (uint64_t i = slot; i < (uint64_t)slot + count && i < SLOTS_MAX; i++)
		lost[i / 64] |= 1ULL << i % 64;
}

static bool has_lost(uint32_t slot)
{
	return slot < SLOTS_MAX && (lost[slot / 64] & 1ULL << slot % 64);
}

static bool object_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->objects[index].slot);
}

static bool capability_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->capabilities[index].cnode) || has_lost(d->capabilities[index].source);
}

static bool page_table_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->page_tables[index].slot) ||
	       has_lost(d->page_tables[index].address_space);
}

static bool mapping_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->mappings[index].frame) || has_lost(d->mappings[index].address_space);
}

static bool load_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->loads[index].frame);
}

static bool sched_context_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->sched_contexts[index].slot);
}

static bool thread_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->threads[index].thread);
}

/* The VCpu itself is not its VMM's. */
static bool vcpu_server_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->vcpus[index].vmm_address_space);
}

static bool binding_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->bindings[index].a) || has_lost(d->bindings[index].b);
}

/* Only with the door that it leads to: spaces of guests are no process's. */
static bool window_lost(const struct description *d, uint32_t index)
{
	return has_lost(d->windows[index].endpoint);
}

#define TABLE(name) offsetof(struct manifest, name)

static const struct step steps[] = {
	{ TABLE(groups), step_group, NULL },
	{ TABLE(objects), step_object, object_lost },
	{ TABLE(capabilities), step_capability, capability_lost },
	{ TABLE(page_tables), step_page_table, page_table_lost },
	{ TABLE(mappings), step_mapping, mapping_lost },
	{ TABLE(loads), step_load, load_lost },
	{ TABLE(sched_contexts), step_sched_context, sched_context_lost },
	{ TABLE(threads), step_thread, thread_lost },
	{ TABLE(vcpus), step_vcpu_server, vcpu_server_lost },
	{ TABLE(vcpus), step_vcpu_time, NULL },
	{ TABLE(bindings), step_binding, binding_lost },
	{ TABLE(windows), step_window, window_lost },
};

/* Once all are built. A rebuilt VMM's VCpus are started by who had it rebuilt. */
static const struct step starts[] = {
	{ TABLE(threads), step_start_thread, thread_lost },
	{ TABLE(vcpus), step_start_vcpu, NULL },
};

static uint32_t count_of(const struct description *d, const struct step *step)
{
	const uint8_t *head = (const uint8_t *)d->head;

	return ((const struct table *)(head + step->table))->count;
}

static void run_at_boot(const struct description *d, const struct step *step)
{
	struct failure failure;

	for (uint32_t i = 0; i < count_of(d, step); i++)
		if (!step->run(d, i, &failure))
			root_stop("manifest: %s", failure.text);
}

void build_machine(const struct description *d)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		run_at_boot(d, &steps[i]);
}

void build_start(const struct description *d)
{
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		run_at_boot(d, &starts[i]);
}

static bool run_if_lost(const struct description *d, const struct step *step,
			struct failure *failure)
{
	if (step->is_lost == NULL)
		return true;
	for (uint32_t i = 0; i < count_of(d, step); i++)
		if (step->is_lost(d, i) && !step->run(d, i, failure))
			return false;
	return true;
}

/* Takes away what was made from the group. A VCpu that loses its VMM halts, whatever it was doing. */
static bool revoke_process(const struct description *d, uint32_t group, struct failure *failure)
{
	const struct record record = { "group", group, d->groups[group].name };

	memset(lost, 0, sizeof(lost));
	for (uint32_t i = 0; i < d->head->objects.count; i++)
		if (d->objects[i].group == group)
			lose(d->objects[i].slot, d->objects[i].count);
	for (uint32_t i = 0; i < d->head->vcpus.count; i++)
		if (vcpu_server_lost(d, i) &&
		    !step_done(cnode_revoke(ROOT_SLOT_CNODE, d->vcpus[i].endpoint), &record,
			       "take a vCPU from it", failure))
			return false;
	return step_done(cnode_revoke(ROOT_SLOT_CNODE, d->groups[group].slot), &record, "revoke",
			 failure);
}

/* The records of a table of steps whose work is lost. */
static bool repair(const struct description *d, const struct step *step, size_t count,
		   struct failure *failure)
{
	for (size_t i = 0; i < count; i++)
		if (!run_if_lost(d, &step[i], failure))
			return false;
	return true;
}

bool build_again(const struct description *d, uint32_t thread, struct failure *failure)
{
	return revoke_process(d, d->threads[thread].group, failure) &&
	       repair(d, steps, sizeof(steps) / sizeof(steps[0]), failure) &&
	       repair(d, starts, sizeof(starts) / sizeof(starts[0]), failure);
}

bool build_door_again(const struct description *d, uint32_t door, struct failure *failure)
{
	const struct record record = { "slot", door, NULL };

	memset(lost, 0, sizeof(lost));
	lose(door, 1);
	return step_done(cnode_revoke(ROOT_SLOT_CNODE, door), &record, "revoke", failure) &&
	       repair(d, steps, sizeof(steps) / sizeof(steps[0]), failure);
}

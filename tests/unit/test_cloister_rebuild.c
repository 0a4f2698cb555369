/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a manifest lets the root server take each process away, by revoking the group of its own, and make it
 * again from its records: what others have must not come from that group.
 */
#include "test_cloister.h"

static const struct manifest *m;

/* By slot: index of the group that its capability comes from; one that is none for others. */
static uint32_t *groups;

static const void *table(struct table table)
{
	return (const uint8_t *)m + table.offset;
}

static void find_groups(struct arena *arena)
{
	const struct manifest_object *o = table(m->objects);
	const struct manifest_capability *c = table(m->capabilities);
	uint32_t count = 1u << m->root_cnode_bits;

	groups = arena_alloc(arena, count * sizeof(*groups));
	for (uint32_t i = 0; i < count; i++)
		groups[i] = GROUP_IMAGE;
	for (uint32_t i = 0; i < m->objects.count; i++)
		for (uint32_t n = 0; n < o[i].count; n++)
			groups[o[i].slot + n] = o[i].group;
	for (uint32_t i = 0; i < m->capabilities.count; i++)
		if (c[i].cnode == ROOT_SLOT_CNODE)
			groups[c[i].slot] = groups[c[i].source];
}

static bool is_private(uint32_t slot)
{
	const struct manifest_thread *t = table(m->threads);

	for (uint32_t i = 0; i < m->threads.count; i++)
		if (t[i].group == groups[slot])
			return true;
	return false;
}

/* What comes from a process's own group ends with it, so nobody else may have it. */
static void check_owner(uint32_t slot, uint32_t owner)
{
	ck_assert_msg(!is_private(slot) || groups[owner] == groups[slot],
		      "slot %u is of the private group %u, but slot %u of group %u has it", slot,
		      groups[slot], owner, groups[owner]);
}

static void check_owners(void)
{
	const struct manifest_capability *c = table(m->capabilities);
	const struct manifest_page_table *t = table(m->page_tables);
	const struct manifest_mapping *p = table(m->mappings);

	for (uint32_t i = 0; i < m->capabilities.count; i++)
		check_owner(c[i].source, c[i].cnode);
	for (uint32_t i = 0; i < m->page_tables.count; i++) {
		check_owner(t[i].slot, t[i].address_space);
		check_owner(t[i].address_space, t[i].slot);
	}
	for (uint32_t i = 0; i < m->mappings.count; i++)
		for (uint32_t n = 0; n < p[i].count; n++)
			check_owner(p[i].frame + n, p[i].address_space);
}

static void check_thread(const struct manifest_thread *t)
{
	ck_assert_uint_lt(t->group, m->groups.count);
	ck_assert_uint_eq(groups[t->thread], t->group);
	ck_assert_uint_eq(groups[t->cnode], t->group);
	ck_assert_uint_eq(groups[t->address_space], t->group);
	ck_assert(!is_private(t->fault_endpoint));
	if (t->sched_context)
		ck_assert_uint_eq(groups[t->sched_context], t->group);
	else
		ck_assert(!is_private(t->serve));
}

static void check_threads(void)
{
	const struct manifest_thread *t = table(m->threads);

	for (uint32_t i = 0; i < m->threads.count; i++) {
		check_thread(&t[i]);
		for (uint32_t j = 0; j < i; j++)
			ck_assert_uint_ne(t[i].group, t[j].group);
	}
}

/* What a guest and its VMM share outlives the VMM. */
static void check_guests(void)
{
	const struct manifest_vcpu *v = table(m->vcpus);
	const struct manifest_guest *g = table(m->guests);
	const struct manifest_thread *t = table(m->threads);
	const struct manifest_binding *b = table(m->bindings);

	for (uint32_t i = 0; i < m->vcpus.count; i++, v++) {
		ck_assert(!is_private(v->vcpu));
		ck_assert(!is_private(v->guest_space));
		ck_assert(!is_private(v->endpoint));
		ck_assert(!is_private(v->sched_context));
		ck_assert_uint_eq(v->vmm_address_space, t[g[v->guest].vmm_thread].address_space);
	}
	for (uint32_t i = 0; i < m->guests.count; i++)
		ck_assert(!is_private(g[i].power_button));
	for (uint32_t i = 0; i < m->bindings.count; i++) {
		ck_assert(!is_private(b[i].a));
		ck_assert(b[i].kind == BINDING_THREAD || !is_private(b[i].b));
	}
}

/* What leads to a device server outlives it, its guest's VMM, and what its callers have of it. */
static void check_devices(void)
{
	const struct manifest_window *w = table(m->windows);
	const struct manifest_device_server *d = table(m->device_servers);
	const struct manifest_thread *t = table(m->threads);

	for (uint32_t i = 0; i < m->windows.count; i++) {
		ck_assert(!is_private(w[i].guest_space));
		ck_assert(!is_private(w[i].endpoint));
		ck_assert(!w[i].doorbell || !is_private(w[i].doorbell));
	}
	for (uint32_t i = 0; i < m->device_servers.count; i++) {
		ck_assert(!is_private(d[i].door));
		ck_assert(!d[i].line || !is_private(d[i].line));
		ck_assert(!is_private(d[i].wake));
		ck_assert(!d[i].channel || (!is_private(d[i].channel) && !is_private(d[i].tell)));
		ck_assert_uint_ne(t[d[i].thread].serve, d[i].door);
	}
}

void rebuild_check(struct arena *arena, const struct manifest *manifest)
{
	m = manifest;
	find_groups(arena);
	check_owners();
	check_threads();
	check_guests();
	check_devices();
}

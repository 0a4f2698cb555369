/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identifiers of address spaces: what the processor remembers of translations is tagged with an ASID or VMID, so that a
 * switch flushes nothing.
 *
 * Identifiers are given out one after the other. When all are used up, a new generation begins: everything is flushed, what
 * is loaded keeps its identifier, and all others take new ones when they are loaded next. So none is given out twice without
 * a flush between, and a space that gives its identifier up, or ends, has no need for one.
 *
 * Those of processes and of guests are for all cores together, since invalidations reach all cores by them. Of each core
 * there is only what is loaded; a new generation must look at all cores' then, and space_invalidate() too.
 */
#include <address_space.h>
#include <vcpu.h>

/* The serial of no VCpu, of which something may be remembered all the same. */
#define NOBODY UINT64_MAX

/* 0 is nobody's. */
struct space_ids space_ids[2] = { { .generation = 1, .next = 1 }, { .generation = 1, .next = 1 } };

static void begin_generation(bool guest)
{
	struct space_ids *ids = &space_ids[guest];
	struct address_space *loaded = core.loaded[guest];

	ids->generation++;
	ids->next = 1;
	ids->kept = 0;
	/* Its translations can be used, and remembered, at any time. */
	if (loaded) {
		ids->kept = loaded->id;
		loaded->generation = ids->generation;
	}
	arch_space_flush_all(guest);
}

void space_take_id(struct address_space *space)
{
	struct space_ids *ids = &space_ids[space->guest];

	do {
		if (ids->next >= arch_space_ids(space->guest))
			begin_generation(space->guest);
		space->id = ids->next++;
	} while (space->id == ids->kept);
	space->generation = ids->generation;
	arch_space_begin(space);
	/* Nothing of it is remembered, so no VCpu left anything behind. */
	space->last = 0;
}

/*
 * Two VCpus of a guest have one identifier, as invalidations by either must reach the other, but each its own stage 1: what is
 * remembered of one is wrong for the other.
 */
void space_load_guest(struct address_space *space, const struct vcpu *vcpu)
{
	space_load(space, true);
	if (space->last != vcpu->serial) {
		if (space->last)
			arch_space_flush_core();
		space->last = vcpu->serial;
	}
}

void space_fence(struct address_space *space)
{
	if (core.loaded[true] == space)
		arch_space_flush_core();
	else
		space->last = NOBODY;
}

void space_unload(bool guest)
{
	core.loaded[guest] = NULL;
	arch_space_unload(guest);
}

void space_invalidate(struct address_space *space, uint64_t address, uint8_t size_bits)
{
	if (!space_has_id(space, space->guest))
		return;
	if (core.loaded[space->guest] == space || (!space->guest && size_bits))
		arch_space_flush(space, address, size_bits);
	else
		/* On no core: a new identifier is cheaper than a flush, and for a guest a flush goes by what is loaded. */
		space->generation = 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader of the manifest that is as strict as the loader, the kernel and the root server together. It fails
 * where a record could not be carried out.
 */
#include "test_cloister.h"

#include "random.h"

#include <idl/device.h>
#include <idl/root.h>
#include <string.h>

#define SLOTS_MAX       (1u << 14)
#define SPACES_MAX      32
#define CNODE_SLOTS_MAX 64

/* What is in a slot of the root server's CNode. */
struct slot {
	uint32_t type;
	uint32_t size_bits;
	uint32_t rights;
	uint64_t badge;
	bool mapped;
	/* Of a CNode. */
	bool filled[CNODE_SLOTS_MAX];
};

struct extent {
	uint32_t space;
	uint64_t start;
	uint64_t size;
};

static const struct bench *bench;
static const struct manifest *m;
static struct arena *arena;
static struct slot *slots;
static struct vector tables;
static struct vector mappings;

static const void *table(struct table table)
{
	return (const uint8_t *)m + table.offset;
}

static bool in_image(uint64_t physical, uint64_t size)
{
	return lies_in(physical, size, m->image_address, m->image_size);
}

static struct slot *fill(uint32_t slot, uint32_t type, uint32_t size_bits)
{
	ck_assert_uint_ge(slot, ROOT_SLOT_FREE);
	ck_assert_uint_lt(slot, 1u << m->root_cnode_bits);
	ck_assert_msg(slots[slot].type == OBJECT_NULL, "slot %u is filled twice", slot);
	slots[slot] = (struct slot){ .type = type, .size_bits = size_bits, .rights = RIGHTS_ALL };
	return &slots[slot];
}

static const struct slot *need(uint32_t slot, uint32_t type)
{
	ck_assert_uint_lt(slot, SLOTS_MAX);
	ck_assert_msg(slots[slot].type == type, "slot %u holds %u, not %u", slot, slots[slot].type,
		      type);
	return &slots[slot];
}

static uint32_t bits_of(const struct manifest_object *object)
{
	static const uint32_t fixed[OBJECT_TYPES] = {
		[OBJECT_THREAD] = BITS_THREAD,
		[OBJECT_VCPU] = BITS_VCPU,
		[OBJECT_SCHED_CONTEXT] = BITS_SCHED_CONTEXT,
		[OBJECT_ENDPOINT] = BITS_ENDPOINT,
		[OBJECT_NOTIFICATION] = BITS_NOTIFICATION,
		[OBJECT_PAGE_TABLE] = BITS_PAGE_TABLE,
		[OBJECT_ADDRESS_SPACE] = BITS_ADDRESS_SPACE,
		[OBJECT_GUEST_SPACE] = BITS_GUEST_SPACE,
	};

	if (fixed[object->type]) {
		ck_assert_uint_eq(object->size_bits, 0);
		return fixed[object->type];
	}
	return object->size_bits + (object->type == OBJECT_CNODE ? BITS_SLOT : 0);
}

static void check_head(void)
{
	struct image_header header;
	uint8_t sha256[32];

	memcpy(&header, bench->image.data + LOADER_HEADER_OFFSET, sizeof(header));
	ck_assert_uint_eq(header.magic, MANIFEST_MAGIC);
	ck_assert_uint_eq(header.manifest_offset % PAGE_SIZE, 0);
	ck_assert_uint_eq(header.image_size, bench->image.size);
	ck_assert_uint_eq(read_le64(bench->image.data + 16), bench->image.size);
	m = (const struct manifest *)(bench->image.data + header.manifest_offset);
	digest((struct blob){ (const uint8_t *)m, m->size }, sha256);
	ck_assert_mem_eq(sha256, header.sha256, 32);
	ck_assert_uint_eq(m->image_size, bench->image.size);
	ck_assert_uint_eq(m->boot_address % BLOCK_SIZE, 0);
	ck_assert(!overlaps(m->boot_address, BLOCK_SIZE, m->image_address, m->image_size));
	ck_assert(!overlaps(m->kernel_address, BLOCK_SIZE, m->image_address, m->image_size));
	ck_assert(lies_in(m->boot_address, BLOCK_SIZE, m->memory[0].address, m->memory[0].size));
}

static void check_components(void)
{
	const struct manifest_component *c = table(m->components);
	uint8_t sha256[32];

	for (uint32_t i = 0; i < m->components.count; i++, c++) {
		ck_assert(in_image(c->physical, c->size));
		ck_assert_uint_eq(c->physical % PAGE_SIZE, 0);
		ck_assert_uint_lt(strnlen(c->name, NAME_SIZE), NAME_SIZE);
		digest((struct blob){ bench->image.data + (c->physical - m->image_address),
				      c->size },
		       sha256);
		ck_assert_mem_eq(sha256, c->sha256, 32);
		for (uint32_t j = 0; j < i; j++)
			ck_assert(!overlaps(c->physical, align_up(c->size, PAGE_SIZE),
					    c[(int)j - (int)i].physical, c[(int)j - (int)i].size));
	}
}

static void check_root(void)
{
	for (uint32_t i = 0; i < m->root_segment_count; i++) {
		const struct segment *s = &m->root_segments[i];

		ck_assert(in_image(s->physical, s->size));
		ck_assert(lies_in(s->address, s->size, ROOT_PROGRAM, BLOCK_SIZE));
		ck_assert_uint_eq((s->physical | s->size | s->address) % PAGE_SIZE, 0);
		ck_assert_uint_ne(s->rights & (RIGHT_WRITE | RIGHT_EXECUTE),
				  RIGHT_WRITE | RIGHT_EXECUTE);
	}
}

/* The groups fit in any order that takes larger ones first, if they do one after the other. */
static void check_groups(void)
{
	const struct manifest_group *g = table(m->groups);
	uint64_t at = m->boot_address + BLOCK_SIZE;
	uint64_t free = m->memory[0].address + m->memory[0].size - at;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < m->groups.count; i++) {
		ck_assert(i == 0 || g[i].size_bits <= g[i - 1].size_bits);
		ck_assert_uint_ge(g[i].size_bits, 12);
		fill(g[i].slot, OBJECT_UNTYPED, g[i].size_bits);
		sum += 1ULL << g[i].size_bits;
	}
	ck_assert_uint_le(sum, free);
}

static void check_place(const struct manifest_object *o, uint64_t *used)
{
	const struct manifest_group *g = table(m->groups);
	uint64_t size = 1ULL << bits_of(o);

	if (o->group == GROUP_IMAGE) {
		ck_assert_uint_eq(o->type, OBJECT_FRAME);
		ck_assert_uint_eq(o->argument % size, 0);
		ck_assert(in_image(o->argument, o->count * size));
	} else if (o->group == GROUP_DEVICE) {
		ck_assert(o->argument == m->devices[0].address ||
			  (m->device_count == 2 && o->argument == m->devices[1].address));
	} else if (o->group == GROUP_IRQ) {
		ck_assert_uint_eq(o->type, OBJECT_IRQ_HANDLER);
	} else {
		ck_assert_uint_lt(o->group, m->groups.count);
		used[o->group] = align_up(used[o->group], size) + o->count * size;
		ck_assert_uint_le(used[o->group], 1ULL << g[o->group].size_bits);
	}
}

static void check_objects(void)
{
	const struct manifest_object *o = table(m->objects);
	uint64_t *used = arena_alloc(arena, m->groups.count * sizeof(*used));

	for (uint32_t i = 0; i < m->objects.count; i++, o++) {
		check_place(o, used);
		for (uint32_t n = 0; n < o->count; n++)
			fill(o->slot + n, o->type, o->size_bits);
	}
}

static void check_capabilities(void)
{
	const struct manifest_capability *c = table(m->capabilities);

	for (uint32_t i = 0; i < m->capabilities.count; i++, c++) {
		const struct slot *source = &slots[c->source];
		uint64_t badge = c->badge ? c->badge : source->badge;

		ck_assert_uint_ne(source->type, OBJECT_NULL);
		ck_assert_uint_eq(c->rights & ~source->rights, 0);
		ck_assert(c->badge == 0 || source->badge == 0);
		if (c->cnode == ROOT_SLOT_CNODE) {
			struct slot *to = fill(c->slot, source->type, source->size_bits);

			to->rights = c->rights;
			to->badge = badge;
		} else {
			const struct slot *cnode = need(c->cnode, OBJECT_CNODE);

			ck_assert_uint_gt(c->slot, 0);
			ck_assert_uint_lt(c->slot, 1u << cnode->size_bits);
			ck_assert(!cnode->filled[c->slot]);
			slots[c->cnode].filled[c->slot] = true;
		}
	}
}

static bool has_table(uint32_t space, uint64_t address, uint32_t bits)
{
	const struct extent *t = tables.items;
	uint64_t region = 1ULL << bits;

	for (size_t i = 0; i < tables.count; i++)
		if (t[i].space == space && t[i].size == region &&
		    t[i].start == align_down(address, region))
			return true;
	return false;
}

static void add_table(uint32_t space, uint64_t address, uint32_t bits)
{
	struct extent extent = { space, address, 1ULL << bits };

	ck_assert_uint_eq(address % extent.size, 0);
	ck_assert(!has_table(space, address, bits));
	vector_add(arena, &tables, &extent);
}

static void check_tables(void)
{
	const struct manifest_page_table *t = table(m->page_tables);

	add_table(ROOT_SLOT_ADDRESS_SPACE, 0, 30);
	for (uint32_t i = 0; i < m->page_tables.count; i++, t++) {
		need(t->slot, OBJECT_PAGE_TABLE);
		if (has_table(t->address_space, t->address, 30))
			add_table(t->address_space, t->address, 21);
		else
			add_table(t->address_space, t->address, 30);
	}
}

static void check_free(struct extent extent)
{
	const struct extent *other = mappings.items;

	for (size_t i = 0; i < mappings.count; i++, other++)
		ck_assert_msg(other->space != extent.space || !overlaps(extent.start, extent.size,
									other->start, other->size),
			      "mapped twice: 0x%llx", (unsigned long long)extent.start);
	vector_add(arena, &mappings, &extent);
}

static void check_frames(const struct manifest_mapping *p)
{
	for (uint32_t n = 0; n < p->count; n++) {
		uint64_t address = p->address + ((uint64_t)n << p->size_bits);
		const struct slot *frame = need(p->frame + n, OBJECT_FRAME);

		ck_assert_uint_eq(frame->size_bits, p->size_bits);
		ck_assert(!frame->mapped);
		slots[p->frame + n].mapped = true;
		ck_assert_uint_eq(address % (1ULL << p->size_bits), 0);
		ck_assert(p->size_bits == 30 || has_table(p->address_space, address, 30));
		ck_assert(p->size_bits != 12 || has_table(p->address_space, address, 21));
		ck_assert(p->size_bits == 12 || !has_table(p->address_space, address, 21));
	}
}

static void check_mappings(void)
{
	const struct manifest_mapping *p = table(m->mappings);

	for (uint32_t i = 0; i < m->mappings.count; i++, p++) {
		bool guest = slots[p->address_space].type == OBJECT_GUEST_SPACE;

		if (!guest && p->address_space != ROOT_SLOT_ADDRESS_SPACE)
			need(p->address_space, OBJECT_ADDRESS_SPACE);
		ck_assert(guest || (p->rights & (RIGHT_WRITE | RIGHT_EXECUTE)) !=
					   (RIGHT_WRITE | RIGHT_EXECUTE));
		check_free((struct extent){ p->address_space, p->address,
					    (uint64_t)p->count << p->size_bits });
		check_frames(p);
	}
}

static void check_loads(void)
{
	const struct manifest_load *l = table(m->loads);

	for (uint32_t i = 0; i < m->loads.count; i++, l++) {
		ck_assert(in_image(l->physical, l->size));
		ck_assert_uint_le(l->size, l->count * PAGE_SIZE);
		for (uint32_t n = 0; n < l->count; n++)
			need(l->frame + n, OBJECT_FRAME);
	}
}

static void check_threads(void)
{
	const struct manifest_thread *t = table(m->threads);

	for (uint32_t i = 0; i < m->threads.count; i++, t++) {
		need(t->thread, OBJECT_THREAD);
		need(t->cnode, OBJECT_CNODE);
		need(t->address_space, OBJECT_ADDRESS_SPACE);
		ck_assert_uint_eq(need(t->fault_endpoint, OBJECT_ENDPOINT)->badge, i + 1);
		ck_assert((t->sched_context == 0) != (t->serve == 0));
		need(t->sched_context ? t->sched_context : t->serve,
		     t->sched_context ? OBJECT_SCHED_CONTEXT : OBJECT_ENDPOINT);
		ck_assert_uint_eq(t->stack, PROCESS_STACK_TOP);
		ck_assert_uint_lt(t->priority, m->root_priority);
		ck_assert_uint_lt(t->program, m->components.count);
	}
}

static void check_guest(const struct manifest_guest *g)
{
	const struct slot *button;

	ck_assert_uint_lt(g->vmm_thread, m->threads.count);
	ck_assert_uint_gt(g->memory_size, 0);
	if (!g->power_button)
		return;
	button = need(g->power_button, OBJECT_NOTIFICATION);
	ck_assert_uint_eq(button->rights, RIGHT_WRITE);
	ck_assert_uint_eq(button->badge, VMM_EVENT_POWER);
}

static void check_binding(const struct manifest_binding *b)
{
	static const struct {
		uint32_t a;
		uint32_t b;
	} types[] = {
		[BINDING_EVENT] = { OBJECT_NOTIFICATION, OBJECT_VCPU },
		[BINDING_IRQ] = { OBJECT_IRQ_HANDLER, OBJECT_NOTIFICATION },
		[BINDING_THREAD] = { OBJECT_NOTIFICATION, OBJECT_THREAD },
		[BINDING_TIME] = { OBJECT_SCHED_CONTEXT, OBJECT_NOTIFICATION },
	};

	ck_assert_uint_lt(b->kind, ARRAY_SIZE(types));
	need(b->a, types[b->kind].a);
	need(b->b, types[b->kind].b);
}

static void check_guests(void)
{
	const struct manifest_vcpu *v = table(m->vcpus);
	const struct manifest_guest *g = table(m->guests);
	const struct manifest_binding *b = table(m->bindings);

	for (uint32_t i = 0; i < m->vcpus.count; i++, v++) {
		need(v->vcpu, OBJECT_VCPU);
		need(v->guest_space, OBJECT_GUEST_SPACE);
		ck_assert_uint_eq(need(v->endpoint, OBJECT_ENDPOINT)->badge, 1 + v->id);
		need(v->sched_context, OBJECT_SCHED_CONTEXT);
		ck_assert(has_table(v->vmm_address_space, v->page_address, 21));
		ck_assert_uint_lt(v->guest, m->guests.count);
	}
	for (uint32_t i = 0; i < m->guests.count; i++)
		check_guest(&g[i]);
	for (uint32_t i = 0; i < m->bindings.count; i++, b++)
		check_binding(b);
}

static void check_windows(void)
{
	const struct manifest_window *w = table(m->windows);

	for (uint32_t i = 0; i < m->windows.count; i++, w++) {
		need(w->guest_space, OBJECT_GUEST_SPACE);
		ck_assert_uint_eq(need(w->endpoint, OBJECT_ENDPOINT)->rights, RIGHT_WRITE);
		ck_assert_uint_lt(w->window, WINDOWS_MAX);
		ck_assert_uint_gt(w->pages, 0);
		ck_assert_uint_le(w->pages, WINDOW_PAGES_MAX);
		ck_assert(has_table(w->guest_space, w->address, 21));
		check_free((struct extent){ w->guest_space, w->address, w->pages * PAGE_SIZE });
		if (w->doorbell)
			ck_assert_uint_eq(need(w->doorbell, OBJECT_NOTIFICATION)->rights,
					  RIGHT_WRITE);
		ck_assert_uint_lt(w->doorbell_offset, w->pages * PAGE_SIZE);
	}
}

static void check_device_servers(void)
{
	const struct manifest_device_server *d = table(m->device_servers);

	for (uint32_t i = 0; i < m->device_servers.count; i++, d++) {
		ck_assert_uint_lt(d->thread, m->threads.count);
		ck_assert_uint_lt(d->guest, m->guests.count);
		ck_assert_uint_eq(need(d->door, OBJECT_ENDPOINT)->badge, 0);
		if (d->line)
			need(d->line, OBJECT_NOTIFICATION);
		ck_assert_uint_eq(need(d->wake, OBJECT_NOTIFICATION)->badge, DEVICE_EVENT_WAKE);
		/* The VMM is told of its devices one way or the other. */
		ck_assert_int_eq(d->channel != 0, d->tell != 0);
		if (d->channel) {
			need(d->channel, OBJECT_FRAME);
			ck_assert_uint_eq(need(d->tell, OBJECT_NOTIFICATION)->badge,
					  VMM_EVENT_CONSOLE_COPY);
		}
	}
}

static void begin(struct bench *b)
{
	bench = b;
	arena = &b->arena;
	slots = arena_alloc(arena, SLOTS_MAX * sizeof(*slots));
	tables = mappings = (struct vector){ .item_size = sizeof(struct extent) };
	check_head();
	check_components();
	check_root();
}

const struct manifest *manifest_check_base(struct bench *b)
{
	begin(b);
	return m;
}

const struct manifest *manifest_check(struct bench *b)
{
	begin(b);
	check_groups();
	check_objects();
	check_capabilities();
	check_tables();
	check_mappings();
	check_loads();
	check_threads();
	check_guests();
	check_windows();
	check_device_servers();
	return m;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server: its objects are made in the 2 MiB that the manifest sets aside (boot_address), its capabilities
 * are to all memory that is left. What follows runs once; anything wrong in the manifest is the machine's end.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <boot.h>
#include <object.h>
#include <sched.h>
#include <string.h>
#include <thread.h>

#define STACK_PAGES 16
/* Room that the smallest useful CNode has behind the kernel's own slots. */
#define CNODE_BITS_MIN 8
#define ROOT_TURN_MS   10

struct boot_region {
	paddr_t next;
	paddr_t end;
};

static struct cnode cnode;
static struct boot_info *info;

static void *boot_allocate(struct boot_region *region, uint8_t bits)
{
	paddr_t address = align_up(region->next, BIT(bits));

	if (address + BIT(bits) > region->end)
		panic("the root server's objects do not fit the manifest's boot region");
	region->next = address + BIT(bits);
	memset(phys_to_virt(address), 0, BIT(bits));
	return phys_to_virt(address);
}

static struct slot *boot_object(struct boot_region *region, uint32_t index, enum object_type type)
{
	struct slot *slot = &cnode.slots[index];

	slot_init_root(slot, type, 0, 0);
	object_create(slot, virt_to_phys(boot_allocate(region, object_bits(type, 0))));
	return slot;
}

/* A table or page of the root server's: no capability names it, so it is there for good. */
static void boot_table(struct boot_region *region, struct address_space *space, uint64_t address)
{
	struct slot table;

	slot_init_root(&table, OBJECT_PAGE_TABLE, (uint64_t)boot_allocate(region, BITS_PAGE_TABLE),
		       0);
	if (space_map_table(space, &table, address) != OK)
		panic("no table for the root server at 0x%lx", address);
	list_remove(&table.mapped);
}

static void boot_map(struct address_space *space, uint64_t address, paddr_t physical, uint8_t bits,
		     uint32_t rights)
{
	struct slot frame;

	slot_init_root(&frame, OBJECT_FRAME, physical, bits);
	if (space_map(space, &frame, address, rights, MEMORY_NORMAL) != OK)
		panic("the root server cannot be mapped at 0x%lx", address);
	list_remove(&frame.mapped);
}

static void map_program(const struct manifest *manifest, struct address_space *space)
{
	for (uint32_t i = 0; i < manifest->root_segment_count; i++) {
		const struct segment *segment = &manifest->root_segments[i];

		for (uint64_t offset = 0; offset < segment->size; offset += PAGE_SIZE)
			boot_map(space, segment->address + offset, segment->physical + offset,
				 PAGE_BITS, segment->rights);
	}
}

static void map_image(const struct manifest *manifest, struct boot_region *region,
		      struct address_space *space)
{
	paddr_t start = align_down(manifest->image_address, BLOCK_SIZE);
	paddr_t end = manifest->image_address + manifest->image_size;

	info->manifest = ROOT_IMAGE + (virt_to_phys(manifest) - start);
	info->image_offset = start - ROOT_IMAGE;
	for (paddr_t at = start; at < end; at += BLOCK_SIZE) {
		uint64_t address = ROOT_IMAGE + (at - start);

		if (aligned(address, BIT(HUGE_BITS)))
			boot_table(region, space, address);
		boot_map(space, address, at, BLOCK_BITS, RIGHT_READ);
	}
}

static void create_space(const struct manifest *manifest, struct boot_region *region)
{
	struct slot *slot = boot_object(region, ROOT_SLOT_ADDRESS_SPACE, OBJECT_ADDRESS_SPACE);
	struct address_space *space = (struct address_space *)slot->object;
	uint64_t stack = ROOT_STACK_TOP - STACK_PAGES * PAGE_SIZE;

	boot_table(region, space, 0);
	boot_table(region, space, ROOT_PROGRAM);
	boot_table(region, space, ROOT_SCRATCH);
	boot_table(region, space, ROOT_BOOT_INFO);
	info = boot_allocate(region, PAGE_BITS);
	boot_map(space, ROOT_BOOT_INFO, virt_to_phys(info), PAGE_BITS, RIGHT_READ);
	for (uint64_t at = stack; at < ROOT_STACK_TOP; at += PAGE_SIZE)
		boot_map(space, at, virt_to_phys(boot_allocate(region, PAGE_BITS)), PAGE_BITS,
			 RIGHT_READ | RIGHT_WRITE);
	map_program(manifest, space);
	map_image(manifest, region, space);
}

static void add_untyped(paddr_t address, uint8_t bits, uint8_t flags)
{
	struct slot *slot;

	if (info->untyped_count == BOOT_UNTYPED_MAX)
		panic("more than %u pieces of memory", BOOT_UNTYPED_MAX);
	slot = &cnode.slots[ROOT_SLOT_UNTYPED + info->untyped_count];
	slot_init_root(slot, OBJECT_UNTYPED, address, bits);
	slot->flags |= flags;
	info->untyped[info->untyped_count++] =
		(struct boot_untyped){ .address = address, .size_bits = bits, .flags = flags };
}

/* A range as naturally aligned powers of two. */
static void add_range(paddr_t start, paddr_t end, uint8_t flags)
{
	while (start < end) {
		uint8_t bits = start ? (uint8_t)__builtin_ctzll(start) : 47;

		while (start + BIT(bits) > end)
			bits--;
		add_untyped(start, bits, flags);
		start += BIT(bits);
	}
}

/* A region of memory without what is taken of it. */
static void add_memory(paddr_t start, paddr_t end, const struct memory_region *taken,
		       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		paddr_t first = taken[i].address;
		paddr_t last = first + taken[i].size;

		if (first >= end || last <= start)
			continue;
		if (first > start)
			add_memory(start, first, taken + i + 1, count - i - 1);
		if (last < end)
			add_memory(last, end, taken + i + 1, count - i - 1);
		return;
	}
	add_range(start, end, 0);
}

static void create_untypeds(const struct manifest *manifest)
{
	paddr_t image = align_down(manifest->image_address, BLOCK_SIZE);
	paddr_t image_end = align_up(manifest->image_address + manifest->image_size, BLOCK_SIZE);
	const struct memory_region taken[] = {
		{ manifest->kernel_address, BLOCK_SIZE },
		{ manifest->boot_address, BLOCK_SIZE },
		{ image, image_end - image },
	};

	for (uint32_t i = 0; i < manifest->memory_count; i++)
		add_memory(manifest->memory[i].address,
			   manifest->memory[i].address + manifest->memory[i].size, taken,
			   ARRAY_SIZE(taken));
	add_range(image, image_end, UNTYPED_IMAGE);
	for (uint32_t i = 0; i < manifest->device_count; i++)
		add_range(manifest->devices[i].address,
			  manifest->devices[i].address + manifest->devices[i].size, UNTYPED_DEVICE);
}

static struct sched_context *create_time(struct boot_region *region)
{
	struct slot *slot = boot_object(region, ROOT_SLOT_SCHED_CONTEXT, OBJECT_SCHED_CONTEXT);
	struct sched_context *sc = (struct sched_context *)slot->object;

	sc->budget = arch_counter_frequency() / 1000 * ROOT_TURN_MS;
	sc->period = sc->budget;
	sc->refill[0].amount = sc->budget;
	sc->count = 1;
	return sc;
}

void root_create(const struct manifest *manifest)
{
	struct boot_region region = { manifest->boot_address, manifest->boot_address + BLOCK_SIZE };
	uint8_t bits = (uint8_t)manifest->root_cnode_bits;
	struct slot *slot;
	struct thread *thread;
	struct sched_context *sc;

	if (bits < CNODE_BITS_MIN)
		panic("the root server's CNode of 2^%u slots is too small", bits);
	cnode = (struct cnode){ boot_allocate(&region, bits + BITS_SLOT), 1U << bits };
	slot_init_root(&cnode.slots[ROOT_SLOT_CNODE], OBJECT_CNODE, (uint64_t)cnode.slots, bits);
	create_space(manifest, &region);
	slot_init_root(&cnode.slots[ROOT_SLOT_IRQ_CONTROL], OBJECT_IRQ_CONTROL, 0, 0);
	slot_init_root(&cnode.slots[ROOT_SLOT_FIRMWARE], OBJECT_FIRMWARE, 0, 0);
	slot = boot_object(&region, ROOT_SLOT_THREAD, OBJECT_THREAD);
	thread = (struct thread *)slot->object;
	thread->capabilities = cnode;
	binding_set(&thread->cnode_binding, &cnode.slots[ROOT_SLOT_CNODE], OBJECT_THREAD, thread);
	binding_set(&thread->space_binding, &cnode.slots[ROOT_SLOT_ADDRESS_SPACE], OBJECT_THREAD,
		    thread);
	sc = create_time(&region);
	binding_set(&sc->bound, slot, OBJECT_SCHED_CONTEXT, sc);
	sc->holder = &thread->context;
	thread->context.sc = sc;
	create_untypeds(manifest);
	info->counter_frequency = arch_counter_frequency();
	thread->context.priority = (uint8_t)manifest->root_priority;
	arch_registers_init(&thread->registers, manifest->root_entry, ROOT_STACK_TOP);
	sched_wake(&thread->context);
}

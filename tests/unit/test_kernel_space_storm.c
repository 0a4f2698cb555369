/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces at random, against a plain list of what is mapped where: frames, tables and windows are put in place and taken
 * away while processes and guests, two of them siblings, run with too few identifiers. After each step who runs sees what the
 * list says, at all addresses; what the TLB of the fake architecture remembers must not show.
 */
#include "kernel_machine.h"

#include <address_space.h>

#define STEPS     3000
#define PROCESSES 2
#define GUESTS    3 /* the last is a sibling of the first */
#define SPACES    (PROCESSES + 2)
#define RUNNERS   (PROCESSES + GUESTS)
#define TABLES    10
#define SMALL     8                   /* frames of 4 KiB */
#define LARGE     3                   /* frames of 2 MiB */
#define FRAMES    (SMALL + LARGE + 1) /* and one of 1 GiB */
#define COPIES    2                   /* capabilities to each frame */
#define WINDOWS   3
#define DEVICE    (ROOT_SLOT_UNTYPED + 5)

/* Where something can be: some pages in some blocks of each GiB. */
#define REGIONS 2
#define BLOCKS  2
#define PAGES   3
#define PLACES  (REGIONS * BLOCKS * PAGES)

/* Something that is mapped: bytes 2^bits from an address. */
struct mapping {
	cap_t cap; /* a table's */
	unsigned int space;
	uint64_t address;
	uint8_t bits;
	bool table;
	uint32_t rights;
	paddr_t physical;
};

/* What a capability believes, which the list may contradict. */
struct belief {
	cap_t cap;
	bool mapped;
	unsigned int space;
	uint64_t address;
	uint8_t bits;
	paddr_t physical;
};

struct shown_window {
	bool set;
	unsigned int page; /* of PLACES */
	bool there;        /* its entry was not taken away with a table */
};

static struct mapping mappings[64];
static unsigned int mapping_count;
static struct belief beliefs[FRAMES * COPIES];
static struct shown_window windows[SPACES][WINDOWS];
static cap_t spaces[SPACES], tables[TABLES], endpoints[GUESTS], served;
static struct task processes[PROCESSES], vmms[GUESTS];
static struct guest guests[GUESTS];
static unsigned int done[16];

static uint64_t place_address(unsigned int place)
{
	return ((uint64_t)(place / (BLOCKS * PAGES)) << HUGE_BITS) +
	       ((uint64_t)(place / PAGES % BLOCKS) << BLOCK_BITS) +
	       (uint64_t)(place % PAGES) * PAGE_SIZE;
}

static bool is_guest(unsigned int space)
{
	return space >= PROCESSES;
}

/* The list. */

/* What covers `bits` bytes at an address: a table or frame of at least that size. */
static struct mapping *covering(unsigned int space, uint64_t address, uint8_t bits, bool table)
{
	for (unsigned int i = 0; i < mapping_count; i++)
		if (mappings[i].space == space && mappings[i].table == table &&
		    mappings[i].bits >= bits &&
		    mappings[i].address >> mappings[i].bits == address >> mappings[i].bits)
			return &mappings[i];
	return NULL;
}

static struct mapping *exactly(unsigned int space, uint64_t address, uint8_t bits, bool table)
{
	struct mapping *found = covering(space, address, bits, table);

	/* The smaller of two tables, one in the other. */
	for (unsigned int i = 0; i < mapping_count; i++)
		if (mappings[i].space == space && mappings[i].table == table &&
		    mappings[i].bits == bits && mappings[i].address >> bits == address >> bits)
			found = &mappings[i];
	return found && found->bits == bits ? found : NULL;
}

static void drop(struct mapping *mapping)
{
	*mapping = mappings[--mapping_count];
}

/* All within 2^bits bytes of an address is there no more. */
static void drop_within(unsigned int space, uint64_t address, uint8_t bits)
{
	for (unsigned int i = 0; i < mapping_count;)
		if (mappings[i].space == space && mappings[i].bits <= bits &&
		    mappings[i].address >> bits == address >> bits)
			drop(&mappings[i]);
		else
			i++;
	for (unsigned int i = 0; i < WINDOWS; i++)
		if (place_address(windows[space][i].page) >> bits == address >> bits)
			windows[space][i].there = false;
}

static void add(const struct mapping *mapping)
{
	expect(mapping_count < ARRAY_SIZE(mappings));
	mappings[mapping_count++] = *mapping;
}

static unsigned int window_of(unsigned int space, uint64_t address)
{
	for (unsigned int i = 0; i < WINDOWS; i++)
		if (windows[space][i].set && windows[space][i].there &&
		    place_address(windows[space][i].page) == align_down(address, PAGE_SIZE))
			return i;
	return WINDOWS;
}

/* Whether the tables are there for something of this size, and its place is free. */
static enum status can_map(unsigned int space, uint64_t address, uint8_t bits)
{
	for (uint8_t size = HUGE_BITS; size > bits; size -= TABLE_BITS)
		if (!exactly(space, address, size, true))
			return covering(space, address, bits, false) ? ERR_OCCUPIED : ERR_TABLE;
	if (covering(space, address, bits, false) ||
	    (bits > PAGE_BITS && exactly(space, address, bits, true)))
		return ERR_OCCUPIED;
	return bits == PAGE_BITS && window_of(space, address) < WINDOWS ? ERR_OCCUPIED : OK;
}

static struct mapping *mapping_of(const struct belief *belief)
{
	struct mapping *found = exactly(belief->space, belief->address, belief->bits, false);

	/* Two capabilities to a frame are one here: what the one mapped where the other did before is the other's too. */
	return belief->mapped && found && found->physical == belief->physical ? found : NULL;
}

/* What is done, here and there. */

static void map_frame(unsigned int space)
{
	struct belief *belief = &beliefs[random_below(ARRAY_SIZE(beliefs))];
	uint64_t address = align_down(place_address(random_below(PLACES)), BIT(belief->bits));
	uint32_t rights = RIGHT_READ | (random_below(2) ? RIGHT_WRITE : 0);
	enum status expected = mapping_of(belief) ? ERR_OCCUPIED :
						    can_map(space, address, belief->bits);

	expect(frame_map(belief->cap, spaces[space], address, rights,
			 belief->bits == HUGE_BITS ? MEMORY_DEVICE : MEMORY_NORMAL) == expected);
	if (expected != OK)
		return;
	done[0]++;
	done[1] += belief->bits > PAGE_BITS;
	belief->mapped = true;
	belief->space = space;
	belief->address = address;
	add(&(struct mapping){ .space = space,
			       .address = address,
			       .bits = belief->bits,
			       .rights = rights,
			       .physical = belief->physical });
}

static void unmap_frame(void)
{
	struct belief *belief = &beliefs[random_below(ARRAY_SIZE(beliefs))];
	struct mapping *mapping = mapping_of(belief);

	expect(frame_unmap(belief->cap) == (mapping ? OK : ERR_STATE));
	belief->mapped = false;
	if (!mapping)
		return;
	done[2]++;
	drop(mapping);
}

static struct mapping *table_of(cap_t cap)
{
	for (unsigned int i = 0; i < mapping_count; i++)
		if (mappings[i].cap == cap)
			return &mappings[i];
	return NULL;
}

static void map_table(unsigned int space)
{
	cap_t cap = tables[random_below(TABLES)];
	uint64_t address = place_address(random_below(PLACES));
	uint8_t bits = exactly(space, address, HUGE_BITS, true) ? BLOCK_BITS : HUGE_BITS;
	enum status expected = OK;

	if (table_of(cap) || exactly(space, address, BLOCK_BITS, true) ||
	    covering(space, address, bits, false))
		expected = ERR_OCCUPIED;
	expect(page_table_map(cap, spaces[space], address) == expected);
	if (expected != OK)
		return;
	done[3]++;
	add(&(struct mapping){ .cap = cap,
			       .space = space,
			       .address = align_down(address, BIT(bits)),
			       .bits = bits,
			       .table = true });
}

static void unmap_table(void)
{
	cap_t cap = tables[random_below(TABLES)];
	const struct mapping *mapping = table_of(cap);

	expect(page_table_unmap(cap) == (mapping ? OK : ERR_STATE));
	if (!mapping)
		return;
	done[4]++;
	drop_within(mapping->space, mapping->address, mapping->bits);
}

static void change_window(unsigned int space)
{
	unsigned int index = random_below(WINDOWS);
	struct shown_window *window = &windows[space][index];
	unsigned int page = random_below(PLACES);
	enum status expected;

	if (window->set) {
		expect(guest_space_clear_window(spaces[space], index) == OK);
		window->set = false;
		return;
	}
	expected = can_map(space, place_address(page), PAGE_BITS);
	expect(guest_space_set_window(spaces[space], index, place_address(page), 1, served, 0, 0) ==
	       expected);
	if (expected != OK)
		return;
	done[5]++;
	*window = (struct shown_window){ .set = true, .page = page, .there = true };
}

static void start_guest(unsigned int i)
{
	if (vmms[i].thread->context.state == STATE_STOPPED)
		task_serve(&vmms[i], endpoints[i]);
	guest_start(&guests[i], &vmms[i], endpoints[i]);
}

/* A space ends, with all that is in it, and a new one comes: in its memory, or elsewhere. */
static void renew_space(unsigned int space)
{
	static const enum object_type types[] = { OBJECT_ADDRESS_SPACE, OBJECT_GUEST_SPACE };

	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, spaces[space]));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, spaces[space]));
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, types[is_guest(space)], 0, ROOT_SLOT_CNODE,
				    spaces[space], 1, 0));
	drop_within(space, 0, SPACE_BITS);
	memset(windows[space], 0, sizeof(windows[space]));
	done[6]++;
	if (!is_guest(space)) {
		ck_assert_ok(thread_configure(processes[space].cap, 0, spaces[space], 0));
		ck_assert_ok(thread_resume(processes[space].cap));
		return;
	}
	for (unsigned int i = space - PROCESSES; i < GUESTS; i += 2) {
		guests[i].space = spaces[space];
		ck_assert_ok(vcpu_configure(guests[i].cap, spaces[space], endpoints[i], i));
		start_guest(i);
	}
}

/* All windows of a server end with it. */
static void end_windows(void)
{
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, served));
	for (unsigned int space = PROCESSES; space < SPACES; space++)
		for (unsigned int i = 0; i < WINDOWS; i++)
			windows[space][i].set = false;
	done[7]++;
}

/* What who runs sees. */

static unsigned int space_of(unsigned int runner)
{
	return runner < PROCESSES ? runner : PROCESSES + (runner - PROCESSES) % 2;
}

static struct context *run(unsigned int runner)
{
	struct context *context = runner < PROCESSES ? &processes[runner].thread->context :
						       &guests[runner - PROCESSES].vcpu->context;

	machine_run(context);
	return context;
}

static void check_place(struct context *context, unsigned int space, uint64_t address)
{
	const struct mapping *mapping = covering(space, address, PAGE_BITS, false);
	struct address_space *object = object_of(spaces[space]);
	unsigned int index = window_of(space, address);
	paddr_t found = 0;

	expect(fake_access(context, address, RIGHT_READ, &found) == (mapping != NULL));
	expect(fake_access(context, address, RIGHT_READ | RIGHT_WRITE, &found) ==
	       (mapping && (mapping->rights & RIGHT_WRITE)));
	if (mapping)
		expect(found == mapping->physical + (address - mapping->address));
	if (is_guest(space))
		expect(window_at(object, address) ==
		       (index < WINDOWS ? &object->windows[index] : NULL));
}

static void check(unsigned int runner)
{
	struct context *context = run(runner);

	for (unsigned int place = 0; place < PLACES; place++)
		check_place(context, space_of(runner), place_address(place) + 8);
	expect(fake_tlb_stale() == 0);
}

static void step(void)
{
	unsigned int space = random_below(SPACES);
	uint32_t what = random_below(64);

	if (what < 24)
		map_frame(space);
	else if (what < 32)
		unmap_frame();
	else if (what < 48)
		map_table(space);
	else if (what < 52)
		unmap_table();
	else if (what < 60)
		change_window(PROCESSES + space % (SPACES - PROCESSES));
	else if (what == 60)
		renew_space(space);
	else if (what == 61)
		end_windows();
}

static void new_frame(unsigned int i, enum object_type type, uint8_t bits)
{
	cap_t frame = slot_new();

	ck_assert_ok(untyped_retype(bits == HUGE_BITS ? DEVICE : MACHINE_UNTYPED, type, bits,
				    ROOT_SLOT_CNODE, frame, 1, 0));
	for (unsigned int copy = 0; copy < COPIES; copy++)
		beliefs[i * COPIES + copy] = (struct belief){ .cap = copied(frame),
							      .bits = bits,
							      .physical = slot_of(frame)->object };
}

static void begin(uint32_t ids, bool absence)
{
	fake.space_ids = ids;
	fake.absence = absence;
	machine_start();
	served = minted(object_new(OBJECT_ENDPOINT, 0), RIGHT_WRITE, 1);
	for (unsigned int i = 0; i < FRAMES; i++)
		new_frame(i, OBJECT_FRAME,
			  i < SMALL         ? PAGE_BITS :
			  i < SMALL + LARGE ? BLOCK_BITS :
					      HUGE_BITS);
	for (unsigned int i = 0; i < TABLES; i++)
		tables[i] = object_new(OBJECT_PAGE_TABLE, 0);
	for (unsigned int i = 0; i < PROCESSES; i++)
		processes[i] = task_new();
	for (unsigned int i = 0; i < GUESTS; i++) {
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
		vmms[i] = task_new_passive();
		guests[i] = guest_new(endpoints[i]);
	}
	for (unsigned int i = 0; i < SPACES; i++) {
		spaces[i] = object_new(is_guest(i) ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE, 0);
		renew_space(i);
	}
}

START_TEST(against_a_list)
{
	begin(3 + (uint32_t)_i, _i & 1);
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		check(random_below(RUNNERS));
		check(random_below(RUNNERS));
	}
	machine_check();
	/* It was worth it. */
	for (unsigned int i = 0; i < 8; i++)
		ck_assert_uint_gt(done[i], 20);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("space-storm");

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, against_a_list, 0, 3);
	return machine_main("space-storm", &tcase, 1);
}

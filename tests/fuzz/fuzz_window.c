/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows and doorbells of a guest: they are set, cleared and revoked, frames come into their places, and the guest accesses
 * any addresses with any size. A list of windows that is searched from end to end says of each access who is told of it.
 */
#include <address_space.h>
#include <exit.h>
#include <window.h>

#include "fuzz.h"
#include "kernel_guest.h"

#define AT      0x50000000UL
#define END     (AT + BLOCK_SIZE) /* of what there is a table for */
#define SERVERS 2
#define BELLS   2
#define NOBODY  SERVERS
#define BADGE   4U

/* The kernel's own. */
static struct task servers[SERVERS];
static cap_t endpoints[SERVERS], doors[SERVERS], bells[BELLS], bell_doors[BELLS];
static cap_t frame, weak_door;

/* The list. */
static struct {
	uint64_t address;
	uint64_t pages; /* 0: it is clear */
	unsigned int server;
	unsigned int bell;
	uint64_t bell_offset;
} list[WINDOWS_MAX];

static uint64_t frame_at; /* 0: it is not mapped */
/* Which window's server has an exit of the guest; WINDOWS_MAX: the VMM has it, or nobody. */
static unsigned int asked;

static void make_door(unsigned int server)
{
	ck_assert_ok(cnode_mint(ROOT_SLOT_CNODE, endpoints[server], ROOT_SLOT_CNODE, doors[server],
				RIGHT_WRITE, server + 1));
}

static void make_bell_door(unsigned int bell)
{
	ck_assert_ok(cnode_mint(ROOT_SLOT_CNODE, bells[bell], ROOT_SLOT_CNODE, bell_doors[bell],
				RIGHT_WRITE, BADGE));
}

static void make(void)
{
	guest_make();
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), guest.space, AT));
	frame = object_new(OBJECT_FRAME, PAGE_BITS);
	for (unsigned int i = 0; i < SERVERS; i++) {
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
		servers[i] = task_new_passive();
		task_serve(&servers[i], endpoints[i]);
		doors[i] = slot_new();
		make_door(i);
	}
	for (unsigned int i = 0; i < BELLS; i++) {
		bells[i] = object_new(OBJECT_NOTIFICATION, 0);
		bell_doors[i] = slot_new();
		make_bell_door(i);
	}
	weak_door = minted(endpoints[0], RIGHT_READ, 0);
	for (unsigned int i = 0; i < WINDOWS_MAX; i++)
		list[i].pages = 0;
	frame_at = 0;
	asked = WINDOWS_MAX;
}

/* The list's words. */

static unsigned int find(uint64_t address)
{
	for (unsigned int i = 0; i < WINDOWS_MAX; i++)
		if (list[i].pages && address >= list[i].address &&
		    address - list[i].address < list[i].pages * PAGE_SIZE)
			return i;
	return WINDOWS_MAX;
}

static bool is_free(uint64_t address, uint64_t pages)
{
	if (!aligned(address, PAGE_SIZE) || address < AT || address >= END ||
	    pages > (END - address) / PAGE_SIZE)
		return false;
	for (uint64_t at = address; at < address + pages * PAGE_SIZE; at += PAGE_SIZE)
		if (at == frame_at || find(at) < WINDOWS_MAX)
			return false;
	return true;
}

static void forget(unsigned int window)
{
	list[window].pages = 0;
	if (asked == window)
		asked = WINDOWS_MAX;
}

static uint64_t some_address(void)
{
	uint8_t how = input_8();

	if (how < 0xc0)
		return AT + PAGE_SIZE * (how % 16) + input_16() % PAGE_SIZE;
	return how < 0xe0 ? input_edge(END) : AT + input_32() % BLOCK_SIZE;
}

/* Steps. */

static void set_window(void)
{
	static const unsigned int choices = SERVERS + 4;
	uint32_t index = input_below(WINDOWS_MAX + 2);
	uint64_t address = some_address() & ~(input_8() < 0xf0 ? PAGE_SIZE - 1 : 0);
	uint32_t pages = input_8() < 0xf0 ? 1 + input_below(4) :
					    (uint32_t)input_edge(WINDOW_PAGES_MAX);
	unsigned int server = input_below(choices);
	unsigned int bell = input_below(BELLS + 2);
	/* Behind those that can be: none, one without its right, another object, what is not there. */
	const cap_t server_caps[] = { doors[0], doors[1], 0, weak_door, bell_doors[0], UINT32_MAX };
	const cap_t bell_caps[] = { bell_doors[0], bell_doors[1], 0, doors[0] };
	uint32_t offset = bell == BELLS ? 0 : (uint32_t)input_edge(pages * PAGE_SIZE);
	bool good = index < WINDOWS_MAX && !list[index < WINDOWS_MAX ? index : 0].pages && pages &&
		    pages <= WINDOW_PAGES_MAX && server <= SERVERS && bell <= BELLS &&
		    (server < SERVERS || bell < BELLS) &&
		    (bell == BELLS || offset / PAGE_SIZE < pages) && is_free(address, pages);

	expect((guest_space_set_window(guest.space, index, address, pages, server_caps[server],
				       bell_caps[bell], offset) == OK) == good);
	if (!good)
		return;
	list[index].address = address;
	list[index].pages = pages;
	list[index].server = server;
	list[index].bell = bell;
	list[index].bell_offset = offset;
}

static void clear_window(void)
{
	uint32_t index = input_below(WINDOWS_MAX + 1);
	bool good = index < WINDOWS_MAX && list[index].pages;

	expect((guest_space_clear_window(guest.space, index) == OK) == good);
	if (good)
		forget(index);
}

/* What windows hold is gone: without its server a window is nothing, without its doorbell it is one that has none. */
static void revoke(void)
{
	uint32_t which = input_below(SERVERS + BELLS);
	bool is_server = which < SERVERS;
	unsigned int number = is_server ? which : which - SERVERS;

	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, is_server ? endpoints[number] : bells[number]));
	for (unsigned int i = 0; i < WINDOWS_MAX; i++) {
		if (!list[i].pages)
			continue;
		if (is_server && list[i].server == number)
			forget(i);
		else if (!is_server && list[i].bell == number && list[i].server == NOBODY)
			forget(i);
		else if (!is_server && list[i].bell == number)
			list[i].bell = BELLS;
	}
	if (is_server)
		make_door(number);
	else
		make_bell_door(number);
}

static void map_frame(void)
{
	uint64_t address = align_down(some_address(), PAGE_SIZE);
	bool good = !frame_at && is_free(address, 1);

	if (input_8() & 1) {
		expect((frame_unmap(frame) == OK) == (frame_at != 0));
		frame_at = 0;
		return;
	}
	expect((frame_map(frame, guest.space, address, RIGHT_READ, MEMORY_NORMAL) == OK) == good);
	if (good)
		frame_at = address;
}

static bool is_asked(const struct task *task)
{
	return task->thread->context.state == STATE_READY &&
	       task->thread->context.caller == &guest.vcpu->context;
}

static bool is_rung(unsigned int bell)
{
	uint64_t bits = 0;

	ck_assert_ok(notification_clear(bells[bell], &bits));
	expect(!bits || bits == BADGE);
	return bits;
}

/* The VMM, or the window's server, has the exit as idl/kernel.idl says. */
static void check_told(const struct exit *exit, unsigned int window, bool decoded)
{
	const struct task *who = decoded && window < WINDOWS_MAX && list[window].server < SERVERS ?
					 &servers[list[window].server] :
					 &vmm;

	expect(is_asked(who));
	for (unsigned int i = 0; i < SERVERS; i++)
		expect(&servers[i] == who || !is_asked(&servers[i]));
	if (who == &vmm) {
		expect(task_label(&vmm) == LABEL_EXIT + EXIT_MEMORY);
		expect(task_word(&vmm, 1) == exit->address);
		expect(ACCESS_WINDOW_OF(task_word(&vmm, 2)) ==
		       (window < WINDOWS_MAX ? window + 1 : 0));
		return;
	}
	expect(task_label(who) == LABEL_EXIT + EXIT_WINDOW);
	expect(task_word(who, 1) == exit->address - list[window].address);
	expect(task_word(who, 2) == exit->access && task_word(who, 3) == exit->value);
	expect(!task_word(who, 4) && !task_word(who, 5));
	asked = window;
}

static void access(void)
{
	uint8_t how = input_8();
	struct exit exit = { .kind = EXIT_MEMORY,
			     .address = some_address(),
			     .access = ACCESS_SIZE((uint64_t)how & 3) |
				       (how & 4 ? ACCESS_WRITE : 0) |
				       (how & 0x38 ? ACCESS_DECODED : 0),
			     .value = input_8(),
			     .syndrome = 1,
			     .fault_address = 2 };
	unsigned int window;
	bool inside;
	bool rings;

	if (guest_state() != STATE_READY)
		return;
	window = find(exit.address);
	/* Often at a doorbell. */
	if (how & 0x40 && window < WINDOWS_MAX && list[window].bell < BELLS)
		exit.address = list[window].address + list[window].bell_offset;
	inside = exit.access & ACCESS_DECODED && window < WINDOWS_MAX &&
		 exit.address - list[window].address + BIT(how & 3) <=
			 list[window].pages * PAGE_SIZE;
	rings = inside && exit.access & ACCESS_WRITE && list[window].bell < BELLS &&
		exit.address - list[window].address == list[window].bell_offset;
	machine_run_guest(&guest);
	fake_guest_exit(&exit);
	for (unsigned int i = 0; i < BELLS; i++)
		expect(is_rung(i) == (rings && list[window].bell == i));
	if (rings)
		expect(guest_state() == STATE_READY);
	else
		check_told(&exit, window, inside);
}

/* Who has the exit lets the guest go on; a server's answer counts only while its window is there. */
static void answer(void)
{
	struct task *who = asked < WINDOWS_MAX ? &servers[list[asked].server] : &vmm;
	cap_t at = asked < WINDOWS_MAX ? endpoints[list[asked].server] : endpoint;

	if (guest_state() == STATE_READY)
		return;
	/* Who has lost its window still works on the guest's time, until it waits. */
	for (unsigned int i = 0; i < SERVERS; i++)
		if (servers[i].thread->context.lender && !is_asked(&servers[i]))
			task_recv(&servers[i], endpoints[i]);
	expect(is_asked(who));
	expect(asked < WINDOWS_MAX || who == &vmm);
	task_answer(who, at, &guest, input_8() & 1 ? DISPOSITION_STEP : DISPOSITION_ABORT, 5);
	expect(guest_state() == STATE_READY);
	asked = WINDOWS_MAX;
}

/* One walk comes to the same as the list. */
static void check_walk(uint64_t address)
{
	struct address_space *space = object_of(guest.space);
	unsigned int window = find(address);

	expect(window_at(space, address) ==
	       (window < WINDOWS_MAX ? &space->windows[window] : NULL));
}

static void step(void)
{
	switch (input_below(8)) {
	case 0:
	case 1:
		set_window();
		break;
	case 2:
		clear_window();
		break;
	case 3:
		revoke();
		break;
	case 4:
		map_frame();
		break;
	case 5:
		answer();
		break;
	default:
		access();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	if (root.thread)
		machine_clear();
	else
		machine_start();
	make();
	while (input_more()) {
		step();
		machine_check();
		for (unsigned int i = 0; i < WINDOWS_MAX; i++) {
			check_walk(list[i].address);
			check_walk(list[i].address + list[i].pages * PAGE_SIZE);
			check_walk(list[i].address - 1);
		}
		check_walk(input_edge(BIT(SPACE_BITS)));
	}
	return 0;
}

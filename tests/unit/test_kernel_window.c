/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows of a guest: who is told of an access, what it may answer, and what becomes of both when either ends.
 */
#include "kernel_guest.h"

#include <address_space.h>
#include <exit.h>

#define AT     0x50000000UL
#define PAGES  3
#define BELL   0x50U
#define BADGE  0x70U
#define SIGNAL 8U

static cap_t table, served, server_endpoint, bell;
static struct task server;

/* A running guest with tables at AT, a server that could answer windows, a notification for doorbells. */
static void setup(void)
{
	guest_setup();
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
	for (unsigned int i = 0; i < 2; i++) {
		table = object_new(OBJECT_PAGE_TABLE, 0);
		ck_assert_ok(page_table_map(table, guest.space, AT));
	}
	served = object_new(OBJECT_ENDPOINT, 0);
	server_endpoint = minted(served, RIGHT_WRITE, BADGE);
	bell = minted(object_new(OBJECT_NOTIFICATION, 0), RIGHT_WRITE, SIGNAL);
	server = task_new_passive();
	task_serve(&server, served);
}

static enum status set(uint32_t window, uint64_t address, uint32_t pages)
{
	return guest_space_set_window(guest.space, window, address, pages, server_endpoint, bell,
				      BELL);
}

static void guest_accesses(uint64_t address, uint64_t access)
{
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_MEMORY,
					.address = address,
					.access = access,
					.value = 0x55,
					.syndrome = 0x66,
					.fault_address = 0x77,
					.detail = 9 });
	machine_check();
}

#define LOAD  (ACCESS_DECODED | 2)
#define STORE (ACCESS_DECODED | ACCESS_WRITE | 2)

static enum status server_answers(uint64_t label, uint64_t result)
{
	bool over = task_answer(&server, served, &guest, label, result);

	machine_check();
	return over ? task_status(&server) : OK;
}

static enum status vmm_answers(uint64_t label)
{
	bool over = task_answer(&vmm, endpoint, &guest, label, 0);

	machine_check();
	return over ? task_status(&vmm) : OK;
}

/* The window's server is told an offset, not an address, and nothing of the instruction. */
START_TEST(goes_to_its_server)
{
	uint64_t pc;

	ck_assert_ok(set(_i, AT + PAGE_SIZE, PAGES));
	pc = guest.vcpu->context.registers->pc;
	guest_accesses(AT + PAGE_SIZE + 0x1204, LOAD);
	ck_assert_uint_eq(task_label(&server), LABEL_EXIT + EXIT_WINDOW);
	ck_assert_uint_eq(task_badge(&server), BADGE);
	ck_assert_uint_eq(task_word(&server, 0), guest.vcpu->exit.sequence);
	ck_assert_uint_eq(task_word(&server, 1), 0x1204);
	ck_assert_uint_eq(task_word(&server, 2), LOAD);
	ck_assert_uint_eq(task_word(&server, 3), 0x55);
	ck_assert_uint_eq(task_word(&server, 4), 0);
	ck_assert_uint_eq(task_word(&server, 5), 0);
	/* It runs on the guest's time. */
	ck_assert_ptr_eq(server.thread->context.sc, object_of(guest.sc));
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0x1234));
	ck_assert_int_eq(guest_state(), STATE_READY);
	ck_assert_uint_eq(guest.vcpu->context.registers->x[9], 0x1234);
	ck_assert_uint_gt(guest.vcpu->context.registers->pc, pc);
	ck_assert_ptr_eq(guest.vcpu->context.sc, object_of(guest.sc));
	guest_accesses(AT, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 1), AT);
	ck_assert_uint_eq(ACCESS_WINDOW_OF(task_word(&vmm, 2)), 0);
}
END_TEST

/* What it may not answer changes nothing, and it may answer again. */
START_TEST(a_server_says_little)
{
	static const uint64_t wrong[] = {
		DISPOSITION_RESUME,
		DISPOSITION_PARK,
		DISPOSITION_UNDEFINED,
		DISPOSITION_START,
		DISPOSITION_START | REPLY_REGISTERS,
		DISPOSITION_STEP | REPLY_REGISTERS,
		DISPOSITION_STEP | REPLY_SLOTS,
		DISPOSITION_STEP | REPLY_REARM,
		DISPOSITION_ABORT | REPLY_REARM,
	};
	uint64_t pc;

	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT, STORE);
	pc = guest.vcpu->context.registers->pc;
	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		ck_assert_int_eq(server_answers(wrong[i], 0), ERR_REPLY);
		ck_assert_int_eq(guest_state(), STATE_CALLING);
	}
	ck_assert_uint_eq(guest.vcpu->context.registers->pc, pc);
	ck_assert_ok(server_answers(DISPOSITION_ABORT, 0));
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

/* Its deadline is its own, and the VMM's event is not touched by it. */
START_TEST(deadlines_apart)
{
	uint64_t due;

	time_new(server.cap, 1000000, 1000000);
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + PAGES * PAGE_SIZE, LOAD);
	due = fake.clock + 1000000;
	ck_assert(!task_syscall(
		&vmm, SYS_REPLY_RECV, endpoint, DISPOSITION_STEP | REPLY_REARM,
		(const uint64_t[MESSAGE_WORDS]){ 0, 0, 0, 0, guest.vcpu->exit.sequence }, due));
	guest_accesses(AT, LOAD);
	ck_assert(!task_syscall(&server, SYS_REPLY_RECV, served, DISPOSITION_STEP,
				(const uint64_t[MESSAGE_WORDS]){ 0, 0, 0, 0,
								 guest.vcpu->exit.sequence },
				fake.clock + 500));
	machine_run_task(&root);
	fake_pass(fake.clock + 600);
	ck_assert_int_eq(task_status(&server), ERR_DEADLINE);
	fake_pass(due + 1);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_EVENT_DEADLINE);
}
END_TEST

/* What the hardware did not decode, or what reaches beyond, is the VMM's, which learns of the window. */
START_TEST(what_the_vmm_decodes)
{
	static const struct {
		uint64_t address;
		uint64_t access;
	} cases[] = {
		{ AT, 0 },
		{ AT, ACCESS_WRITE },
		{ AT, ACCESS_WALK },
		{ AT + PAGES * PAGE_SIZE - 2, LOAD },
		{ AT + PAGES * PAGE_SIZE - 1, ACCESS_DECODED | ACCESS_WRITE | 1 },
		{ AT + BELL, ACCESS_WRITE },
	};

	ck_assert_ok(set(5, AT, PAGES));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		guest_accesses(cases[i].address, cases[i].access);
		ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
		ck_assert_uint_eq(task_word(&vmm, 1), cases[i].address);
		ck_assert_uint_eq(task_word(&vmm, 2), cases[i].access | ACCESS_WINDOW(6));
		ck_assert_uint_eq(task_word(&vmm, 4), 0x66);
		ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	}
}
END_TEST

/* Beyond what stage 2 translates nothing is, and no window either. */
START_TEST(beyond_all_tables)
{
	ck_assert_ok(set(5, AT, PAGES));
	for (unsigned int bit = SPACE_BITS; bit < 52; bit++) {
		guest_accesses(BIT(bit) + AT, LOAD);
		ck_assert_uint_eq(task_word(&vmm, 1), BIT(bit) + AT);
		ck_assert_uint_eq(task_word(&vmm, 2), LOAD);
		ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	}
}
END_TEST

/* A store at the doorbell signals, and the guest runs on: no exit, no sequence number. */
START_TEST(doorbell)
{
	struct task driver = task_new();
	uint64_t sequence = guest.vcpu->exit.sequence;
	uint64_t pc;
	cap_t waits = object_new(OBJECT_NOTIFICATION, 0);

	bell = minted(waits, RIGHT_WRITE, SIGNAL);
	ck_assert_ok(set(0, AT, PAGES));
	ck_assert_ok(thread_resume(driver.cap));
	ck_assert(!task_wait(&driver, waits, DEADLINE_NEVER));
	pc = guest.vcpu->context.registers->pc;
	guest_accesses(AT + BELL, STORE);
	ck_assert_int_eq(guest_state(), STATE_READY);
	ck_assert(!guest.vcpu->exit.pending);
	ck_assert_uint_eq(guest.vcpu->exit.sequence, sequence);
	ck_assert_uint_gt(guest.vcpu->context.registers->pc, pc);
	ck_assert_int_eq(driver.thread->context.state, STATE_READY);
	ck_assert_uint_eq(task_word(&driver, 0), SIGNAL);
	/* A load there, and a store beside it, are the server's. */
	guest_accesses(AT + BELL, LOAD);
	ck_assert_uint_eq(task_word(&server, 1), BELL);
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
	guest_accesses(AT + BELL + 4, STORE);
	ck_assert_uint_eq(task_word(&server, 1), BELL + 4);
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
	/* Without a badge it is bit 0. */
	ck_assert_ok(guest_space_clear_window(guest.space, 0));
	bell = waits;
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + BELL, STORE);
	ck_assert(task_wait(&driver, waits, 0));
	ck_assert_uint_eq(task_word(&driver, 0), 1);
}
END_TEST

/* A doorbell that is an event of the very guest: the store is done, then the VMM is told. */
START_TEST(a_doorbell_of_ones_own)
{
	uint64_t pc = guest.vcpu->context.registers->pc;

	ck_assert_ok(guest_space_set_window(guest.space, 0, AT, 1, 0, event, 0));
	guest_accesses(AT, STORE);
	ck_assert_uint_gt(guest.vcpu->context.registers->pc, pc);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_ok(vmm_answers(DISPOSITION_RESUME));
	/* What has no server is the VMM's. */
	guest_accesses(AT, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD | ACCESS_WINDOW(1));
}
END_TEST

START_TEST(what_set_window_refuses)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t block = object_new(OBJECT_FRAME, BLOCK_BITS);
	cap_t weak = minted(served, RIGHT_READ, 0);
	cap_t weak_bell = minted(event, RIGHT_READ, 0);
	cap_t space = guest.space;

	ck_assert_int_eq(set(WINDOWS_MAX, AT, 1), ERR_ARGUMENT);
	ck_assert_int_eq(set(~0U, AT, 1), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, AT, 0), ERR_ARGUMENT);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 0, served, 0, 0), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, AT, WINDOW_PAGES_MAX + 1), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, AT + 1, 1), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, BIT(SPACE_BITS) - PAGE_SIZE, 2), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, BIT(SPACE_BITS), 1), ERR_ARGUMENT);
	ck_assert_int_eq(set(0, ~0UL - PAGE_SIZE + 1, 2), ERR_ARGUMENT);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, 0, 0, 0), ERR_ARGUMENT);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, served, bell, PAGE_SIZE),
			 ERR_ARGUMENT);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, served, 0, 4), ERR_ARGUMENT);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, weak, 0, 0), ERR_RIGHTS);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, 0, weak_bell, 0), ERR_RIGHTS);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, bell, 0, 0), ERR_TYPE);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, served, served, 0), ERR_TYPE);
	ck_assert_int_eq(guest_space_set_window(guest.cap, 0, AT, 1, served, 0, 0), ERR_TYPE);
	ck_assert_int_eq(guest_space_set_window(space, 0, AT, 1, slot_new(), 0, 0), ERR_CAPABILITY);
	ck_assert_int_eq(guest_space_clear_window(space, 0), ERR_STATE);
	ck_assert_int_eq(guest_space_clear_window(space, WINDOWS_MAX), ERR_ARGUMENT);
	/* No table; half of it beyond the table; over a frame, and over a block. */
	ck_assert_int_eq(set(0, AT + BLOCK_SIZE, 1), ERR_TABLE);
	ck_assert_int_eq(set(0, AT + BLOCK_SIZE - PAGE_SIZE, 2), ERR_TABLE);
	ck_assert_ok(frame_map(frame, space, AT + PAGE_SIZE, RIGHT_READ, MEMORY_NORMAL));
	ck_assert_ok(frame_map(block, space, AT + BLOCK_SIZE, RIGHT_READ, MEMORY_NORMAL));
	ck_assert_int_eq(set(0, AT, 2), ERR_OCCUPIED);
	ck_assert_int_eq(set(0, AT + BLOCK_SIZE, 1), ERR_OCCUPIED);
	/* Nothing was done by halves. */
	guest_accesses(AT, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD);
	ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	ck_assert_ok(set(0, AT, 1));
	ck_assert_int_eq(set(0, AT + 8 * PAGE_SIZE, 1), ERR_OCCUPIED);
	ck_assert_int_eq(set(1, AT, 1), ERR_OCCUPIED);
	ck_assert_int_eq(frame_map(copied(frame), space, AT, RIGHT_READ, MEMORY_NORMAL),
			 ERR_OCCUPIED);
}
END_TEST

/* A cleared window's entries mean nothing, whoever comes to their place. */
START_TEST(stale_entries)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	paddr_t found;

	ck_assert_ok(set(0, AT, PAGES));
	ck_assert_ok(guest_space_clear_window(guest.space, 0));
	guest_accesses(AT, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD);
	ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	/* The same number at another place: the old entries are not its own. */
	ck_assert_ok(set(0, AT + 8 * PAGE_SIZE, 1));
	guest_accesses(AT, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD);
	ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	/* A frame, and another window, in their place. */
	ck_assert_ok(frame_map(frame, guest.space, AT, RIGHT_READ, MEMORY_NORMAL));
	ck_assert(fake_access(&guest.vcpu->context, AT, RIGHT_READ, &found));
	ck_assert_uint_eq(found, slot_of(frame)->object);
	ck_assert_ok(set(1, AT + PAGE_SIZE, 2));
	guest_accesses(AT + PAGE_SIZE, LOAD);
	ck_assert_uint_eq(task_word(&server, 1), 0);
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
	ck_assert_ok(frame_unmap(frame));
	ck_assert_uint_eq(fake_tlb_stale(), 0);
}
END_TEST

/* A window's entry with the very bits of the address of a frame that was there, whose table was taken away. */
START_TEST(no_frame_in_disguise)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	uint32_t window;

	while ((slot_of(frame)->object >> PAGE_BITS & 0xff) >= WINDOWS_MAX)
		frame = object_new(OBJECT_FRAME, PAGE_BITS);
	window = slot_of(frame)->object >> PAGE_BITS & 0xff;
	ck_assert_ok(frame_map(frame, guest.space, AT, RIGHT_READ, MEMORY_NORMAL));
	ck_assert_ok(page_table_unmap(table));
	ck_assert_ok(page_table_map(table, guest.space, AT));
	for (uint64_t i = slot_of(frame)->object >> 20; i > 1; i--) {
		expect(guest_space_set_window(guest.space, window, AT, 1, served, 0, 0) == OK);
		expect(guest_space_clear_window(guest.space, window) == OK);
	}
	ck_assert_ok(set(window, AT, 1));
	ck_assert_uint_eq(*space_page(object_of(guest.space), AT), slot_of(frame)->object);
	ck_assert_int_eq(frame_unmap(frame), ERR_STATE);
	guest_accesses(AT + 8, LOAD);
	ck_assert_uint_eq(task_word(&server, 1), 8);
}
END_TEST

/* The ways in which a window can end. */
static void end_by_clear(void)
{
	ck_assert_ok(guest_space_clear_window(guest.space, 0));
}

static void end_by_revoke(void)
{
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, served));
}

static void end_of_endpoint(void)
{
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, served));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, served));
}

static void (*const ends[])(void) = { end_by_clear, end_by_revoke, end_of_endpoint };

/* An exit that the window's server has taken goes to the VMM when the window ends; a late answer is none. */
START_TEST(ends_while_served)
{
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + 8, LOAD);
	ck_assert_int_eq(guest_state(), STATE_CALLING);
	ends[_i]();
	machine_check();
	/* The VMM has the guest's time when its predecessor lets go of it. */
	if (_i < 2)
		ck_assert(!task_answer(&server, served, &guest, DISPOSITION_STEP, 7));
	else
		ck_assert_ok(thread_suspend(server.cap));
	machine_check();
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
	ck_assert_uint_eq(task_word(&vmm, 1), AT + 8);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD | EXIT_REDELIVERED);
	ck_assert_ptr_eq(vmm.thread->context.sc, object_of(guest.sc));
	ck_assert_ok(vmm_answers(DISPOSITION_STEP));
	ck_assert_int_eq(guest_state(), STATE_READY);
	guest_accesses(AT + 8, LOAD);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD);
}
END_TEST

/* One that waits for its server likewise. */
START_TEST(ends_while_queued)
{
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + 8, STORE);
	ck_assert_int_eq(guest_state(), STATE_SENDING);
	ends[_i]();
	machine_check();
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
	ck_assert_uint_eq(task_word(&vmm, 2), STORE | EXIT_REDELIVERED);
	ck_assert_ok(vmm_answers(DISPOSITION_ABORT));
}
END_TEST

/* A server that dies with the exit: its successor gets it again. */
START_TEST(told_again)
{
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + 8, STORE);
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_int_eq(guest_state(), STATE_SENDING);
	task_serve(&server, served);
	ck_assert_uint_eq(task_label(&server), LABEL_EXIT + EXIT_WINDOW);
	ck_assert_uint_eq(task_word(&server, 2), STORE | EXIT_REDELIVERED);
	ck_assert_uint_eq(task_word(&server, 1), 8);
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
}
END_TEST

/* Without its doorbell it goes on, as one of the server alone; without anything it is clear. */
START_TEST(end_of_a_doorbell)
{
	ck_assert_ok(set(0, AT, PAGES));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bell));
	guest_accesses(AT + BELL, STORE);
	ck_assert_uint_eq(task_word(&server, 1), BELL);
	ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
	ck_assert_ok(guest_space_set_window(guest.space, 1, AT + 16 * PAGE_SIZE, 1, 0, bell, BELL));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bell));
	ck_assert_int_eq(guest_space_clear_window(guest.space, 1), ERR_STATE);
}
END_TEST

/* The guest is stopped for good, or loses its VMM or its space, while a window's server has its exit. */
START_TEST(end_of_the_guest)
{
	ck_assert_ok(set(0, AT, PAGES));
	guest_accesses(AT + 8, STORE);
	if (_i == 0)
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.endpoint));
	else if (_i == 1)
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.space));
	else
		ck_assert_ok(vcpu_stop(guest.cap, 0));
	machine_check();
	if (_i < 2) {
		ck_assert(!guest.vcpu->exit.pending);
		ck_assert(!task_answer(&server, served, &guest, DISPOSITION_STEP, 0));
		ck_assert_int_eq(guest_state(), STATE_STOPPED);
	} else {
		ck_assert_ok(server_answers(DISPOSITION_STEP, 0));
		ck_assert_int_eq(guest_state(), STATE_STOPPED);
		ck_assert_ok(vcpu_resume(guest.cap));
		ck_assert_int_eq(guest_state(), STATE_READY);
	}
	ck_assert_ok(guest_space_clear_window(guest.space, 0));
}
END_TEST

/* Two guests at one server: the second waits, and the end of one's window leaves the other alone. */
START_TEST(two_guests)
{
	struct task other_vmm = task_new_passive();
	cap_t other_endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct guest other = guest_new(other_endpoint);

	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), other.space, AT));
	task_serve(&other_vmm, other_endpoint);
	guest_start(&other, &other_vmm, other_endpoint);
	ck_assert_ok(set(0, AT, PAGES));
	ck_assert_ok(guest_space_set_window(other.space, 0, AT, 1, server_endpoint, 0, 0));
	guest_accesses(AT + 8, LOAD);
	machine_run_guest(&other);
	fake_guest_exit(&(struct exit){ .kind = EXIT_MEMORY, .address = AT + 16, .access = LOAD });
	ck_assert_int_eq(other.vcpu->context.state, STATE_SENDING);
	ck_assert_ok(guest_space_clear_window(guest.space, 0));
	machine_check();
	ck_assert(task_recv(&server, served));
	machine_check();
	ck_assert_uint_eq(task_word(&server, 1), 16);
	ck_assert(!task_answer(&server, served, &other, DISPOSITION_STEP, 0));
	ck_assert_int_eq(other.vcpu->context.state, STATE_READY);
	ck_assert_uint_eq(task_word(&vmm, 2), LOAD | EXIT_REDELIVERED);
}
END_TEST

/* All windows, set and cleared at random, against a table of what is where. */
START_TEST(against_a_model)
{
	struct {
		uint32_t page, pages;
	} model[WINDOWS_MAX] = { 0 };

	for (unsigned int step = 0; step < 3000; step++) {
		uint32_t window = random_below(WINDOWS_MAX);
		uint32_t page = random_below(120);
		uint32_t pages = 1 + random_below(8);
		uint32_t at = random_below(128);
		bool busy = model[window].pages != 0;
		uint32_t holder = WINDOWS_MAX;

		for (uint32_t i = 0; i < WINDOWS_MAX; i++)
			if (model[i].pages && page < model[i].page + model[i].pages &&
			    model[i].page < page + pages)
				busy = true;
		if (model[window].pages && random_below(2)) {
			ck_assert_ok(guest_space_clear_window(guest.space, window));
			model[window].pages = 0;
		} else {
			enum status status = set(window, AT + page * PAGE_SIZE, pages);

			expect(status == (busy ? ERR_OCCUPIED : OK));
			if (status == OK) {
				model[window].page = page;
				model[window].pages = pages;
			}
		}
		for (uint32_t i = 0; i < WINDOWS_MAX; i++)
			if (at >= model[i].page && at < model[i].page + model[i].pages)
				holder = i;
		guest_accesses(AT + at * PAGE_SIZE, LOAD);
		if (holder < WINDOWS_MAX) {
			expect(task_word(&server, 1) == (at - model[holder].page) * PAGE_SIZE);
			expect(server_answers(DISPOSITION_STEP, 0) == OK);
		} else {
			expect(task_word(&vmm, 1) == AT + at * PAGE_SIZE);
			expect(vmm_answers(DISPOSITION_STEP) == OK);
		}
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("window");

	tcase_add_checked_fixture(tcase, setup, guest_teardown);
	tcase_add_loop_test(tcase, goes_to_its_server, 0, WINDOWS_MAX);
	tcase_add_test(tcase, a_server_says_little);
	tcase_add_test(tcase, deadlines_apart);
	tcase_add_test(tcase, what_the_vmm_decodes);
	tcase_add_test(tcase, beyond_all_tables);
	tcase_add_test(tcase, doorbell);
	tcase_add_test(tcase, a_doorbell_of_ones_own);
	tcase_add_test(tcase, what_set_window_refuses);
	tcase_add_test(tcase, stale_entries);
	tcase_add_test(tcase, no_frame_in_disguise);
	tcase_add_loop_test(tcase, ends_while_served, 0, ARRAY_SIZE(ends));
	tcase_add_loop_test(tcase, ends_while_queued, 0, ARRAY_SIZE(ends));
	tcase_add_test(tcase, told_again);
	tcase_add_test(tcase, end_of_a_doorbell);
	tcase_add_loop_test(tcase, end_of_the_guest, 0, 3);
	tcase_add_test(tcase, two_guests);
	tcase_add_test(tcase, against_a_model);
	return machine_main("window", &tcase, 1);
}

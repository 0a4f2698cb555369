/* SPDX-License-Identifier: BSD-2-Clause */
/* Making, running and watching the guest of a test. */
#include "vm.h"

/* Pages of the task's scratch region. */
#define SCRATCH_DATA 16
#define SCRATCH_VCPU 32

#define TICKER_START  1
#define TICKER_SLEEP  2
#define TICKER_TARGET 3

extern const char guest_code[], guest_code_end[];

struct vm vm;

/* How long the ticker sleeps before it sends. */
static volatile uint64_t ticker_sleep;
static cap_t ticker_start;

uint64_t guest_address(const void *program)
{
	return GUEST_CODE + (uint64_t)((const char *)program - guest_code);
}

static void map_table(cap_t space, uint64_t address)
{
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, address));
}

static void map_memory(uint32_t place)
{
	cap_t data = object_new(OBJECT_FRAME, PAGE_BITS);

	map_table(vm.space, GUEST_CODE);
	map_table(vm.space, GUEST_CODE);
	for (const char *at = guest_code; at < guest_code_end; at += PAGE_SIZE) {
		cap_t copy = mint_new(program_frame(at), RIGHTS_ALL, 0);

		EXPECT_OK(frame_map(copy, vm.space, guest_address(at), RIGHT_READ | RIGHT_EXECUTE,
				    MEMORY_NORMAL));
	}
	vm.data_in_guest = mint_new(data, RIGHTS_ALL, 0);
	EXPECT_OK(frame_map(vm.data_in_guest, vm.space, GUEST_DATA, RIGHT_READ | RIGHT_WRITE,
			    MEMORY_NORMAL));
	vm.data = scratch_map(data, SCRATCH_DATA + place);
}

void vm_new_at(uint32_t place)
{
	uint64_t pages = scratch_address(SCRATCH_VCPU + 2 * place);

	vm = (struct vm){
		.space = object_new(OBJECT_GUEST_SPACE, 0),
		.vcpu = object_new(OBJECT_VCPU, 0),
		.endpoint = object_new(OBJECT_ENDPOINT, 0),
		.page = (const volatile struct vcpu_page *)(uintptr_t)pages,
		.update = (volatile struct vcpu_update *)(uintptr_t)(pages + PAGE_SIZE),
	};
	map_memory(place);
	EXPECT_OK(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vm.vcpu, pages));
	EXPECT_OK(vcpu_configure(vm.vcpu, vm.space, mint_new(vm.endpoint, RIGHT_WRITE, BADGE_VCPU),
				 0));
	EXPECT_OK(vcpu_set_priority(vm.vcpu, PRIORITY_MIDDLE));
	vm.time = time_new(vm.vcpu, 10000, 10000);
}

void vm_new(void)
{
	vm_new_at(0);
}

/* Goes on until there is an exit that is not the architecture's own. */
static enum status settle(enum status status, struct message *m, uint64_t deadline)
{
	while (status == OK && m->badge == BADGE_VCPU && vm_arch_own_exit(m))
		status = message_reply_recv(vm.endpoint, m, deadline);
	return status;
}

static enum status receive(uint64_t deadline)
{
	return settle(message_recv(vm.endpoint, &vm.exit, deadline), &vm.exit, deadline);
}

static enum status reply_receive(struct message *m, uint64_t deadline)
{
	return settle(message_reply_recv(vm.endpoint, m, deadline), m, deadline);
}

void vm_wait(void)
{
	EXPECT_OK(receive(soon()));
	EXPECT_EQUAL(vm.exit.badge, BADGE_VCPU);
}

void vm_start(void)
{
	EXPECT_OK(vcpu_start(vm.vcpu));
	vm_wait();
	VM_EXPECT(EXIT_START);
}

/* The exit's answer, in place of the exit. */
static void make_reply(uint64_t label, uint64_t word0, uint64_t sequence)
{
	vm.exit = (struct message){ .label = label, .word = { word0, 0, 0, 0, sequence, 0 } };
}

void vm_reply_for(uint64_t label, uint64_t word0, uint64_t microseconds)
{
	make_reply(label | REPLY_REARM, word0, vm.exit.word[0]);
	EXPECT_OK(reply_receive(&vm.exit, counter_after_us(microseconds)));
	EXPECT_EQUAL(vm.exit.badge, BADGE_VCPU);
}

void vm_reply(uint64_t label, uint64_t word0)
{
	vm_reply_for(label, word0, 1000000);
}

enum status vm_try_reply(uint64_t label, uint64_t sequence)
{
	struct message reply = { .label = label, .word = { 0, 0, 0, 0, sequence, 0 } };

	return reply_receive(&reply, counter_after_us(1000000));
}

void vm_set(const void *program, uint64_t a0)
{
	vm.update->registers.x[GUEST_A0] = a0;
	vm_arch_begin(&vm.update->registers, guest_address(program));
}

void vm_run(const void *program, uint64_t a0, uint64_t a1, uint64_t a2)
{
	vm.update->registers.x[GUEST_A1] = a1;
	vm.update->registers.x[GUEST_A2] = a2;
	vm_set(program, a0);
	vm_reply(DISPOSITION_START | REPLY_REGISTERS, 0);
}

void vm_boot(const void *program, uint64_t a0, uint64_t a1, enum exit_kind kind)
{
	vm_new();
	vm_start();
	vm_run(program, a0, a1, 0);
	VM_EXPECT(kind);
}

/* Each time it is told to: sleeps, then wakes the test at its endpoint. */
static void ticker(uint64_t unused0, uint64_t unused1)
{
	struct message m = { .label = 0 };
	uint64_t bits;

	(void)unused0;
	(void)unused1;
	while (notification_wait(TICKER_START, DEADLINE_NEVER, &bits) == OK) {
		notification_wait(TICKER_SLEEP, counter_after_us(ticker_sleep), &bits);
		message_send(TICKER_TARGET, &m);
	}
}

static void ticker_new(void)
{
	cap_t start = object_new(OBJECT_NOTIFICATION, 0);
	struct worker worker;

	ticker_start = mint_new(start, RIGHT_WRITE, 1);
	process_new(&vm.ticker);
	process_give(&vm.ticker, TICKER_START, start, RIGHT_READ, 0);
	process_give(&vm.ticker, TICKER_SLEEP, object_new(OBJECT_NOTIFICATION, 0), RIGHT_READ, 0);
	process_give(&vm.ticker, TICKER_TARGET, vm.endpoint, RIGHT_WRITE, BADGE_TICKER);
	worker = worker_new(&vm.ticker, ticker, 0, 0, PRIORITY_HIGH);
	EXPECT_OK(thread_resume(worker.thread));
}

/* Answers with what is in place of the exit; true: none came for so many microseconds. */
static bool leave(uint64_t microseconds)
{
	if (vm.ticker.space == 0)
		ticker_new();
	ticker_sleep = microseconds;
	EXPECT_OK(notification_signal(ticker_start));
	EXPECT_OK(reply_receive(&vm.exit, DEADLINE_NEVER));
	return vm.exit.badge == BADGE_TICKER;
}

void vm_reply_and_leave(uint64_t label, uint64_t word0, uint64_t microseconds)
{
	make_reply(label | REPLY_REARM, word0, vm.exit.word[0]);
	if (!leave(microseconds))
		test_fail(__FILE__, __LINE__, "%s came, no exit expected",
			  exit_kind_name((uint32_t)(vm.exit.label - LABEL_EXIT)));
}

void vm_run_and_leave(const void *program, uint64_t a0, uint64_t microseconds)
{
	vm_set(program, a0);
	vm_reply_and_leave(DISPOSITION_START | REPLY_REGISTERS, 0, microseconds);
}

bool vm_is_quiet(uint64_t microseconds)
{
	uint64_t end = counter_after_us(microseconds);

	if (message_recv(vm.endpoint, &vm.exit, end) == ERR_DEADLINE)
		return true;
	/* Behind an answer the deadline would be the guest's. */
	return vm_arch_own_exit(&vm.exit) &&
	       leave((end - counter_read()) * 1000000 / counter_frequency());
}

uint64_t vm_fill_value(unsigned int word)
{
	return (word + 1) * 0x9e3779b97f4a7c15ULL;
}

/* Keeps what a change configures. */
static void note(uint32_t slot, uint64_t change)
{
	if (change & SLOT_CONFIGURE)
		vm.configured[slot] = change;
}

void vm_set_slot(uint32_t slot, uint64_t change)
{
	note(slot, change);
	EXPECT_OK(vcpu_set_slot(vm.vcpu, slot, change));
}

static void put(volatile uint64_t *word, uint32_t slot, bool value)
{
	*word = (*word & ~(1ULL << slot)) | ((uint64_t)value << slot);
}

void vm_change_slot(uint32_t slot, uint64_t change)
{
	volatile struct slot_changes *changes = &vm.update->slots;

	note(slot, change);
	put(&changes->configure, slot, change & SLOT_CONFIGURE);
	put(&changes->group1, slot, change & SLOT_GROUP1);
	put(&changes->enabled, slot, change & SLOT_ENABLED);
	put(&changes->level, slot, change & SLOT_LEVEL);
	put(&changes->set_line, slot, change & SLOT_SET_LINE);
	put(&changes->line, slot, change & SLOT_LINE);
	put(&changes->pend, slot, change & SLOT_PEND);
	put(&changes->unpend, slot, change & SLOT_UNPEND);
	put(&changes->activate, slot, change & SLOT_ACTIVATE);
	put(&changes->deactivate, slot, change & SLOT_DEACTIVATE);
	changes->number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
	changes->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
}

void vm_change_nothing(void)
{
	volatile struct slot_changes *changes = &vm.update->slots;

	changes->configure = 0;
	changes->set_line = 0;
	changes->pend = 0;
	changes->unpend = 0;
	changes->activate = 0;
	changes->deactivate = 0;
}

void vm_timer_slot(void)
{
	vm_set_slot(TIMER_SLOT, slot_configured(TIMER_NUMBER, 0x80, SLOT_LEVEL));
}

uint64_t vm_pending(void)
{
	uint64_t pending, active;

	EXPECT_OK(vcpu_query_slots(vm.vcpu, &pending, &active));
	return pending;
}

uint64_t vm_active(void)
{
	uint64_t pending, active;

	EXPECT_OK(vcpu_query_slots(vm.vcpu, &pending, &active));
	return active;
}

void vm_expect(enum exit_kind kind, const char *file, int line)
{
	uint64_t got = vm.exit.label - LABEL_EXIT;

	if (got != kind)
		test_fail(file, line, "%s at 0x%lx (access 0x%lx, syndrome 0x%lx), expected %s",
			  exit_kind_name((uint32_t)got), (unsigned long)vm.exit.word[1],
			  (unsigned long)vm.exit.word[2], (unsigned long)vm.exit.word[4],
			  exit_kind_name(kind));
}

void vm_expect_call(uint64_t number, const char *file, int line)
{
	vm_expect(EXIT_HYPERCALL, file, line);
	expect_equal(vm_arch_call(&vm.exit, vm.page), number, "the call's number", file, line);
}

void vm_expect_exception(enum guest_exception exception, const char *file, int line)
{
	const struct cause *cause = &guest_exceptions[exception];

	vm_expect_call(CALL_EXCEPTION, file, line);
	expect_equal(vm_register(GUEST_CAUSE) & cause->mask, cause->value, "the exception's cause",
		     file, line);
}

void vm_expect_event(uint64_t bits, const char *file, int line)
{
	vm_expect(EXIT_EVENT, file, line);
	expect_equal(vm.exit.word[2] & EXIT_EVENT_DEADLINE, 0, "the deadline", file, line);
	expect_equal(vm.exit.word[1], bits, "the event's bits", file, line);
}

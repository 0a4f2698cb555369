/* SPDX-License-Identifier: BSD-2-Clause */
/* Exits and what a reply makes of them: calls, registers, floating point, traps, exceptions. */
#include "held.h"
#include "vm.h"

extern const char guest_calls[], guest_calls_last[], guest_jump[], guest_load_8[],
	guest_undefined[];
extern const char guest_register_read[], guest_register_write[], guest_mmu[];
extern const char guest_floating_point[], guest_system_registers[];

static void answer_call(uint64_t disposition, const uint64_t results[4])
{
	vm.exit.label = disposition | REPLY_REARM;
	vm.exit.word[4] = vm.exit.word[0];
	for (unsigned int i = 0; i < 4; i++)
		vm.exit.word[i] = results[i];
	vm.exit.word[5] = 0;
	EXPECT_OK(message_reply_recv(vm.endpoint, &vm.exit, soon()));
}

#define REGISTERS ARRAY_SIZE(vm.page->registers.x)

static void fill_registers(uint64_t base)
{
	for (unsigned int i = 0; i < REGISTERS; i++)
		vm.update->registers.x[i] = base + i;
}

/* But for so many results of calls. */
static void expect_registers(uint64_t base, unsigned int results)
{
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (vm_arch_keeps(i) && i - GUEST_A0 >= results)
			EXPECT_EQUAL(vm_register(i), base + i);
}

static void calls(void)
{
	static const uint64_t results[] = { 0xa0, 0xffffffffffffffff, 0xa2, 0xa3 };

	vm_new();
	vm_start();
	fill_registers(0x100);
	vm_run(guest_calls, 0x100 + GUEST_A0, 0x100 + GUEST_A1, 0x100 + GUEST_A2);
	VM_EXPECT_CALL(0x1234);
	expect_registers(0x100, 0);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(1);
	for (unsigned int i = 0; i < GUEST_RESULTS; i++)
		EXPECT_EQUAL(vm_register(GUEST_A0 + i), results[i]);
	expect_registers(0x100, GUEST_RESULTS);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(2);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(3);
}

static void call_with_registers(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	/* Elsewhere, with all registers new. */
	fill_registers(0x200);
	vm_arch_begin(&vm.update->registers, guest_address(guest_calls_last));
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	VM_EXPECT_CALL(3);
	expect_registers(0x200, 0);
	EXPECT(vm_arch_has_mode(&vm.page->registers));
}

static void fetch(void)
{
	vm_boot(guest_jump, GUEST_NOWHERE, 0, EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE);
	EXPECT_EQUAL(vm.exit.word[5], GUEST_NOWHERE);
	vm_reply(DISPOSITION_ABORT, 0);
	VM_EXPECT_EXCEPTION(EXCEPTION_FETCH);
	EXPECT_EQUAL(vm_register(GUEST_PC), GUEST_NOWHERE);
}

static void fetch_of_data(void)
{
	vm_boot(guest_jump, GUEST_DATA, 0, EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA);
	EXPECT(vm.exit.word[2] & ACCESS_PERMISSION);
}

static void abort_in_the_guest(void)
{
	vm_boot(guest_load_8, GUEST_NOWHERE, 0, EXIT_MEMORY);
	vm_reply(DISPOSITION_ABORT, 0);
	/* The guest's own vector tells what it got. */
	VM_EXPECT_EXCEPTION(EXCEPTION_LOAD);
	EXPECT_EQUAL(vm_register(GUEST_PC), guest_address(guest_load_8) + ACCESS_OFFSET);
	EXPECT_EQUAL(vm_register(GUEST_ADDRESS), GUEST_NOWHERE);
}

static void undefined_in_the_guest(void)
{
	vm_boot(guest_register_write, 0, 0, EXIT_REGISTER);
	vm_reply(DISPOSITION_UNDEFINED, 0);
	VM_EXPECT_EXCEPTION(EXCEPTION_UNDEFINED);
	EXPECT_EQUAL(vm_register(GUEST_PC), guest_address(guest_register_write) + ACCESS_OFFSET);
}

static void own_exceptions(void)
{
	/* What the guest does wrong for itself is no exit. */
	vm_boot(guest_undefined, 0, 0, EXIT_HYPERCALL);
	VM_EXPECT_EXCEPTION(EXCEPTION_UNDEFINED);
	EXPECT_EQUAL(vm_register(GUEST_PC), guest_address(guest_undefined) + ACCESS_OFFSET);
}

static void register_read(void)
{
	vm_boot(guest_register_read, 0, 0x77, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], REGISTER_READ);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_WRITE, 0);
	vm_reply(DISPOSITION_STEP, 0x123456789abcdef0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0x123456789abcdef0);
}

static void register_write(void)
{
	vm_boot(guest_register_write, 0, 0x5000001, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], REGISTER_WRITTEN);
	EXPECT(vm.exit.word[2] & ACCESS_WRITE);
	EXPECT_EQUAL(vm.exit.word[3], 0x5000001);
	vm_reply(DISPOSITION_STEP, 0x99);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0x5000001);
}

static void walk(void)
{
	/* Stage 1 with its tables where nothing is: the next fetch walks them. */
	vm_new();
	vm_start();
	vm_run(guest_mmu, GUEST_NOWHERE, TRANSLATE_A1, TRANSLATE_A2);
	EXPECT(vm.exit.label == LABEL_EXIT + EXIT_FETCH ||
	       vm.exit.label == LABEL_EXIT + EXIT_MEMORY);
	EXPECT(vm.exit.word[2] & ACCESS_WALK);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
	EXPECT_EQUAL(vm.exit.word[1] & ~0xfffULL, GUEST_NOWHERE);
}

/* A process that uses the floating-point registers while the guest does not run. */
static struct held worker_values, worker_stored;
static volatile uint64_t worker_done;

static void use_floating_point(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	registers_hold(&worker_values, &worker_stored, 1000);
	worker_done = 1;
	for (;;)
		thread_yield();
}

static void floating_point(void)
{
	struct process process;
	struct worker worker;

	worker_done = 0;
	for (unsigned int i = 0; i < HELD_WORDS; i++)
		((uint64_t *)&worker_values)[i] = 0xeeee000000000000 + i;
	vm_new();
	for (unsigned int i = 0; i < FP_WORDS; i++)
		vm.data[i] = 0xabcd000000000000 + i;
	vm_start();
	vm_run(guest_floating_point, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x20);
	process_new(&process);
	worker = worker_new(&process, use_floating_point, 0, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(worker_done, 1);
	vm_reply(DISPOSITION_STEP, GUEST_DATA);
	VM_EXPECT_CALL(0x21);
	for (unsigned int i = 0; i < FP_WORDS; i++)
		EXPECT_EQUAL(vm.data[FP_STORED + i], vm.data[i]);
	for (unsigned int i = 0; i < HELD_WORDS; i++)
		if (held_keeps(i))
			EXPECT_EQUAL(held_word(&worker_stored, i), held_word(&worker_values, i));
}

/* A guest with a pattern in its floating-point registers, at the call in which it holds them. */
static void boot_with_floating_point(uint32_t place, uint64_t pattern)
{
	vm_new_at(place);
	for (unsigned int i = 0; i < FP_WORDS; i++)
		vm.data[i] = pattern + i;
	vm_start();
	vm_run(guest_floating_point, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x20);
}

static void expect_floating_point(void)
{
	vm_reply(DISPOSITION_STEP, GUEST_DATA);
	VM_EXPECT_CALL(0x21);
	for (unsigned int i = 0; i < FP_WORDS; i++)
		EXPECT_EQUAL(vm.data[FP_STORED + i], vm.data[i]);
}

static void floating_point_of_two(void)
{
	struct vm first;

	boot_with_floating_point(0, 0x1000000000);
	first = vm;
	boot_with_floating_point(1, 0x2000000000);
	expect_floating_point();
	vm = first;
	vm_wait();
	VM_EXPECT_CALL(0x20);
	expect_floating_point();
}

/* A guest with values of its own in its system registers, at the call in which it holds them. */
static void boot_with_system_registers(uint32_t place, uint64_t values)
{
	vm_new_at(place);
	vm_start();
	for (unsigned int i = 0; i < GUEST_KEPT_COUNT; i++)
		vm.update->registers.x[GUEST_KEPT + i] = values + i * 0x800;
	vm_run(guest_system_registers, 0, 0, 0);
	VM_EXPECT_CALL(0x30);
}

static void expect_system_registers(uint64_t values)
{
	static const uint64_t results[] = { 0, 0, 0, 0 };

	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(0x31);
	for (unsigned int i = 0; i < GUEST_KEPT_COUNT; i++)
		EXPECT_EQUAL(vm_register(GUEST_FOUND + i), values + i * 0x800);
}

static void system_registers(void)
{
	const uint64_t values = 0xfedc00000000;

	boot_with_system_registers(0, values);
	task_sleep(1000);
	expect_system_registers(values);
}

static void two_guests(void)
{
	struct vm first;

	boot_with_system_registers(0, 0x100000000);
	first = vm;
	boot_with_system_registers(1, 0x200000000);
	expect_system_registers(0x200000000);
	/* The first's exit went back when the test took the second's. */
	vm = first;
	vm_wait();
	VM_EXPECT_CALL(0x30);
	EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
	expect_system_registers(0x100000000);
}

static const struct test tests[] = {
	{ "exit: calls, their registers and results", calls },
	{ "exit: a reply with new registers", call_with_registers },
	{ "exit: a fetch from nowhere", fetch },
	{ "exit: a fetch from data", fetch_of_data },
	{ "exit: an external abort in the guest", abort_in_the_guest },
	{ "exit: an undefined instruction in the guest", undefined_in_the_guest },
	{ "exit: the guest's own exceptions are none", own_exceptions },
	{ "exit: a trapped register is read", register_read },
	{ "exit: a trapped register is written", register_write },
	{ "exit: a walk of the guest's tables", walk },
	{ "exit: floating-point registers are kept", floating_point },
	{ "exit: floating-point registers of two guests", floating_point_of_two },
	{ "exit: system registers are kept", system_registers },
	{ "exit: two guests keep theirs", two_guests },
};

const struct suite exit_suite = SUITE(tests);

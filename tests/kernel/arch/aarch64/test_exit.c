/* SPDX-License-Identifier: BSD-2-Clause */
/* Exits and what a reply makes of them: calls, registers, floating point, traps, exceptions. */
#include "vm.h"

extern const char guest_calls[], guest_jump[], guest_read_pfr0[], guest_read_mmfr1[];
extern const char guest_read_xzr[], guest_write_sgi[], guest_floating_point[], guest_undefined[];
extern const char guest_system_registers[], guest_mmu[], guest_ldr_x[];

/* Exception classes in a guest's ESR_EL1 (Arm ARM D24.2.40). */
#define CLASS(syndrome) ((syndrome) >> 26 & 0x3f)
#define CLASS_UNKNOWN   0x00
#define CLASS_REGISTER  0x18
#define CLASS_FETCH     0x21
#define CLASS_DATA      0x25
#define FAULT_EXTERNAL  0x10

/* The instruction of an access program: behind the three that set the vectors. */
#define ACCESS_OFFSET 12

static void answer_call(uint64_t disposition, const uint64_t results[4])
{
	vm.exit.label = disposition | REPLY_REARM;
	vm.exit.word[4] = vm.exit.word[0];
	for (unsigned int i = 0; i < 4; i++)
		vm.exit.word[i] = results[i];
	vm.exit.word[5] = 0;
	EXPECT_OK(message_reply_recv(vm.endpoint, &vm.exit, soon()));
}

static void calls(void)
{
	static const uint64_t results[] = { 0xa0, 0xffffffffffffffff, 0xa2, 0xa3 };

	vm_new();
	vm_start();
	for (unsigned int i = 0; i < 31; i++)
		vm.update->registers.x[i] = 0x100 + i;
	vm_run(guest_calls, 0x100, 0x101, 0x102);
	VM_EXPECT_CALL(0x1234);
	for (unsigned int i = 0; i < 31; i++)
		EXPECT_EQUAL(vm.page->registers.x[i], 0x100 + i);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(1);
	for (unsigned int i = 0; i < 31; i++)
		EXPECT_EQUAL(vm.page->registers.x[i], i < 4 ? results[i] : 0x100 + i);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT(EXIT_FIRMWARE);
	EXPECT_EQUAL(vm.exit.word[1], 2);
	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(3);
}

static void call_with_registers(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	/* Elsewhere, with all registers new. */
	for (unsigned int i = 0; i < 31; i++)
		vm.update->registers.x[i] = 0x200 + i;
	vm.update->registers.pc = guest_address(guest_calls) + 12;
	vm.update->registers.pstate = PSTATE_EL1H;
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	VM_EXPECT_CALL(3);
	for (unsigned int i = 0; i < 31; i++)
		EXPECT_EQUAL(vm.page->registers.x[i], 0x200 + i);
	EXPECT_EQUAL(vm.page->registers.pstate & 0x3cf, PSTATE_EL1H);
}

static void fetch(void)
{
	vm_boot(guest_jump, GUEST_NOWHERE, 0, EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE);
	EXPECT_EQUAL(vm.exit.word[5], GUEST_NOWHERE);
	vm_reply(DISPOSITION_ABORT, 0);
	VM_EXPECT_CALL(0xe0);
	EXPECT_EQUAL(CLASS(vm.page->registers.x[10]), CLASS_FETCH);
	EXPECT_EQUAL(vm.page->registers.x[10] & 0x3f, FAULT_EXTERNAL);
	EXPECT_EQUAL(vm.page->registers.x[11], GUEST_NOWHERE);
}

static void fetch_of_data(void)
{
	vm_boot(guest_jump, GUEST_DATA, 0, EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA);
	EXPECT(vm.exit.word[2] & ACCESS_PERMISSION);
}

static void abort_in_the_guest(void)
{
	vm_boot(guest_ldr_x, GUEST_NOWHERE, 0, EXIT_MEMORY);
	vm_reply(DISPOSITION_ABORT, 0);
	/* The guest's own vector tells what it got. */
	VM_EXPECT_CALL(0xe0);
	EXPECT_EQUAL(CLASS(vm.page->registers.x[10]), CLASS_DATA);
	EXPECT_EQUAL(vm.page->registers.x[10] & 0x3f, FAULT_EXTERNAL);
	EXPECT_EQUAL(vm.page->registers.x[11], guest_address(guest_ldr_x) + ACCESS_OFFSET);
	EXPECT_EQUAL(vm.page->registers.x[12], GUEST_NOWHERE);
}

static void undefined_at(const char *code, uint64_t class)
{
	vm_boot(code, 0, 0, EXIT_REGISTER);
	vm_reply(DISPOSITION_UNDEFINED, 0);
	VM_EXPECT_CALL(0xe0);
	EXPECT_EQUAL(CLASS(vm.page->registers.x[10]), class);
	EXPECT_EQUAL(vm.page->registers.x[11], guest_address(code) + ACCESS_OFFSET);
}

static void undefined_in_the_guest(void)
{
	undefined_at(guest_write_sgi, CLASS_UNKNOWN);
}

/* FEAT_IDST: as a trapped read of it. */
static void undefined_identification(void)
{
	undefined_at(guest_read_pfr0, CLASS_REGISTER);
}

static void own_exceptions(void)
{
	/* What the guest does wrong for itself is no exit. */
	vm_boot(guest_undefined, 0, 0, EXIT_HYPERCALL);
	VM_EXPECT_CALL(0xe0);
	EXPECT_EQUAL(CLASS(vm.page->registers.x[10]), CLASS_UNKNOWN);
	EXPECT_EQUAL(vm.page->registers.x[11], guest_address(guest_undefined) + ACCESS_OFFSET);
}

/* op0, op1, CRn, CRm, op2 as the address word of EXIT_REGISTER has them. */
static uint64_t encoding(uint64_t op0, uint64_t op1, uint64_t crn, uint64_t crm, uint64_t op2)
{
	return REGISTER_OP0(op0) | REGISTER_OP1(op1) | REGISTER_CRN(crn) | REGISTER_CRM(crm) |
	       REGISTER_OP2(op2);
}

static void register_read(void)
{
	vm_boot(guest_read_pfr0, 0, 0x77, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], encoding(3, 0, 0, 4, 0));
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_WRITE, 0);
	vm_reply(DISPOSITION_STEP, 0x123456789abcdef0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[1], 0x123456789abcdef0);
}

static void register_by_encoding(void)
{
	vm_boot(guest_read_mmfr1, 0, 0, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], encoding(3, 0, 0, 7, 1));
}

static void register_read_to_nowhere(void)
{
	vm_boot(guest_read_xzr, 0, 0x77, EXIT_REGISTER);
	vm_reply(DISPOSITION_STEP, 0x123456789abcdef0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[1], 0x77);
}

static void register_write(void)
{
	vm_boot(guest_write_sgi, 0, 0x5000001, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], encoding(3, 0, 12, 11, 5));
	EXPECT(vm.exit.word[2] & ACCESS_WRITE);
	EXPECT_EQUAL(vm.exit.word[3], 0x5000001);
	vm_reply(DISPOSITION_STEP, 0x99);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[1], 0x5000001);
}

static void walk(void)
{
	/* Stage 1 with its tables where nothing is: the next fetch walks them. */
	const uint64_t tcr = 25 | 1ULL << 23 | 2ULL << 32;

	vm_new();
	vm_start();
	vm_run(guest_mmu, GUEST_NOWHERE, tcr, 0x30d00801);
	EXPECT(vm.exit.label == LABEL_EXIT + EXIT_FETCH ||
	       vm.exit.label == LABEL_EXIT + EXIT_MEMORY);
	EXPECT(vm.exit.word[2] & ACCESS_WALK);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
	EXPECT_EQUAL(vm.exit.word[1] & ~0xfffULL, GUEST_NOWHERE);
}

/* A process that uses the floating-point registers while the guest does not run. */
struct held {
	uint64_t words[96];
};
void registers_hold(const struct held *values, struct held *stored, uint64_t loops);

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
	for (unsigned int i = 0; i < ARRAY_SIZE(worker_values.words); i++)
		worker_values.words[i] = 0xeeee000000000000 + i;
	vm_new();
	for (unsigned int i = 0; i < 64; i++)
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
	for (unsigned int i = 0; i < 64; i++)
		EXPECT_EQUAL(vm.data[64 + i], vm.data[i]);
	for (unsigned int i = 32; i < 96; i++)
		EXPECT_EQUAL(worker_stored.words[i], worker_values.words[i]);
}

/* A guest with a pattern in its floating-point registers, at the call in which it holds them. */
static void boot_with_floating_point(uint32_t place, uint64_t pattern)
{
	vm_new_at(place);
	for (unsigned int i = 0; i < 64; i++)
		vm.data[i] = pattern + i;
	vm_start();
	vm_run(guest_floating_point, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x20);
}

static void expect_floating_point(void)
{
	vm_reply(DISPOSITION_STEP, GUEST_DATA);
	VM_EXPECT_CALL(0x21);
	for (unsigned int i = 0; i < 64; i++)
		EXPECT_EQUAL(vm.data[64 + i], vm.data[i]);
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
	for (unsigned int i = 10; i < 15; i++)
		vm.update->registers.x[i] = values + i * 0x800;
	vm_run(guest_system_registers, 0, 0, 0);
	VM_EXPECT_CALL(0x30);
}

static void expect_system_registers(uint64_t values)
{
	static const uint64_t results[] = { 0, 0, 0, 0 };

	answer_call(DISPOSITION_STEP, results);
	VM_EXPECT_CALL(0x31);
	for (unsigned int i = 10; i < 15; i++)
		EXPECT_EQUAL(vm.page->registers.x[i + 5], values + i * 0x800);
}

static void system_registers(void)
{
	const uint64_t values = 0xfedc00000000;

	boot_with_system_registers(0, values);
	/* What is told of them here is the guest's, not the test's own. */
	EXPECT_EQUAL(vm.page->registers.tpidr, values + 10 * 0x800);
	EXPECT_EQUAL(vm.page->registers.tpidrro, values + 11 * 0x800);
	EXPECT_EQUAL(vm.page->registers.sp, values + 13 * 0x800);
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
	{ "exit: an undefined identification register", undefined_identification },
	{ "exit: the guest's own exceptions are none", own_exceptions },
	{ "exit: a trapped register is read", register_read },
	{ "exit: another trapped register", register_by_encoding },
	{ "exit: a trapped register is read to XZR", register_read_to_nowhere },
	{ "exit: a trapped register is written", register_write },
	{ "exit: a walk of the guest's tables", walk },
	{ "exit: floating-point registers are kept", floating_point },
	{ "exit: floating-point registers of two guests", floating_point_of_two },
	{ "exit: system registers are kept", system_registers },
	{ "exit: two guests keep theirs", two_guests },
};

const struct suite exit_suite = SUITE(tests);

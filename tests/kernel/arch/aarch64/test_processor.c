/* SPDX-License-Identifier: BSD-2-Clause */
/* What only AArch64 has: its calls and registers, processes in AArch32, PSTATE, DISR_EL1. */
#include "vm.h"

extern const char guest_firmware[], guest_calls[], guest_register_read[], guest_read_mmfr1[];
extern const char guest_read_xzr[], guest_read_mpidr[], guest_system_registers[];
extern const char guest_it_load[], guest_disr_write[], guest_disr_read[];
extern const char guest_interrupts[], guest_priorities[];

/* Exception classes (Arm ARM D24.2.40). */
#define CLASS(syndrome) ((syndrome) >> 26 & 0x3f)
#define CLASS_REGISTER  0x18
#define CLASS_ILLEGAL   0x0e
#define CLASS_CALL      0x15

uint64_t other_supervisor_call(void);

static volatile uint64_t done;

static void call_otherwise(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	other_supervisor_call();
	done = 1;
	for (;;)
		thread_yield();
}

static void other_immediate(void)
{
	struct process process;
	struct worker worker;
	struct message fault;

	done = 0;
	process_new(&process);
	worker = worker_new(&process, call_otherwise, 0, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process.fault_endpoint, &fault, soon()));
	EXPECT_EQUAL(fault.label, LABEL_FAULT);
	EXPECT_EQUAL(CLASS(fault.word[0]), CLASS_CALL);
	EXPECT_EQUAL(done, 0);
}

static void firmware_call(void)
{
	vm_boot(guest_firmware, 0, 0, EXIT_FIRMWARE);
	EXPECT_EQUAL(vm.exit.word[1], 2);
	vm_reply(DISPOSITION_STEP, 0x44);
	VM_EXPECT_CALL(3);
	EXPECT_EQUAL(vm_register(GUEST_A0), 0x44);
}

/* FEAT_IDST: as a trapped read of it. */
static void undefined_identification(void)
{
	vm_boot(guest_register_read, 0, 0, EXIT_REGISTER);
	vm_reply(DISPOSITION_UNDEFINED, 0);
	VM_EXPECT_CALL(CALL_EXCEPTION);
	EXPECT_EQUAL(CLASS(vm_register(GUEST_CAUSE)), CLASS_REGISTER);
	EXPECT_EQUAL(vm_register(GUEST_PC), guest_address(guest_register_read) + ACCESS_OFFSET);
}

/* ID_AA64MMFR1_EL1. */
static void register_by_encoding(void)
{
	vm_boot(guest_read_mmfr1, 0, 0, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], REGISTER_OP0(3) | REGISTER_OP1(0) | REGISTER_CRN(0) |
					      REGISTER_CRM(7) | REGISTER_OP2(1));
}

static void register_read_to_nowhere(void)
{
	vm_boot(guest_read_xzr, 0, 0x77, EXIT_REGISTER);
	vm_reply(DISPOSITION_STEP, 0x123456789abcdef0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0x77);
}

/* What is told of those that processes have too is the guest's, not the test's own. */
static void registers_told(void)
{
	const uint64_t values = 0xfedc00000000;

	vm_new();
	vm_start();
	for (unsigned int i = 0; i < GUEST_KEPT_COUNT; i++)
		vm.update->registers.x[GUEST_KEPT + i] = values + i * 0x800;
	vm_run(guest_system_registers, 0, 0, 0);
	VM_EXPECT_CALL(0x30);
	EXPECT_EQUAL(vm.page->registers.tpidr, values);
	EXPECT_EQUAL(vm.page->registers.tpidrro, values + 0x800);
	EXPECT_EQUAL(vm.page->registers.sp, values + 3 * 0x800);
}

static void affinity(void)
{
	cap_t endpoint;

	vm_new();
	endpoint = mint_new(vm.endpoint, RIGHT_WRITE, BADGE_VCPU);
	EXPECT_OK(vcpu_configure(vm.vcpu, vm.space, endpoint, 0x0102));
	vm_start();
	vm_run(guest_read_mpidr, 0, 0, 0);
	VM_EXPECT_CALL(0);
	/* MPIDR_EL1: bit 31 is always one; the affinity fields are the id. */
	EXPECT_EQUAL(vm_register(GUEST_A1) & 0xff00ffffff, 0x0102);
}

/* A process in AArch32, between conditional instructions: the step is over one of them. */
static void in_an_it_block(void)
{
	vm_boot(guest_it_load, GUEST_NOWHERE, READ_OLD, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | 2);
	vm_reply(DISPOSITION_STEP, READ_VALUE);
	VM_EXPECT_CALL(0x43);
	EXPECT_EQUAL(vm_register(GUEST_A1), (uint32_t)READ_VALUE);
	EXPECT_EQUAL(vm_register(GUEST_A2), 0);
}

/* What one guest writes into DISR_EL1 another does not read. */
static void deferred_errors_of_two(void)
{
	vm_new_at(0);
	vm_start();
	vm_run(guest_disr_write, 0x5ec7e7, 0, 0);
	VM_EXPECT_CALL(0x51);
	vm_new_at(1);
	vm_start();
	vm_run(guest_disr_read, 0, 0, 0);
	VM_EXPECT_CALL(0x52);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0);
}

#define ILLEGAL (1ULL << 20)

static void copy_state(void)
{
	vm.update->state = vm.page->state;
}

/* A guest that has just made an illegal return of its own: what save gives restore takes, and the guest gets its exception. */
static void illegal_state(void)
{
	vm_new();
	vm_start();
	vm_run(guest_interrupts, 0, 0, 0);
	VM_EXPECT(EXIT_HYPERCALL);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	/* The second time it is a state that save gave. */
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_OK(vcpu_save(vm.vcpu));
		copy_state();
		vm.update->state.registers.pstate |= ILLEGAL;
		EXPECT_OK(vcpu_restore(vm.vcpu));
	}
	EXPECT_EQUAL(vm.page->state.registers.pstate & ILLEGAL, ILLEGAL);
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_CALL(CALL_EXCEPTION);
	EXPECT_EQUAL(CLASS(vm_register(GUEST_CAUSE)), CLASS_ILLEGAL);
}

/* Nor can a guest that writes to the registers of active priorities what no interrupt does. */
static void odd_priorities(void)
{
	vm_new();
	vm_start();
	vm_run(guest_priorities, 0, 0, 0);
	VM_EXPECT(EXIT_HYPERCALL);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	EXPECT_OK(vcpu_save(vm.vcpu));
	copy_state();
	EXPECT_EQUAL(vm.page->state.ap0r | vm.page->state.ap1r, UINT32_MAX);
	EXPECT_OK(vcpu_restore(vm.vcpu));
}

static const struct test tests[] = {
	{ "processor: a system call with another immediate", other_immediate },
	{ "processor: a firmware call", firmware_call },
	{ "processor: an undefined identification register", undefined_identification },
	{ "processor: another trapped register", register_by_encoding },
	{ "processor: a trapped register is read to XZR", register_read_to_nowhere },
	{ "processor: registers that processes have too", registers_told },
	{ "processor: the guest reads its id", affinity },
	{ "processor: an access in an IT block", in_an_it_block },
	{ "processor: deferred errors of two guests", deferred_errors_of_two },
	{ "processor: a guest in the illegal state is saved", illegal_state },
	{ "processor: a guest with each priority active in both groups is saved", odd_priorities },
};

const struct suite processor_suite = SUITE(tests);

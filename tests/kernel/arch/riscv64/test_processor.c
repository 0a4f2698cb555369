/* SPDX-License-Identifier: BSD-2-Clause */
/* What only RISC-V has: CSR instructions, virtual instructions, an interrupt of software's own. */
#include "vm.h"

extern const char guest_register_set[], guest_register_clear[], guest_hypervisor_load[],
	guest_hypervisor_fence[], guest_interrupts[], guest_waits[];

#define HTVAL               0x643
#define VIRTUAL_INSTRUCTION 22
#define SOFTWARE            3

/* All three operations, with a register or an immediate; the result is for rd. */
static void csr_operations(void)
{
	vm_boot(guest_register_set, 0x30, 0x77, EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], REGISTER_CSR(HTVAL) | REGISTER_OPERATION(CSR_SET));
	EXPECT_EQUAL(vm.exit.word[3], 0x30);
	EXPECT(vm.exit.word[2] & ACCESS_WRITE);
	vm_reply(DISPOSITION_STEP, 0x123456789abcdef0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0x123456789abcdef0);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	vm_start();
	vm_run(guest_register_clear, 0x30, 0x77, 0);
	VM_EXPECT(EXIT_REGISTER);
	EXPECT_EQUAL(vm.exit.word[1], REGISTER_CSR(HTVAL) | REGISTER_OPERATION(CSR_CLEAR));
	EXPECT_EQUAL(vm.exit.word[3], 21);
	vm_reply(DISPOSITION_STEP, 5);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 5);
}

/* Instructions of the hypervisor's: an exit, and what the VMM makes of it. */
static void virtual_instructions(void)
{
	static const char *const programs[] = { guest_hypervisor_load, guest_hypervisor_fence };

	vm_new();
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		vm_start();
		vm_run(programs[i], GUEST_DATA, 0, 0);
		VM_EXPECT(EXIT_OTHER);
		EXPECT_EQUAL(vm.exit.word[4], VIRTUAL_INSTRUCTION);
		EXPECT_EQUAL(vm.page->registers.pc, guest_address(programs[i]) + ACCESS_OFFSET);
		vm_reply(DISPOSITION_UNDEFINED, 0);
		VM_EXPECT_EXCEPTION(EXCEPTION_UNDEFINED);
		EXPECT_EQUAL(vm_register(GUEST_PC), guest_address(programs[i]) + ACCESS_OFFSET);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

/* VSSIP: the guest clears it itself, and then it is not pending any more. */
static void software_interrupt(void)
{
	vm_boot(guest_interrupts, 0, 0, EXIT_HYPERCALL);
	VM_EXPECT_CALL(0x10);
	for (unsigned int i = 0; i < 3; i++) {
		vm_set_slot(SOFTWARE, slot_configured(SLOT_SOFTWARE, 0x80, SLOT_PEND));
		EXPECT_EQUAL(vm_pending(), 1ULL << SOFTWARE);
		vm_reply(DISPOSITION_STEP, 0);
		VM_EXPECT_CALL(CALL_INTERRUPT);
		EXPECT_EQUAL(vm_register(GUEST_NUMBER), SLOT_SOFTWARE);
		EXPECT_EQUAL(vm_pending() | vm_active(), 0);
	}
}

/* The bits of sip and sie, and slots of each kind. */
static const struct {
	uint64_t bit;
	uint32_t number;
} interrupts[] = {
	{ 1 << 1, SLOT_SOFTWARE },
	{ 1 << 5, SLOT_TIMER },
	{ 1 << 9, 40 },
};

static void pend(size_t kind)
{
	vm_set_slot((uint32_t)kind, slot_configured(interrupts[kind].number, 0x80, SLOT_PEND));
}

/* A wait ends with an interrupt that is enabled, let in or not, and with no other. */
static void waits(void)
{
	vm_new();
	for (size_t kind = 0; kind < ARRAY_SIZE(interrupts); kind++) {
		size_t other = (kind + 1) % ARRAY_SIZE(interrupts);

		vm_start();
		pend(other);
		vm_run_and_leave(guest_waits, interrupts[kind].bit, 100);
		EXPECT(vm_is_quiet(1000));
		pend(kind);
		vm_wait();
		VM_EXPECT_CALL(0x72);
		EXPECT_EQUAL(vm_register(GUEST_A2), interrupts[kind].bit | interrupts[other].bit);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
		vm_start();
		pend(kind);
		vm_run(guest_waits, interrupts[kind].bit, 0, 0);
		VM_EXPECT_CALL(0x72);
		EXPECT_EQUAL(vm_register(GUEST_A2), interrupts[kind].bit);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

/* What a guest has pended itself is its own, on the core or not. */
static void pended_by_itself(void)
{
	const uint64_t software = interrupts[0].bit;

	vm_new();
	vm_start();
	vm_run(guest_waits, software, software, 0);
	VM_EXPECT_CALL(0x72);
	EXPECT_EQUAL(vm_pending(), 0);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 10);
	EXPECT_OK(vcpu_save(vm.vcpu));
	EXPECT_EQUAL(vm.page->state.hvip, 1 << 2);
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 10);
	EXPECT_OK(vcpu_save(vm.vcpu));
	EXPECT_EQUAL(vm.page->state.hvip, 1 << 2);
}

static const struct test tests[] = {
	{ "processor: a wait ends with what is enabled", waits },
	{ "processor: an interrupt that the guest pends itself", pended_by_itself },
	{ "processor: CSR instructions, told and completed", csr_operations },
	{ "processor: instructions of the hypervisor's", virtual_instructions },
	{ "processor: an interrupt of software's own", software_interrupt },
};

const struct suite processor_suite = SUITE(tests);

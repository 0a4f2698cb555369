/* SPDX-License-Identifier: BSD-2-Clause */
/* VCpus as objects: configuration, start, stop, their pages, and their end while they run. */
#include "vm.h"

extern const char guest_spin[], guest_wfi[], guest_calls[], guest_calls_second[], guest_mmu[];

#define PAGES scratch_address(40)

static void wrong_configuration(void)
{
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	cap_t space = object_new(OBJECT_GUEST_SPACE, 0);
	cap_t process_space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t readable = mint_new(endpoint, RIGHT_READ, 0);

	EXPECT_STATUS(vcpu_start(vcpu), ERR_STATE);
	EXPECT_STATUS(vcpu_configure(vcpu, process_space, endpoint, 0), ERR_TYPE);
	EXPECT_STATUS(vcpu_configure(vcpu, space, space, 0), ERR_TYPE);
	EXPECT_STATUS(vcpu_configure(vcpu, slot_new(), endpoint, 0), ERR_CAPABILITY);
	EXPECT_STATUS(vcpu_configure(vcpu, space, readable, 0), ERR_RIGHTS);
	EXPECT_STATUS(vcpu_configure(mint_new(vcpu, RIGHT_READ, 0), space, endpoint, 0),
		      ERR_RIGHTS);
	EXPECT_STATUS(vcpu_set_priority(vcpu, PRIORITIES), ERR_ARGUMENT);
	EXPECT_STATUS(vcpu_resume(vcpu), ERR_STATE);
	EXPECT_OK(vcpu_configure(vcpu, space, endpoint, 0));
	EXPECT_OK(vcpu_configure(vcpu, space, endpoint, 0x100));
}

static void wrong_slots(void)
{
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	uint64_t pending = ~0ULL, active = ~0ULL;

	EXPECT_STATUS(vcpu_set_slot(vcpu, VCPU_SLOTS, 0), ERR_ARGUMENT);
	EXPECT_STATUS(vcpu_set_slot(vcpu, 0xffffffff, 0), ERR_ARGUMENT);
	EXPECT_OK(vcpu_query_slots(vcpu, &pending, &active));
	EXPECT_EQUAL(pending, 0);
	EXPECT_EQUAL(active, 0);
}

static void pages(void)
{
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	const volatile struct vcpu_page *page;
	volatile struct vcpu_update *update;

	EXPECT_STATUS(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, PAGES + 8),
		      ERR_ARGUMENT);
	EXPECT_STATUS(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, 0x1000000000),
		      ERR_TABLE);
	EXPECT_STATUS(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, ROOT_SLOT_THREAD, PAGES),
		      ERR_TYPE);
	EXPECT_OK(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, PAGES));
	EXPECT_REFUSED(
		address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, PAGES + 2 * PAGE_SIZE));
	page = (const volatile struct vcpu_page *)(uintptr_t)PAGES;
	update = (volatile struct vcpu_update *)(uintptr_t)(PAGES + PAGE_SIZE);
	EXPECT_EQUAL(page->registers.pc, 0);
	update->slots.pend = 1;
	EXPECT_EQUAL(update->slots.pend, 1);
}

static void page_not_mapped_twice(void)
{
	cap_t vcpu = object_new(OBJECT_VCPU, 0);

	/* The second of the two pages meets something: neither is mapped then. */
	scratch_map(object_new(OBJECT_FRAME, PAGE_BITS), 41);
	EXPECT_STATUS(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, PAGES), ERR_OCCUPIED);
	scratch_map(object_new(OBJECT_FRAME, PAGE_BITS), 40);
	EXPECT_OK(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, scratch_address(42)));
}

static void begins_with_start(void)
{
	uint64_t first;

	vm_new();
	EXPECT(vm_is_quiet(1000));
	vm_start();
	EXPECT_EQUAL(vm.exit.word[2] & EXIT_REDELIVERED, 0);
	first = vm.exit.word[0];
	EXPECT(vm_arch_page_tells(vm.page));
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
	EXPECT_EQUAL(vm.exit.word[0], first + 1);
}

/* With an exit under way, the start is what follows its answer. */
static void start_behind_an_answer(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_OK(vcpu_start(vm.vcpu));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT(EXIT_START);
	vm_run(guest_calls, 0, 0, 0);
}

static void start_when_parked(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_STATUS(vcpu_configure(vm.vcpu, vm.space, vm.endpoint, 0), ERR_STATE);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 1000);
	EXPECT_OK(vcpu_start(vm.vcpu));
	vm_wait();
	VM_EXPECT(EXIT_START);
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
}

static void stop_and_resume(void)
{
	uint64_t before;

	vm_new();
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 2000);
	EXPECT(*vm.data > 0);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	EXPECT_STATUS(vcpu_stop(vm.vcpu, 0), ERR_STATE);
	before = *vm.data;
	EXPECT(vm_is_quiet(2000));
	EXPECT_EQUAL(*vm.data, before);
	EXPECT_OK(vcpu_resume(vm.vcpu));
	EXPECT_STATUS(vcpu_resume(vm.vcpu), ERR_STATE);
	EXPECT(vm_is_quiet(2000));
	EXPECT(*vm.data > before);
}

static void stop_in_an_exit(void)
{
	cap_t done = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits = 0;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_OK(vcpu_stop(vm.vcpu, mint_new(done, RIGHT_WRITE, 8)));
	EXPECT_STATUS(notification_wait(done, counter_read(), &bits), ERR_DEADLINE);
	/* The exit is answered as ever, but the guest does not go on. */
	vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	EXPECT_OK(notification_wait(done, counter_read(), &bits));
	EXPECT_EQUAL(bits, 8);
	EXPECT(vm_is_quiet(1000));
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_CALL(1);
}

static void stop_when_idle(void)
{
	vm_new();
	vm_start();
	vm_run_and_leave(guest_wfi, 0, 1000);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	EXPECT_OK(vcpu_set_slot(vm.vcpu, 3, slot_configured(35, 0x80, SLOT_PEND)));
	EXPECT(vm_is_quiet(1000));
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_CALL(7);
}

static void destroyed_while_it_runs(void)
{
	vm_new();
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vm.vcpu));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, vm.vcpu));
	EXPECT(vm_is_quiet(1000));
	/* Another one runs where it ran. */
	vm_new_at(1);
	vm_start();
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
}

static void destroyed_in_an_exit(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vm.vcpu));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, vm.vcpu));
	/* The answer goes nowhere. */
	vm.exit.label = DISPOSITION_STEP;
	EXPECT_STATUS(message_reply_recv(vm.endpoint, &vm.exit, counter_after_us(1000)),
		      ERR_DEADLINE);
}

static void without_its_space(void)
{
	vm_new();
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vm.space));
	EXPECT(vm_is_quiet(1000));
	EXPECT_STATUS(vcpu_start(vm.vcpu), ERR_STATE);
}

static void without_its_endpoint(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t before;

	vm_new();
	EXPECT_OK(
		vcpu_configure(vm.vcpu, vm.space, mint_new(endpoint, RIGHT_WRITE, BADGE_VCPU), 0));
	vm.endpoint = endpoint;
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	before = *vm.data;
	EXPECT(before > 0);
	task_sleep(1000);
	EXPECT_EQUAL(*vm.data, before);
	EXPECT_STATUS(vcpu_start(vm.vcpu), ERR_STATE);
}

/* The guest's memory goes while it runs: nothing of it is left in a TLB. */
static void memory_taken_while_it_runs(void)
{
	uint64_t before;

	vm_new();
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	EXPECT_OK(frame_unmap(vm.data_in_guest));
	before = *vm.data;
	vm_wait();
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA);
	EXPECT_EQUAL(*vm.data, before);
}

static void statistics(void)
{
	uint64_t exits = 0, waits = 0;

	vm_new();
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits, &waits));
	EXPECT_EQUAL(exits | waits, 0);
	vm_start();
	vm_run_and_leave(guest_wfi, 0, 1000);
	EXPECT_OK(vcpu_set_slot(vm.vcpu, 3, slot_configured(35, 0x80, SLOT_PEND)));
	vm_wait();
	VM_EXPECT_CALL(7);
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits, &waits));
	EXPECT_EQUAL(exits, 2);
	EXPECT_EQUAL(waits, 1);
}

static void share(void)
{
	uint64_t used;

	vm_new();
	EXPECT_OK(sched_context_configure(vm.time, ticks(2000), ticks(10000)));
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 100000);
	used = time_consumed(vm.time);
	EXPECT(used >= ticks(18000));
	EXPECT(used <= ticks(22500));
}

static void without_its_memory(void)
{
	cap_t data = 0;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	/* All that was derived from the page of its program: the guest's next fetch finds nothing. */
	data = program_frame(guest_calls);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, data));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT(EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], guest_address(guest_calls_second));
}

static void translate_without_mmu(void)
{
	uint64_t physical;

	vm_new();
	EXPECT_OK(vcpu_translate(vm.vcpu, GUEST_DATA + 8, 1, &physical));
	EXPECT_EQUAL(physical, GUEST_DATA + 8);
	EXPECT_STATUS(vcpu_translate(vm.vcpu, GUEST_DATA, 2, &physical), ERR_ARGUMENT);
	EXPECT_STATUS(vcpu_translate(vm.vcpu, ~7ULL, 0, &physical), ERR_ARGUMENT);
	EXPECT_STATUS(vcpu_translate(object_new(OBJECT_VCPU, 0), GUEST_DATA, 0, &physical),
		      ERR_STATE);
}

static void translate_with_mmu(void)
{
	uint64_t physical;

	vm_new();
	/* The data page as a table of blocks of 1 GiB: 0x40000000 to itself, 0 to there too but read-only. */
	vm.data[1] = BLOCK(GUEST_CODE);
	vm.data[0] = BLOCK_READ_ONLY(GUEST_CODE);
	vm_start();
	vm_run(guest_mmu, GUEST_DATA, TRANSLATE_A1, TRANSLATE_A2);
	VM_EXPECT_CALL(0x40);
	EXPECT_OK(vcpu_translate(vm.vcpu, 0x12345678, 0, &physical));
	EXPECT_EQUAL(physical, GUEST_CODE + 0x12345678);
	EXPECT_STATUS(vcpu_translate(vm.vcpu, 0x12345678, 1, &physical), ERR_ARGUMENT);
	EXPECT_OK(vcpu_translate(vm.vcpu, GUEST_CODE + 0x1000, 1, &physical));
	EXPECT_EQUAL(physical, GUEST_CODE + 0x1000);
	EXPECT_STATUS(vcpu_translate(vm.vcpu, 0x80000000, 0, &physical), ERR_ARGUMENT);
}

/* What a VMM has of its VCpu lets it query and set slots, and nothing that others could feel. */
static void rights_of_a_vmm(void)
{
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	cap_t held = mint_new(vcpu, RIGHT_READ | RIGHT_WRITE, 0);
	cap_t readable = mint_new(vcpu, RIGHT_READ, 0);
	uint64_t a, b;

	EXPECT_OK(vcpu_query_slots(held, &a, &b));
	EXPECT_OK(vcpu_statistics(held, &a, &b));
	EXPECT_STATUS(vcpu_translate(held, 0, 0, &a), ERR_STATE);
	EXPECT_OK(vcpu_set_slot(held, 40, SLOT_PEND));
	EXPECT_STATUS(vcpu_set_slot(readable, 40, SLOT_PEND), ERR_RIGHTS);
	EXPECT_STATUS(vcpu_set_priority(held, 255), ERR_RIGHTS);
	EXPECT_STATUS(vcpu_start(held), ERR_RIGHTS);
	EXPECT_STATUS(vcpu_stop(held, 0), ERR_RIGHTS);
	EXPECT_STATUS(vcpu_resume(held), ERR_RIGHTS);
}

static const struct test tests[] = {
	{ "vcpu: wrong configuration", wrong_configuration },
	{ "vcpu: rights of a VMM", rights_of_a_vmm },
	{ "vcpu: wrong slots", wrong_slots },
	{ "vcpu: its pages", pages },
	{ "vcpu: its pages are mapped both or not at all", page_not_mapped_twice },
	{ "vcpu: begins with an exit of kind start", begins_with_start },
	{ "vcpu: starts from parked", start_when_parked },
	{ "vcpu: starts behind the answer to an exit", start_behind_an_answer },
	{ "vcpu: stop and resume while it runs", stop_and_resume },
	{ "vcpu: stop while an exit is answered", stop_in_an_exit },
	{ "vcpu: stop while it is idle", stop_when_idle },
	{ "vcpu: destroyed while it runs", destroyed_while_it_runs },
	{ "vcpu: destroyed while its exit is answered", destroyed_in_an_exit },
	{ "vcpu: stops without its address space", without_its_space },
	{ "vcpu: stops without its endpoint", without_its_endpoint },
	{ "vcpu: revoked memory is not there any more", without_its_memory },
	{ "vcpu: memory taken while it runs", memory_taken_while_it_runs },
	{ "vcpu: exits and waits are counted", statistics },
	{ "vcpu: a share of the core is kept", share },
	{ "vcpu: translate without stage 1", translate_without_mmu },
	{ "vcpu: translate with stage 1", translate_with_mmu },
};

const struct suite vcpu_suite = SUITE(tests);

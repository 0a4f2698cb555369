/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole VCpu, saved and restored into another one. */
#include "vm.h"

extern const char guest_everything[], guest_scribbles[];

/* The page of data: what the guest fills its registers with, and what it found in them afterwards; in words. */
#define FILL  0
#define FOUND 128

/* Interrupt slots: one that the guest has taken, one that is pending. */
#define TAKEN_SLOT   5
#define TAKEN        40
#define PENDING_SLOT 6
#define PENDING      41

#define TICKS_AHEAD 20000

static void slot_set(uint32_t slot, uint32_t number, uint64_t flags)
{
	vm_set_slot(slot, slot_configured(number, 0x80, flags));
}

/* A guest with all of its registers in use, stopped behind its call and saved. */
static void begin(void)
{
	vm_new();
	vm_start();
	slot_set(TAKEN_SLOT, TAKEN, SLOT_PEND);
	vm_timer_slot();
	vm_fill(0);
	vm.update->registers.x[GUEST_AHEAD] = ticks(TICKS_AHEAD);
	vm_run(guest_everything, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x60);
	EXPECT_EQUAL(vm_register(GUEST_TAKEN), TAKEN);
	slot_set(PENDING_SLOT, PENDING, SLOT_PEND);
	EXPECT_STATUS(vcpu_save(vm.vcpu), ERR_STATE);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	EXPECT_STATUS(vcpu_save(vm.vcpu), ERR_STATE);
	/* The answer is in GUEST_A0, where the guest has the page. */
	vm_reply_and_leave(DISPOSITION_STEP, GUEST_DATA, 1000);
	EXPECT_OK(vcpu_save(vm.vcpu));
}

/* The state goes through the task's own memory, as it would between machines. */
static struct vcpu_state copy;

static void copy_words(volatile void *to, const volatile void *from)
{
	volatile uint64_t *t = to;
	const volatile uint64_t *f = from;

	for (size_t i = 0; i < sizeof(copy) / sizeof(uint64_t); i++)
		t[i] = f[i];
}

/* A second VCpu of the same guest, whose exits come to the same endpoint. */
static struct vm second_vcpu(void)
{
	struct vm second = vm;
	uint64_t pages = scratch_address(60);

	second.vcpu = object_new(OBJECT_VCPU, 0);
	second.page = (const volatile struct vcpu_page *)(uintptr_t)pages;
	second.update = (volatile struct vcpu_update *)(uintptr_t)(pages + PAGE_SIZE);
	EXPECT_OK(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, second.vcpu, pages));
	copy_words(&second.update->state, &copy);
	EXPECT_STATUS(vcpu_restore(second.vcpu), ERR_STATE);
	EXPECT_OK(vcpu_configure(second.vcpu, second.space,
				 mint_new(second.endpoint, RIGHT_WRITE, BADGE_VCPU), 1));
	EXPECT_OK(vcpu_set_priority(second.vcpu, PRIORITY_MIDDLE));
	second.time = time_new(second.vcpu, 10000, 10000);
	return second;
}

/* All that the first had the second has: its registers, what it had taken and what waits, its timer. */
static void into_another(void)
{
	struct vm second;

	begin();
	copy_words(&copy, &vm.page->state);
	EXPECT_EQUAL(copy.common.activity, VCPU_RUNNING);
	EXPECT_EQUAL(copy.common.active, 1ULL << TAKEN_SLOT);
	EXPECT_EQUAL(copy.common.pending, 1ULL << PENDING_SLOT);
	EXPECT_EQUAL(STATE_FP(copy)[0], vm_fill_value(0));
	/* The first goes on with other values in all of them. */
	EXPECT_OK(vcpu_start(vm.vcpu));
	vm_wait();
	vm_fill(0x5555555555555555);
	vm_run(guest_scribbles, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x62);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 1000);
	vm_fill(0);
	second = second_vcpu();
	EXPECT_OK(vcpu_restore(second.vcpu));
	EXPECT_OK(vcpu_resume(second.vcpu));
	vm = second;
	vm_wait();
	VM_EXPECT_CALL(0x61);
	for (unsigned int i = 0; i < FILL_WORDS; i++)
		if (vm_arch_fills(i) && vm.data[FOUND + i] != vm.data[FILL + i])
			test_fail(__FILE__, __LINE__, "word %u is 0x%lx", i,
				  (unsigned long)vm.data[FOUND + i]);
	EXPECT_EQUAL(vm_register(GUEST_A1), PENDING);
	EXPECT_EQUAL(vm_register(GUEST_A2), TIMER_NUMBER);
}

/* And itself again, when its registers were others' meanwhile. */
static void into_itself(void)
{
	begin();
	copy_words(&vm.update->state, &vm.page->state);
	EXPECT_OK(vcpu_restore(vm.vcpu));
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_CALL(0x61);
	EXPECT_EQUAL(vm.data[FOUND], vm.data[FILL]);
	EXPECT_EQUAL(vm_register(GUEST_A1), PENDING);
	EXPECT_EQUAL(vm_register(GUEST_A2), TIMER_NUMBER);
}

static void refuse(size_t offset, uint64_t word)
{
	volatile uint64_t *at = (volatile uint64_t *)((uintptr_t)&vm.update->state + offset);
	uint64_t kept = *at;

	*at = word;
	EXPECT_STATUS(vcpu_restore(vm.vcpu), ERR_ARGUMENT);
	*at = kept;
}

/* What must not be is refused, and the VCpu is as it was. */
static void refused(void)
{
	begin();
	copy_words(&vm.update->state, &vm.page->state);
	for (size_t i = 0; i < wrong_state_count; i++)
		refuse(wrong_states[i].offset, wrong_states[i].word);
	refuse(offsetof(struct vcpu_state, common.activity), 3);
	refuse(offsetof(struct vcpu_state, common.activity), 4ULL << 32);
	refuse(offsetof(struct vcpu_state, common.number), SLOT_NUMBER_END);
	refuse(offsetof(struct vcpu_state, common.number), 0x2000ULL << 48);
	EXPECT_OK(vcpu_resume(vm.vcpu));
	EXPECT_STATUS(vcpu_restore(vm.vcpu), ERR_STATE);
	vm_wait();
	VM_EXPECT_CALL(0x61);
	EXPECT_EQUAL(vm_register(GUEST_A1), PENDING);
}

static const struct test tests[] = {
	{ "save: a VCpu goes on in another", into_another },
	{ "save: a VCpu goes on in itself", into_itself },
	{ "save: what restore refuses", refused },
};

const struct suite save_suite = SUITE(tests);

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs of guest.S do, what a VCpu cannot be, and a guest's interrupt controller as simple as can be. */
#include "vm.h"

extern const char guest_load_1[], guest_load_2[], guest_load_4[], guest_load_8[];
extern const char guest_load_1s[], guest_load_2s[], guest_load_4s[], guest_load_zero[];
extern const char guest_c_load_4s[], guest_c_load_8[], guest_c_store_4[], guest_c_store_8[];
extern const char guest_store_1[], guest_store_2[], guest_store_4[], guest_store_8[];
extern const char guest_store_zero[], guest_store_undecoded[], guest_swap[];
extern const char guest_load_reserved[], guest_load_float[];

/* scause (Privileged Architecture, "Supervisor Cause Register"). */
#define EXACTLY(code)         \
	{                     \
		~0ULL, (code) \
	}

const struct cause guest_exceptions[GUEST_EXCEPTIONS] = {
	[EXCEPTION_UNDEFINED] = EXACTLY(2),
	[EXCEPTION_FETCH] = EXACTLY(1),
	[EXCEPTION_LOAD] = EXACTLY(5),
	[EXCEPTION_STORE] = EXACTLY(7),
};

const struct access_program guest_loads[] = {
	{ guest_load_1, 0, 0x88 },
	{ guest_load_2, 1, 0x9788 },
	{ guest_load_4, 2, 0xb5a69788 },
	{ guest_load_8, 3, READ_VALUE },
	{ guest_load_1s, 0, 0xffffffffffffff88 },
	{ guest_load_2s, 1, 0xffffffffffff9788 },
	{ guest_load_4s, 2, 0xffffffffb5a69788 },
	{ guest_load_zero, 3, READ_OLD },
	{ guest_c_load_4s, 2, 0xffffffffb5a69788 },
	{ guest_c_load_8, 3, READ_VALUE },
};
const size_t guest_load_count = ARRAY_SIZE(guest_loads);

const struct access_program guest_stores_of[] = {
	{ guest_store_1, 0, 0x88 },         { guest_store_2, 1, 0x9788 },
	{ guest_store_4, 2, 0xb5a69788 },   { guest_store_8, 3, READ_VALUE },
	{ guest_store_zero, 3, 0 },         { guest_c_store_4, 2, 0xb5a69788 },
	{ guest_c_store_8, 3, READ_VALUE },
};
const size_t guest_store_count = ARRAY_SIZE(guest_stores_of);

const struct undecoded_program guest_undecoded[] = {
	{ guest_store_undecoded, ACCESS_WRITE, 0 },
	{ guest_swap, ACCESS_WRITE, 0 },
	{ guest_load_reserved, 0, 0 },
	{ guest_load_float, 0, 0 },
};
const size_t guest_undecoded_count = ARRAY_SIZE(guest_undecoded);

#define MODE_AT offsetof(struct registers, mode)

const struct wrong_word wrong_registers[] = {
	{ MODE_AT, 2 },
	{ MODE_AT, 3 },
	{ MODE_AT, MODE_SUPERVISOR | 1ULL << 32 },
	{ MODE_AT, ~0ULL },
};
const size_t wrong_register_count = ARRAY_SIZE(wrong_registers);

const struct wrong_word wrong_states[] = {
	{ offsetof(struct vcpu_state, registers.mode), 2 },
	{ offsetof(struct vcpu_state, registers.mode), ~0ULL },
	{ offsetof(struct vcpu_state, vlenb), 7 },
	{ offsetof(struct vcpu_state, hvip), 1 << 6 },
	{ offsetof(struct vcpu_state, hvip), ~0ULL },
};
const size_t wrong_state_count = ARRAY_SIZE(wrong_states);

void vm_fill(uint64_t salt)
{
	/* Behind those of f0 to f31. */
	volatile uint64_t *systems = &vm.data[64];

	for (unsigned int i = 0; i < FILL_WORDS; i++)
		vm.data[i] = vm_fill_value(i) ^ salt;
	systems[1] &= ~1ULL; /* sepc */
	systems[3] &= 0xf;   /* scause */
	systems[4] &= ~3ULL; /* stvec */
}

static uint32_t number_of(uint32_t slot)
{
	return (uint32_t)SLOT_NUMBER_OF(vm.configured[slot]);
}

/* The most urgent slot of the controller that is enabled, pending and not active; VCPU_SLOTS: none. */
static uint32_t next_slot(void)
{
	uint64_t waits = vm_pending() & ~vm_active();
	uint32_t best = VCPU_SLOTS;

	for (uint32_t i = 0; i < VCPU_SLOTS; i++) {
		if (!(waits >> i & 1) || !(vm.configured[i] & SLOT_ENABLED) ||
		    number_of(i) >= SLOT_SOFTWARE)
			continue;
		if (best == VCPU_SLOTS ||
		    SLOT_PRIORITY_OF(vm.configured[i]) < SLOT_PRIORITY_OF(vm.configured[best]))
			best = i;
	}
	return best;
}

static uint32_t claim(void)
{
	uint32_t slot = next_slot();

	if (slot == VCPU_SLOTS)
		return 0;
	EXPECT_OK(vcpu_set_slot(vm.vcpu, slot, SLOT_ACTIVATE | SLOT_UNPEND));
	return number_of(slot);
}

static void complete(uint32_t number)
{
	uint64_t active = vm_active();

	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		if ((active >> i & 1) && number_of(i) == number)
			EXPECT_OK(vcpu_set_slot(vm.vcpu, i, SLOT_DEACTIVATE));
}

bool vm_arch_own_exit(struct message *exit)
{
	uint64_t sequence = exit->word[0];
	uint64_t result = 0;

	if (exit->label != LABEL_EXIT + EXIT_HYPERCALL)
		return false;
	if (vm_register(GUEST_CALL) == CALL_CLAIM)
		result = claim();
	else if (vm_register(GUEST_CALL) == CALL_COMPLETE)
		complete((uint32_t)vm_register(GUEST_A0));
	else
		return false;
	*exit = (struct message){ .label = DISPOSITION_STEP | REPLY_REARM,
				  .word = { result, 0, 0, 0, sequence } };
	return true;
}

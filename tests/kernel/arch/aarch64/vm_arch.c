/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs of guest.S do, and what a VCpu cannot be. */
#include "vm.h"

extern const char guest_load_1[], guest_load_2[], guest_load_4[], guest_load_8[];
extern const char guest_ldrsb_w[], guest_load_1s[], guest_ldrsh_w[], guest_load_2s[];
extern const char guest_load_4s[], guest_ldr_zero[], guest_store_1[], guest_store_2[];
extern const char guest_store_4[], guest_store_8[], guest_str_zero[];
extern const char guest_ldp[], guest_stp[], guest_ldr_post[], guest_str_pre[], guest_ldadd[];

/* ESR_EL1: class and fault status code (Arm ARM D24.2.40). */
#define CLASS(number)   ((uint64_t)(number) << 26)
#define CLASS_MASK      CLASS(0x3f)
#define STATUS_MASK     0x3f
#define STATUS_EXTERNAL 0x10

const struct cause guest_exceptions[GUEST_EXCEPTIONS] = {
	[EXCEPTION_UNDEFINED] = { CLASS_MASK, CLASS(0) },
	[EXCEPTION_FETCH] = { CLASS_MASK | STATUS_MASK, CLASS(0x21) | STATUS_EXTERNAL },
	[EXCEPTION_LOAD] = { CLASS_MASK | STATUS_MASK, CLASS(0x25) | STATUS_EXTERNAL },
	[EXCEPTION_STORE] = { CLASS_MASK | STATUS_MASK, CLASS(0x25) | STATUS_EXTERNAL },
};

const struct access_program guest_loads[] = {
	{ guest_load_1, 0, 0x88 },
	{ guest_load_2, 1, 0x9788 },
	{ guest_load_4, 2, 0xb5a69788 },
	{ guest_load_8, 3, READ_VALUE },
	{ guest_ldrsb_w, 0, 0xffffff88 },
	{ guest_load_1s, 0, 0xffffffffffffff88 },
	{ guest_ldrsh_w, 1, 0xffff9788 },
	{ guest_load_2s, 1, 0xffffffffffff9788 },
	{ guest_load_4s, 2, 0xffffffffb5a69788 },
	{ guest_ldr_zero, 3, READ_OLD },
};
const size_t guest_load_count = ARRAY_SIZE(guest_loads);

const struct access_program guest_stores_of[] = {
	{ guest_store_1, 0, 0x88 },       { guest_store_2, 1, 0x9788 },
	{ guest_store_4, 2, 0xb5a69788 }, { guest_store_8, 3, READ_VALUE },
	{ guest_str_zero, 3, 0 },
};
const size_t guest_store_count = ARRAY_SIZE(guest_stores_of);

const struct undecoded_program guest_undecoded[] = {
	{ guest_stp, ACCESS_WRITE, 0 },     { guest_ldp, 0, 0 },   { guest_ldr_post, 0, 0 },
	{ guest_str_pre, ACCESS_WRITE, 8 }, { guest_ldadd, 0, 0 }, /* what faults is its read */
};
const size_t guest_undecoded_count = ARRAY_SIZE(guest_undecoded);

#define PSTATE_AT offsetof(struct registers, pstate)

/* EL2, EL3, EL1 and EL0 with what they cannot have, AArch32, illegal state, single step. */
const struct wrong_word wrong_registers[] = {
	{ PSTATE_AT, 0x3c9 },
	{ PSTATE_AT, 0x3c8 },
	{ PSTATE_AT, 0x3cd },
	{ PSTATE_AT, 0x3cc },
	{ PSTATE_AT, 0x3c1 },
	{ PSTATE_AT, 0x3c6 },
	{ PSTATE_AT, 0x3c7 },
	{ PSTATE_AT, 0x3d0 },
	{ PSTATE_AT, 0x3d3 },
	{ PSTATE_AT, 0x3df },
	{ PSTATE_AT, PSTATE_EL1H | 1ULL << 20 },
	{ PSTATE_AT, PSTATE_EL1H | 1ULL << 21 },
};
const size_t wrong_register_count = ARRAY_SIZE(wrong_registers);

const struct wrong_word wrong_states[] = {
	{ offsetof(struct vcpu_state, registers.pstate), 0x3c9 /* EL2h */ },
	{ offsetof(struct vcpu_state, registers.pstate), 0x3cd },
	{ offsetof(struct vcpu_state, registers.pstate), 0x3c1 },
	{ offsetof(struct vcpu_state, registers.pstate), 0x3d5 /* AArch32, EL1's mode */ },
	{ offsetof(struct vcpu_state, registers.pstate),
	  0x3c9 | 1 << 20 /* EL2h, in the illegal state */ },
	{ offsetof(struct vcpu_state, registers.pstate), PSTATE_EL1H | 1 << 21 /* single step */ },
	{ offsetof(struct vcpu_state, cntv_ctl), 4 },
	{ offsetof(struct vcpu_state, vmcr), 1ULL << 32 },
	{ offsetof(struct vcpu_state, ap0r), 1ULL << 32 },
	/* The priority of the interrupt that test_save.c has active, in both groups. */
	{ offsetof(struct vcpu_state, ap0r), 1ULL << (0x80 >> 3) },
	{ offsetof(struct vcpu_state, fpcr), 1ULL << 32 },
	{ offsetof(struct vcpu_state, serror), 2 },
};
const size_t wrong_state_count = ARRAY_SIZE(wrong_states);

void vm_fill(uint64_t salt)
{
	/* Behind those of v0 to v31. */
	volatile uint64_t *systems = &vm.data[64];

	for (unsigned int i = 0; i < FILL_WORDS; i++)
		vm.data[i] = vm_fill_value(i) ^ salt;
	systems[8] &= 0xffffffff; /* ESR_EL1 */
	systems[13] &= 3;         /* CNTKCTL_EL1 */
	systems[2] &= 0x7ff000;   /* TTBR0_EL1 */
	systems[3] &= 0x7ff000;
	systems[5] &= 0xffffffff; /* CONTEXTIDR_EL1 */
	systems[9] = 1;           /* PAR_EL1 */
	systems[14] = 0;          /* AFSR0_EL1 */
	systems[1] &= ~0xfULL;    /* SP_EL1 */
}

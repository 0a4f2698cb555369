/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identification registers (Arm ARM D19.2), for each what a guest may know. Fields that no rule
 * names read as zero, "not implemented", so a feature that a newer processor brings stays hidden
 * until somebody has thought about it: one with state that the kernel does not switch, or with
 * traps that it does not handle, must not be shown.
 */
#include <sysreg.h>

/* Place in the table of registers. */
#define ID(crm, op2) (((crm)-1) * 8 + (op2))

#define ID_AA64PFR0  ID(4, 0)
#define ID_AA64PFR1  ID(4, 1)
#define ID_AA64DFR0  ID(5, 0)
#define ID_AA64ISAR0 ID(6, 0)
#define ID_AA64ISAR1 ID(6, 1)
#define ID_AA64ISAR2 ID(6, 2)
#define ID_AA64MMFR0 ID(7, 0)
#define ID_AA64MMFR1 ID(7, 1)
#define ID_AA64MMFR2 ID(7, 2)

/* The bits from `high` to `low`, and a value in a field that begins at `low`. */
#define BITS(high, low)   (~0ULL >> (63 - (high)) & ~0ULL << (low))
#define VALUE(low, value) ((uint64_t)(value) << (low))

struct id_rule {
	/* Fields that the guest sees as they are. */
	uint64_t keep;
	/* Fields that have a value whatever the hardware is. */
	uint64_t fixed;
};

static const struct id_rule rules[ID_REGISTERS] = {
	[ID_AA64PFR0] = {
		/* CSV3, CSV2; DIT; AdvSIMD, FP. */
		.keep = BITS(63, 56) | BITS(51, 48) | BITS(23, 16),
		/* GIC by system registers; EL1 and EL0 in AArch64 only, EL2 and EL3 not at all. */
		.fixed = VALUE(24, 1) | VALUE(4, 1) | VALUE(0, 1),
	},
	[ID_AA64PFR1] = {
		/* SSBS, BT. */
		.keep = BITS(7, 0),
	},
	[ID_AA64DFR0] = {
		/*
		 * No OS Double Lock; two watchpoints, two breakpoints, one of them context-aware;
		 * Armv8.0 debug.
		 */
		.fixed = VALUE(36, 0xf) | VALUE(20, 1) | VALUE(12, 1) | VALUE(0, 6),
	},
	[ID_AA64ISAR0] = {
		/* All but TME. */
		.keep = BITS(63, 28) | BITS(23, 4),
	},
	[ID_AA64ISAR1] = {
		/* XS to FRINTTS; LRCPC, FCMA, JSCVT; DPB. Not LS64, nor pointer authentication. */
		.keep = BITS(59, 32) | BITS(23, 12) | BITS(3, 0),
	},
	[ID_AA64ISAR2] = {
		/*
		 * CSSC, RPRFM; PRFMSLC; CLRBHB; BC; RPRES. Not MOPS and WFxT, which need the
		 * hypervisor.
		 */
		.keep = BITS(55, 48) | BITS(43, 40) | BITS(31, 28) | BITS(23, 20) | BITS(7, 4),
	},
	[ID_AA64MMFR0] = {
		/*
		 * ExS; TGran4, TGran64, TGran16; ASIDBits, PARange. Big-endian data does not reach
		 * devices.
		 */
		.keep = BITS(47, 44) | BITS(31, 20) | BITS(7, 0),
	},
	[ID_AA64MMFR1] = {
		/* ECBHB; nTLBPA, AFP; ETS; SpecSEI, PAN; HPDS; HAFDBS. */
		.keep = BITS(63, 60) | BITS(51, 44) | BITS(39, 36) | BITS(27, 20) | BITS(15, 12) |
			BITS(3, 0),
	},
	[ID_AA64MMFR2] = {
		/* E0PD; BBM, TTL; IDS, AT, ST; CCIDX, VARange; LSM, UAO, CnP. */
		.keep = BITS(63, 60) | BITS(55, 48) | BITS(39, 28) | BITS(23, 16) | BITS(11, 0),
	},
};

/* Kept fields of which the guest sees no more than some value; 0xf is "none" in each of them. */
static const struct id_limit {
	uint8_t index;
	uint8_t low;
	uint8_t most;
} limits[] = {
	/* CSV2: without the SCXTNUM registers. */
	{ ID_AA64PFR0, 56, 1 },
	/*
	 * TGran4 and TGran16 without 52-bit addresses; PARange of 40 bits, as stage 2 translates no
	 * more.
	 */
	{ ID_AA64MMFR0, 28, 0 },
	{ ID_AA64MMFR0, 20, 1 },
	{ ID_AA64MMFR0, 0, 2 },
	/* HAFDBS: without the flag in table descriptors, for which TCR2_EL1 would be needed. */
	{ ID_AA64MMFR1, 0, 2 },
	/* IDS: what concerns EL0 and EL1. */
	{ ID_AA64MMFR2, 36, 1 },
	/* VARange: 52 bits at most. */
	{ ID_AA64MMFR2, 16, 1 },
};

uint64_t id_register(uint32_t index, uint64_t hardware)
{
	uint64_t value = (hardware & rules[index].keep) | rules[index].fixed;

	for (uint32_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct id_limit *limit = &limits[i];
		uint64_t field = value >> limit->low & 0xf;

		if (limit->index != index || field == 0xf || field <= limit->most)
			continue;
		value &= ~VALUE(limit->low, 0xf);
		value |= VALUE(limit->low, limit->most);
	}
	return value;
}

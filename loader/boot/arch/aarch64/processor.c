/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel needs of an AArch64 processor, and what this one has. */
#include "boot.h"
#include "sha256.h"

/* In sha256.S; needs FEAT_SHA256. */
void sha256_blocks_simd(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count);

/* Fields of four bits in the identification registers (Arm ARM D23.2). */
#define PFR0_GIC   24
#define MMFR1_VH   8
#define ISAR0_SHA2 12

#define read_register(name)                                        \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

const enum architecture arch_architecture = ARCHITECTURE_AARCH64;

static unsigned int field(uint64_t value, unsigned int shift)
{
	return value >> shift & 0xf;
}

void arch_check_processor(void)
{
	unsigned int level = read_register(CurrentEL) >> 2 & 3;

	if (level != 2)
		stop("entered at EL%u, needs EL2: start the machine with virtualization=on (QEMU), or let the "
		     "firmware enter at EL2",
		     level);
	if (!field(read_register(ID_AA64MMFR1_EL1), MMFR1_VH))
		stop("this processor has no VHE (Armv8.1): use another, with QEMU -cpu max");
	if (!field(read_register(ID_AA64PFR0_EL1), PFR0_GIC))
		stop("no system registers of a GICv3: use a machine with one, with QEMU gic-version=3");
}

void arch_sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count)
{
	if (field(read_register(ID_AA64ISAR0_EL1), ISAR0_SHA2))
		sha256_blocks_simd(state, data, count);
	else
		sha256_blocks(state, data, count);
}

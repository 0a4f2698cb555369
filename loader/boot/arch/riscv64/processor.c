/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel needs of a RISC-V processor. */
#include "boot.h"
#include "sha256.h"

/* In vectors.S. */
bool can_read_mhartid(void);
bool can_read_hgatp(void);

const enum architecture arch_architecture = ARCHITECTURE_RISCV64;

void arch_check_processor(void)
{
	if (can_read_mhartid())
		stop("entered in M-mode, needs HS-mode: start it by SBI firmware, with QEMU -bios default");
	if (!can_read_hgatp())
		stop("this processor has no hypervisor extension: use another, with QEMU -cpu rv64,h=true");
}

void arch_sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count)
{
	sha256_blocks(state, data, count);
}

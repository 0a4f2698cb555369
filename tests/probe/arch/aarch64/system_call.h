/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before all else that a server is compiled from: each of its system calls, which are one line of C in
 * <cloister/arch/syscall.h>, goes by way of the probe. That line knows nothing of a call, so x30 is kept for it.
 */
__asm__(".macro svc number\n\t"
	"str x30, [sp, #-16]!\n\t"
	"bl probe_system_call\n\t"
	"ldr x30, [sp], #16\n\t"
	".endm");

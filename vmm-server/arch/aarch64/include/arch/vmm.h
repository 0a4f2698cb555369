/* SPDX-License-Identifier: BSD-2-Clause */
/* The architecture's part of what a VMM server knows of its guest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <devices/pl011.h>
#include <devices/pl031.h>
#include <devices/pl061.h>

#include <gicv3.h>

/* EL1's physical timer; the virtual one is the hardware's own. */
struct timer {
	uint64_t compare;
	/* CNTP_CTL_EL0 without ISTATUS. */
	uint32_t control;
};

struct arch_vcpu {
	struct timer timer;
	/* Debug registers that keep what is written: MDSCR_EL1, and the OS Lock. */
	uint64_t mdscr;
	bool os_lock;
};

struct arch_vmm {
	struct gicv3 gicv3;
	struct pl011 pl011;
	struct pl031 pl031;
	struct pl061 pl061;
};

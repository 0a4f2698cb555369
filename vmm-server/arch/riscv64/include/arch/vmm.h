/* SPDX-License-Identifier: BSD-2-Clause */
/* The architecture's part of what a VMM server knows of its guest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <devices/goldfish_rtc.h>
#include <devices/ns16550a.h>

#include <plic.h>

struct arch_vcpu {
	/* When its timer interrupt comes that it asked the firmware for, DEADLINE_NEVER: none; and whether it has come. */
	uint64_t compare;
	bool timer_line;
};

struct arch_vmm {
	struct plic plic;
	struct ns16550a ns16550a;
	struct goldfish_rtc goldfish_rtc;
};

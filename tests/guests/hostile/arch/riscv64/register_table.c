/* SPDX-License-Identifier: BSD-2-Clause */
/* Supervisor and unprivileged CSRs, by number. What a machine or a hypervisor has is not a guest's. */
#include "register_table.h"

#include <stddef.h>

#define ALL UINT64_MAX

/* sstatus: SIE, SPIE, SPP, SUM, MXR. sip, sie: software, timer, external. */
#define STATUS_BITS 0xc0122UL
#define ENABLE_BITS 0x222UL
/* scause is WLRL: an interrupt or exception that there is. */
#define CAUSE_BITS (1UL << 63 | 1)

static const char translation[] = "is not written here: it turns the translation on";

const uint32_t register_witness[EXTENSIONS] = {
	[EXTENSION_V] = 0xc22,
	[EXTENSION_SSTC] = 0x14d,
};

/* clang-format off: a rule is a line */
const struct register_rule register_rules[] = {
	{ 0x001, "fflags", REGISTER_STATE, EXTENSION_ALL, USER_READS, 0x1f, 0, NULL },
	{ 0x002, "frm", REGISTER_STATE, EXTENSION_ALL, USER_READS, 0x3, 0, NULL },
	{ 0x003, "fcsr", REGISTER_STATE, EXTENSION_ALL, USER_READS, 0x7f, 0, NULL },
	{ 0x008, "vstart", REGISTER_STATE, EXTENSION_V, USER_READS, 0x7f, 0, NULL },
	{ 0x009, "vxsat", REGISTER_STATE, EXTENSION_V, USER_READS, 1, 0, NULL },
	{ 0x00a, "vxrm", REGISTER_STATE, EXTENSION_V, USER_READS, 3, 0, NULL },
	{ 0x00f, "vcsr", REGISTER_STATE, EXTENSION_V, USER_READS, 7, 0, NULL },
	{ 0x100, "sstatus", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, STATUS_BITS, 0, NULL },
	{ 0x104, "sie", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, ENABLE_BITS, 0, NULL },
	{ 0x105, "stvec", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, ~3UL, 0, NULL },
	{ 0x106, "scounteren", REGISTER_CLOCK, EXTENSION_ALL, USER_ILLEGAL, 0, 0, NULL },
	{ 0x10a, "senvcfg", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, 1, 0, NULL },
	{ 0x140, "sscratch", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, ALL, 0, NULL },
	{ 0x141, "sepc", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, ~1UL, 0, NULL },
	{ 0x142, "scause", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, CAUSE_BITS, 0, NULL },
	{ 0x143, "stval", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, ALL, 0, NULL },
	{ 0x144, "sip", REGISTER_STATE, EXTENSION_ALL, USER_ILLEGAL, 2, 0, NULL },
	{ 0x14d, "stimecmp", REGISTER_STATE, EXTENSION_SSTC, USER_ILLEGAL, ALL, 0, NULL },
	{ 0x180, "satp", REGISTER_READ, EXTENSION_ALL, USER_ILLEGAL, 0, 0, translation },
	{ 0xc01, "time", REGISTER_FIXED, EXTENSION_ALL, USER_EITHER, 0, 0, NULL },
	{ 0xc20, "vl", REGISTER_FIXED, EXTENSION_V, USER_READS, 0, 0, NULL },
	{ 0xc21, "vtype", REGISTER_FIXED, EXTENSION_V, USER_READS, 0, 0, NULL },
	{ 0xc22, "vlenb", REGISTER_FIXED, EXTENSION_V, USER_READS, 0, 0, NULL },
	{ .name = NULL },
};
/* clang-format on */

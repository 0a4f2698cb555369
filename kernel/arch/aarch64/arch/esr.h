/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ESR_EL2 (Arm ARM D24.2.40): what all classes share, and the classes that the kernel knows.
 */
#pragma once

#include <types.h>

#define ESR_CLASS(esr) ((esr) >> 26 & 0x3f)
#define ESR_IL         BIT(25)
#define ESR_IMMEDIATE  0xffffUL

#define CLASS_WFI      0x01UL
#define CLASS_FP       0x07UL
#define CLASS_SVC      0x15UL
#define CLASS_HVC      0x16UL
#define CLASS_SMC      0x17UL
#define CLASS_REGISTER 0x18UL
#define CLASS_FETCH    0x20UL
#define CLASS_DATA     0x24UL

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two values of HCR_EL2 (Arm ARM D24.2.53): while servers run, and while a guest runs.
 */
#pragma once

#include <types.h>

#define HCR_VM    BIT(0)
#define HCR_SWIO  BIT(1)
#define HCR_PTW   BIT(2)
#define HCR_FMO   BIT(3)
#define HCR_IMO   BIT(4)
#define HCR_AMO   BIT(5)
#define HCR_VSE   BIT(8)
#define HCR_TWI   BIT(13)
#define HCR_TID3  BIT(18)
#define HCR_TSC   BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR  BIT(21)
#define HCR_TGE   BIT(27)
#define HCR_RW    BIT(31)
#define HCR_E2H   BIT(34)
#define HCR_TLOR  BIT(35)
#define HCR_TERR  BIT(36)
#define HCR_TID5  BIT(58)

/* The interrupts stay EL2's: TGE routes everything of EL0 here. */
#define HCR_HOST (HCR_E2H | HCR_RW | HCR_TGE | HCR_FMO | HCR_IMO | HCR_AMO)

/*
 * A guest's table walk that reaches a device is a fault (PTW): an AT of ours must not take what the device answers.
 * Pointer authentication, tags, SME, activity monitors are not there for guests: their enables stay 0.
 */
#define HCR_GUEST                                                                                 \
	(HCR_E2H | HCR_RW | HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TWI | \
	 HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TLOR | HCR_TERR | HCR_TID5)

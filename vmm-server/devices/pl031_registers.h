/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the PL031, by their names in Arm DDI 0224, chapter 3. */
#pragma once

#define RTCDR        0x000
#define RTCMR        0x004
#define RTCLR        0x008
#define RTCCR        0x00c
#define RTCIMSC      0x010
#define RTCRIS       0x014
#define RTCMIS       0x018
#define RTCICR       0x01c
#define RTCPeriphID0 0xfe0

/* The only bit of RTCCR: the clock goes. */
#define CR_START (1U << 0)

/* The only bit of RTCIMSC, RTCRIS and RTCMIS: the match. */
#define INT_MATCH (1U << 0)

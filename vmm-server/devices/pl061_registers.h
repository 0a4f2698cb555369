/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the PL061. Section numbers are those of Arm DDI 0190. */
#pragma once

/* Register offsets (3.2, table 3-1). */
#define GPIODATA      0x000
#define GPIODIR       0x400
#define GPIOIS        0x404
#define GPIOIBE       0x408
#define GPIOIEV       0x40c
#define GPIOIE        0x410
#define GPIORIS       0x414
#define GPIOMIS       0x418
#define GPIOIC        0x41c
#define GPIOAFSEL     0x420
#define GPIOPeriphID0 0xfe0

/* The pins of GPIODATA that an offset below GPIODIR selects: PADDR[9:2] (3.3.1). */
#define GPIODATA_PINS(offset) ((uint8_t)((offset) >> 2))

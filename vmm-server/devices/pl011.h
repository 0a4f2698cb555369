/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 UART (Arm DDI 0183, PrimeCell UART Technical Reference Manual), revision r1p1 with
 * FIFOs of 16 bytes, on the guest's console line.
 */
#pragma once

#include <stdint.h>

#include <devices/model.h>
#include <devices/uart.h>

struct pl011 {
	struct uart uart;
	/* Registers, by their names in the manual. */
	uint32_t ilpr;
	uint32_t ibrd;
	uint32_t fbrd;
	uint32_t lcr_h;
	uint32_t cr;
	uint32_t ifls;
	uint32_t imsc;
	uint32_t ris;
	uint32_t dmacr;
};

extern const struct device_model pl011_model;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single violations (attempts.S). An attempt takes an address or a function's number, and gives what its destination register holds afterwards: what it held
 * before, MARKER, if nothing was loaded.
 */
#pragma once

#include <stdint.h>

extern const char vector[];

uint64_t read_byte(uint64_t address);
uint64_t read_half(uint64_t address);
uint64_t read_word(uint64_t address);
uint64_t read_double(uint64_t address);
/* By an instruction of two bytes. */
uint64_t read_compressed(uint64_t address);
uint64_t write_byte(uint64_t address);
uint64_t write_word(uint64_t address);
uint64_t add_atomically(uint64_t address);
uint64_t load_reserved(uint64_t address);
uint64_t fetch(uint64_t address);
/* CSRs of a hypervisor, and a counter. */
uint64_t read_hstatus(uint64_t unused);
uint64_t write_vsatp(uint64_t unused);
uint64_t read_hpmcounter(uint64_t unused);
/* A hypervisor's load of its guest's memory. */
uint64_t load_virtual(uint64_t address);
/* Gives the call's error. */
uint64_t call_firmware(uint64_t extension);

/* What works: stores a byte and loads it, with and without its sign; 0 if they differ. */
uint64_t store_and_load(uint64_t address, uint8_t value);

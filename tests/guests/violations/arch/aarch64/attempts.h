/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single violations (attempts.S). An attempt takes an address or a function's number, and gives what its destination register holds afterwards: what it held
 * before, MARKER, if nothing was loaded.
 */
#pragma once

#include <stdint.h>

extern const char vectors[];

uint64_t read_byte(uint64_t address);
uint64_t read_half(uint64_t address);
uint64_t read_word(uint64_t address);
uint64_t read_double(uint64_t address);
uint64_t write_byte(uint64_t address);
uint64_t write_word(uint64_t address);
uint64_t read_pair(uint64_t address);
uint64_t write_pair(uint64_t address);
/* Gives the base register, which a load that failed must not write back. */
uint64_t read_post_indexed(uint64_t address);
uint64_t read_exclusive(uint64_t address);
uint64_t read_simd(uint64_t address);
uint64_t fetch(uint64_t address);
/* Implementation defined registers, and one of the performance monitors. */
uint64_t read_defined_by_nobody(uint64_t unused);
uint64_t write_defined_by_nobody(uint64_t unused);
uint64_t read_monitor(uint64_t unused);
/* An instruction of SVE, which guests are not told of. */
uint64_t use_sve(uint64_t unused);
/* Give the call's result. */
uint64_t call_hypervisor(uint64_t function);
uint64_t call_firmware(uint64_t function);

/*
 * What works: stores the words by one instruction and loads them by one, the first in the low half.
 */
uint64_t store_and_load_pair(uint64_t address, uint32_t first, uint32_t second);
/* Stores and steps the base on, steps it back and loads; 0 if it is not where it was. */
uint64_t store_and_load_writeback(uint64_t address, uint32_t value);

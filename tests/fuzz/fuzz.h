/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target takes its input to pieces and makes of it what a hostile party would do: a sequence
 * of accesses, answers, calls. What must hold after each step is said by `must`, `expect` or Check's own assertions, which
 * end the program here: libFuzzer then writes down the input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The input of this run. It is taken piece by piece; behind its end all is 0. */
void input_begin(const uint8_t *data, size_t size);

/* Whether something is left. */
bool input_more(void);

uint8_t input_8(void);
uint16_t input_16(void);
uint32_t input_32(void);
uint64_t input_64(void);

/* Below `limit`, which is at most 256. */
uint32_t input_below(uint32_t limit);

/* All the rest. */
const uint8_t *input_rest(size_t *size);

/* A number that is often one of those at which things break: small, near a power of two, or near `around`. */
uint64_t input_edge(uint64_t around);

/* libFuzzer's two entries into a target. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

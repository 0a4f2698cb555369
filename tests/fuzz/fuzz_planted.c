/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bug that must be found: behind a number that nobody guesses, one byte beyond a piece of memory. It is there to show that
 * inputs are led by what they come to, that the sanitizers watch, and that what they see ends a test.
 */
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile uint8_t *room = malloc(4);

	input_begin(data, size);
	if (input_32() == 0x54534c43)
		room[input_below(5)] = 1;
	free((void *)room);
	return 0;
}

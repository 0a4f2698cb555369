/* SPDX-License-Identifier: BSD-2-Clause */
/* What the compiler calls where the processor has no instruction for it: rv64imac has none that counts zeros (Zbb). */

/* Zero bits below the lowest one that is set; `value` is not 0. By this name GCC calls it for __builtin_ctz(), too. */
int __ctzdi2(unsigned long value);

int __ctzdi2(unsigned long value)
{
	int count = 0;

	for (int step = 32; step; step /= 2) {
		if (value & ((1UL << step) - 1))
			continue;
		value >>= step;
		count += step;
	}
	return count;
}

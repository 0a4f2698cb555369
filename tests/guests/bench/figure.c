/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorting samples (a heap sort: no memory, no recursion) and making a figure of them. */
#include "figure.h"

#include <cloister/print.h>

static void sift_down(uint64_t *heap, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		uint64_t value = heap[root];

		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= value)
			return;
		heap[root] = heap[child];
		heap[child] = value;
	}
}

static void sort(uint64_t *values, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(values, i, count);
	while (count-- > 1) {
		uint64_t largest = values[0];

		values[0] = values[count];
		values[count] = largest;
		sift_down(values, 0, count);
	}
}

void figure_line(char *line, const char *name, uint64_t *samples, uint64_t empty)
{
	sort(samples, FIGURE_ROUNDS);
	print_format(line, FIGURE_LINE_SIZE, "figure %s %lu %lu %lu", name,
		     (unsigned long)(samples[0] - empty),
		     (unsigned long)(samples[FIGURE_ROUNDS / 2] - empty),
		     (unsigned long)(samples[FIGURE_ROUNDS - 1] - empty));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The architectures.
 */
#include "target.h"

#include <string.h>

static const struct target *const targets[] = { &target_aarch64, &target_riscv64 };

const struct target *const target_default = &target_aarch64;

const struct target *target_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(targets[i]->name, name) == 0)
			return targets[i];
	return NULL;
}

const char *target_names(struct arena *arena)
{
	const char *names = arena_print(arena, "\"%s\"", targets[0]->name);

	for (size_t i = 1; i < ARRAY_SIZE(targets); i++)
		names = arena_print(arena, "%s or \"%s\"", names, targets[i]->name);
	return names;
}

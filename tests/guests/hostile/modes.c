/* SPDX-License-Identifier: BSD-2-Clause */
#include "modes.h"
#include "hostile.h"

void hostile_attack(void)
{
	modes_start();
	for (unsigned int i = 0; i < translation_modes_count; i++)
		modes_try(i);
	modes_end();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts taken by polling: they stay masked. */
#pragma once

#include <stdbool.h>

/* Waits in WFI for an interrupt, and ends it. False if there was none. */
bool interrupt_take(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts taken by polling: they stay masked. */
#pragma once

#include <stdbool.h>

/* Pends an interrupt that a vCPU sends, to itself. */
void interrupt_self(void);

/* Lets the timer's interrupt come in a moment. */
void interrupt_soon(void);

/* Waits in WFI for an interrupt, and ends it. False if there was none. */
bool interrupt_take(void);

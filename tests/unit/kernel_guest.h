/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fixture for tests of one VCpu: it is started and waits for its VMM's first answer, whose registers are in the page; signals
 * of a notification are its events.
 */
#pragma once

#include "kernel_machine.h"

extern cap_t endpoint, event;
extern struct task vmm;
extern struct guest guest;

/* Of a machine that was started, and with it. */
void guest_make(void);
void guest_setup(void);
void guest_teardown(void);

enum context_state guest_state(void);

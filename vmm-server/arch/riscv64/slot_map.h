/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in which interrupt slot of a vCPU. A source of the PLIC that another process drives has the slot of its number. All
 * others are the server's own: it knows their state, and one slot raises VSEIP for them.
 */
#pragma once

#include <idl/vmm.h>

#define SLOT_INDEX_OWN      0
#define SLOT_INDEX_SOFTWARE (VMM_PLIC_SOURCES + 1)
#define SLOT_INDEX_TIMER    (VMM_PLIC_SOURCES + 2)
/* How many are used. */
#define SLOT_INDICES (VMM_PLIC_SOURCES + 3)

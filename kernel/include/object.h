/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginning and the end of objects of every type.
 */
#pragma once

#include <slot.h>

/* log2 of the bytes of an object, or 0 if the size is not one the type takes. */
uint8_t object_bits(enum object_type type, uint32_t size_bits);

/* Make the object that `slot` (type, size, object) is to be the original of, in zeroed memory. */
void object_create(struct slot *slot, paddr_t address);

/* The original is deleted: the object ends. STATUS_AGAIN: see slot_delete(). */
enum status object_destroy(struct slot *slot);

/* A capability (not the original) is deleted: what hangs on the capability itself ends, as a mapping does. */
void object_release(struct slot *slot);

/* Empty a binding slot, whose capability is revoked, and tell the holder. STATUS_AGAIN: see slot_delete(). */
enum status object_unbind(struct slot *binding);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An invocation on its way from the system call to the object, and how its arguments become objects.
 */
#pragma once

#include <slot.h>

struct invocation {
	struct slot *slot; /* the capability invoked */
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
	struct cnode cnode; /* the caller's, in which arguments of type cap are looked up */
};

/*
 * The slot of an argument, if it holds a capability of `type` with CONTROL. ERR_CAPABILITY, ERR_TYPE, ERR_RIGHTS.
 */
enum status invocation_slot(struct invocation *call, cap_t cap, enum object_type type,
			    struct slot **slot);

/* The same with other rights. */
enum status invocation_slot_with(struct invocation *call, cap_t cap, enum object_type type,
				 uint8_t rights, struct slot **slot);

/* The empty slot `index` of the CNode `cap`. ERR_ARGUMENT where it is out of range, ERR_OCCUPIED. */
enum status invocation_destination(struct invocation *call, cap_t cap, uint32_t index,
				   struct slot **slot);

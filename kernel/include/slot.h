/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability slots and the derivation tree.
 *
 * The tree is one list in pre-order: the descendants of a slot are the slots behind it whose depth is
 * greater, up to the first whose depth is not. Deleting takes leaves only, so no other slot's depth ever
 * changes. The capability that `retype` made is its object's original: it lives as long as any
 * capability derived from it, and its deletion is the object's end.
 *
 * What an object holds of another (a thread its CNode, a SchedContext its thread) is a slot too, a
 * *binding*, inside the holding object and in the tree below the capability it was made from. So revoke finds
 * it, and slot_delete() tells the holder.
 */
#pragma once

#include <types.h>

struct address_space;

/*
 * In `type`, beside the type itself: the object's end is under way, and takes more than one step. Nothing finds such a slot by
 * a type, so all that can be done with it is to delete it: that goes on with the end.
 */
#define OBJECT_ENDING 0x80

/* Flags of a slot. The low bits are an Untyped's or Frame's `untyped_flags`. */
#define SLOT_ORIGINAL     0x10
#define SLOT_BINDING      0x20
#define SLOT_MEMORY_FLAGS (UNTYPED_DEVICE | UNTYPED_IMAGE)

struct slot {
	uint8_t type; /* enum object_type; OBJECT_NULL: empty */
	uint8_t rights;
	uint8_t size_bits; /* Untyped, Frame: log2 of bytes; CNode: of slots; a binding: its holder's type */
	uint8_t flags;
	uint32_t depth;
	uint64_t object; /* Untyped, Frame: physical address; IrqHandler: number; else the kernel's pointer */
	uint64_t data; /* Endpoint, Notification: badge; Untyped: bytes used; Frame, PageTable: where mapped; a CNode that
		  ends: slots that are done */
	union {
		struct address_space *space; /* Frame, PageTable: mapped there */
		void *holder;                /* a binding: the object it is part of */
		uint64_t zeroed; /* Untyped: what is not used is zero below this offset, if it is above `data` */
	};
	struct slot *next, *prev; /* the derivation list */
	struct list mapped;       /* Frame, PageTable: among the mappings of `space` */
};

_Static_assert(sizeof(struct slot) == 1UL << BITS_SLOT, "a CNode's size counts on it");

/* An array of slots; its size is in the capability. */
struct cnode {
	struct slot *slots;
	uint32_t count;
};

/* What a CNode capability stands for. */
struct cnode cnode_of(const struct slot *slot);

/* The slot `index` of a CNode, or NULL if it is out of range. */
struct slot *cnode_slot(struct cnode cnode, uint64_t index);

/* Make an empty slot a capability without a parent (only the kernel's start does). */
void slot_init_root(struct slot *slot, enum object_type type, uint64_t object, uint8_t size_bits);

/* Put a capability into the empty slot `child`, below `parent`. The caller has checked slot_can_derive(). */
void slot_derive(struct slot *parent, struct slot *child);

/* OK, or ERR_DEPTH where the tree can grow no deeper. */
enum status slot_can_derive(const struct slot *parent);

bool slot_has_descendants(const struct slot *slot);

/*
 * Empty a slot without descendants; an original's object ends. STATUS_AGAIN: a step of it is done, and an interrupt waits. All
 * is as it must be for others then; the same call goes on where this one stopped.
 */
enum status slot_delete(struct slot *slot);

/* Delete all descendants. STATUS_AGAIN: likewise. */
enum status slot_revoke(struct slot *slot);

/* Hold a capability in the binding slot of an object, with the source's rights and badge. The binding is empty. */
enum status binding_set(struct slot *binding, struct slot *source, enum object_type holder_type,
			void *holder);

/* Let go of it; nothing happens if it is empty. Does not tell the holder. */
void binding_clear(struct slot *binding);

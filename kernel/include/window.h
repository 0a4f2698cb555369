/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: ranges of a guest's physical addresses whose accesses another process than its VMM answers.
 *
 * An entry of the last level that maps nothing holds the window's number and generation, so that one walk finds it. To clear a
 * window needs no look at them: they stay, and mean nothing until another window or frame takes their place.
 */
#pragma once

#include <slot.h>

struct address_space;
struct vcpu;

struct window {
	uint64_t address;
	uint32_t pages; /* 0: it is clear, or about to be: nothing leads to it */
	uint32_t doorbell_offset;
	uint64_t generation;  /* of its entries */
	struct slot endpoint; /* bindings */
	struct slot doorbell;
	struct list vcpus; /* of vcpu.window_link: its server has not answered them */
};

/* Whether an entry of the last level holds a window that is clear by now, and so nothing. */
bool window_is_stale(struct address_space *space, uint64_t entry);

/* Whether an entry holds a window, clear by now or not. */
static inline bool window_in(uint64_t entry)
{
	return entry && !(entry & (PAGE_SIZE - 1));
}

/* The window at a guest-physical address, or NULL. */
struct window *window_at(struct address_space *space, uint64_t address);

/* A binding of one of the space's windows is revoked. STATUS_AGAIN: see slot_delete(). */
enum status window_unbind(struct address_space *space, const struct slot *binding);

/* Guest-physical, behind its last byte. */
static inline uint64_t window_end(const struct window *window)
{
	return window->address + ((uint64_t)window->pages << PAGE_BITS);
}

/* The window's server gets the VCpu's exit. */
void window_enter(struct window *window, struct vcpu *vcpu);

/* The VCpu's exit is answered, or is no more: its window lets go of it. Nothing happens if it has none. */
void window_leave(struct vcpu *vcpu);

/* At the end of the space, which no VCpu has any more. */
void windows_destroy(struct address_space *space);

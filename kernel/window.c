/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows of guests: see window.h.
 */
#include <address_space.h>
#include <arch/irq.h>
#include <exit.h>
#include <ipc.h>
#include <kernel_dispatch.h>
#include <window.h>

/* An entry: the window's number from INDEX_SHIFT on, its generation above; below is nothing that hardware takes for valid. */
#define INDEX_SHIFT      PAGE_BITS
#define INDEX_BITS       8
#define GENERATION_SHIFT (INDEX_SHIFT + INDEX_BITS)

_Static_assert(WINDOWS_MAX <= 1 << INDEX_BITS, "a number has its place in an entry");

static uint64_t entry_for(const struct address_space *space, const struct window *window)
{
	return window->generation << GENERATION_SHIFT | (uint64_t)(window - space->windows)
								<< INDEX_SHIFT;
}

/* The window that an entry holds, or NULL if it is clear by now. */
static struct window *window_of(struct address_space *space, uint64_t entry)
{
	struct window *window = &space->windows[entry >> INDEX_SHIFT & (BIT(INDEX_BITS) - 1)];

	return window->pages && window->generation == entry >> GENERATION_SHIFT ? window : NULL;
}

bool window_is_stale(struct address_space *space, uint64_t entry)
{
	return window_in(entry) && !window_of(space, entry);
}

struct window *window_at(struct address_space *space, uint64_t address)
{
	uint64_t *entry;

	/* Most guests have none: their exits pay nothing for it. A guest can name addresses that no table is for. */
	if (!space->window_count || address >> SPACE_BITS)
		return NULL;
	entry = space_page(space, address);
	return entry && window_in(*entry) ? window_of(space, *entry) : NULL;
}

void window_enter(struct window *window, struct vcpu *vcpu)
{
	vcpu->window = window;
	list_insert(&window->vcpus, &vcpu->window_link);
}

void window_leave(struct vcpu *vcpu)
{
	if (!vcpu->window)
		return;
	list_remove(&vcpu->window_link);
	vcpu->window = NULL;
}

/* It has an endpoint, a doorbell, or both, until it is clear. */
static bool is_in_use(const struct window *window)
{
	return window->endpoint.type != OBJECT_NULL || window->doorbell.type != OBJECT_NULL;
}

/* From now on no access goes to its server; those that are there already go to the VMM, one after the other. */
static enum status drain(struct address_space *space, struct window *window)
{
	if (window->pages)
		space->window_count--;
	window->pages = 0;
	while (!list_empty(&window->vcpus)) {
		struct vcpu *vcpu = container_of(window->vcpus.next, struct vcpu, window_link);

		ipc_cancel(&vcpu->context);
		window_leave(vcpu);
		exit_redeliver(vcpu);
		if (arch_irq_pending())
			return STATUS_AGAIN;
	}
	return OK;
}

static enum status clear(struct address_space *space, struct window *window)
{
	enum status status = drain(space, window);

	if (status != OK)
		return status;
	binding_clear(&window->endpoint);
	binding_clear(&window->doorbell);
	return OK;
}

enum status window_unbind(struct address_space *space, const struct slot *binding)
{
	size_t offset = (size_t)((const char *)binding - (const char *)space->windows);
	struct window *window = &space->windows[offset / sizeof(struct window)];

	/* Without its doorbell it is a window still, unless there is nothing else. */
	if (binding == &window->doorbell && window->endpoint.type != OBJECT_NULL)
		return OK;
	return clear(space, window);
}

void windows_destroy(struct address_space *space)
{
	/* In one step: no VCpu is in any, for it was halted when it lost the space. */
	for (uint32_t i = 0; i < WINDOWS_MAX; i++)
		if (is_in_use(&space->windows[i]))
			clear(space, &space->windows[i]);
}

/* What set_window asks for, looked up. */
struct wish {
	uint64_t address;
	uint32_t pages;
	struct slot *endpoint;
	struct slot *doorbell;
};

static enum status find(struct invocation *call, cap_t cap, enum object_type type,
			struct slot **slot)
{
	enum status status = OK;

	if (cap)
		status = invocation_slot_with(call, cap, type, RIGHT_WRITE, slot);
	return status == OK && *slot ? slot_can_derive(*slot) : status;
}

/* The entry of a page, where `before` is that of the page before it: the next one, unless a table begins here. */
static uint64_t *entry_behind(struct address_space *space, uint64_t *before, uint64_t address)
{
	return before && !aligned(address, BLOCK_SIZE) ? before + 1 : space_page(space, address);
}

/* Whether each page of it is free, and has its table. */
static enum status check_place(struct address_space *space, const struct wish *wish)
{
	uint64_t size = (uint64_t)wish->pages << PAGE_BITS;
	uint64_t *entry = NULL;

	if (!wish->pages || wish->pages > WINDOW_PAGES_MAX || !aligned(wish->address, PAGE_SIZE) ||
	    wish->address > BIT(SPACE_BITS) - size)
		return ERR_ARGUMENT;
	for (uint32_t i = 0; i < wish->pages; i++) {
		uint64_t address = wish->address + ((uint64_t)i << PAGE_BITS);

		entry = entry_behind(space, entry, address);
		if (!entry)
			return space_is_mapped(space, address) ? ERR_OCCUPIED : ERR_TABLE;
		if (*entry && !window_is_stale(space, *entry))
			return ERR_OCCUPIED;
	}
	return OK;
}

enum status guest_space_set_window(struct invocation *call, uint32_t index, uint64_t address,
				   uint32_t pages, cap_t endpoint, cap_t doorbell,
				   uint32_t doorbell_offset)
{
	struct address_space *space = (struct address_space *)call->slot->object;
	struct wish wish = { .address = address, .pages = pages };
	struct window *window;
	uint64_t *entry = NULL;
	enum status status;

	if (index >= WINDOWS_MAX || (!endpoint && !doorbell))
		return ERR_ARGUMENT;
	window = &space->windows[index];
	if (doorbell ? doorbell_offset >> PAGE_BITS >= pages : doorbell_offset)
		return ERR_ARGUMENT;
	if (is_in_use(window))
		return ERR_OCCUPIED;
	status = find(call, endpoint, OBJECT_ENDPOINT, &wish.endpoint);
	if (status == OK)
		status = find(call, doorbell, OBJECT_NOTIFICATION, &wish.doorbell);
	if (status == OK)
		status = check_place(space, &wish);
	if (status != OK)
		return status;
	window->address = address;
	window->pages = pages;
	window->doorbell_offset = doorbell_offset;
	window->generation++;
	space->window_count++;
	list_init(&window->vcpus);
	if (wish.endpoint)
		binding_set(&window->endpoint, wish.endpoint, OBJECT_GUEST_SPACE, space);
	if (wish.doorbell)
		binding_set(&window->doorbell, wish.doorbell, OBJECT_GUEST_SPACE, space);
	for (uint32_t i = 0; i < pages; i++) {
		entry = entry_behind(space, entry, address + ((uint64_t)i << PAGE_BITS));
		pte_write(entry, entry_for(space, window));
	}
	return OK;
}

enum status guest_space_clear_window(struct invocation *call, uint32_t index)
{
	struct address_space *space = (struct address_space *)call->slot->object;

	if (index >= WINDOWS_MAX)
		return ERR_ARGUMENT;
	if (!is_in_use(&space->windows[index]))
		return ERR_STATE;
	return clear(space, &space->windows[index]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checked access to the manifest: that it is one, of the version this program reads, that each table
 * lies inside it, that names end, and that indices from one table into another are in range. After
 * description_open() the tables can be read without further checks; slots and addresses in them are
 * checked by the kernel when they are used.
 */
#include "root.h"

#include <stddef.h>

#define REGION_SIZE 0x200000ULL

static const void *table_at(const struct manifest *head, const char *name, struct table table,
			    size_t record)
{
	uint64_t size = (uint64_t)table.count * record;

	if (table.offset % 8 != 0)
		root_stop("manifest: table %s: offset 0x%x is not a multiple of 8", name,
			  table.offset);
	if (table.offset > head->size || size > head->size - table.offset)
		root_stop("manifest: table %s: %u records at 0x%x do not fit in 0x%lx bytes", name,
			  table.count, table.offset, (unsigned long)head->size);
	return (const uint8_t *)head + table.offset;
}

static void check_name(const char *name, const char *table, uint32_t index)
{
	for (uint32_t i = 0; i < NAME_SIZE; i++)
		if (name[i] == '\0')
			return;
	root_stop("manifest: %s %u: its name has no end", table, index);
}

static void check_names(const struct description *d)
{
	for (uint32_t i = 0; i < d->head->components.count; i++)
		check_name(d->components[i].name, "component", i);
	for (uint32_t i = 0; i < d->head->groups.count; i++)
		check_name(d->groups[i].name, "group", i);
	for (uint32_t i = 0; i < d->head->threads.count; i++)
		check_name(d->threads[i].name, "thread", i);
	for (uint32_t i = 0; i < d->head->guests.count; i++)
		check_name(d->guests[i].name, "guest", i);
}

static void check_counts(const struct manifest *head)
{
	if (head->guests.count > GUESTS_MAX)
		root_stop("manifest: %u guests, at most %u can be", head->guests.count, GUESTS_MAX);
	if (head->threads.count > THREADS_MAX)
		root_stop("manifest: %u threads, at most %u can be", head->threads.count,
			  THREADS_MAX);
	if (head->root_cnode_bits >= 32 || 1U << head->root_cnode_bits > SLOTS_MAX)
		root_stop("manifest: a CNode of 2^%u slots cannot be", head->root_cnode_bits);
}

static void check_guest(const struct description *d, uint32_t index)
{
	uint32_t vmm = d->guests[index].vmm_thread;

	if (vmm >= d->head->threads.count)
		root_stop("manifest: guest %u: its VMM is thread %u of %u", index, vmm,
			  d->head->threads.count);
	for (uint32_t i = 0; i < index; i++)
		if (d->guests[i].vmm_thread == vmm)
			root_stop("manifest: guest %u: its VMM is that of guest %u", index, i);
}

static void check_device_server(const struct description *d, uint32_t index)
{
	const struct manifest_device_server *device = &d->device_servers[index];

	if (device->thread >= d->head->threads.count)
		root_stop("manifest: device server %u: its thread is %u of %u", index,
			  device->thread, d->head->threads.count);
	if (device->guest >= d->head->guests.count)
		root_stop("manifest: device server %u: it belongs to guest %u of %u", index,
			  device->guest, d->head->guests.count);
	for (uint32_t i = 0; i < d->head->guests.count; i++)
		if (d->guests[i].vmm_thread == device->thread)
			root_stop("manifest: device server %u: it is the VMM of guest %u", index,
				  i);
	for (uint32_t i = 0; i < index; i++)
		if (d->device_servers[i].thread == device->thread)
			root_stop("manifest: device server %u: it is device server %u", index, i);
}

static void check_indices(const struct description *d)
{
	for (uint32_t i = 0; i < d->head->threads.count; i++)
		if (d->threads[i].group >= d->head->groups.count)
			root_stop("manifest: thread %u: its group is %u of %u", i,
				  d->threads[i].group, d->head->groups.count);
	for (uint32_t i = 0; i < d->head->guests.count; i++)
		check_guest(d, i);
	for (uint32_t i = 0; i < d->head->device_servers.count; i++)
		check_device_server(d, i);
	for (uint32_t i = 0; i < d->head->vcpus.count; i++)
		if (d->vcpus[i].guest >= d->head->guests.count)
			root_stop("manifest: vcpu %u: it belongs to guest %u of %u", i,
				  d->vcpus[i].guest, d->head->guests.count);
}

static void check_head(const struct manifest *head)
{
	if (head->magic != MANIFEST_MAGIC)
		root_stop("manifest: it begins with 0x%lx, so it is none",
			  (unsigned long)head->magic);
	if (head->version != MANIFEST_VERSION)
		root_stop("manifest: version %u, this root server reads %u; build the image again",
			  head->version, MANIFEST_VERSION);
	if (head->size < sizeof(*head) || head->size > head->image_size)
		root_stop("manifest: a size of 0x%lx bytes cannot be", (unsigned long)head->size);
}

void description_open(struct description *d)
{
	const struct manifest *head = (const struct manifest *)(uintptr_t)boot()->manifest;
	uint64_t physical = boot()->manifest + boot()->image_offset;

	check_head(head);
	d->head = head;
	d->components = table_at(head, "components", head->components, sizeof(*d->components));
	d->groups = table_at(head, "groups", head->groups, sizeof(*d->groups));
	d->objects = table_at(head, "objects", head->objects, sizeof(*d->objects));
	d->capabilities =
		table_at(head, "capabilities", head->capabilities, sizeof(*d->capabilities));
	d->page_tables = table_at(head, "page_tables", head->page_tables, sizeof(*d->page_tables));
	d->mappings = table_at(head, "mappings", head->mappings, sizeof(*d->mappings));
	d->loads = table_at(head, "loads", head->loads, sizeof(*d->loads));
	d->sched_contexts =
		table_at(head, "sched_contexts", head->sched_contexts, sizeof(*d->sched_contexts));
	d->threads = table_at(head, "threads", head->threads, sizeof(*d->threads));
	d->vcpus = table_at(head, "vcpus", head->vcpus, sizeof(*d->vcpus));
	d->bindings = table_at(head, "bindings", head->bindings, sizeof(*d->bindings));
	d->windows = table_at(head, "windows", head->windows, sizeof(*d->windows));
	d->guests = table_at(head, "guests", head->guests, sizeof(*d->guests));
	d->device_servers =
		table_at(head, "device_servers", head->device_servers, sizeof(*d->device_servers));
	/* The kernel maps the image from the 2 MiB boundary below the manifest. */
	d->image_start = physical - physical % REGION_SIZE;
	d->image_end = head->image_address + head->image_size;
	check_counts(head);
	check_names(d);
	check_indices(d);
}

const void *description_image(const struct description *d, uint64_t physical, uint64_t size)
{
	if (physical < d->image_start || physical > d->image_end || size > d->image_end - physical)
		return NULL;
	return (const void *)(uintptr_t)(physical - boot()->image_offset);
}

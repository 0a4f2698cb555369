/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server's calls, and of these the protocol `manager`: each method finds what it is about, and
 * guests.c and servers.c do it. Who has no manager's badge gets ERR_RIGHTS.
 */
#include "root.h"

#include <cloister/counter.h>
#include <cloister/message.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>
#include <idl/root_dispatch.h>

/* A label's part that tells the protocol. */
#define LABEL_PROTOCOL (~0xffULL)

static const struct description *description;

void manager_init(const struct description *d)
{
	description = d;
}

void calls_serve(struct message *m)
{
	if ((m->label & LABEL_PROTOCOL) != MANAGER_MACHINE)
		root_dispatch(NULL, m);
	else if (m->badge == ROOT_BADGE_MANAGER)
		manager_dispatch(NULL, m);
	else
		m->label = ERR_RIGHTS;
}

enum status manager_serve_machine(void *context, uint64_t badge, uint32_t *guests,
				  uint32_t *servers, uint64_t *uptime)
{
	(void)context;
	(void)badge;
	*guests = description->head->guests.count;
	*servers = description->head->threads.count;
	*uptime = microseconds_of(counter_read());
	return OK;
}

static uint64_t unused_of(cap_t untyped)
{
	uint64_t address = 0;
	uint64_t used = 0;
	uint32_t size_bits = 0;
	uint32_t flags = 0;

	if (untyped_describe(untyped, &address, &size_bits, &flags, &used) != OK)
		return 0;
	return (1ULL << size_bits) - used;
}

/* In pieces, as the kernel counts them. */
static uint32_t empty_slots(uint32_t slots)
{
	uint32_t sum = 0;

	for (uint32_t first = 0; first < slots; first += CNODE_COUNT_MAX) {
		uint32_t count = 0;
		uint32_t empty = 0;

		if (cnode_count(ROOT_SLOT_CNODE, first, &count, &empty) == OK)
			sum += empty;
	}
	return sum;
}

enum status manager_serve_memory(void *context, uint64_t badge, uint64_t *machine,
				 uint64_t *ungiven, uint64_t *unused, uint32_t *slots,
				 uint32_t *empty)
{
	const struct manifest *head = description->head;

	(void)context;
	(void)badge;
	*machine = 0;
	*ungiven = 0;
	*unused = 0;
	for (uint32_t i = 0; i < head->memory_count; i++)
		*machine += head->memory[i].size;
	for (uint32_t i = 0; i < boot()->untyped_count; i++)
		if (boot()->untyped[i].flags == 0)
			*ungiven += unused_of(ROOT_SLOT_UNTYPED + i);
	for (uint32_t i = 0; i < head->groups.count; i++)
		*unused += unused_of(description->groups[i].slot);
	*slots = 1U << head->root_cnode_bits;
	*empty = empty_slots(*slots);
	return OK;
}

static enum status give_name(const char name[NAME_SIZE], uint64_t *name0, uint64_t *name1,
			     uint64_t *name2, uint64_t *name3)
{
	uint64_t words[NAME_SIZE / sizeof(uint64_t)];

	memcpy(words, name, sizeof(words));
	*name0 = words[0];
	*name1 = words[1];
	*name2 = words[2];
	*name3 = words[3];
	return OK;
}

static bool is_guest(uint32_t guest)
{
	return guest < description->head->guests.count;
}

enum status manager_serve_guest_name(void *context, uint64_t badge, uint32_t guest, uint64_t *name0,
				     uint64_t *name1, uint64_t *name2, uint64_t *name3)
{
	(void)context;
	(void)badge;
	if (!is_guest(guest))
		return ERR_ARGUMENT;
	return give_name(description->guests[guest].name, name0, name1, name2, name3);
}

enum status manager_serve_guest_status(void *context, uint64_t badge, uint32_t guest,
				       enum guest_state *state, uint64_t *resets,
				       uint64_t *restarts, uint64_t *exits, uint64_t *waits,
				       uint64_t *time)
{
	(void)context;
	(void)badge;
	if (!is_guest(guest))
		return ERR_ARGUMENT;
	*state = guests_get(guest)->state;
	*resets = guests_get(guest)->resets;
	*restarts = servers_get(description->guests[guest].vmm_thread)->restarts;
	guests_counts(guest, exits, waits, time);
	*time = microseconds_of(*time);
	return OK;
}

/* The time of a guest's VCpus is that of its first: they all have the same. */
static void give_time(const struct manifest_vcpu *vcpu, uint64_t *budget, uint64_t *period)
{
	for (uint32_t i = 0; i < description->head->sched_contexts.count; i++) {
		const struct manifest_sched_context *time = &description->sched_contexts[i];

		if (time->slot != vcpu->sched_context)
			continue;
		*budget = time->budget;
		*period = time->period;
	}
}

enum status manager_serve_guest_description(void *context, uint64_t badge, uint32_t guest,
					    uint64_t *memory_base, uint64_t *memory_size,
					    uint32_t *vcpus, uint32_t *priority, uint64_t *budget,
					    uint64_t *period)
{
	(void)context;
	(void)badge;
	if (!is_guest(guest))
		return ERR_ARGUMENT;
	*memory_base = description->guests[guest].memory_base;
	*memory_size = description->guests[guest].memory_size;
	*vcpus = 0;
	for (uint32_t i = 0; i < description->head->vcpus.count; i++) {
		if (description->vcpus[i].guest != guest)
			continue;
		if ((*vcpus)++ > 0)
			continue;
		*priority = description->vcpus[i].priority;
		give_time(&description->vcpus[i], budget, period);
	}
	return OK;
}

enum status manager_serve_guest_start(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return is_guest(guest) ? guests_start(guest) : ERR_ARGUMENT;
}

enum status manager_serve_guest_stop(void *context, uint64_t badge, uint32_t guest,
				     uint64_t patience)
{
	(void)context;
	(void)badge;
	return is_guest(guest) ? guests_stop(guest, patience) : ERR_ARGUMENT;
}

enum status manager_serve_guest_pause(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return is_guest(guest) ? guests_pause(guest) : ERR_ARGUMENT;
}

enum status manager_serve_guest_resume(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return is_guest(guest) ? guests_resume(guest) : ERR_ARGUMENT;
}

enum status manager_serve_guest_reset(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return is_guest(guest) ? guests_reset(guest) : ERR_ARGUMENT;
}

enum status manager_serve_server_name(void *context, uint64_t badge, uint32_t server,
				      uint64_t *name0, uint64_t *name1, uint64_t *name2,
				      uint64_t *name3)
{
	(void)context;
	(void)badge;
	if (server >= description->head->threads.count)
		return ERR_ARGUMENT;
	return give_name(description->threads[server].name, name0, name1, name2, name3);
}

enum status manager_serve_server_status(void *context, uint64_t badge, uint32_t server,
					enum server_state *state, uint32_t *restarts,
					uint32_t *priority, uint64_t *time, uint64_t *cause,
					uint64_t *pc)
{
	const struct manifest_thread *thread;
	uint64_t used = 0;

	(void)context;
	(void)badge;
	if (server >= description->head->threads.count)
		return ERR_ARGUMENT;
	thread = &description->threads[server];
	*state = servers_get(server)->state;
	*restarts = servers_get(server)->restarts;
	*priority = thread->priority;
	if (thread->sched_context != 0)
		sched_context_consumed(thread->sched_context, &used);
	*time = microseconds_of(used);
	*cause = servers_get(server)->cause;
	*pc = servers_get(server)->pc;
	return OK;
}

enum status manager_serve_power_off(void *context, uint64_t badge)
{
	(void)context;
	(void)badge;
	log_print("powering off, as the manager asks");
	guests_power_off();
	return OK;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers' lives: which of them run, and whether one that failed is restarted, by the policy in its
 * record of the manifest. Restarts wait for their time in the root server's loop, never here.
 */
#include "root.h"

#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/kernel_client.h>

/* Back-offs double this often in a row: up to 64 times the first. */
#define DOUBLINGS_MAX 6

static const struct description *description;
static struct server servers[THREADS_MAX];

void servers_init(const struct description *d)
{
	uint64_t now = counter_read();

	description = d;
	for (uint32_t i = 0; i < d->head->threads.count; i++)
		servers[i] = (struct server){ .state = SERVER_STATE_RUNNING,
					      .started_at = now,
					      .restart_at = DEADLINE_NEVER };
}

const struct server *servers_get(uint32_t thread)
{
	return &servers[thread];
}

/* A manager's messages go through no driver: the log of the root server can do without it. */
static bool is_manager(uint32_t thread)
{
	const struct manifest_capability *capability = description->capabilities;

	for (uint32_t i = 0; i < description->head->capabilities.count; i++)
		if (capability[i].source == description->head->root_endpoint &&
		    capability[i].badge == ROOT_BADGE_MANAGER &&
		    capability[i].cnode == description->threads[thread].cnode)
			return true;
	return false;
}

static void give_up(uint32_t thread)
{
	servers[thread].state = SERVER_STATE_FAILED;
	servers[thread].restart_at = DEADLINE_NEVER;
	if (devices_guest(thread) != GUEST_NONE)
		devices_given_up(thread);
	/* Any driver may be the one that the log goes through. */
	else if (guests_of_vmm(thread) == GUEST_NONE && !is_manager(thread))
		log_close();
}

/* The first restart in a row waits for the back-off of the record, each further one twice as long. */
static void restart_later(uint32_t thread, uint64_t now)
{
	struct server *server = &servers[thread];
	uint32_t doublings = server->row < DOUBLINGS_MAX ? server->row : DOUBLINGS_MAX;
	uint64_t delay = (uint64_t)description->threads[thread].restart_back_off << doublings;

	server->row++;
	server->state = SERVER_STATE_RESTARTING;
	server->restart_at = now + ticks_of(delay * 1000);
	console_print("  it is restarted in %lu ms", (unsigned long)delay);
}

/* Servers of one guest are of use as long as that is there. */
static bool is_needed(uint32_t thread)
{
	uint32_t guest = guests_of_vmm(thread);

	if (guest != GUEST_NONE)
		return guests_needs_vmm(guest);
	guest = devices_guest(thread);
	return guest == GUEST_NONE || guests_needs_devices(guest);
}

static bool may_restart(const struct manifest_thread *thread, const struct server *server)
{
	return thread->restart_limit == RESTART_ALWAYS || server->row < thread->restart_limit;
}

void servers_failed(uint32_t thread, uint64_t cause, uint64_t pc)
{
	const struct manifest_thread *record = &description->threads[thread];
	struct server *server = &servers[thread];
	uint32_t guest = guests_of_vmm(thread);
	uint64_t now = counter_read();
	bool may;

	server->cause = cause;
	server->pc = pc;
	if (now - server->started_at >= ticks_of(record->restart_window * 1000ULL))
		server->row = 0;
	may = may_restart(record, server);
	if (may && is_needed(thread))
		restart_later(thread, now);
	else
		give_up(thread);
	if (!may && server->row > 0)
		log_print("server %s: failed again after %u restarts in a row, and is given up",
			  record->name, server->row);
	if (guest != GUEST_NONE)
		guests_vmm_failed(guest, server->state == SERVER_STATE_RESTARTING);
}

void servers_stop(uint32_t thread)
{
	struct server *server = &servers[thread];

	thread_suspend(description->threads[thread].thread);
	server->restart_at = DEADLINE_NEVER;
	if (server->state != SERVER_STATE_FAILED)
		server->state = SERVER_STATE_STOPPED;
}

static bool renew(uint32_t thread)
{
	struct server *server = &servers[thread];
	struct failure failure;

	server->restart_at = DEADLINE_NEVER;
	if (!build_again(description, thread, &failure)) {
		console_print("server %s cannot be restarted: %s",
			      description->threads[thread].name, failure.text);
		return false;
	}
	server->state = SERVER_STATE_RUNNING;
	server->started_at = counter_read();
	return true;
}

bool servers_renew(uint32_t thread)
{
	servers[thread].row = 0;
	if (renew(thread))
		return true;
	give_up(thread);
	return false;
}

static void restart(uint32_t thread)
{
	struct server *server = &servers[thread];
	uint32_t guest = guests_of_vmm(thread);

	if (!renew(thread)) {
		give_up(thread);
		if (guest != GUEST_NONE)
			guests_vmm_failed(guest, false);
		return;
	}
	server->restarts++;
	if (devices_guest(thread) != GUEST_NONE)
		devices_restarted(thread);
	if (guest != GUEST_NONE)
		guests_vmm_restarted(guest);
	else
		log_print("server %s: restarted, number %u", description->threads[thread].name,
			  server->restarts);
}

void servers_run(uint64_t now)
{
	for (uint32_t i = 0; i < description->head->threads.count; i++)
		if (servers[i].restart_at <= now)
			restart(i);
}

uint64_t servers_deadline(void)
{
	uint64_t first = DEADLINE_NEVER;

	for (uint32_t i = 0; i < description->head->threads.count; i++)
		if (servers[i].restart_at < first)
			first = servers[i].restart_at;
	return first;
}

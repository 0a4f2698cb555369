/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server: start-up, then one loop at one endpoint. What arrives there is told apart by its
 * badge: faults, which the kernel sends with the badge of the failed thread, and calls of VMMs and
 * managers. Whatever waits for a time is done between two messages.
 */
#include "root.h"

#include <stdarg.h>

#include <cloister/counter.h>
#include <cloister/message.h>
#include <cloister/print.h>
#include <idl/kernel_client.h>
#include <idl/kernel_names.h>
#include <idl/root.h>

void root_stop(const char *format, ...)
{
	char text[160];
	va_list arguments;

	va_start(arguments, format);
	print_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	console_print("Cloister: %s", text);
	console_print("Cloister: the machine cannot start and is powered off");
	firmware_system_off(ROOT_SLOT_FIRMWARE);
	__builtin_trap();
}

void root_limit_time(bool limited)
{
	uint64_t period = ticks_of(ROOT_PERIOD_US);
	enum status status = sched_context_configure(
		ROOT_SLOT_SCHED_CONTEXT, limited ? ticks_of(ROOT_BUDGET_US) : period, period);

	if (status != OK)
		root_stop("the root server's own budget: %s", status_name(status));
}

static void greet(const struct description *d)
{
	uint32_t guests = d->head->guests.count;
	uint32_t servers = d->head->threads.count;
	uint64_t memory = 0;

	for (uint32_t i = 0; i < d->head->memory_count && i < MEMORY_REGIONS_MAX; i++)
		memory += d->head->memory[i].size;
	console_print("Cloister: %u guest%s, %u server%s, %lu MiB of memory", guests,
		      guests == 1 ? "" : "s", servers, servers == 1 ? "" : "s",
		      (unsigned long)(memory >> 20));
}

static uint64_t next_deadline(void)
{
	uint64_t servers = servers_deadline();
	uint64_t guests = guests_deadline();

	return servers < guests ? servers : guests;
}

/* What is due, at every turn: who calls without end holds up no restart and no deadline. */
static bool work(void)
{
	uint64_t now = counter_read();

	servers_run(now);
	return guests_run(now);
}

static void serve(const struct description *d)
{
	cap_t endpoint = d->head->root_endpoint;
	bool answer_owed = false;
	struct message m;

	while (work()) {
		uint64_t deadline = next_deadline();
		enum status status = answer_owed ? message_reply_recv(endpoint, &m, deadline) :
						   message_recv(endpoint, &m, deadline);

		answer_owed = false;
		if (status == ERR_DEADLINE)
			continue;
		if (status != OK)
			root_stop("the root server's endpoint, slot %u: %s", endpoint,
				  status_name(status));
		if (m.badge > 0 && m.badge <= d->head->threads.count) {
			faults_report(d, (uint32_t)m.badge - 1, &m);
		} else {
			calls_serve(&m);
			answer_owed = true;
		}
	}
}

void server_main(struct message *first)
{
	/* Static, for its tables are used as long as the machine runs. */
	static struct description description;

	(void)first;
	description_open(&description);
	greet(&description);
	build_machine(&description);
	guests_init(&description);
	devices_init(&description);
	manager_init(&description);
	log_open(description.head);
	servers_init(&description);
	build_start(&description);
	root_limit_time(true);
	serve(&description);
	firmware_system_off(ROOT_SLOT_FIRMWARE);
}

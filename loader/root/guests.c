/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests, how they are reset and how they end: by their own wish, told by their VMM, or because
 * their VMM failed. When none is left the machine is powered off, after a while in which the console
 * shows what it still holds.
 */
#include "root.h"

#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/kernel_client.h>
#include <idl/root.h>
#include <idl/root_dispatch.h>

/* A fraction of a second for the console's rings to drain before the machine goes off. */
#define DRAIN_FRACTION 2

static const struct description *description;
static bool ended[GUESTS_MAX];
/* How often each was reset, how many of these were said, and the time at which the next may be. */
static struct {
	uint64_t count;
	uint64_t said;
	uint64_t say_at;
} resets[GUESTS_MAX];
static uint32_t guests_left;
static uint64_t power_off_at = DEADLINE_NEVER;

void guests_init(const struct description *d)
{
	description = d;
	guests_left = d->head->guests.count;
}

/* What the guest has cost, for who measures. */
static void report_counts(uint32_t guest)
{
	uint64_t exits = 0;
	uint64_t waits = 0;
	uint64_t at_el1;
	uint64_t others;

	for (uint32_t i = 0; i < description->head->vcpus.count; i++) {
		uint64_t vcpu_exits;
		uint64_t vcpu_waits;

		if (description->vcpus[i].guest != guest ||
		    vcpu_statistics(description->vcpus[i].vcpu, &vcpu_exits, &vcpu_waits) != OK)
			continue;
		exits += vcpu_exits;
		waits += vcpu_waits;
	}
	log_print("guest %s: %lu exits, %lu waits", description->guests[guest].name, exits, waits);
	if (firmware_instructions(ROOT_SLOT_FIRMWARE, &at_el1, &others) == OK)
		log_print("the machine: %lu instructions in guests' kernels, %lu in all else",
			  at_el1, others);
}

/* Whatever its VMM answers or does from here on, the guest does not run. */
static void stop_vcpus(uint32_t guest)
{
	for (uint32_t i = 0; i < description->head->vcpus.count; i++)
		if (description->vcpus[i].guest == guest)
			vcpu_stop(description->vcpus[i].vcpu);
}

static void say_resets(uint32_t guest)
{
	resets[guest].said = resets[guest].count;
	log_print("guest %s: reset, number %lu", description->guests[guest].name,
		  (unsigned long)resets[guest].count);
}

static void guest_ended(uint32_t guest, const char *how)
{
	if (ended[guest])
		return;
	ended[guest] = true;
	stop_vcpus(guest);
	if (resets[guest].said != resets[guest].count)
		say_resets(guest);
	log_print("guest %s: %s", description->guests[guest].name, how);
	report_counts(guest);
	if (--guests_left == 0) {
		log_print("the last guest has ended: powering off");
		power_off_at = counter_read() + boot()->counter_frequency / DRAIN_FRACTION;
	}
}

static void start_vcpus(uint32_t guest)
{
	for (uint32_t i = 0; i < description->head->vcpus.count; i++)
		if (description->vcpus[i].guest == guest && description->vcpus[i].start)
			vcpu_start(description->vcpus[i].vcpu);
}

/*
 * The VMM waits for this while its guest's exit waits for the VMM: the kernel starts the guest when
 * that is answered. A guest that is reset over and over makes one line a second.
 */
static void guest_reset(uint32_t guest)
{
	uint64_t now = counter_read();

	if (ended[guest])
		return;
	resets[guest].count++;
	if (now >= resets[guest].say_at) {
		say_resets(guest);
		resets[guest].say_at = now + boot()->counter_frequency;
	}
	stop_vcpus(guest);
	start_vcpus(guest);
}

void guests_server_failed(uint32_t thread)
{
	bool driver = true;

	for (uint32_t i = 0; i < description->head->guests.count; i++) {
		if (description->guests[i].vmm_thread != thread)
			continue;
		driver = false;
		guest_ended(i, "its VMM failed");
	}
	/* Any driver may be the one that the log goes through. */
	if (driver)
		log_close();
}

enum status root_serve_guest_ended(void *context, uint64_t badge, enum guest_end end)
{
	uint64_t guest = badge - ROOT_BADGE_GUEST;

	(void)context;
	if (guest >= description->head->guests.count)
		return ERR_RIGHTS;
	switch (end) {
	case GUEST_OFF:
		guest_ended((uint32_t)guest, "powered off");
		break;
	case GUEST_RESET:
		guest_reset((uint32_t)guest);
		break;
	case GUEST_FAILED:
		guest_ended((uint32_t)guest, "its VMM could not go on");
		break;
	}
	return OK;
}

void guests_call(struct message *m)
{
	root_dispatch(NULL, m);
}

uint64_t guests_deadline(void)
{
	return power_off_at;
}

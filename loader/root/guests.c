/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests' lives: how they are reset, stopped, paused and started again, and how they end: by their
 * own wish, told by their VMM, by a manager's, or because their VMM failed. When none is left that
 * could run the machine is powered off, after a while in which the console shows what it still holds; but for
 * a guest that ended by a manager's wish the machine waits: the manager can start it again.
 */
#include "root.h"

#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/kernel_client.h>
#include <idl/root_dispatch.h>

/* A fraction of a second for the console's rings to drain before the machine goes off. */
#define DRAIN_FRACTION 2

#define PATIENCE_MAX (1ULL << 40)

static const struct description *description;
static struct guest guests[GUESTS_MAX];
static uint64_t power_off_at;

void guests_init(const struct description *d)
{
	description = d;
	power_off_at = DEADLINE_NEVER;
	for (uint32_t i = 0; i < d->head->guests.count; i++)
		guests[i] =
			(struct guest){ .state = GUEST_STATE_RUNNING, .stop_at = DEADLINE_NEVER };
}

const struct guest *guests_get(uint32_t guest)
{
	return &guests[guest];
}

uint32_t guests_of_vmm(uint32_t thread)
{
	for (uint32_t i = 0; i < description->head->guests.count; i++)
		if (description->guests[i].vmm_thread == thread)
			return i;
	return GUEST_NONE;
}

static const char *name_of(uint32_t guest)
{
	return description->guests[guest].name;
}

void guests_counts(uint32_t guest, uint64_t *exits, uint64_t *waits, uint64_t *time)
{
	*exits = 0;
	*waits = 0;
	*time = 0;
	for (uint32_t i = 0; i < description->head->vcpus.count; i++) {
		const struct manifest_vcpu *vcpu = &description->vcpus[i];
		uint64_t vcpu_exits = 0;
		uint64_t vcpu_waits = 0;
		uint64_t vcpu_time = 0;

		if (vcpu->guest != guest)
			continue;
		vcpu_statistics(vcpu->vcpu, &vcpu_exits, &vcpu_waits);
		sched_context_consumed(vcpu->sched_context, &vcpu_time);
		*exits += vcpu_exits;
		*waits += vcpu_waits;
		*time += vcpu_time;
	}
}

/* What the guest has cost, for who measures. */
static void report_counts(uint32_t guest)
{
	uint64_t exits, waits, time;
	uint64_t at_el1, others;

	guests_counts(guest, &exits, &waits, &time);
	log_print("guest %s: %lu exits, %lu waits", name_of(guest), exits, waits);
	if (firmware_instructions(ROOT_SLOT_FIRMWARE, &at_el1, &others) == OK)
		log_print("the machine: %lu instructions in guests' kernels, %lu in all else",
			  at_el1, others);
}

/* One invocation on each VCpu of a guest. One that is in another state than it is for is left alone. */
static void for_vcpus(uint32_t guest, enum status (*invoke)(cap_t vcpu))
{
	for (uint32_t i = 0; i < description->head->vcpus.count; i++)
		if (description->vcpus[i].guest == guest)
			invoke(description->vcpus[i].vcpu);
}

static enum status stop_vcpu(cap_t vcpu)
{
	return vcpu_stop(vcpu, 0);
}

static void start_vcpus(uint32_t guest)
{
	for (uint32_t i = 0; i < description->head->vcpus.count; i++)
		if (description->vcpus[i].guest == guest && description->vcpus[i].start)
			vcpu_start(description->vcpus[i].vcpu);
}

static void say_resets(uint32_t guest)
{
	guests[guest].resets_said = guests[guest].resets;
	log_print("guest %s: reset, number %lu", name_of(guest),
		  (unsigned long)guests[guest].resets);
}

static bool has_resets_to_say(uint32_t guest)
{
	return guests[guest].resets_said != guests[guest].resets;
}

/* A guest that is reset over and over makes one line a second. */
static void say_resets_if_due(uint32_t guest, uint64_t now)
{
	if (!has_resets_to_say(guest) || now < guests[guest].say_at)
		return;
	say_resets(guest);
	guests[guest].say_at = now + boot()->counter_frequency;
}

static void count_reset(uint32_t guest)
{
	guests[guest].resets++;
	say_resets_if_due(guest, counter_read());
}

void guests_power_off(void)
{
	uint64_t when = counter_read() + boot()->counter_frequency / DRAIN_FRACTION;

	if (when < power_off_at)
		power_off_at = when;
}

static void power_off_if_over(void)
{
	for (uint32_t i = 0; i < description->head->guests.count; i++)
		if (guests[i].asked ||
		    (guests[i].state != GUEST_STATE_OFF && guests[i].state != GUEST_STATE_FAILED))
			return;
	log_print("the last guest has ended: powering off");
	guests_power_off();
}

/* Its time has not come to an end, though it may stand still. */
static bool is_alive(uint32_t guest)
{
	return guests[guest].state == GUEST_STATE_RUNNING ||
	       guests[guest].state == GUEST_STATE_PAUSED ||
	       guests[guest].state == GUEST_STATE_STOPPING;
}

/* Whatever its VMM was about to answer or do, the guest takes no time any more, nor does the VMM. */
static void end_guest(uint32_t guest, enum guest_state state, const char *how)
{
	struct guest *g = &guests[guest];

	for_vcpus(guest, stop_vcpu);
	servers_stop(description->guests[guest].vmm_thread);
	devices_stop(guest);
	g->state = state;
	g->anew = false;
	g->stop_at = DEADLINE_NEVER;
	if (has_resets_to_say(guest))
		say_resets(guest);
	log_print("guest %s: %s", name_of(guest), how);
	report_counts(guest);
	power_off_if_over();
}

/* What ends a guest: its memory, its images and its VMM stay, for a manager may start it again. */
static void stop_guest(uint32_t guest)
{
	guests[guest].asked = true;
	end_guest(guest, GUEST_STATE_STOPPED, "stopped");
}

/*
 * The VMM waits for this while one exit of its guest, and maybe others', waits for the VMM: the kernel starts each VCpu when
 * its exit is answered, those without one at once, so from here on none of them runs in the old life. One that was
 * paused meanwhile begins when it is resumed.
 */
static void reset_itself(uint32_t guest)
{
	count_reset(guest);
	if (guests[guest].state == GUEST_STATE_PAUSED) {
		guests[guest].anew = true;
		return;
	}
	for_vcpus(guest, stop_vcpu);
	start_vcpus(guest);
}

enum status root_serve_guest_ended(void *context, uint64_t badge, enum guest_end end)
{
	uint64_t guest = badge - ROOT_BADGE_GUEST;

	(void)context;
	if (guest >= description->head->guests.count)
		return ERR_RIGHTS;
	if (!is_alive((uint32_t)guest))
		return OK;
	if (end == GUEST_FAILED)
		end_guest((uint32_t)guest, GUEST_STATE_FAILED, "its VMM could not go on");
	else if (end == GUEST_OFF)
		end_guest((uint32_t)guest, GUEST_STATE_OFF, "powered off");
	else if (description->guests[guest].on_reset == ON_RESET_OFF)
		end_guest((uint32_t)guest, GUEST_STATE_OFF, "powered off by a reset");
	else
		reset_itself((uint32_t)guest);
	return OK;
}

bool guests_needs_vmm(uint32_t guest)
{
	return guests[guest].state == GUEST_STATE_RUNNING ||
	       guests[guest].state == GUEST_STATE_PAUSED;
}

bool guests_needs_devices(uint32_t guest)
{
	return is_alive(guest) || guests[guest].state == GUEST_STATE_RESTARTING;
}

void guests_vmm_failed(uint32_t guest, bool restarts)
{
	struct guest *g = &guests[guest];

	if (restarts) {
		for_vcpus(guest, stop_vcpu);
		g->anew = g->state == GUEST_STATE_PAUSED;
		g->state = GUEST_STATE_RESTARTING;
	} else if (g->state == GUEST_STATE_STOPPING) {
		end_guest(guest, GUEST_STATE_STOPPED, "its VMM failed, and it was to be stopped");
	} else if (is_alive(guest) || g->state == GUEST_STATE_RESTARTING) {
		end_guest(guest, GUEST_STATE_FAILED, "its VMM failed");
	}
}

void guests_vmm_restarted(uint32_t guest)
{
	struct guest *g = &guests[guest];

	log_print("guest %s: its VMM was restarted, number %u", name_of(guest),
		  servers_get(description->guests[guest].vmm_thread)->restarts);
	devices_renew(guest);
	g->state = g->anew ? GUEST_STATE_PAUSED : GUEST_STATE_RUNNING;
	if (!g->anew)
		start_vcpus(guest);
}

/* With a new VMM, so whatever state the old one is in. */
static enum status begin_anew(uint32_t guest)
{
	struct guest *g = &guests[guest];

	if (!servers_renew(description->guests[guest].vmm_thread)) {
		end_guest(guest, GUEST_STATE_FAILED, "its VMM could not be started");
		return ERR_ABORTED;
	}
	devices_renew(guest);
	g->asked = false;
	g->anew = false;
	g->stop_at = DEADLINE_NEVER;
	g->state = GUEST_STATE_RUNNING;
	start_vcpus(guest);
	return OK;
}

enum status guests_start(uint32_t guest)
{
	if (is_alive(guest) || guests[guest].state == GUEST_STATE_RESTARTING ||
	    power_off_at != DEADLINE_NEVER)
		return ERR_STATE;
	log_print("guest %s: started", name_of(guest));
	return begin_anew(guest);
}

enum status guests_reset(uint32_t guest)
{
	if (!is_alive(guest))
		return ERR_STATE;
	count_reset(guest);
	return begin_anew(guest);
}

static void ask(uint32_t guest)
{
	guests[guest].asked = true;
	guests[guest].state = GUEST_STATE_STOPPING;
	log_print("guest %s: asked to power off", name_of(guest));
	notification_signal(description->guests[guest].power_button);
}

enum status guests_stop(uint32_t guest, uint64_t patience)
{
	struct guest *g = &guests[guest];
	uint64_t stop_at;

	if (patience > PATIENCE_MAX)
		return ERR_ARGUMENT;
	if (!is_alive(guest) && g->state != GUEST_STATE_RESTARTING)
		return ERR_STATE;
	if (patience == 0 || g->state == GUEST_STATE_PAUSED || g->state == GUEST_STATE_RESTARTING ||
	    description->guests[guest].power_button == 0) {
		stop_guest(guest);
		return OK;
	}
	if (g->state == GUEST_STATE_RUNNING)
		ask(guest);
	stop_at = counter_read() + ticks_of(patience);
	if (stop_at < g->stop_at)
		g->stop_at = stop_at;
	return OK;
}

enum status guests_pause(uint32_t guest)
{
	if (guests[guest].state != GUEST_STATE_RUNNING)
		return ERR_STATE;
	for_vcpus(guest, stop_vcpu);
	guests[guest].state = GUEST_STATE_PAUSED;
	log_print("guest %s: paused", name_of(guest));
	return OK;
}

enum status guests_resume(uint32_t guest)
{
	if (guests[guest].state != GUEST_STATE_PAUSED)
		return ERR_STATE;
	log_print("guest %s: resumed", name_of(guest));
	guests[guest].state = GUEST_STATE_RUNNING;
	if (guests[guest].anew)
		start_vcpus(guest);
	else
		for_vcpus(guest, vcpu_resume);
	guests[guest].anew = false;
	return OK;
}

bool guests_run(uint64_t now)
{
	for (uint32_t i = 0; i < description->head->guests.count; i++) {
		if (guests[i].stop_at <= now)
			stop_guest(i);
		say_resets_if_due(i, now);
	}
	return now < power_off_at;
}

uint64_t guests_deadline(void)
{
	uint64_t first = power_off_at;

	for (uint32_t i = 0; i < description->head->guests.count; i++) {
		if (guests[i].stop_at < first)
			first = guests[i].stop_at;
		if (has_resets_to_say(i) && guests[i].say_at < first)
			first = guests[i].say_at;
	}
	return first;
}

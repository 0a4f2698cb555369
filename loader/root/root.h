/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server's own interfaces. It starts with all capabilities of the machine, builds what the
 * manifest describes (build.c), and then serves one endpoint: faults of the servers (faults.c), which it
 * restarts by policy (servers.c), and the protocols of idl/root.idl (guests.c, manager.c). It waits
 * for nobody but that endpoint, and nothing that a server, a guest or a VMM does stops it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/kernel.h>
#include <idl/manifest.h>
#include <idl/root.h>

struct message;

/* Guests in one description: each needs a console of the multiplexer, so this is above what can be. */
#define GUESTS_MAX 64

/*
 * Threads in one description: a VMM for each guest, and the servers that they share. Device servers are among them without being
 * counted: each needs a line of the multiplexer's for its log, and of these there are not as many.
 */
#define THREADS_MAX (GUESTS_MAX + 16)

/* Slots of the largest CNode that can be (untyped.retype in idl/kernel.idl). */
#define SLOTS_MAX 0x10000

/* Microseconds that can be turned into ticks: of a counter below 8 GHz they fit in 64 bits. */
#define MICROSECONDS_MAX (1ULL << 50)

/* The manifest, its tables checked to lie inside it. The counts are those in `head`. */
struct description {
	const struct manifest *head;
	const struct manifest_component *components;
	const struct manifest_group *groups;
	const struct manifest_object *objects;
	const struct manifest_capability *capabilities;
	const struct manifest_page_table *page_tables;
	const struct manifest_mapping *mappings;
	const struct manifest_load *loads;
	const struct manifest_sched_context *sched_contexts;
	const struct manifest_thread *threads;
	const struct manifest_vcpu *vcpus;
	const struct manifest_binding *bindings;
	const struct manifest_window *windows;
	const struct manifest_guest *guests;
	const struct manifest_device_server *device_servers;
	/* Of the image's part that the root server can read: physical addresses, [start, end). */
	uint64_t image_start;
	uint64_t image_end;
};

/* What the kernel told the root server (idl/kernel.idl, boot_info). */
static inline const struct boot_info *boot(void)
{
	return (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
}

/* Microseconds, at most MICROSECONDS_MAX, in ticks of the counter. */
static inline uint64_t ticks_of(uint64_t microseconds)
{
	uint64_t frequency = boot()->counter_frequency;

	return microseconds / 1000000 * frequency + microseconds % 1000000 * frequency / 1000000;
}

static inline uint64_t microseconds_of(uint64_t ticks)
{
	uint64_t frequency = boot()->counter_frequency;

	return ticks / frequency * 1000000 + ticks % frequency * 1000000 / frequency;
}

/* main.c */

/*
 * Says what failed and powers the machine off: for what leaves no way to go on. The format is that
 * of print_format().
 */
_Noreturn void root_stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Whether the root server's own time is limited to ROOT_BUDGET_US in each ROOT_PERIOD_US, so that a storm of calls takes no more
 * than that of the others' time. It is not while the machine starts.
 */
void root_limit_time(bool limited);

/* manifest.c */

/* Checks the manifest and gives its tables. Stops the machine with a message if it is not sound. */
void description_open(struct description *d);

/*
 * Where `size` bytes at the physical address `physical` of the image are in the root server's
 * address space; NULL if they are not all inside the image.
 */
const void *description_image(const struct description *d, uint64_t physical, uint64_t size);

/* build.c */

/* Why something could not be built: words that name the record of the manifest. */
struct failure {
	char text[120];
};

/* Makes and connects all objects, fills memory. Nothing runs yet. A failure stops the machine. */
void build_machine(const struct description *d);

/* Starts the servers, then the vCPUs whose record says so. A failure stops the machine. */
void build_start(const struct description *d);

/*
 * Makes the process of this thread anew from its pristine image, whatever it is doing, and starts the
 * thread. VCpus whose VMM it is halt, and are configured for it again; they are not started. False if that
 * fails: the process does not run, and this can be tried again.
 */
bool build_again(const struct description *d, uint32_t thread, struct failure *failure);

/* Makes again what callers have from a device server's door, all of which is revoked first. */
bool build_door_again(const struct description *d, uint32_t door, struct failure *failure);

/* scratch.c */

/*
 * Maps a 4 KiB frame that may be in use elsewhere at ROOT_SCRATCH with the given rights; one at a
 * time. Needs the rights on the capability in `frame`.
 */
enum status scratch_map(cap_t frame, uint32_t rights);
enum status scratch_unmap(void);

/* faults.c */

/* Reports the fault of the thread with this index, and hands it on to servers_failed(). */
void faults_report(const struct description *d, uint32_t thread, const struct message *fault);

/* A thread's registers, `count` words. The thread does not run. */
enum status faults_registers(cap_t thread, uint64_t *words, uint32_t count);

/* Prints registers x0 and so on, four in a row; `count` is a multiple of four. */
void faults_print(const uint64_t *x, unsigned int count);

/* arch/<a>/report.c */

/* What a fault's cause word means, in words. */
const char *arch_fault_name(uint64_t cause);

/* Whether a fault of this cause comes with an address; else that word means nothing. */
bool arch_fault_has_address(uint64_t cause);

/* A thread's registers, read and printed for a crash report. The thread does not run. */
struct arch_report {
	/* Where the thread stood, and its register for the return address. */
	uint64_t pc;
	uint64_t link;
	/* The frame pointer. */
	uint64_t frame;
};

enum status arch_report_registers(cap_t thread, struct arch_report *report);

/* Where the frame record is that a frame pointer names: two words, the caller's frame pointer and the return address. */
uint64_t arch_record_address(uint64_t frame);

/* Completes the record of the innermost function, whose return address may still be in its register. */
void arch_record_complete(const struct arch_report *report, uint64_t record[2]);

/* servers.c */

/* What is known of one thread of the manifest, which is a process. */
struct server {
	enum server_state state;
	/* How often it was restarted after it failed. */
	uint32_t restarts;
	/* Of these, how many in a row: each soon after the one before it. */
	uint32_t row;
	/* When it was started last, and when it is to be restarted (RESTARTING), in ticks of the counter. */
	uint64_t started_at;
	uint64_t restart_at;
	/* Of its last fault; 0: it had none. */
	uint64_t cause;
	uint64_t pc;
};

/* To be called before the servers run. */
void servers_init(const struct description *d);

const struct server *servers_get(uint32_t thread);

/* The thread has failed and stands still: its policy says what becomes of it. */
void servers_failed(uint32_t thread, uint64_t cause, uint64_t pc);

/* Stops the thread, so that it uses no time any more, and takes back a restart that is due. */
void servers_stop(uint32_t thread);

/* As build_again(), for a manager: failures in a row count from the first again. */
bool servers_renew(uint32_t thread);

/* Restarts whose back-off is over; `now` is the counter. */
void servers_run(uint64_t now);

/* When servers_run() has work; DEADLINE_NEVER: not before something else happens. */
uint64_t servers_deadline(void);

/* devices.c */

void devices_init(const struct description *d);

/* The guest that this thread is a device server of; GUEST_NONE: it is none. */
uint32_t devices_guest(uint32_t thread);

/* Nobody waits for it any more: accesses to the device fail, its interrupt is down, and a VMM with its channel is told. */
void devices_given_up(uint32_t thread);

/* Its successor begins, and may have something to say. */
void devices_restarted(uint32_t thread);

/* All device servers of a guest: stop them; make them anew, whatever they do, with all that leads to them. */
void devices_stop(uint32_t guest);
void devices_renew(uint32_t guest);

/* guests.c */

struct guest {
	enum guest_state state;
	/* It was asked to power itself off, or was stopped: its end is not the machine's. */
	bool asked;
	/* Paused before it could begin anew: `resume` lets it. */
	bool anew;
	/* When it is stopped (STOPPING), in ticks of the counter. */
	uint64_t stop_at;
	/* How often it was reset, how many of these were said, and the time at which the next may be. */
	uint64_t resets;
	uint64_t resets_said;
	uint64_t say_at;
};

#define GUEST_NONE UINT32_MAX

void guests_init(const struct description *d);

const struct guest *guests_get(uint32_t guest);

/* The guest whose VMM this thread is; GUEST_NONE: it is another server. */
uint32_t guests_of_vmm(uint32_t thread);

/* Whether a VMM, or a device server, that fails now is to be restarted. */
bool guests_needs_vmm(uint32_t guest);
bool guests_needs_devices(uint32_t guest);

/* The VMM has failed; `restarts` tells whether it will be back. */
void guests_vmm_failed(uint32_t guest, bool restarts);

/* It is back: the guest begins anew. */
void guests_vmm_restarted(uint32_t guest);

/* Exits, idle waits and ticks of the processor's time of all the guest's VCpus. */
void guests_counts(uint32_t guest, uint64_t *exits, uint64_t *waits, uint64_t *time);

/* As the methods of the protocol `manager` (idl/root.idl) say; `guest` is in range. */
enum status guests_start(uint32_t guest);
enum status guests_stop(uint32_t guest, uint64_t patience);
enum status guests_pause(uint32_t guest);
enum status guests_resume(uint32_t guest);
enum status guests_reset(uint32_t guest);

/* The machine goes off once the console had some time to show what it still holds. */
void guests_power_off(void);

/* What is due of guests that were asked to power off. False: the machine is to be powered off. */
bool guests_run(uint64_t now);

/* When guests_run() has work; DEADLINE_NEVER: not before something else happens. */
uint64_t guests_deadline(void);

/* manager.c */

void manager_init(const struct description *d);

/* Handles one call of a VMM or a manager; `m` becomes the reply. */
void calls_serve(struct message *m);

/* console.c */

/*
 * Prints a line to the kernel's console (a newline is added). For start-up and crash reports; it
 * waits for the hardware. Longer than CONSOLE_LINE_SIZE is cut.
 */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Opens the root server's log line, if the manifest gives it one. */
void log_open(const struct manifest *head);

/* From now on what is logged goes to the kernel's console. */
void log_close(void);

/* As console_print(), by the log line. */
void log_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server's own interfaces. It starts with all capabilities of the machine, builds what the
 * manifest describes (build.c), and then serves one endpoint: faults of the servers (faults.c) and
 * the protocol of idl/root.idl (guests.c). It waits for nobody but that endpoint.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/kernel.h>
#include <idl/manifest.h>

struct message;

/* Guests in one description: each needs a console of the multiplexer, so this is above what can be. */
#define GUESTS_MAX 64

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
	const struct manifest_guest *guests;
	/* Of the image's part that the root server can read: physical addresses, [start, end). */
	uint64_t image_start;
	uint64_t image_end;
};

/* What the kernel told the root server (idl/kernel.idl, boot_info). */
static inline const struct boot_info *boot(void)
{
	return (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
}

/* main.c */

/*
 * Says what failed and powers the machine off: for what leaves no way to go on. The format is that
 * of print_format().
 */
_Noreturn void root_stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* manifest.c */

/* Checks the manifest and gives its tables. Stops the machine with a message if it is not sound. */
void description_open(struct description *d);

/*
 * Where `size` bytes at the physical address `physical` of the image are in the root server's
 * address space; NULL if they are not all inside the image.
 */
const void *description_image(const struct description *d, uint64_t physical, uint64_t size);

/* build.c */

/* Makes and connects all objects, fills memory. Nothing runs yet. */
void build_machine(const struct description *d);

/* Starts the servers, then the vCPUs whose record says so. */
void build_start(const struct description *d);

/* scratch.c */

/*
 * Maps a 4 KiB frame that may be in use elsewhere at ROOT_SCRATCH with the given rights; one at a
 * time. Needs the rights on the capability in `frame`.
 */
enum status scratch_map(cap_t frame, uint32_t rights);
enum status scratch_unmap(void);

/* faults.c */

/* Reports the fault of the thread with this index, and ends the guest that depended on it. */
void faults_report(const struct description *d, uint32_t thread, const struct message *fault);

/* arch/<a>/report.c */

/* What a fault's cause word means, in words. */
const char *arch_fault_name(uint64_t cause);

/* Whether a fault of this cause comes with an address; else that word means nothing. */
bool arch_fault_has_address(uint64_t cause);

/* A thread's registers, read and printed for a crash report. The thread does not run. */
struct arch_report {
	/* Where the thread stood. */
	uint64_t pc;
	/* The innermost frame record: two words, the next record and the return address. */
	uint64_t frame;
};

enum status arch_report_registers(cap_t thread, struct arch_report *report);

/* guests.c */

void guests_init(const struct description *d);

/* The server with this thread index runs no more: ends the guest whose VMM it was. */
void guests_server_failed(uint32_t thread);

/* Handles one call of the protocol `root`; `m` becomes the reply. */
void guests_call(struct message *m);

/* When the machine is to be powered off, in ticks of the counter; DEADLINE_NEVER while a guest is left. */
uint64_t guests_deadline(void);

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

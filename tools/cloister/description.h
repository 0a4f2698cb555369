/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a description says, checked and with its defaults filled in: the board and the guests with the
 * bytes of their images. docs/description.md is the reference of the keys.
 */
#pragma once

#include "document.h"
#include "target.h"

#include <idl/manifest.h>
#include <idl/vmm.h>

/* The console multiplexer serves the root server's log and the shell, and a console and a log of each guest. */
#define SERVER_CLIENTS 2
#define GUESTS_MAX     ((CLIENTS_MAX - SERVER_CLIENTS) / 2)
#define GUEST_NAME_MAX 15

/* The least memory of a machine. */
#define MACHINE_MEMORY_MIN (256 * MIB)

/* The most of it that a board's firmware keeps. */
#define BOARD_FIRMWARE_MAX (64 * MIB)

/* Priorities of what is no guest. */
#define PRIORITY_ROOT    250
#define PRIORITY_UART    200
#define PRIORITY_CONSOLE 190
#define PRIORITY_CLOCK   190
#define PRIORITY_SHELL   180

/* In each of these the servers get the times of their own (microseconds). */
#define SERVER_PERIOD_US 10000

/* What 39 bits of guest-physical address reach. */
#define GUEST_ADDRESS_MAX (512 * GIB)

/* The search path and the switches that a description is read with. */
struct inputs {
	struct errors *errors;
	/* Folders for guest images, behind the description's own. */
	const char *const *image_folders;
	size_t image_folder_count;
	/* The build folder: programs of the target and the boards. */
	const char *programs;
	/* Random numbers for guests come from this seed instead of from the host. */
	bool seeded;
	uint64_t seed;
};

/* The servers that every machine has. */
enum server_index {
	SERVER_ROOT,
	SERVER_UART,
	SERVER_CONSOLE,
	SERVER_CLOCK,
	SERVER_SHELL,
	SERVERS,
};

struct server {
	const char *name;
	uint32_t priority;
	/* Microseconds in each SERVER_PERIOD_US. */
	uint64_t budget;
};

/* What becomes of a process that fails, as in struct manifest_thread: `limit` 0 is never. */
struct restart {
	uint32_t limit;
	uint32_t within_ms;
	uint32_t back_off_ms;
};

struct board {
	struct document document;
	const char *name;
	/* Known as soon as the file can be read. */
	const struct target *target;
	uint64_t memory_address;
	/* The most that it can have. */
	uint64_t memory_size;
	/* What of its beginning the firmware keeps. */
	uint64_t memory_firmware;
	uint64_t image_address;
	/* What the kernel drives: the manifest's `platform`. */
	uint64_t driven[PLATFORM_MAX];
	uint64_t uart;
	uint64_t uart_size;
	uint32_t uart_irq;
	const char *uart_driver;
	/* The real-time clock; without a driver there is none. */
	uint64_t rtc;
	uint64_t rtc_size;
	const char *rtc_driver;
	/* What guests can use of the processor, an array of text; NULL: what all have. */
	const cJSON *isa;
	const char *qemu;
	const char *qemu_cpu;
	/* An array of text. */
	const cJSON *qemu_arguments;
};

/* Bytes that lie in the guest's memory when it starts. */
struct guest_image {
	/* "kernel", "initrd", "dtb"; also the end of its component's name. */
	const char *role;
	const cJSON *node;
	struct blob content;
	uint64_t address;
	/* What it takes in memory: at least its content. */
	uint64_t extent;
};

/* Read-only memory: all its bytes, whole pages. */
struct guest_rom {
	const cJSON *node;
	struct blob content;
	uint64_t address;
};

/* What a device server sees of its guest's memory. */
enum device_memory {
	DEVICE_MEMORY_NONE,
	DEVICE_MEMORY_COPY,
	DEVICE_MEMORY_ALL,
};

struct guest_device {
	const cJSON *node;
	enum vmm_device_kind kind;
	enum device_class class;
	const char *type;
	uint64_t address;
	uint64_t size;
	/* Of an interrupt controller with two parts the second; else no bytes. */
	const char *type2;
	uint64_t address2;
	uint64_t size2;
	uint32_t irq;
	/* Of a virtio-console, each with a line to the multiplexer. */
	uint32_t ports;
	/* The end of the name of its device server; NULL: its model is in the VMM. The rest is the server's. */
	const char *server;
	enum device_memory memory;
	struct restart restart;
	/* Microseconds of the guest's period for what no access of the guest pays for. */
	uint64_t budget;
};

struct guest {
	const cJSON *node;
	/* Of it only what is the architecture's. */
	const struct board *board;
	const char *name;
	uint64_t memory_base;
	uint64_t memory_size;
	const char *command_line;
	uint32_t vcpus;
	uint32_t priority;
	/* Microseconds, of each vCPU. Without a stated budget the whole core, shared by turns. */
	uint64_t budget;
	uint64_t period;
	/* Device servers get their part of a stated budget; without one they have theirs beside the guest. */
	bool budget_stated;
	/* Of its VMM. */
	struct restart restart;
	enum on_reset on_reset;
	/* What its VMM has for the answer to an exit, of the guest's time. */
	uint64_t answer_ms;
	struct guest_device devices[VMM_DEVICES_MAX];
	uint32_t device_count;
	struct guest_image images[VMM_IMAGES_MAX];
	uint32_t image_count;
	struct guest_rom roms[VMM_ROMS_MAX];
	uint32_t rom_count;
	uint64_t entry;
	uint64_t device_tree;
};

struct description {
	struct document document;
	struct board board;
	/* By server_index; the root server's means nothing. */
	struct restart restart[SERVERS];
	struct guest guests[GUESTS_MAX];
	uint32_t guest_count;
};

/*
 * Reads a description and all that it names. What is wrong is in `inputs->errors`; the result is sound only
 * if that is empty. To be closed in either case.
 */
void description_read(struct description *description, const struct inputs *inputs,
		      const char *path);
void description_close(struct description *description);

/* servers.c */

/* By server_index. */
extern const struct server server_list[SERVERS];

/* For whom the description says nothing. */
extern const struct restart restart_default;

/* Reads the key "restart" of an object that schema_check() has looked at. */
struct restart restart_read(struct document *document, const cJSON *object);

/* board.c */

/* Finds and reads the board that `node` (text) names. */
bool board_read(struct board *board, const struct inputs *inputs, struct document *description,
		const cJSON *node);

/* guest.c */

/* Reads one guest of a machine: its keys and the rules among them, not its images. */
bool guest_read(struct guest *guest, const struct board *board, struct document *document,
		const cJSON *node);

/* guest_devices.c */

/* Reads the array "devices", which may be missing: NULL. The guest's budget is known. */
void guest_devices_read(struct guest *guest, struct document *document, const cJSON *array);

/* That they overlap neither each other nor the memory, once all of the guest is read. */
void guest_devices_check(const struct guest *guest, struct document *document);

/* The guest's first device of a kind; NULL if it has none. */
const struct guest_device *guest_device(const struct guest *guest, enum vmm_device_kind kind);

/* Its first of a class. */
const struct guest_device *guest_device_of(const struct guest *guest, enum device_class class);

/* How many ports the guest's virtio-console has; 0: it has no such device. */
uint32_t guest_ports(const struct guest *guest);

/* How many lines to the multiplexer the guest itself has: one of its UART, and one of each port. */
uint32_t guest_consoles(const struct guest *guest);

/* How many device servers the guest has, and what all of them get of its budget. */
uint32_t guest_device_servers(const struct guest *guest);
uint64_t guest_device_budgets(const struct guest *guest);

/* guest_images.c */

/* Reads the guest's ROMs and images, places them in its memory and makes its device tree. */
void guest_images_read(struct guest *guest, struct document *document, const struct inputs *inputs);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole image whose header and manifest are damaged here and there, at what is told by the input. The loader refuses it, or
 * all that it follows lies inside the image. The root server refuses it, or reads nothing outside of it, whatever records it
 * carries out. Behind the image nothing may be touched: it is in a piece of memory of its own.
 */
#include <check.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <boot.h>
#include <build.h>
#include <root.h>
#include <sha256.h>

#include <cloister/counter.h>
#include <cloister/message.h>

#include "fuzz.h"
#include "fuzz_manifest.h"

#define PAGE      4096UL
#define CALLS_MAX 4000

#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

static const uint8_t *pristine;
static size_t image_size;
static struct boot_info *boot_info;

/* The damaged copy. */
static uint8_t *image;
static struct manifest *manifest;

static jmp_buf stopped;
static unsigned int calls;

/* What the loader and the root server lean on. */

void stop(const char *format, ...)
{
	(void)format;
	longjmp(stopped, 1);
}

void root_stop(const char *format, ...)
{
	(void)format;
	longjmp(stopped, 1);
}

const enum architecture arch_architecture = ARCHITECTURE_AARCH64;

void arch_sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count)
{
	sha256_blocks(state, data, count);
}

bool arch_probe(uint64_t address)
{
	return address;
}

uint64_t arch_counter(void)
{
	return 1;
}

uint64_t arch_counter_frequency(void)
{
	return 62500000;
}

void log_print(const char *format, ...)
{
	(void)format;
}

void console_print(const char *format, ...)
{
	(void)format;
}

void log_close(void)
{
}

/* The kernel takes all but what is far out; a machine that has come so far is let go. */
enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (++calls > CALLS_MAX)
		longjmp(stopped, 1);
	if (cap >= SLOTS_MAX)
		return ERR_CAPABILITY;
	if (number == SYS_CALL)
		m->label = OK;
	return OK;
}

static void *map_at(uint64_t address)
{
	void *memory = mmap((void *)(uintptr_t)address, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	must(memory == (void *)(uintptr_t)address);
	return memory;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	pristine = manifest_image(&image_size);
	boot_info = map_at(ROOT_BOOT_INFO);
	map_at(ROOT_SCRATCH);
	return 0;
}

/* The image as it is in memory; for the loader, which goes by addresses, made for the place where it is. */
static void load(bool here)
{
	struct image_header header;
	struct manifest_component *component;
	uint64_t away;

	image = aligned_alloc(PAGE, (image_size + PAGE - 1) & ~(PAGE - 1));
	memcpy(image, pristine, image_size);
	memcpy(&header, image + LOADER_HEADER_OFFSET, sizeof(header));
	manifest = (struct manifest *)(void *)(image + header.manifest_offset);
	if (!here)
		return;
	away = (uintptr_t)image - manifest->image_address;
	manifest->image_address += away;
	component = (struct manifest_component *)(void *)((uint8_t *)manifest +
							  manifest->components.offset);
	for (uint32_t i = 0; i < manifest->components.count; i++)
		component[i].physical += away;
}

/* Some fields get other values: in the head behind magic and version, or in any record. */
static void damage(uint64_t around)
{
	uint64_t size = manifest->size;

	for (uint32_t count = input_below(8); count; count--) {
		uint8_t how = input_8();
		uint64_t offset = how & 0x80 ? input_16() * 4U % size : 12 + input_8() * 4U;
		uint64_t value = how & 0x40 ? input_edge(around) : input_edge(size);
		uint32_t width = how & 1 ? 8 : 4;

		if (offset + width <= size)
			memcpy((uint8_t *)manifest + offset, &value, width);
	}
}

/* Loader. */

static bool is_inside(uint64_t start, uint64_t size)
{
	uint64_t offset = start - (uintptr_t)image;

	return start >= (uintptr_t)image && offset <= image_size && size <= image_size - offset;
}

static void damage_header(void)
{
	uint64_t value;
	uint8_t offset;

	memcpy(&image_header, image + LOADER_HEADER_OFFSET, sizeof(image_header));
	sha256(manifest, image_header.manifest_size, image_header.sha256);
	if (input_8() < 0xc0)
		return;
	offset = input_8() % (sizeof(image_header) - 7);
	value = input_edge(image_size);
	memcpy((uint8_t *)&image_header + offset, &value, sizeof(value));
	/* An image is what was loaded. */
	image_header.image_size = image_size;
}

static void run_loader(void)
{
	const struct manifest *found;
	const struct manifest_component *components;

	load(true);
	damage((uintptr_t)image);
	manifest->image_size = image_size;
	damage_header();
	if (setjmp(stopped))
		return;
	found = image_manifest((uintptr_t)image);
	must(is_inside((uintptr_t)found, found->size));
	must(found->magic == MANIFEST_MAGIC && found->version == MANIFEST_VERSION);
	must(found->kernel_component < found->components.count);
	components = image_components(found);
	must(is_inside((uintptr_t)components, found->components.count * sizeof(*components)));
	memory_check(found);
	image_check_components(found);
	for (uint32_t i = 0; i < found->components.count; i++)
		must(is_inside(components[i].physical, components[i].size));
}

/* Root server. */

static void check_table(const void *records, struct table table, size_t size)
{
	must(table.offset <= manifest->size && table.count * size <= manifest->size - table.offset);
	must((const uint8_t *)records == (const uint8_t *)manifest + table.offset);
}

static void check_description(const struct description *d)
{
	check_table(d->groups, manifest->groups, sizeof(*d->groups));
	check_table(d->objects, manifest->objects, sizeof(*d->objects));
	check_table(d->capabilities, manifest->capabilities, sizeof(*d->capabilities));
	check_table(d->page_tables, manifest->page_tables, sizeof(*d->page_tables));
	check_table(d->mappings, manifest->mappings, sizeof(*d->mappings));
	check_table(d->loads, manifest->loads, sizeof(*d->loads));
	check_table(d->threads, manifest->threads, sizeof(*d->threads));
	check_table(d->vcpus, manifest->vcpus, sizeof(*d->vcpus));
	check_table(d->bindings, manifest->bindings, sizeof(*d->bindings));
	check_table(d->windows, manifest->windows, sizeof(*d->windows));
	check_table(d->guests, manifest->guests, sizeof(*d->guests));
	check_table(d->device_servers, manifest->device_servers, sizeof(*d->device_servers));
	must(manifest->guests.count <= GUESTS_MAX && manifest->threads.count <= THREADS_MAX);
	for (uint32_t i = 0; i < manifest->threads.count; i++)
		must(d->threads[i].group < manifest->groups.count &&
		     memchr(d->threads[i].name, 0, NAME_SIZE));
	for (uint32_t i = 0; i < manifest->guests.count; i++)
		must(d->guests[i].vmm_thread < manifest->threads.count &&
		     memchr(d->guests[i].name, 0, NAME_SIZE));
}

/* What the kernel would tell the root server of its machine. */
static void describe_machine(void)
{
	uint64_t start = manifest->image_address & ~0x1fffffULL;

	*boot_info = (struct boot_info){
		.counter_frequency = 62500000,
		.manifest = (uintptr_t)manifest,
		.image_offset = manifest->image_address - (uintptr_t)image,
		.untyped_count = 4,
		.untyped = { { start, 21, UNTYPED_IMAGE },
			     { 0x50000000, 28, 0 },
			     { 0x60000000, 27, 0 },
			     { 0x09000000, 24, UNTYPED_DEVICE } },
	};
}

static void run_root(void)
{
	static struct description description;

	load(false);
	describe_machine();
	damage(manifest->image_address);
	/* The loader has seen that it is what the image's header says, and that the image is all there. */
	manifest->image_size = image_size;
	manifest->size =
		((const struct manifest *)(const void *)(pristine + ((uint8_t *)manifest - image)))
			->size;
	manifest->image_address = boot_info->image_offset + (uintptr_t)image;
	calls = 0;
	if (setjmp(stopped))
		return;
	description_open(&description);
	check_description(&description);
	build_machine(&description);
	servers_init(&description);
	guests_init(&description);
	devices_init(&description);
	manager_init(&description);
	build_start(&description);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	if (input_8() & 1)
		run_loader();
	else
		run_root();
	free(image);
	return 0;
}

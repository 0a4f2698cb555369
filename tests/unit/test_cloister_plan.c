/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images of machines of several shapes, read by the strict reader of test_cloister_manifest.c.
 */
#include "test_cloister.h"

#include "image.h"
#include "version.h"

#include <elf.h>
#include <idl/clock.h>
#include <idl/riscv64.h>
#include <idl/root.h>
#include <string.h>

static struct bench bench;
static const struct manifest *m;

static const void *table(struct table table)
{
	return (const uint8_t *)m + table.offset;
}

/* Reads the description (and with it all images), makes the image, and carries it out in mind. */
static void check(const char *description)
{
	if (bench_read(&bench, description, strlen(description)) || !bench_make(&bench, false)) {
		errors_print(&bench.errors, stderr);
		ck_abort();
	}
	m = manifest_check(&bench);
	rebuild_check(&bench.arena, m);
}

static void begin(void)
{
	struct blob image;

	bench_begin(&bench);
	image = bench_linux(&bench, 3 * MIB + 5, 10 * MIB);
	bench_file(&bench, "Image", image.data, image.size);
	bench_file(&bench, "initrd", image.data, 12345);
}

static void end(void)
{
	bench_end(&bench);
}

#define HEAD              "{ \"board\": \"qemu-virt-aarch64\", \"guests\": ["
#define GUEST(name, rest) "{ \"name\": \"" name "\", \"kernel\": \"Image\", " rest "}"

START_TEST(one_guest)
{
	check(HEAD GUEST("linux", "\"memory\": \"512 MiB\", \"initrd\": \"initrd\"") "]}");
	ck_assert_uint_eq(bench.plan.memory, 1 * GIB);
	ck_assert_uint_eq(m->guests.count, 1);
	ck_assert_uint_eq(m->threads.count, 5);
}
END_TEST

#define DEVICES                                                                                    \
	"\"devices\": [ { \"type\": \"pl011\", \"address\": \"0x09000000\", \"interrupt\": 33 }, " \
	"{ \"type\": \"virtio-console\", \"address\": \"0x0a000000\", \"interrupt\": 48 } ]"

static const void *component(const char *name)
{
	const struct manifest_component *c = table(m->components);

	for (uint32_t i = 0; i < m->components.count; i++)
		if (strcmp(c[i].name, name) == 0)
			return bench.image.data + (c[i].physical - m->image_address);
	ck_abort_msg("no component %s", name);
}

/* A line of its own for each, of a client of its own. */
START_TEST(virtio_console)
{
	const struct vmm_config *vmm;
	const struct console_config *clients;

	check(HEAD GUEST("a", "\"memory\": \"64 MiB\", " DEVICES) "]}");
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->device_count, 3);
	ck_assert_uint_eq(vmm->devices[2].kind, VMM_DEVICE_VIRTIO_CONSOLE);
	ck_assert_uint_eq(vmm->devices[2].irq, 48);
	ck_assert_uint_eq(vmm->port_count, 1);
	ck_assert_uint_eq(vmm->ports[0].line, vmm->console.line + LINE_SIZE);
	ck_assert_uint_ne(vmm->ports[0].notify, vmm->console.notify);
	ck_assert_str_eq(vmm->ports[0].name, "hvc0");
	clients = component("console: config");
	ck_assert_uint_eq(clients->client_count, 5);
	ck_assert_str_eq(clients->clients[3].name, "a hvc0");
	ck_assert_uint_eq(clients->clients[3].kind, CLIENT_CONSOLE);
	check(HEAD GUEST("a", "\"memory\": \"64 MiB\"") "]}");
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->port_count, 0);
}
END_TEST

/* Without a PL011 the guest's first console is the first port's. */
START_TEST(ports)
{
	const struct vmm_config *vmm;
	const struct console_config *clients;

	check(HEAD GUEST("a", "\"memory\": \"64 MiB\", \"devices\": [ { \"type\": "
			      "\"virtio-console\", \"address\": \"0x0a000000\", \"interrupt\": "
			      "48, \"ports\": 4 } ]") "]}");
	vmm = component("vmm a: config");
	clients = component("console: config");
	ck_assert_uint_eq(vmm->port_count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		const struct serial_client *client = &clients->clients[2 + i];

		ck_assert_uint_eq(vmm->ports[i].line, vmm->ports[0].line + LINE_SIZE * i);
		ck_assert_str_eq(vmm->ports[i].name, i ? client->name + 2 : "hvc0");
		ck_assert_uint_eq(client->kind, CLIENT_CONSOLE);
	}
	ck_assert_str_eq(clients->clients[5].name, "a vport3");
	ck_assert_uint_eq(vmm->console.line, 0);
	ck_assert_uint_eq(clients->client_count, 7);
}
END_TEST

static const struct manifest_thread *thread(const char *name)
{
	const struct manifest_thread *t = table(m->threads);

	for (uint32_t i = 0; i < m->threads.count; i++)
		if (strcmp(t[i].name, name) == 0)
			return &t[i];
	ck_abort_msg("no thread %s", name);
}

static void check_restart(const char *name, uint32_t limit, uint32_t within, uint32_t back_off)
{
	ck_assert_uint_eq(thread(name)->restart_limit, limit);
	ck_assert_uint_eq(thread(name)->restart_window, within);
	ck_assert_uint_eq(thread(name)->restart_back_off, back_off);
}

START_TEST(restarts)
{
	check(HEAD GUEST("a", "\"memory\": \"64 MiB\"") "," GUEST("b", "\"memory\": \"64 MiB\", \"restart\": \"never\"") "," GUEST(
		"c",
		"\"memory\": \"64 MiB\", \"restart\": { \"limit\": 3, \"back_off_ms\": 0 }") "], "
											     "\"servers\": { \"uart\": { \"restart\": \"always\" }, "
											     "\"console\": { \"restart\": { \"within_ms\": 7000 } } } }");
	check_restart("vmm a", 5, 60000, 10);
	check_restart("vmm b", 0, 60000, 10);
	check_restart("vmm c", 3, 60000, 0);
	check_restart("uart", RESTART_ALWAYS, 60000, 10);
	check_restart("console", 5, 7000, 10);
}
END_TEST

#define BUTTON \
	"\"devices\": [ { \"type\": \"power-button\", \"address\": \"0x0a000000\", \"interrupt\": 40 } ]"

START_TEST(ends)
{
	const struct manifest_guest *g;
	const struct vmm_config *vmm;

	check(HEAD GUEST("a", "\"memory\": \"64 MiB\", \"on_reset\": \"off\", \"memory_base\": \"0x80000000\", " BUTTON) "," GUEST(
		"b", "\"memory\": \"32 MiB\", \"on_reset\": \"restart\", " DEVICES) "]}");
	g = table(m->guests);
	ck_assert_uint_eq(g[0].on_reset, ON_RESET_OFF);
	ck_assert_uint_eq(g[1].on_reset, ON_RESET_RESTART);
	ck_assert_uint_ne(g[0].power_button, 0);
	ck_assert_uint_eq(g[1].power_button, 0);
	ck_assert_uint_eq(g[0].memory_base, 0x80000000);
	ck_assert_uint_eq(g[1].memory_size, 32 * MIB);
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->devices[1].kind, VMM_DEVICE_POWER_BUTTON);
	ck_assert_uint_eq(vmm->devices[1].irq, 40);
}
END_TEST

/* It alone has the manager's badge, and is there without a guest too. */
START_TEST(shell)
{
	const struct manifest_capability *c;
	const struct console_config *clients;
	const struct shell_config *config;
	uint32_t managers = 0;

	check(HEAD "], \"servers\": { \"shell\": { \"restart\": \"always\" } } }");
	check_restart("shell", RESTART_ALWAYS, 60000, 10);
	config = component("shell: config");
	ck_assert_str_eq(config->version, CLOISTER_VERSION);
	ck_assert_uint_eq(config->line, PROCESS_RINGS);
	c = table(m->capabilities);
	for (uint32_t i = 0; i < m->capabilities.count; i++, c++) {
		if (c->badge != ROOT_BADGE_MANAGER)
			continue;
		managers++;
		ck_assert_uint_eq(c->source, m->root_endpoint);
		ck_assert_uint_eq(c->cnode, thread("shell")->cnode);
		ck_assert_uint_eq(c->slot, config->root);
	}
	ck_assert_uint_eq(managers, 1);
	clients = component("console: config");
	ck_assert_uint_eq(clients->client_count, 2);
	ck_assert_str_eq(clients->clients[1].name, "shell");
	ck_assert_uint_eq(clients->clients[1].kind, CLIENT_SHELL);
	ck_assert_uint_ne(clients->clients[1].notify, 0);
}
END_TEST

/* The mapping at a guest's or process's address that has these rights; its frames must be of that size. */
static const struct manifest_mapping *mapping(uint64_t address, uint32_t rights, uint32_t size_bits)
{
	const struct manifest_mapping *all = table(m->mappings);

	for (uint32_t i = 0; i < m->mappings.count; i++) {
		if (all[i].address != address || all[i].rights != rights)
			continue;
		ck_assert_uint_eq(all[i].size_bits, size_bits);
		return &all[i];
	}
	ck_abort_msg("nothing is mapped at 0x%llx with rights %u", (unsigned long long)address,
		     rights);
}

#define ROMS                                                                       \
	"\"rom\": [ { \"file\": \"code\", \"address\": 0 }, "                      \
	"{ \"file\": \"code\", \"address\": \"0x600000\", \"size\": \"4 MiB\" }, " \
	"{ \"address\": \"0x4000000\", \"size\": \"256 KiB\" } ], "

START_TEST(roms)
{
	static const uint8_t zeros[4096];
	const struct manifest_mapping *found;
	const struct vmm_config *vmm;
	const uint8_t *bytes;

	bench_file(&bench, "code", "abcd", 4);
	check(HEAD "{ \"name\": \"a\", \"memory\": \"64 MiB\", " ROMS
		   "\"kernel\": { \"rom\": \"0x600004\" } } ]}");
	bytes = component("guest a: rom 1");
	ck_assert_mem_eq(bytes, "abcd", 4);
	ck_assert_mem_eq(bytes + 4, zeros, PAGE_SIZE - 4);
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->rom_count, 3);
	ck_assert_uint_eq(vmm->entry, 0x600004);
	ck_assert_uint_eq(vmm->argument, 0x40000000);
	found = mapping(0, RIGHT_READ | RIGHT_EXECUTE, 12);
	ck_assert_uint_eq(found->count, 1);
	found = mapping(0x600000, RIGHT_READ | RIGHT_EXECUTE, 21);
	ck_assert_uint_eq(found->count, 2);
	found = mapping(0x4000000, RIGHT_READ | RIGHT_EXECUTE, 12);
	ck_assert_uint_eq(found->count, 64);
	mapping(vmm->roms[0].source, RIGHT_READ, 12);
	mapping(vmm->roms[1].source, RIGHT_READ, 21);
	found = mapping(vmm->roms[2].source, RIGHT_READ, 12);
	ck_assert_uint_eq(found->count, 64);
	ck_assert_uint_eq(vmm->roms[2].size, 256 * KIB);
	ck_assert_uint_eq(vmm->roms[2].address, 0x4000000);
}
END_TEST

START_TEST(no_guest)
{
	check(HEAD "]}");
	ck_assert_uint_eq(bench.plan.memory, 256 * MIB);
	ck_assert_uint_eq(m->threads.count, 4);
}
END_TEST

static uint32_t group_of(uint32_t slot)
{
	const struct manifest_object *o = table(m->objects);

	for (uint32_t i = 0; i < m->objects.count; i++)
		if (slot - o[i].slot < o[i].count)
			return o[i].group;
	ck_abort_msg("nothing is made in slot %u", slot);
}

/* The page outlives the driver that writes it, and is there without one. */
START_TEST(clock_page)
{
	static const char board[] =
		"{ \"architecture\": \"aarch64\", \"memory\": { \"address\": \"0x40000000\", "
		"\"size\": \"1 GiB\" }, \"image_address\": \"0x40200000\", \"gicv3\": { "
		"\"distributor\": \"0x08000000\", \"redistributors\": \"0x080a0000\" }, "
		"\"uart\": { \"driver\": \"pl011\", \"address\": \"0x09000000\", \"size\": "
		"4096, \"interrupt\": 33 }, \"qemu\": { \"program\": \"q\", \"cpu\": \"max\", "
		"\"arguments\": [] } }";
	const struct clock_config *config;
	const struct manifest_mapping *page;

	check(HEAD "]}");
	config = component("clock: config");
	page = mapping(config->page, RIGHT_READ | RIGHT_WRITE, 12);
	ck_assert_uint_eq(page->address_space, thread("clock")->address_space);
	ck_assert_uint_ne(group_of(page->frame), thread("clock")->group);
	ck_assert_uint_eq(m->device_count, 2);
	ck_assert_uint_eq(m->devices[1].address, 0x09010000);
	bench_file(&bench, "boards/plain.json", board, sizeof(board) - 1);
	check("{ \"board\": \"plain\", \"guests\": [] }");
	ck_assert_uint_eq(m->threads.count, 3);
	ck_assert_uint_eq(m->device_count, 1);
}
END_TEST

START_TEST(odd_memory)
{
	check(HEAD GUEST("a", "\"memory\": \"3766 MiB\"") "," GUEST("b", "\"memory\": \"1026 MiB\", \"memory_base\": \"0x41e00000\"") "," GUEST(
		"c", "\"memory\": \"2 GiB\", \"memory_base\": \"0x7f80000000\"") "]}");
}
END_TEST

START_TEST(seven_guests)
{
	check(HEAD GUEST("g1", "\"memory\": \"16 MiB\"") "," GUEST("g2", "\"memory\": \"18 MiB\"") "," GUEST("g3", "\"memory\": \"20 MiB\"") "," GUEST(
		"g4",
		"\"memory\": \"22 MiB\"") "," GUEST("g5",
						    "\"memory\": \"24 MiB\"") "," GUEST("g6",
											"\"memory\": \"26 MiB\"") "," GUEST("abcdefghijklmno",
															    "\"memory\": \"28 MiB\"") "]}");
	ck_assert_uint_eq(m->guests.count, 7);
}
END_TEST

/* Below the board's 16 GiB by number, but not with its alignment and all the rest. */
START_TEST(no_fit)
{
	static const char text[] = HEAD GUEST("a", "\"memory\": \"16382 MiB\"") "]}";

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(!bench_make(&bench, false));
	ck_assert_ptr_nonnull(strstr(bench.errors.list[0].text, "do not fit"));
}
END_TEST

START_TEST(too_many_capabilities)
{
	static const char text[] =
		HEAD GUEST("a", "\"memory\": \"16256 MiB\", \"memory_base\": \"0x40200000\"") "]}";

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(!bench_make(&bench, false));
	ck_assert_ptr_nonnull(strstr(bench.errors.list[0].text, "capabilities"));
}
END_TEST

START_TEST(root_only)
{
	static const char text[] = HEAD "]}";

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(bench_make(&bench, true));
	m = manifest_check_base(&bench);
	ck_assert_uint_eq(m->components.count, 2);
	ck_assert_uint_eq(m->objects.count, 0);
	ck_assert_uint_eq(m->root_endpoint, 0);
}
END_TEST

/* The machine has memory for the guests, of whom nothing else is planned. */
START_TEST(root_only_with_guests)
{
	static const char text[] = HEAD GUEST("a", "\"memory\": \"3 GiB\"") "]}";

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(bench_make(&bench, true));
	m = manifest_check_base(&bench);
	ck_assert_uint_eq(m->components.count, 2);
	ck_assert_uint_eq(m->objects.count, 0);
	ck_assert_uint_ge(bench.plan.memory, 3 * GIB + MACHINE_MEMORY_MIN);
}
END_TEST

START_TEST(memory_of_image)
{
	static const char text[] = HEAD "]}";
	const uint64_t base = 0x40000000;
	uint64_t memory;

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(bench_make(&bench, false));
	ck_assert_ptr_null(image_memory(bench.image, base, &memory));
	ck_assert_uint_eq(memory, bench.plan.memory);
	for (size_t size = 0; size < 20000; size += 100)
		image_memory((struct blob){ bench.image.data, size }, base, &memory);
	ck_assert_ptr_nonnull(image_memory((struct blob){ bench.image.data, 8200 }, base, &memory));
	/* Of a board with its memory elsewhere. */
	ck_assert_ptr_nonnull(image_memory(bench.image, base + BLOCK_SIZE, &memory));
	ck_assert_ptr_nonnull(image_memory(bench.image, 0, &memory));
}
END_TEST

/* What the firmware keeps is nobody's, and the kernel goes behind the image. */
START_TEST(riscv_machine)
{
	static const char text[] = "{ \"board\": \"qemu-virt-riscv64\", \"guests\": [] }";
	const struct manifest_component *last;
	uint64_t memory;

	bench_target(&bench, &target_riscv64);
	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(bench_make(&bench, true));
	m = manifest_check_base(&bench);
	ck_assert_uint_eq(m->architecture, ARCHITECTURE_RISCV64);
	ck_assert_uint_eq(m->memory[0].address, 0x80200000);
	ck_assert_uint_eq(m->image_address, 0x80200000);
	last = (const struct manifest_component *)((const uint8_t *)m + m->components.offset) + 1;
	ck_assert_uint_gt(m->kernel_address, last->physical);
	ck_assert_uint_ge(m->kernel_address, m->image_address + m->image_size);
	ck_assert_uint_eq(m->boot_address, m->kernel_address + BLOCK_SIZE);
	ck_assert_uint_eq(m->platform[PLATFORM_UART], 0x10000000);
	ck_assert_uint_eq(m->platform[PLATFORM_PLIC], 0x0c000000);
	ck_assert_uint_eq(m->platform[PLATFORM_PLIC_CONTEXT], 1);
	ck_assert_uint_eq(m->platform[PLATFORM_PLIC_SOURCES], 95);
	ck_assert_uint_eq(m->platform[PLATFORM_COUNTER], 10000000);
	ck_assert_ptr_null(image_memory(bench.image, 0x80000000, &memory));
	ck_assert_uint_eq(memory, MACHINE_MEMORY_MIN);
}
END_TEST

START_TEST(riscv_guest)
{
	static const char text[] =
		"{ \"board\": \"qemu-virt-riscv64\", \"guests\": [ { \"name\": \"a\", "
		"\"memory\": \"64 MiB\", \"kernel\": \"riscv.elf\", \"vcpus\": 2 } ] }";
	static const uint32_t flags[] = { PF_R | PF_X };
	const struct vmm_config *vmm;
	struct blob kernel;

	bench_target(&bench, &target_riscv64);
	kernel = bench_elf(&bench, 0x80200000, flags, 1, 100, 100);
	bench_file(&bench, "riscv.elf", kernel.data, kernel.size);
	check(text);
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->memory_base, 0x80000000);
	ck_assert_uint_eq(vmm->entry, 0x80200000);
	ck_assert_uint_eq(vmm->device_count, 3);
	ck_assert_uint_eq(vmm->devices[0].kind, VMM_DEVICE_PLIC);
	ck_assert_uint_eq(vmm->devices[0].address, 0x0c000000);
	ck_assert_uint_eq(vmm->devices[0].size2, 0);
	ck_assert_uint_eq(vmm->devices[1].kind, VMM_DEVICE_NS16550A);
	ck_assert_uint_eq(vmm->devices[1].irq, 10);
	ck_assert_uint_eq(vmm->devices[2].kind, VMM_DEVICE_GOLDFISH_RTC);
	ck_assert_uint_ne(vmm->clock, 0);
	ck_assert_uint_ne(vmm->console.line, 0);
}
END_TEST

START_TEST(same_again)
{
	static const char text[] = HEAD GUEST("a", "\"memory\": \"64 MiB\"") "]}";
	struct blob first;

	bench_read(&bench, text, strlen(text));
	ck_assert(bench_make(&bench, false));
	first = bench.image;
	bench_read(&bench, text, strlen(text));
	ck_assert(bench_make(&bench, false));
	ck_assert_uint_eq(first.size, bench.image.size);
	ck_assert_mem_eq(first.data, bench.image.data, first.size);
}
END_TEST

static void refused(const char *name, struct blob program, const char *why)
{
	static const char text[] = HEAD "]}";

	bench_file(&bench, name, program.data, program.size);
	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 0);
	ck_assert(!bench_make(&bench, false));
	ck_assert_msg(strstr(bench.errors.list[0].text, why), "%s", bench.errors.list[0].text);
}

START_TEST(programs_refused)
{
	static const uint32_t writable_code[] = { 7 };
	static const uint32_t two[] = { 5, 4 };
	static const char console[] = "drivers-server/console.aarch64.elf";
	static const char kernel[] = "kernel/kernel.aarch64.elf";
	struct blob good = bench_elf(&bench, 0x200000, two, 2, 100, 100);

	refused(console, bench_elf(&bench, 0x200000, writable_code, 1, 100, 100), "writable and");
	refused(console, bench_elf(&bench, 0x100000, two, 2, 100, 100), "outside");
	refused(console, bench_elf(&bench, 0xff00000, two, 2, 100, 100), "outside");
	refused(console, bench_elf(&bench, UINT64_MAX - 0x3000, two, 2, 100, 100), "outside");
	refused(console, (struct blob){ good.data, 150 }, "truncated");
	refused(console, (struct blob){ good.data, 3 }, "not an ELF");
	bench_file(&bench, console, good.data, good.size);
	refused(kernel, bench_elf(&bench, 0xffffffffc0000000, two, 1, 100, 3 * MIB), "2 MiB");
}
END_TEST

Suite *plan_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *test = tcase_create("plan");

	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 120);
	tcase_add_test(test, one_guest);
	tcase_add_test(test, virtio_console);
	tcase_add_test(test, ports);
	tcase_add_test(test, restarts);
	tcase_add_test(test, ends);
	tcase_add_test(test, shell);
	tcase_add_test(test, roms);
	tcase_add_test(test, no_guest);
	tcase_add_test(test, clock_page);
	tcase_add_test(test, odd_memory);
	tcase_add_test(test, seven_guests);
	tcase_add_test(test, no_fit);
	tcase_add_test(test, too_many_capabilities);
	tcase_add_test(test, root_only);
	tcase_add_test(test, root_only_with_guests);
	tcase_add_test(test, memory_of_image);
	tcase_add_test(test, riscv_machine);
	tcase_add_test(test, riscv_guest);
	tcase_add_test(test, same_again);
	tcase_add_test(test, programs_refused);
	suite_add_tcase(suite, test);
	return suite;
}

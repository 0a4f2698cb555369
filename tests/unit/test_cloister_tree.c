/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees: what ours say, what of a user's tree stays, and any tree at all without a crash.
 */
#include "test_cloister.h"

#include "device_tree.h"

#include <idl/riscv64.h>
#include <libfdt.h>
#include <string.h>

static struct bench bench;
static struct board board;
static struct guest guest;
static struct blob tree;

static void begin(void)
{
	bench_begin(&bench);
	bench.errors.arena = &bench.arena;
	bench.inputs = (struct inputs){ .errors = &bench.errors, .seeded = true, .seed = 3 };
	board = (struct board){ .target = &target_aarch64 };
	guest = (struct guest){
		.board = &board,
		.name = "linux",
		.memory_base = 0x40000000,
		.memory_size = 0x20000000,
		.vcpus = 2,
		.command_line = "console=ttyAMA0",
		.device_count = 4,
		.devices = { { .kind = VMM_DEVICE_GICV3,
			       .address = 0x08000000,
			       .size = 0x10000,
			       .address2 = 0x080a0000,
			       .size2 = 0x40000 },
			     { .kind = VMM_DEVICE_PL011,
			       .class = DEVICE_UART,
			       .address = 0x0a000000,
			       .size = 4096,
			       .irq = 40 },
			     { .kind = VMM_DEVICE_VIRTIO_CONSOLE,
			       .address = 0x0b000000,
			       .size = 4096,
			       .irq = 48 },
			     { .kind = VMM_DEVICE_POWER_BUTTON,
			       .address = 0x0c000000,
			       .size = 4096,
			       .irq = 39 } },
		.image_count = 1,
		.images = { { .role = "initrd",
			      .content = { NULL, 0x12345 },
			      .address = 0x48000000,
			      .extent = 0x12345 } },
	};
}

static void end(void)
{
	bench_end(&bench);
}

static const void *property(const char *path, const char *name, int size)
{
	int node = fdt_path_offset(tree.data, path);
	int found;
	const void *value;

	ck_assert_msg(node >= 0, "no node %s", path);
	value = fdt_getprop(tree.data, node, name, &found);
	ck_assert_msg(value, "no property %s in %s", name, path);
	ck_assert_int_eq(found, size);
	return value;
}

static void check_cells(const char *path, const char *name, const uint32_t *cells, int count)
{
	const fdt32_t *value = property(path, name, count * 4);

	for (int i = 0; i < count; i++)
		ck_assert_msg(fdt32_ld(value + i) == cells[i], "%s of %s: cell %d is 0x%x", name,
			      path, i, fdt32_ld(value + i));
}

#define CELLS(path, name, ...)                                     \
	check_cells(path, name, (const uint32_t[]){ __VA_ARGS__ }, \
		    (int)(sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)))

static void check_text(const char *path, const char *name, const char *text)
{
	ck_assert_str_eq(property(path, name, (int)strlen(text) + 1), text);
}

static void check_ours(void)
{
	ck_assert_int_eq(fdt_check_full(tree.data, tree.size), 0);
	CELLS("/memory@40000000", "reg", 0, 0x40000000, 0, 0x20000000);
	check_text("/memory@40000000", "device_type", "memory");
	CELLS("/cpus/cpu@0", "reg", 0);
	check_text("/cpus/cpu@0", "enable-method", "psci");
	CELLS("/cpus/cpu@1", "reg", 1);
	check_text("/cpus/cpu@1", "enable-method", "psci");
	check_text("/psci", "method", "hvc");
	CELLS("/timer", "interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
	CELLS("/intc@8000000", "reg", 0, 0x08000000, 0, 0x10000, 0, 0x080a0000, 0, 0x40000);
	CELLS("/pl011@a000000", "reg", 0, 0x0a000000, 0, 0x1000);
	CELLS("/pl011@a000000", "interrupts", 0, 8, 4);
	check_text("/virtio_mmio@b000000", "compatible", "virtio,mmio");
	CELLS("/virtio_mmio@b000000", "reg", 0, 0x0b000000, 0, 0x1000);
	CELLS("/virtio_mmio@b000000", "interrupts", 0, 16, 4);
	property("/virtio_mmio@b000000", "dma-coherent", 0);
	CELLS("/pl061@c000000", "reg", 0, 0x0c000000, 0, 0x1000);
	CELLS("/pl061@c000000", "interrupts", 0, 7, 4);
	CELLS("/pl061@c000000", "#gpio-cells", 2);
	property("/pl061@c000000", "gpio-controller", 0);
	check_text("/gpio-keys", "compatible", "gpio-keys");
	CELLS("/gpio-keys/poweroff", "linux,code", 116);
	check_text("/chosen", "stdout-path", "/pl011@a000000");
	check_text("/chosen", "bootargs", "console=ttyAMA0");
	CELLS("/chosen", "linux,initrd-start", 0, 0x48000000);
	CELLS("/chosen", "linux,initrd-end", 0, 0x48012345);
	property("/chosen", "kaslr-seed", 8);
	property("/chosen", "rng-seed", 32);
}

START_TEST(made)
{
	ck_assert_ptr_null(device_tree_make(&bench.arena, &guest, &bench.inputs,
					    (struct blob){ NULL, 0 }, &tree));
	check_ours();
	CELLS("/", "interrupt-parent", 1);
	CELLS("/intc@8000000", "phandle", 1);
	CELLS("/pl011@a000000", "clocks", 2, 2);
	CELLS("/pl061@c000000", "clocks", 2);
	CELLS("/pl061@c000000", "phandle", 3);
	CELLS("/gpio-keys/poweroff", "gpios", 3, 3, 0);
}
END_TEST

START_TEST(seeds)
{
	struct blob none = { NULL, 0 };
	struct blob again;

	device_tree_make(&bench.arena, &guest, &bench.inputs, none, &tree);
	device_tree_make(&bench.arena, &guest, &bench.inputs, none, &again);
	ck_assert_uint_eq(tree.size, again.size);
	ck_assert_mem_eq(tree.data, again.data, tree.size);
	bench.inputs.seed++;
	device_tree_make(&bench.arena, &guest, &bench.inputs, none, &again);
	ck_assert_mem_ne(tree.data, again.data, tree.size);
	bench.inputs.seeded = false;
	device_tree_make(&bench.arena, &guest, &bench.inputs, none, &tree);
	device_tree_make(&bench.arena, &guest, &bench.inputs, none, &again);
	ck_assert_mem_ne(tree.data, again.data, tree.size);
}
END_TEST

/* Linux's bindings: cpus.yaml of RISC-V, sifive,plic-1.0.0.yaml, 8250.yaml, google,goldfish-rtc.yaml. */
START_TEST(riscv)
{
	board = (struct board){ .target = &target_riscv64,
				.driven = { [PLATFORM_COUNTER] = 10000000 } };
	guest.device_count = 0;
	target_riscv64.add_controller(&guest);
	guest.devices[guest.device_count++] = (struct guest_device){
		.kind = VMM_DEVICE_NS16550A,
		.class = DEVICE_UART,
		.address = 0x10000000,
		.size = 4096,
		.irq = 10,
	};
	guest.devices[guest.device_count++] = (struct guest_device){
		.kind = VMM_DEVICE_GOLDFISH_RTC, .address = 0x101000, .size = 4096, .irq = 11
	};
	ck_assert_ptr_null(device_tree_make(&bench.arena, &guest, &bench.inputs,
					    (struct blob){ NULL, 0 }, &tree));
	ck_assert_int_eq(fdt_check_full(tree.data, tree.size), 0);
	CELLS("/cpus", "timebase-frequency", 10000000);
	CELLS("/cpus/cpu@1", "reg", 1);
	check_text("/cpus/cpu@1", "riscv,isa-base", "rv64i");
	check_text("/cpus/cpu@1", "riscv,isa", "rv64imafdc_zicsr_zifencei");
	ck_assert_mem_eq(property("/cpus/cpu@1", "riscv,isa-extensions", 27),
			 "i\0m\0a\0f\0d\0c\0zicsr\0zifencei", 27);
	check_text("/cpus/cpu@1/interrupt-controller", "compatible", "riscv,cpu-intc");
	CELLS("/cpus/cpu@1/interrupt-controller", "phandle", 3);
	CELLS("/plic@c000000", "reg", 0, 0x0c000000, 0, 0x400000);
	CELLS("/plic@c000000", "interrupts-extended", 2, 9, 3, 9);
	CELLS("/plic@c000000", "riscv,ndev", VMM_PLIC_SOURCES);
	CELLS("/plic@c000000", "phandle", 1);
	/* Else Linux finds no interrupt controller to begin with. */
	ck_assert_ptr_null(fdt_getprop(tree.data, 0, "interrupt-parent", NULL));
	CELLS("/serial@10000000", "interrupt-parent", 1);
	check_text("/serial@10000000", "compatible", "ns16550a");
	CELLS("/serial@10000000", "interrupts", 10);
	check_text("/rtc@101000", "compatible", "google,goldfish-rtc");
	CELLS("/rtc@101000", "interrupts", 11);
	check_text("/chosen", "stdout-path", "/serial@10000000");
}
END_TEST

static int add(void *fdt, int parent, const char *name, const char *compatible)
{
	int node = fdt_add_subnode(fdt, parent, name);

	ck_assert_int_ge(node, 0);
	if (compatible)
		ck_assert_int_eq(fdt_setprop_string(fdt, node, "compatible", compatible), 0);
	return node;
}

/* A tree as for another machine, with a node that must stay and one at our UART's address. */
static struct blob users_tree(void)
{
	void *fdt = arena_alloc(&bench.arena, 4096);
	int node;

	fdt_create_empty_tree(fdt, 4096);
	fdt_setprop_u32(fdt, 0, "#address-cells", 2);
	fdt_setprop_u32(fdt, 0, "#size-cells", 2);
	fdt_setprop_u32(fdt, 0, "interrupt-parent", 0x77);
	fdt_setprop_string(fdt, 0, "model", "theirs");
	node = add(fdt, 0, "memory@80000000", NULL);
	fdt_setprop_string(fdt, node, "device_type", "memory");
	node = add(fdt, 0, "gic@2f000000", "arm,gic-v3");
	fdt_setprop_u32(fdt, node, "phandle", 0x77);
	add(fdt, 0, "psci", "arm,psci");
	node = add(fdt, 0, "serial@a000000", "ns16550a");
	fdt_setprop_u64(fdt, node, "reg", 0x0a000000);
	node = add(fdt, 0, "cpus", NULL);
	add(fdt, node, "cpu@0", "arm,cortex-a57");
	add(fdt, node, "cpu@2", "arm,cortex-a57");
	node = add(fdt, 0, "chosen", NULL);
	fdt_setprop_string(fdt, node, "theirs", "kept");
	fdt_setprop_string(fdt, node, "bootargs", "old");
	node = add(fdt, 0, "keep", "theirs,device");
	fdt_setprop_u32(fdt, node, "interrupt-parent", 0x77);
	fdt_pack(fdt);
	return (struct blob){ fdt, fdt_totalsize(fdt) };
}

START_TEST(patched)
{
	ck_assert_ptr_null(
		device_tree_make(&bench.arena, &guest, &bench.inputs, users_tree(), &tree));
	check_ours();
	check_text("/", "model", "theirs");
	check_text("/chosen", "theirs", "kept");
	check_text("/keep", "compatible", "theirs,device");
	CELLS("/", "interrupt-parent", 0x77);
	CELLS("/intc@8000000", "phandle", 0x77);
	CELLS("/gpio-keys/poweroff", "gpios", 0x7a, 3, 0);
	ck_assert_int_lt(fdt_path_offset(tree.data, "/memory@80000000"), 0);
	ck_assert_int_lt(fdt_path_offset(tree.data, "/gic@2f000000"), 0);
	ck_assert_int_lt(fdt_path_offset(tree.data, "/serial@a000000"), 0);
	ck_assert_int_lt(fdt_path_offset(tree.data, "/cpus/cpu@2"), 0);
}
END_TEST

START_TEST(bootargs_kept)
{
	guest.command_line = "";
	guest.image_count = 0;
	ck_assert_ptr_null(
		device_tree_make(&bench.arena, &guest, &bench.inputs, users_tree(), &tree));
	check_text("/chosen", "bootargs", "old");
	ck_assert_int_lt(fdt_path_offset(tree.data, "/chosen/linux,initrd-start"), 0);
}
END_TEST

START_TEST(hostile)
{
	struct blob user = users_tree();

	for (uint32_t i = 0; i < 5000; i++) {
		struct arena arena = { NULL };
		size_t size = i % 4 ? user.size : bench_random() % user.size;
		uint8_t *copy = arena_alloc(&arena, size);

		memcpy(copy, user.data, size);
		for (uint32_t n = bench_random() % 4; size && n > 0; n--)
			copy[bench_random() % size] = (uint8_t)bench_random();
		device_tree_make(&arena, &guest, &bench.inputs, (struct blob){ copy, size }, &tree);
		arena_free(&arena);
	}
}
END_TEST

Suite *tree_suite(void)
{
	Suite *suite = suite_create("device tree");
	TCase *test = tcase_create("device tree");

	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 60);
	tcase_add_test(test, made);
	tcase_add_test(test, seeds);
	tcase_add_test(test, riscv);
	tcase_add_test(test, patched);
	tcase_add_test(test, bootargs_kept);
	tcase_add_test(test, hostile);
	suite_add_tcase(suite, test);
	return suite;
}

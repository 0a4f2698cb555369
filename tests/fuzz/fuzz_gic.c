/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GICv3 of a guest with one to four vCPUs: any accesses to its frames, of any size, any writes to its system registers,
 * lines, acknowledgements and ends. At the end what the registers say and what the kernel's interrupt slots have must be the
 * same thing (Arm IHI 0069, 4.8 and chapter 12).
 */
#include <arch/interrupt.h>

#include <gicv3_registers.h>
#include <sysreg.h>

#include "fuzz_vmm.h"

#define SPIS      32
#define BIT64(n)  (1ULL << (n))
#define SGI_FRAME (MACHINE_REDISTRIBUTOR + GICR_SGI_FRAME)

/* Of 32 interrupts, as their registers say. */
struct bank {
	uint32_t group1, enabled, pending, active, edge;
	uint8_t priority[32];
};

static uint64_t read_register(uint64_t address, uint32_t size_bits)
{
	must(machine_exit(0, EXIT_MEMORY, address, ACCESS_DECODED | ACCESS_SIZE(size_bits), 0) ==
	     DISPOSITION_STEP);
	return machine_result[0];
}

/* A set and a clear register read the same. */
static uint32_t read_pair(uint64_t address)
{
	uint32_t value = (uint32_t)read_register(address, 2);

	must(read_register(address + 0x80, 2) == value);
	return value;
}

/* Frame and bank of the private interrupts of a vCPU, or of the shared ones. */
static void read_bank(struct bank *bank, uint64_t frame, uint32_t index)
{
	uint64_t word = frame + 4ULL * index;

	bank->group1 = (uint32_t)read_register(word + GICD_IGROUPR, 2);
	bank->enabled = read_pair(word + GICD_ISENABLER);
	bank->pending = read_pair(word + GICD_ISPENDR);
	bank->active = read_pair(word + GICD_ISACTIVER);
	bank->edge = 0;
	for (uint32_t i = 0; i < 32; i++) {
		uint64_t configuration =
			read_register(frame + GICD_ICFGR + 8ULL * index + i / 16 * 4, 2);

		bank->edge |= (uint32_t)(configuration >> (i % 16 * 2 + 1) & 1) << i;
		bank->priority[i] =
			(uint8_t)read_register(frame + GICD_IPRIORITYR + 32 * index + i, 0);
		must(!(bank->priority[i] & 7));
	}
}

static bool is_enabled(const struct bank *bank, uint32_t bit, uint64_t control)
{
	return bank->enabled >> bit & 1 && control & (bank->group1 >> bit & 1 ? 2 : 1);
}

/* An interrupt's slot is configured as its registers are. */
static void check_configuration(uint64_t slot, const struct bank *bank, uint32_t bit)
{
	must(!(slot & SLOT_GROUP1) == !(bank->group1 >> bit & 1));
	must(SLOT_PRIORITY_OF(slot) == bank->priority[bit]);
	must(!(slot & SLOT_LEVEL) == (bool)(bank->edge >> bit & 1));
}

static void check_private(uint32_t v, uint64_t control)
{
	struct bank bank;

	read_bank(&bank, SGI_FRAME + v * GICR_SIZE, 0);
	must((uint32_t)kernel_pending(v) == bank.pending);
	must((uint32_t)kernel[v].active == bank.active);
	for (uint32_t bit = 0; bit < 32; bit++) {
		uint64_t slot = kernel[v].configuration[bit];

		check_configuration(slot, &bank, bit);
		must(!(slot & SLOT_ENABLED) == !is_enabled(&bank, bit, control));
	}
}

/* A shared interrupt is in one vCPU's slot, and that is where its route leads unless it is still active elsewhere. */
static void check_shared(const struct bank *bank, uint32_t bit, uint64_t control)
{
	uint64_t route = read_register(MACHINE_DISTRIBUTOR + GICD_IROUTER_FIRST + 8ULL * bit, 3);
	bool enabled = is_enabled(bank, bit, control);
	uint64_t mask = BIT64(32 + bit);
	uint32_t pending = 0;
	uint32_t active = 0;

	for (uint32_t v = 0; v < vcpus; v++) {
		uint64_t slot = kernel[v].configuration[32 + bit];
		bool pends = kernel_pending(v) & mask;
		bool acts = kernel[v].active & mask;

		pending += pends;
		active += acts;
		if (slot & SLOT_ENABLED || pends || acts)
			check_configuration(slot, bank, bit);
		if (slot & SLOT_ENABLED)
			must(enabled && route == v);
		if (pends && !acts && enabled && route < vcpus)
			must(route == v && slot & SLOT_ENABLED);
	}
	must(pending <= 1 && pending == (bank->pending >> bit & 1));
	must(active <= 1 && active == (bank->active >> bit & 1));
}

static void check(void)
{
	uint64_t control = read_register(MACHINE_DISTRIBUTOR + GICD_CTLR, 2);
	struct bank bank;

	for (uint32_t v = 0; v < vcpus; v++)
		check_private(v, control);
	read_bank(&bank, MACHINE_DISTRIBUTOR, 1);
	for (uint32_t bit = 0; bit < SPIS; bit++)
		check_shared(&bank, bit, control);
}

/* Where something is, in most cases; else anywhere in the frames and a little beyond. */
static uint64_t some_address(void)
{
	static const uint32_t arrays[] = {
		GICD_IGROUPR,   GICD_ISENABLER, GICD_ICENABLER,  GICD_ISPENDR,  GICD_ICPENDR,
		GICD_ISACTIVER, GICD_ICACTIVER, GICD_IPRIORITYR, GICD_ICFGR,    GICD_CTLR,
		GICD_IDREGS,    GICR_WAKER,     GICD_ITARGETSR,  GICD_IGRPMODR,
	};
	uint32_t kind = input_below(4);
	uint32_t v = input_below(vcpus);

	switch (kind) {
	case 0:
		return MACHINE_DISTRIBUTOR + arrays[input_below(14)] + input_8();
	case 1:
		return SGI_FRAME + v * GICR_SIZE + arrays[input_below(14)] + input_8();
	case 2:
		return MACHINE_DISTRIBUTOR + GICD_IROUTER_FIRST + input_8();
	default:
		return (v ? MACHINE_REDISTRIBUTOR : MACHINE_DISTRIBUTOR) + input_32() % 0x80008;
	}
}

static void access(uint32_t v)
{
	uint8_t how = input_8();
	bool write = how & 4;
	uint64_t address = some_address();
	uint64_t value = write ? input_64() : 0;
	uint32_t size_bits = how & 3;
	enum disposition found;

	if (how & 8)
		address &= ~(BIT64(size_bits) - 1);
	found = machine_exit(v, EXIT_MEMORY, address,
			     ACCESS_DECODED | ACCESS_SIZE(size_bits) | (write ? ACCESS_WRITE : 0),
			     value & UINT64_MAX >> (64 - 8 * (1 << size_bits)));
	must(found == DISPOSITION_STEP || found == DISPOSITION_ABORT);
}

/* Any register, or one of those that are interrupts'. */
static void system_register(uint32_t v)
{
	static const uint64_t registers[] = {
		SYSREG(3, 0, 12, 11, 1), SYSREG(3, 0, 12, 11, 5), SYSREG(3, 0, 12, 11, 6),
		SYSREG(3, 0, 12, 11, 7), SYSREG(3, 3, 14, 2, 0),  SYSREG(3, 3, 14, 2, 1),
		SYSREG(3, 3, 14, 2, 2),
	};
	uint8_t how = input_8();
	uint64_t encoding = how & 0x80 ? input_32() : registers[(how & 0x7f) % 7];
	uint64_t value = input_8() & 1 ? input_64() : input_edge(now);
	enum disposition found =
		machine_exit(v, EXIT_REGISTER, encoding, input_8() & 7 ? ACCESS_WRITE : 0, value);

	must(found == DISPOSITION_STEP || found == DISPOSITION_UNDEFINED);
}

/* The guest acknowledges an interrupt that it can get, or ends one. */
static void acknowledge(uint32_t v)
{
	uint64_t ready = kernel_pending(v) & ~kernel[v].active;
	uint32_t from = input_below(64);

	for (uint32_t i = 0; i < 64; i++) {
		uint32_t slot = (from + i) % 64;

		if (!(ready >> slot & 1) || !(kernel[v].configuration[slot] & SLOT_ENABLED))
			continue;
		kernel[v].active |= BIT64(slot);
		kernel[v].latch &= ~BIT64(slot);
		return;
	}
}

static void drive_line(uint32_t v)
{
	uint8_t how = input_8();

	machine.current = &machine.vcpus[v];
	arch_interrupt_line(&machine, 32 + how % SPIS, how & 0x80);
	machine_exit(v, EXIT_EVENT, 0, 0, 0);
}

/* Timers come due, and what waits for the end of an interrupt is looked at. */
static void pass(uint64_t time)
{
	now += time;
	for (uint32_t v = 0; v < vcpus; v++)
		machine_event(v);
}

static void step(uint32_t v)
{
	switch (input_8() % 8) {
	case 0:
	case 1:
	case 2:
		access(v);
		break;
	case 3:
		system_register(v);
		break;
	case 4:
		acknowledge(v);
		break;
	case 5:
		kernel[v].active &= ~BIT64(input_below(64));
		break;
	case 6:
		drive_line(v);
		break;
	default:
		pass(1000ULL * input_8());
		break;
	}
}

/* As a driver leaves it: all is enabled, in group 1. */
static void set_up(void)
{
	const uint64_t word = ACCESS_DECODED | ACCESS_WRITE | ACCESS_SIZE(2);

	machine_exit(0, EXIT_MEMORY, MACHINE_DISTRIBUTOR + GICD_CTLR, word, 3);
	for (uint32_t v = 0; v <= vcpus; v++) {
		uint64_t frame = v < vcpus ? SGI_FRAME + v * GICR_SIZE : MACHINE_DISTRIBUTOR + 4;

		machine_exit(0, EXIT_MEMORY, frame + GICD_IGROUPR, word, UINT32_MAX);
		machine_exit(0, EXIT_MEMORY, frame + GICD_ISENABLER, word, UINT32_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	machine_begin(1 + input_below(MACHINE_VCPUS_MAX));
	if (input_8() & 7)
		set_up();
	while (input_more())
		step(input_below(vcpus));
	pass(1000000);
	check();
	return 0;
}

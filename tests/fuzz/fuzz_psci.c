/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI and the SMC Calling Convention: vCPUs of a guest call what they like, while others go on and off, against the tables of
 * DEN 0022 (5.1, 5.4 to 5.12) and DEN 0028.
 */
#include <psci.h>

#include "fuzz_vmm.h"

enum power { OFF, PENDING, ON };

/* Of a vCPU as DEN 0022 has it; and where it shall begin. */
static struct {
	enum power power;
	uint64_t entry, argument;
} model[MACHINE_VCPUS_MAX];

/* The answer to a call is one of these, or a number. */
#define PARKS INT64_MIN

static bool is_last(uint32_t caller)
{
	for (uint32_t v = 0; v < vcpus; v++)
		if (v != caller && model[v].power != OFF)
			return false;
	return true;
}

static int64_t cpu_on(uint64_t target, uint64_t entry, uint64_t argument)
{
	if (target >= vcpus)
		return -2;
	if (model[target].power != OFF)
		return model[target].power == ON ? -4 : -5;
	if (entry % 4 || entry < MACHINE_MEMORY || entry >= MACHINE_MEMORY + MACHINE_MEMORY_SIZE)
		return -9;
	model[target].power = PENDING;
	model[target].entry = entry;
	model[target].argument = argument;
	return 0;
}

static int64_t affinity_info(uint64_t target, uint64_t level)
{
	static const int64_t answers[] = { [OFF] = 1, [PENDING] = 2, [ON] = 0 };

	return target >= vcpus || level ? -2 : answers[model[target].power];
}

static bool is_function(uint32_t number)
{
	static const uint32_t functions[] = {
		0x84000000, 0x84000001, 0xc4000001, 0x84000002, 0x84000003,
		0xc4000003, 0x84000004, 0xc4000004, 0x84000006, 0x84000008,
		0x84000009, 0x84000012, 0xc4000012, 0x8400000a, 0x80000000,
	};

	for (uint32_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (functions[i] == number)
			return true;
	return false;
}

static int64_t cpu_off(uint32_t caller, int *end)
{
	if (is_last(caller))
		*end = GUEST_OFF;
	else
		model[caller].power = OFF;
	return PARKS;
}

static int64_t reset2(uint64_t type, int *end)
{
	if ((uint32_t)type)
		return -2;
	*end = GUEST_RESET;
	return PARKS;
}

/* What comes of a call, with arguments cut to their width; `end` is set where the guest ends. */
static int64_t expected(uint32_t caller, uint32_t function, const uint64_t x[3], int *end)
{
	switch (function) {
	case 0x84000000:
	case 0x80000000:
		return 0x10001;
	case 0x84000001:
	case 0xc4000001:
		return x[0] & 0xfcfe0000 ? -2 : 0;
	case 0x84000002:
		return cpu_off(caller, end);
	case 0x84000003:
	case 0xc4000003:
		return cpu_on(x[0], x[1], x[2]);
	case 0x84000004:
	case 0xc4000004:
		return affinity_info(x[0], x[1]);
	case 0x84000006:
		return 2;
	case 0x84000008:
	case 0x84000009:
		*end = function == 0x84000008 ? GUEST_OFF : GUEST_RESET;
		return PARKS;
	case 0x8400000a:
		return is_function((uint32_t)x[0]) ? 0 : -1;
	case 0x84000012:
	case 0xc4000012:
		return reset2(x[0], end);
	case 0x80000001:
		return (uint32_t)x[0] == 0x80000000 || (uint32_t)x[0] == 0x80000001 ? 0 : -1;
	default:
		return -1;
	}
}

static uint32_t some_function(void)
{
	static const uint32_t starts[] = { 0x80000000, 0x84000000, 0xc4000000, 0x8600ff00 };
	uint32_t at = input_8();

	return at < 0xf0 ? starts[at & 3] + (at >> 2) % 0x18 : input_32();
}

static void call(uint32_t v)
{
	uint64_t *x = machine_registers(v)->x;
	uint32_t kind = input_8();
	/* Another immediate than 0 is none of these calls. */
	uint64_t immediate = kind < 0x10 ? input_16() : 0;
	uint64_t arguments[3];
	int64_t answer;
	int end = -1;
	enum disposition found;

	x[0] = some_function() | (kind & 1 ? input_64() << 32 : 0);
	x[1] = kind & 2 ? input_edge(vcpus) : input_below(vcpus + 1);
	x[2] = kind & 4 ? input_edge(MACHINE_MEMORY + MACHINE_MEMORY_SIZE) :
			  MACHINE_ENTRY + input_8() % 4;
	x[3] = input_8();
	for (uint32_t i = 0; i < 3; i++)
		arguments[i] = (uint32_t)x[0] >> 30 & 1 ? x[i + 1] : (uint32_t)x[i + 1];
	answer = expected(v, immediate ? UINT32_MAX : (uint32_t)x[0], arguments, &end);
	found = machine_exit(v, kind & 8 ? EXIT_HYPERCALL : EXIT_FIRMWARE, immediate, 0, 0);
	must(machine_ended == end);
	if (answer == PARKS) {
		must(found == DISPOSITION_PARK);
		return;
	}
	must(found == DISPOSITION_STEP);
	must((int64_t)machine_result[0] == answer);
	must(!(machine_result[1] | machine_result[2] | machine_result[3]));
}

/* A vCPU that was told to begin does so where it was told. */
static void event(uint32_t v)
{
	machine_event(v);
	if (model[v].power != PENDING)
		return;
	model[v].power = ON;
	must(!kernel[v].parked);
	must(machine_update(v)->pc == model[v].entry);
	must(machine_update(v)->x[0] == model[v].argument);
}

static void begin_model(void)
{
	for (uint32_t v = 0; v < MACHINE_VCPUS_MAX; v++)
		model[v].power = v ? OFF : ON;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	machine_begin(1 + input_below(MACHINE_VCPUS_MAX));
	begin_model();
	while (input_more()) {
		uint32_t v = input_below(vcpus);

		if (machine_ended == GUEST_OFF)
			return 0;
		/* What was under way in the life before is parked, whatever it was. */
		if (machine_ended == GUEST_RESET) {
			must(machine_exit(v, EXIT_HYPERCALL, 0, 0, 0) == DISPOSITION_PARK);
			machine_start();
			begin_model();
		} else if (model[v].power == ON && input_8() & 3) {
			call(v);
		} else {
			event(v);
		}
		for (v = 0; v < vcpus && machine_ended < 0; v++)
			must(kernel[v].parked == (model[v].power != ON));
	}
	return 0;
}

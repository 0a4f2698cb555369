/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest with three vCPUs: how they come to rest before each of its lives, how PSCI switches them on and off, and to whom
 * clocks and events go.
 */
#include <stdlib.h>
#include <string.h>

#include <idl/kernel_client.h>
#include <idl/root.h>

#include <arch/vcpu.h>

#include <cloister/counter.h>

#include <exits.h>
#include <psci.h>

#include "test_vmm_fixture.h"

#define VCPUS 3

static struct vmm_config configuration;
static struct vmm machine;
static uint8_t ram[4096] __attribute__((aligned(4096)));
static uint8_t vcpu_pages[VCPUS][2][4096] __attribute__((aligned(4096)));
static struct line log_memory;
static uint32_t told[VCPUS];
static uint32_t slot_changes[VCPUS];
static uint64_t results[4];
static int end_told;

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (number == SYS_SIGNAL) {
		if (cap >= CAP_VCPU_EVENT)
			told[cap - CAP_VCPU_EVENT]++;
		return OK;
	}
	if (m->label == VCPU_SET_SLOT) {
		slot_changes[cap - 100]++;
	} else {
		ck_assert_uint_eq(cap, CAP_ROOT);
		end_told = (int)m->word[0];
	}
	m->label = OK;
	return OK;
}

static uint64_t make_exit(uint32_t v, enum exit_kind kind, uint64_t address, uint64_t value)
{
	struct message m = { .label = LABEL_EXIT + kind, .word = { 1, address, 0, value } };

	exits_handle(&machine.vcpus[v], &m);
	memcpy(results, m.word, sizeof(results));
	return m.label & ~(uint64_t)REPLY_SLOTS;
}

static struct registers *registers(uint32_t v, bool update)
{
	return (struct registers *)(void *)vcpu_pages[v][update];
}

static int64_t call(uint32_t v, uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3)
{
	uint64_t *x = registers(v, false)->x;

	x[0] = function;
	x[1] = x1;
	x[2] = x2;
	x[3] = x3;
	ck_assert_uint_eq(make_exit(v, EXIT_HYPERCALL, 0, 0), DISPOSITION_STEP);
	return (int64_t)results[0];
}

static uint64_t calls_end(uint32_t v, uint64_t function)
{
	registers(v, false)->x[0] = function;
	return make_exit(v, EXIT_HYPERCALL, 0, 0);
}

#define PARKED  (DISPOSITION_PARK | REPLY_REARM)
#define STARTED (DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM)

static void configure(void)
{
	memset(&configuration, 0, sizeof(configuration));
	memset(&log_memory, 0, sizeof(log_memory));
	memset(told, 0, sizeof(told));
	memset(slot_changes, 0, sizeof(slot_changes));
	end_told = -1;
	cleared = 0;
	configuration.memory_base = MEMORY_BASE;
	configuration.memory_size = sizeof(ram);
	configuration.memory = (uint64_t)(uintptr_t)ram;
	configuration.entry = MEMORY_BASE + 0x100;
	configuration.vcpu_pages = (uint64_t)(uintptr_t)vcpu_pages;
	configuration.log_line = (uint64_t)(uintptr_t)&log_memory;
	configuration.vcpu_count = VCPUS;
	configuration.vcpu = 100;
	configuration.vcpu_event = CAP_VCPU_EVENT;
	configuration.root = CAP_ROOT;
	configuration.device_count = 1;
	configuration.devices[0].kind = VMM_DEVICE_GICV3;
	configuration.devices[0].address = DISTRIBUTOR;
	configuration.devices[0].size = 0x10000;
	configuration.devices[0].address2 = REDISTRIBUTOR;
	configuration.devices[0].size2 = VCPUS * 0x20000ULL;
	ck_assert_ptr_null(vmm_init(&machine, &configuration));
}

static void start(void)
{
	configure();
	ck_assert_uint_eq(make_exit(1, EXIT_START, 0, 0), PARKED);
	ck_assert_uint_eq(make_exit(2, EXIT_START, 0, 0), PARKED);
	ck_assert_uint_eq(make_exit(0, EXIT_START, 0, 0), STARTED);
	ck_assert_uint_eq(registers(0, true)->pc, configuration.entry);
}

/* Whatever the order, vCPU 0 begins when the last is at rest. */
START_TEST(test_last_comes_to_rest)
{
	uint32_t last = 1 + (uint32_t)_i;

	configure();
	ck_assert_uint_eq(make_exit(0, EXIT_START, 0, 0), PARKED);
	ck_assert_uint_eq(make_exit(3 - last, EXIT_START, 0, 0), PARKED);
	ck_assert_uint_eq(told[0], 0);
	ck_assert_uint_eq(make_exit(last, EXIT_START, 0, 0), PARKED);
	ck_assert_uint_eq(told[0], 1);
	ck_assert_uint_eq(make_exit(0, EXIT_EVENT, VMM_EVENT_VCPU, 0), STARTED);
	ck_assert_uint_eq(registers(0, true)->pc, configuration.entry);
	ck_assert_uint_eq(cleared, 0);
}
END_TEST

/* Each of the vCPUs resets the guest. What others do that belongs to the old life is done with. */
START_TEST(test_reset)
{
	uint32_t other = _i == 1 ? 2 : 1;

	start();
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE, 0), PSCI_SUCCESS);
	ck_assert_uint_eq(calls_end((uint32_t)_i, PSCI_SYSTEM_RESET), DISPOSITION_PARK);
	ck_assert_int_eq(end_told, GUEST_RESET);
	end_told = -1;
	/* Another asks for the same, one for CPU_ON, one has an event: none of it is for the new life. */
	ck_assert_uint_eq(calls_end(other, PSCI_SYSTEM_RESET), DISPOSITION_PARK);
	ck_assert_int_eq(end_told, -1);
	ck_assert_uint_eq(make_exit(1, EXIT_EVENT, VMM_EVENT_VCPU, 0), DISPOSITION_PARK);
	for (uint32_t v = 0; v < VCPUS; v++)
		if (v != (uint32_t)_i)
			ck_assert_uint_eq(make_exit(v, EXIT_START, 0, 1), PARKED);
	ck_assert_uint_eq(cleared, 0);
	ck_assert_uint_eq(make_exit((uint32_t)_i, EXIT_START, 0, 1), _i ? PARKED : STARTED);
	if (_i)
		ck_assert_uint_eq(make_exit(0, EXIT_EVENT, VMM_EVENT_VCPU, 0), STARTED);
	ck_assert_uint_eq(cleared, sizeof(ram));
	for (uint64_t v = 0; v < VCPUS; v++)
		ck_assert_int_eq(call(0, PSCI_AFFINITY_INFO_64, v, 0, 0), v ? 1 : 0);
}
END_TEST

START_TEST(test_power)
{
	start();
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, VCPUS, MEMORY_BASE, 0), PSCI_INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 0x101, MEMORY_BASE, 0), PSCI_INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE + 2, 0), PSCI_INVALID_ADDRESS);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE + 4096, 0), PSCI_INVALID_ADDRESS);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE - 4, 0), PSCI_INVALID_ADDRESS);
	ck_assert_int_eq(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), 1);
	ck_assert_uint_eq(told[1], 0);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE + 8, 77), PSCI_SUCCESS);
	ck_assert_uint_eq(told[1], 1);
	ck_assert_int_eq(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), 2);
	ck_assert_int_eq(call(0, PSCI_CPU_ON_64, 1, MEMORY_BASE, 0), PSCI_ON_PENDING);
	ck_assert_uint_eq(make_exit(1, EXIT_EVENT, VMM_EVENT_VCPU, 0), STARTED);
	ck_assert_uint_eq(registers(1, true)->pc, MEMORY_BASE + 8);
	ck_assert_uint_eq(registers(1, true)->x[0], 77);
	ck_assert_uint_eq(registers(1, true)->x[1], 0);
	ck_assert_int_eq(call(1, PSCI_AFFINITY_INFO_64, 1, 0, 0), 0);
	ck_assert_int_eq(call(1, PSCI_CPU_ON_64, 1, MEMORY_BASE, 0), PSCI_ALREADY_ON);
	/* A second event is only that. */
	ck_assert_uint_eq(make_exit(1, EXIT_EVENT, VMM_EVENT_VCPU, 0),
			  DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_uint_eq(calls_end(0, PSCI_CPU_OFF), DISPOSITION_PARK);
	ck_assert_int_eq(call(1, PSCI_AFFINITY_INFO_64, 0, 0, 0), 1);
	/* One that is off takes events, and stays off. */
	ck_assert_uint_eq(make_exit(0, EXIT_EVENT, VMM_EVENT_CONSOLE, 0),
			  DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_int_eq(end_told, -1);
	/* The last that goes off ends the guest; one that is about to begin is none of the off ones. */
	ck_assert_int_eq(call(1, PSCI_CPU_ON_64, 2, MEMORY_BASE, 0), PSCI_SUCCESS);
	ck_assert_uint_eq(calls_end(1, PSCI_CPU_OFF), DISPOSITION_PARK);
	ck_assert_int_eq(end_told, -1);
	ck_assert_uint_eq(make_exit(2, EXIT_EVENT, VMM_EVENT_VCPU, 0), STARTED);
	ck_assert_uint_eq(calls_end(2, PSCI_CPU_OFF), DISPOSITION_PARK);
	ck_assert_int_eq(end_told, GUEST_OFF);
}
END_TEST

/* The guest's clocks are the last one's who set them; each vCPU's timer is its own. */
START_TEST(test_clocks)
{
	start();
	vcpu_set_deadline(&machine.vcpus[1], DEADLINE_TIMER, 900);
	machine.current = &machine.vcpus[0];
	vmm_set_deadline(&machine, DEADLINE_DEVICES, 500);
	ck_assert_uint_eq(machine.vcpus[0].next_deadline, 500);
	ck_assert_uint_eq(machine.vcpus[1].next_deadline, 900);
	machine.current = &machine.vcpus[1];
	vmm_set_deadline(&machine, DEADLINE_DEVICES, 600);
	ck_assert_uint_eq(machine.vcpus[0].next_deadline, DEADLINE_NEVER);
	ck_assert_uint_eq(machine.vcpus[1].next_deadline, 600);
	vmm_set_deadline(&machine, DEADLINE_DEVICES, DEADLINE_NEVER);
	ck_assert_uint_eq(machine.vcpus[1].next_deadline, 900);
}
END_TEST

/* An SGI to others changes their slots by the kernel, one to itself with the reply. */
START_TEST(test_slots_of_others)
{
	struct vcpu_update *update_of_0 = (struct vcpu_update *)(void *)vcpu_pages[0][1];

	start();
	memset(slot_changes, 0, sizeof(slot_changes));
	gicv3_send_sgi(&machine.vcpus[0], 3ULL << 24 | 7, true);
	ck_assert_uint_eq(make_exit(0, EXIT_EVENT, 0, 0), DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_uint_eq(slot_changes[0], 0);
	ck_assert_uint_eq(slot_changes[1], 1);
	ck_assert_uint_eq(slot_changes[2], 1);
	ck_assert_uint_eq(update_of_0->slots.pend, 1U << 3);
	ck_assert_uint_eq(update_of_0->slots.configure | update_of_0->slots.unpend, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vcpus");
	TCase *tests = tcase_create("vcpus");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, test_last_comes_to_rest, 0, 2);
	tcase_add_loop_test(tests, test_reset, 0, VCPUS);
	tcase_add_test(tests, test_power);
	tcase_add_test(tests, test_clocks);
	tcase_add_test(tests, test_slots_of_others);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

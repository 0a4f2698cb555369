/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM and its guest keep values in every register that they have, over calls of the guest and their answers, and neither may find
 * what it has not put there itself. The same between two guests, and for a device server, is the guest `leaks` of
 * tests/guests/hostile.
 */
#include "attack.h"
#include "neighbour.h"

#include <crossing.h>

extern const char attack_keeps[];

void cross_call(const struct crossing *before, struct crossing *after);

#define CALL_KEEPS 0x73
#define TURN       10 /* microseconds, as the neighbours' */
#define ROUNDS     1000

static const char *const classes[CLASSES] = CLASS_NAMES;
static volatile uint64_t foreign[CLASSES], looks, strange;

static void look(const struct crossing *own, const struct crossing *now)
{
	unsigned int found = crossing_difference(own, now);

	looks++;
	for (unsigned int i = 0; i < CLASSES; i++)
		foreign[i] += found >> i & 1;
}

/* The answer is the page's address for the guest. */
static void make_answer(struct crossing *message, uint64_t sequence)
{
	message->x[0] = ATTACK_ENDPOINT;
	message->x[1] = DISPOSITION_STEP;
	message->x[2] = GUEST_DATA;
	for (unsigned int i = 3; i < 8; i++)
		message->x[i] = 0;
	message->x[6] = sequence;
	message->x[8] = SYS_REPLY_RECV;
	message->x[9] = DEADLINE_NEVER;
}

static void looking_vmm(uint64_t status, uint64_t label, uint64_t sequence, uint64_t immediate)
{
	static struct crossing own, now;

	for (uint64_t seed = 1; status == OK; seed++) {
		strange += label != LABEL_EXIT + EXIT_HYPERCALL || immediate != CALL_KEEPS;
		crossing_fill(&own, seed);
		make_answer(&own, sequence);
		cross_call(&own, &now);
		look(&own, &now);
		status = now.x[0];
		label = now.x[1];
		sequence = now.x[2];
		immediate = now.x[3];
	}
}

static void begin(void)
{
	looks = strange = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		foreign[i] = 0;
	neighbours_new();
	attack_vm_new(0);
	kept_fill();
	EXPECT_OK(vcpu_set_priority(vm.vcpu, PRIORITY_LOW));
	EXPECT_OK(sched_context_configure(vm.time, ticks(TURN), ticks(TURN)));
	vm_start();
	vm.update->registers.x[0] = GUEST_DATA;
	attack_serve(attack_keeps, looking_vmm, PRIORITY_LOW);
}

static void vmm_and_guest(void)
{
	begin();
	for (unsigned int i = 0; i < 2 * ROUNDS && looks < ROUNDS; i++)
		neighbours_check();
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		report_line("# look: %s: of the guest or another in its VMM %lu in %lu looks",
			    classes[i], (unsigned long)foreign[i], (unsigned long)looks);
	report_line("# look: all registers of the guest: of its VMM or another %lu in %lu looks",
		    (unsigned long)vm.data[KEPT_DIFFERENCES], (unsigned long)vm.data[KEPT_ROUNDS]);
	EXPECT_EQUAL(strange, 0);
	EXPECT(looks >= ROUNDS);
	EXPECT(vm.data[KEPT_ROUNDS] >= ROUNDS - 1);
	EXPECT_EQUAL(vm.data[KEPT_DIFFERENCES], 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		EXPECT_EQUAL(foreign[i], 0);
}

static const struct test tests[] = {
	{ "leak: a VMM, its guest and those beside them", vmm_and_guest },
};

const struct suite leak_suite = SUITE(tests);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GICv3 of guests with one, two and four vCPUs under random accesses, lines, SGIs, acknowledgements and ends, against a
 * plain model of what the architecture says of each interrupt: its configuration, its line, and whether it is inactive,
 * pending, active, or active and pending (Arm IHI 0069, "Interrupt lifecycle"). After each step the model and the
 * interrupt slots of each vCPU agree on what that vCPU can be interrupted by, and registers read back what the model
 * has. The kernel is a plain set of slots for each vCPU. Some lines are other processes': they reach the slots by
 * notifications, which the VMM binds where the interrupts are.
 */
#include <stdlib.h>
#include <string.h>

#include <idl/kernel_client.h>

#include <arch/interrupt.h>
#include <arch/vcpu.h>

#include <cloister/counter.h>

#include <exits.h>
#include <gicv3_registers.h>
#include <sysreg.h>

#include "test_vmm_fixture.h"
#include "slot_changes.h"

#define VCPUS_MAX 4
#define STEPS     30000
#define SPIS      32
#define NOTHING   1023
/* Of the shared interrupts, those whose lines are other processes', and the notifications that these have. */
#define OUTSIDE_FIRST 8
#define OUTSIDE_COUNT 8
#define CAP_LINE      0x300
#define BIT64(n)      (1ULL << (n))

static struct vmm_config configuration;
static struct vmm machine;
static uint8_t ram[4096] __attribute__((aligned(4096)));
static uint8_t vcpu_pages[VCPUS_MAX][2][4096] __attribute__((aligned(4096)));
static struct line log_memory;
static uint32_t vcpus;

/* A vCPU as the kernel has it. */
static struct kernel_vcpu {
	uint64_t configuration[VCPU_SLOTS];
	uint64_t latch, line, active;
	/* Slots whose lines are notifications'. */
	uint64_t driven;
	uint64_t deadline;
	bool signalled;
} kernel[VCPUS_MAX];

/* A notification that is a line: up while its word is not 0. */
static struct line_out {
	struct kernel_vcpu *bound;
	bool word;
} lines_out[OUTSIDE_COUNT];

/* One interrupt as the architecture has it. */
static struct interrupt {
	bool edge, line, latch, active, enabled, group1;
	uint8_t priority;
	/* Of a shared one: where it is routed, and whose it is: that only changes while it is not active. */
	uint64_t route;
	uint32_t owner;
} private[VCPUS_MAX][32], shared[SPIS];

static uint32_t control;

static void change_slot(struct kernel_vcpu *k, uint32_t slot, uint64_t change)
{
	uint64_t bit = BIT64(slot);

	must(slot < VCPU_SLOTS);
	if (change & SLOT_CONFIGURE) {
		must(SLOT_NUMBER_OF(change) == slot);
		if (k->driven & bit && change & SLOT_LEVEL &&
		    !(k->configuration[slot] & SLOT_LEVEL))
			k->latch &= ~bit;
		k->configuration[slot] = change;
	}
	if (change & SLOT_SET_LINE && !(k->driven & bit))
		k->line = (k->line & ~bit) | (change & SLOT_LINE ? bit : 0);
	k->latch |= change & SLOT_PEND ? bit : 0;
	k->latch &= ~(change & SLOT_UNPEND ? bit : 0);
	k->active |= change & SLOT_ACTIVATE ? bit : 0;
	k->active &= ~(change & SLOT_DEACTIVATE ? bit : 0);
}

static uint64_t pending_of(const struct kernel_vcpu *k)
{
	uint64_t pending = k->latch;

	for (uint32_t slot = 0; slot < VCPU_SLOTS; slot++)
		if (k->configuration[slot] & SLOT_LEVEL)
			pending |= k->line & BIT64(slot);
	return pending;
}

static uint32_t line_slot(const struct line_out *line)
{
	return 32 + OUTSIDE_FIRST + (uint32_t)(line - lines_out);
}

static void signal_line(const struct line_out *line)
{
	struct kernel_vcpu *k = line->bound;
	uint32_t slot = line_slot(line);

	k->line |= BIT64(slot);
	if (!(k->configuration[slot] & SLOT_LEVEL))
		k->latch |= BIT64(slot);
}

static enum status bind_line(struct line_out *line, const struct message *m)
{
	if (m->label == NOTIFICATION_UNBIND) {
		if (!line->bound)
			return ERR_STATE;
		line->bound->driven &= ~BIT64(line_slot(line));
		line->bound->line &= ~BIT64(line_slot(line));
		line->bound = NULL;
		return OK;
	}
	must(m->label == NOTIFICATION_BIND_SLOT);
	must(m->word[0] >= CAP_VCPU && m->word[0] < CAP_VCPU + vcpus);
	must(m->word[1] == line_slot(line));
	if (line->bound)
		return ERR_OCCUPIED;
	line->bound = &kernel[m->word[0] - CAP_VCPU];
	line->bound->driven |= BIT64(line_slot(line));
	line->bound->line &= ~BIT64(line_slot(line));
	if (line->word)
		signal_line(line);
	return OK;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (cap >= CAP_LINE)
		return bind_line(&lines_out[cap - CAP_LINE - OUTSIDE_FIRST], m);
	if (number == SYS_SIGNAL) {
		if (cap >= CAP_VCPU_EVENT)
			kernel[cap - CAP_VCPU_EVENT].signalled = true;
		return OK;
	}
	must(cap >= CAP_VCPU && cap < CAP_VCPU + vcpus);
	if (m->label == VCPU_SET_SLOT) {
		change_slot(&kernel[cap - CAP_VCPU], (uint32_t)m->word[0], m->word[1]);
		return OK;
	}
	must(m->label == VCPU_QUERY_SLOTS);
	m->word[0] = pending_of(&kernel[cap - CAP_VCPU]);
	m->word[1] = kernel[cap - CAP_VCPU].active;
	return OK;
}

static uint64_t make_exit(uint32_t v, enum exit_kind kind, uint64_t address, uint64_t access,
			  uint64_t value)
{
	struct message m = { .label = LABEL_EXIT + kind, .word = { 1, address, access, value } };
	struct vcpu_update *changes = (struct vcpu_update *)(void *)vcpu_pages[v][1];

	exits_handle(&machine.vcpus[v], &m);
	for (uint32_t i = 0; m.label & REPLY_SLOTS && i < VCPU_SLOTS; i++)
		change_slot(&kernel[v], i, slot_changes_of(&changes->slots, i));
	kernel[v].deadline = machine.vcpus[v].next_deadline;
	must(machine.touched == 0);
	return m.word[0];
}

static void start(uint32_t count)
{
	vcpus = count;
	memset(&configuration, 0, sizeof(configuration));
	memset(kernel, 0, sizeof(kernel));
	memset(lines_out, 0, sizeof(lines_out));
	memset(private, 0, sizeof(private));
	memset(shared, 0, sizeof(shared));
	memset(&log_memory, 0, sizeof(log_memory));
	control = 0;
	configuration.memory_base = MEMORY_BASE;
	configuration.memory_size = sizeof(ram);
	configuration.memory = (uint64_t)(uintptr_t)ram;
	configuration.vcpu_pages = (uint64_t)(uintptr_t)vcpu_pages;
	configuration.log_line = (uint64_t)(uintptr_t)&log_memory;
	configuration.vcpu_count = count;
	configuration.vcpu = CAP_VCPU;
	configuration.vcpu_event = CAP_VCPU_EVENT;
	configuration.device_count = 1;
	configuration.devices[0].kind = VMM_DEVICE_GICV3;
	configuration.devices[0].address = DISTRIBUTOR;
	configuration.devices[0].size = 0x10000;
	configuration.devices[0].address2 = REDISTRIBUTOR;
	configuration.devices[0].size2 = count * 0x20000ULL;
	ck_assert_ptr_null(vmm_init(&machine, &configuration));
	for (uint32_t i = OUTSIDE_FIRST; i < OUTSIDE_FIRST + OUTSIDE_COUNT; i++)
		arch_interrupt_leave(&machine, 32 + i, CAP_LINE + i);
	for (uint32_t v = 0; v < count; v++)
		make_exit(v, EXIT_START, 0, 0, 0);
	if (count > 1)
		make_exit(0, EXIT_EVENT, VMM_EVENT_VCPU, 0, 0);
	for (uint32_t v = 0; v < count; v++)
		for (uint32_t i = 0; i < 16; i++)
	private[v][i].edge = true;
}

static struct interrupt *of(uint32_t v, uint32_t intid)
{
	return intid < 32 ? &private[v][intid] : &shared[intid - 32];
}

static bool is_pending(const struct interrupt *i)
{
	return i->latch || (!i->edge && i->line);
}

static bool is_outside(uint32_t i)
{
	return i >= OUTSIDE_FIRST && i < OUTSIDE_FIRST + OUTSIDE_COUNT;
}

/* Its owner follows its route, but not while it is active. An outside line that is up is one more edge there. */
static void settle(void)
{
	for (uint32_t n = 0; n < SPIS; n++) {
		struct interrupt *i = &shared[n];

		if (i->active || i->route >= vcpus || i->owner == i->route)
			continue;
		i->owner = (uint32_t)i->route;
		i->latch = i->latch || (is_outside(n) && i->edge && i->line);
	}
}

static bool comes_to(uint32_t v, uint32_t intid)
{
	const struct interrupt *i = of(v, intid);

	if (!is_pending(i) || i->active || !i->enabled || !(control & (i->group1 ? 2 : 1)))
		return false;
	return intid < 32 || (i->owner == v && i->route == v);
}

/* The most urgent that the guest's slots, or the model, have for a vCPU. */
static uint32_t kernel_next(uint32_t v)
{
	const struct kernel_vcpu *k = &kernel[v];
	uint64_t ready = pending_of(k) & ~k->active;
	uint32_t best = NOTHING;

	for (uint32_t slot = 0; slot < VCPU_SLOTS; slot++)
		if (ready >> slot & 1 && k->configuration[slot] & SLOT_ENABLED &&
		    (best == NOTHING || SLOT_PRIORITY_OF(k->configuration[slot]) <
						SLOT_PRIORITY_OF(k->configuration[best])))
			best = slot;
	return best;
}

static uint32_t model_next(uint32_t v)
{
	uint32_t best = NOTHING;

	for (uint32_t intid = 0; intid < 64; intid++)
		if (comes_to(v, intid) &&
		    (best == NOTHING || of(v, intid)->priority < of(v, best)->priority))
			best = intid;
	return best;
}

static void check_all(void)
{
	for (uint32_t v = 0; v < vcpus; v++) {
		for (uint32_t intid = 0; intid < 64; intid++) {
			uint64_t slot = kernel[v].configuration[intid];
			bool ready = (pending_of(&kernel[v]) & ~kernel[v].active) >> intid & 1 &&
				     slot & SLOT_ENABLED;

			must(ready == comes_to(v, intid));
			must(!ready || !(slot & SLOT_GROUP1) == !of(v, intid)->group1);
			must(intid < 32 || !(kernel[v].active >> intid & 1) ||
			     (of(v, intid)->active && of(v, intid)->owner == v));
		}
		must(kernel_next(v) == model_next(v));
	}
}

/* What the model looks for again after a while. */
static void let_time_pass(void)
{
	now += 1000000;
	for (uint32_t v = 0; v < vcpus; v++)
		if (kernel[v].deadline <= now)
			make_exit(v, EXIT_EVENT, 0, EXIT_EVENT_DEADLINE, 0);
}

static uint64_t access_word(bool write)
{
	return ACCESS_DECODED | ACCESS_SIZE(2) | (write ? ACCESS_WRITE : 0);
}

/* Where the frame of an interrupt's bank is. */
static uint64_t frame(uint32_t v, bool spi)
{
	return spi ? DISTRIBUTOR + 4 : SGI_FRAME + v * 0x20000ULL;
}

static uint32_t expected(uint32_t v, bool spi, uint64_t array)
{
	uint32_t value = 0;

	for (uint32_t bit = 0; bit < 32; bit++) {
		const struct interrupt *i = of(v, spi ? 32 + bit : bit);
		bool set = array == GICD_IGROUPR   ? i->group1 :
			   array <= GICD_ICENABLER ? i->enabled :
			   array <= GICD_ICPENDR   ? is_pending(i) :
						     i->active;

		value |= (uint32_t)set << bit;
	}
	return value;
}

static void write_bits(struct interrupt *i, uint64_t array)
{
	switch (array) {
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		i->enabled = array == GICD_ISENABLER;
		break;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		i->latch = array == GICD_ISPENDR;
		break;
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		i->active = array == GICD_ISACTIVER;
		break;
	}
}

/* Each with a chance of a quarter. */
static uint32_t few_bits(void)
{
	uint32_t some = (uint32_t)random() << 1;

	return some & (uint32_t)random();
}

/* By `by`, in the frames of `v`. */
static void step_bits(uint32_t by, uint32_t v)
{
	uint64_t array = GICD_IGROUPR + 0x80 * ((uint64_t)random() % 7);
	uint32_t value = few_bits();
	bool spi = random() % 2;

	if (random() % 3 == 0) {
		must(make_exit(by, EXIT_MEMORY, frame(v, spi) + array, access_word(false), 0) ==
		     expected(v, spi, array));
		return;
	}
	make_exit(by, EXIT_MEMORY, frame(v, spi) + array, access_word(true), value);
	for (uint32_t bit = 0; bit < 32; bit++) {
		struct interrupt *i = of(v, spi ? 32 + bit : bit);

		if (array == GICD_IGROUPR)
			i->group1 = value >> bit & 1;
		else if (value >> bit & 1)
			write_bits(i, array);
	}
}

static void step_priority(uint32_t by, uint32_t v)
{
	uint32_t intid = (uint32_t)random() % 64;
	uint8_t value = (uint8_t)random();
	uint64_t at =
		(intid < 32 ? SGI_FRAME + v * 0x20000ULL : DISTRIBUTOR) + GICD_IPRIORITYR + intid;

	make_exit(by, EXIT_MEMORY, at, ACCESS_DECODED | ACCESS_WRITE, value);
	of(v, intid)->priority = value & 0xf8;
	must(make_exit(by, EXIT_MEMORY, at, ACCESS_DECODED, 0) == (value & 0xf8));
}

static void step_edge(uint32_t by)
{
	uint32_t half = (uint32_t)random() % 2;
	uint32_t value = (uint32_t)random();

	make_exit(by, EXIT_MEMORY, DISTRIBUTOR + GICD_ICFGR + 8 + 4ULL * half, access_word(true),
		  value);
	for (uint32_t i = 0; i < 16; i++) {
		struct interrupt *s = &shared[16 * half + i];
		bool edge = value >> (2 * i + 1) & 1;

		/* What came by an outside line is from now on what that says. */
		if (is_outside(16 * half + i) && s->edge && !edge)
			s->latch = false;
		s->edge = edge;
	}
}

static void step_route(uint32_t by)
{
	uint32_t i = (uint32_t)random() % SPIS;
	uint64_t at = DISTRIBUTOR + GICD_IROUTER_FIRST + 8ULL * i;
	/* Now and then to nobody. */
	uint64_t route = (uint64_t)random() % 16 ? (uint64_t)random() % vcpus : 0x10001;

	make_exit(by, EXIT_MEMORY, at, ACCESS_DECODED | ACCESS_WRITE | ACCESS_SIZE(3), route);
	shared[i].route = route;
	must(make_exit(by, EXIT_MEMORY, at, ACCESS_DECODED | ACCESS_SIZE(3), 0) == route);
}

/* By its process, of which the VMM is not told. */
static void set_outside(struct line_out *line, bool up)
{
	must(line->bound);
	if (up && !line->word)
		signal_line(line);
	if (!up)
		line->bound->line &= ~BIT64(line_slot(line));
	line->word = up;
}

static void step_line(uint32_t by)
{
	uint32_t i = (uint32_t)random() % SPIS;
	bool up = random() % 2;

	if (is_outside(i)) {
		set_outside(&lines_out[i - OUTSIDE_FIRST], up);
	} else {
		machine.current = &machine.vcpus[by];
		arch_interrupt_line(&machine, 32 + i, up);
		make_exit(by, EXIT_EVENT, 0, 0, 0);
	}
	shared[i].latch = shared[i].latch || (shared[i].edge && up && !shared[i].line);
	shared[i].line = up;
}

static void step_sgi(uint32_t by)
{
	uint32_t intid = (uint32_t)random() % 16;
	uint32_t list = (uint32_t)random() % 16;
	bool others = random() % 4 == 0;
	bool group1 = random() % 2;
	uint64_t value = (uint64_t)intid << 24 | list | (others ? SGI_IRM : 0);

	make_exit(by, EXIT_REGISTER, SYSREG(3, 0, 12, 11, group1 ? 5 : 7), ACCESS_WRITE, value);
	for (uint32_t v = 0; v < vcpus; v++)
		if ((others ? v != by : list >> v & 1) && (group1 || !private[v][intid].group1))
	private[v][intid].latch = true;
}

/* The guest acknowledges the most urgent, or ends one, by itself or from elsewhere; the VMM sees only the last. */
static void step_guest(uint32_t v)
{
	uint32_t intid = kernel_next(v);

	if (intid == NOTHING)
		return;
	kernel[v].active |= BIT64(intid);
	kernel[v].latch &= ~BIT64(intid);
	of(v, intid)->active = true;
	of(v, intid)->latch = false;
}

static void step_end(uint32_t v)
{
	uint32_t intid = (uint32_t)random() % 64;

	if (!(kernel[v].active >> intid & 1))
		return;
	kernel[v].active &= ~BIT64(intid);
	of(v, intid)->active = false;
}

static void step_deactivate(uint32_t by)
{
	uint32_t intid = (uint32_t)random() % 70;

	make_exit(by, EXIT_REGISTER, SYSREG(3, 0, 12, 11, 1), ACCESS_WRITE, intid);
	if (intid < 64)
		of(by, intid)->active = false;
}

static void step_control(uint32_t by)
{
	control = random() % 8 ? 3 : (uint32_t)random() % 4;
	make_exit(by, EXIT_MEMORY, DISTRIBUTOR, access_word(true), control);
}

static void step(void)
{
	uint32_t by = (uint32_t)random() % vcpus;
	uint32_t v = (uint32_t)random() % vcpus;

	switch (random() % 16) {
	case 0:
		step_priority(by, v);
		break;
	case 1:
		step_edge(by);
		break;
	case 2:
	case 3:
		step_route(by);
		break;
	case 4:
	case 5:
		step_line(by);
		break;
	case 6:
		step_sgi(by);
		break;
	case 7:
	case 8:
		step_guest(v);
		break;
	case 9:
	case 10:
		for (uint32_t i = 0; i < 8; i++)
			step_end(v);
		break;
	case 11:
		step_deactivate(by);
		break;
	case 12:
		step_control(by);
		break;
	default:
		step_bits(by, v);
	}
}

static const uint32_t counts[] = { 1, 2, 4 };

START_TEST(test_storm)
{
	srandom((unsigned int)_i);
	start(counts[_i % 3]);
	for (uint32_t i = 0; i < STEPS; i++) {
		step();
		settle();
		let_time_pass();
		check_all();
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gic storm");
	TCase *tests = tcase_create("gic storm");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, test_storm, 0, 12);
	tcase_set_timeout(tests, 100);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

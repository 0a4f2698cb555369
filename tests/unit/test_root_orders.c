/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lives of guests in random orders: exits, answers, calls and failures of VMMs, a manager's orders, time.
 * The kernel is a model of what idl/kernel.idl says of each guest's VCpus, its VMM's thread and its endpoint. After every
 * step each guest does what the root server says that it does.
 */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <root.h>

#include <cloister/counter.h>
#include <cloister/message.h>

#define PAGE      4096UL
#define FREQUENCY 1000000UL
#define GUESTS    2
#define VCPUS     3
#define RUNS      8
#define LIVES     400
#define STEPS     2000

#define GROUP(n)    (300 + (n))
#define THREAD(n)   (310 + (n))
#define SPACE(n)    (320 + (n))
#define ENDPOINT(n) (330 + (n))
#define BUTTON(n)   (340 + (n))
#define VCPU(n, v)  (350 + (n)*VCPUS + (v))

enum life { STANDS, RUNS_ON, PARKED };

/* A VCpu as the kernel has it. */
struct vcpu_model {
	bool configured;
	/* An exit is not answered: that of a start, or another. */
	bool pending;
	bool starts;
	bool stopped;
	bool restart;
	/* What it does without `pending` and `stopped`. */
	enum life life;
	/* For its VMM: of a life that it has not seen begin, so that all but a start is answered by parking. */
	bool old;
};

/* A guest's VCpus and its VMM. */
static struct guest_model {
	struct vcpu_model vcpus[VCPUS];
	/* The VMM's thread runs or serves, and the exit that it has: VCPUS for none. */
	bool vmm;
	uint32_t taken;
} models[GUESTS];

static struct image {
	struct manifest head;
	struct manifest_group groups[GUESTS];
	struct manifest_object objects[2 * GUESTS];
	struct manifest_thread threads[GUESTS];
	struct manifest_vcpu vcpus[GUESTS * VCPUS];
	struct manifest_guest guests[GUESTS];
} image = {
	.head = { .magic = MANIFEST_MAGIC,
		  .version = MANIFEST_VERSION,
		  .size = sizeof(image),
		  .image_address = (uintptr_t)&image,
		  .image_size = sizeof(image),
		  .groups = { offsetof(struct image, groups), GUESTS },
		  .objects = { offsetof(struct image, objects), 2 * GUESTS },
		  .threads = { offsetof(struct image, threads), GUESTS },
		  .vcpus = { offsetof(struct image, vcpus), GUESTS *VCPUS },
		  .guests = { offsetof(struct image, guests), GUESTS } },
};
static struct description description;
static uint64_t now;
/* The VMMs of this run do as they like. */
static bool hostile;
/* The step that makes a new VMM which is refused next; 0: none. */
static uint32_t refused;

void root_stop(const char *format, ...)
{
	ck_abort_msg("the root server stopped: %s", format);
}

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return FREQUENCY;
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
	ck_abort_msg("the log was closed, but no driver failed");
}

static void begin(struct vcpu_model *v)
{
	v->restart = false;
	v->pending = true;
	v->starts = true;
}

static enum status start(struct vcpu_model *v)
{
	if (!v->configured || (!v->pending && !v->stopped && v->life == RUNS_ON))
		return ERR_STATE;
	v->stopped = false;
	v->restart = v->pending;
	if (!v->restart)
		begin(v);
	return OK;
}

static enum status invoke_vcpu(struct vcpu_model *v, uint64_t label)
{
	switch (label) {
	case VCPU_CONFIGURE:
		if (v->pending || v->stopped || v->life == RUNS_ON)
			return ERR_STATE;
		v->configured = true;
		break;
	case VCPU_START:
		return start(v);
	case VCPU_STOP:
		if (v->stopped || (!v->pending && v->life == STANDS))
			return ERR_STATE;
		v->stopped = true;
		break;
	case VCPU_RESUME:
		if (!v->stopped)
			return ERR_STATE;
		v->stopped = false;
		if (!v->pending && v->restart)
			begin(v);
		break;
	}
	return OK;
}

static void revoke(uint32_t slot)
{
	for (uint32_t i = 0; i < GUESTS; i++) {
		struct guest_model *g = &models[i];

		if (slot == GROUP(i))
			g->vmm = false;
		if (slot != ENDPOINT(i))
			continue;
		g->taken = VCPUS;
		for (uint32_t v = 0; v < VCPUS; v++)
			g->vcpus[v] = (struct vcpu_model){ .old = true };
	}
}

/* What makes a process can fail; what stops one cannot. */
static bool is_refused(uint64_t label)
{
	bool makes = label == UNTYPED_RETYPE || label == THREAD_CONFIGURE ||
		     label == VCPU_CONFIGURE || label == THREAD_SERVE;

	return makes && refused && !--refused;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (number == SYS_SIGNAL)
		return OK;
	if (is_refused(m->label))
		return ERR_MEMORY;
	if (m->label == CNODE_REVOKE)
		revoke((uint32_t)m->word[0]);
	memset(m->word, 0, sizeof(m->word));
	for (uint32_t i = 0; i < GUESTS; i++) {
		if (cap == THREAD(i) && m->label == THREAD_SERVE)
			models[i].vmm = true;
		if (cap == THREAD(i) && m->label == THREAD_SUSPEND)
			models[i].vmm = false;
		for (uint32_t v = 0; v < VCPUS; v++)
			if (cap == VCPU(i, v))
				return invoke_vcpu(&models[i].vcpus[v], m->label);
	}
	return OK;
}

static void fill_guest(uint32_t i)
{
	image.groups[i] = (struct manifest_group){ .size_bits = 20, .slot = GROUP(i) };
	image.objects[i] = (struct manifest_object){
		.type = OBJECT_THREAD, .count = 1, .slot = THREAD(i), .group = i
	};
	image.objects[GUESTS + i] = (struct manifest_object){
		.type = OBJECT_ADDRESS_SPACE, .count = 1, .slot = SPACE(i), .group = i
	};
	/* One VMM is given up at some time, the other never. */
	image.threads[i] = (struct manifest_thread){ .thread = THREAD(i),
						     .serve = ENDPOINT(i),
						     .group = i,
						     .restart_limit = i ? 3 : RESTART_ALWAYS,
						     .restart_back_off = 10,
						     .restart_window = 500 };
	image.guests[i] = (struct manifest_guest){ .vmm_thread = i, .power_button = BUTTON(i) };
	for (uint32_t v = 0; v < VCPUS; v++)
		image.vcpus[i * VCPUS + v] =
			(struct manifest_vcpu){ .vcpu = VCPU(i, v),
						.guest = i,
						.start = 1,
						.endpoint = ENDPOINT(i),
						.vmm_address_space = SPACE(i) };
}

static void set_up(void)
{
	struct boot_info *boot_info =
		mmap((void *)(uintptr_t)ROOT_BOOT_INFO, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	ck_assert_ptr_eq(boot_info, (void *)(uintptr_t)ROOT_BOOT_INFO);
	*boot_info = (struct boot_info){ .counter_frequency = FREQUENCY,
					 .manifest = (uintptr_t)&image,
					 .untyped_count = 1,
					 .untyped = { { 0x44000000, 26, 0 } } };
	for (uint32_t i = 0; i < GUESTS; i++)
		fill_guest(i);
}

static void answer(struct guest_model *g, enum life life)
{
	struct vcpu_model *v = &g->vcpus[g->taken];

	g->taken = VCPUS;
	v->pending = false;
	v->starts = false;
	v->life = life;
	if (v->restart && !v->stopped)
		begin(v);
}

static void end(uint32_t guest)
{
	static const enum guest_end ends[] = { GUEST_RESET, GUEST_RESET, GUEST_RESET,
					       GUEST_RESET, GUEST_OFF,   GUEST_FAILED };
	struct message m = { .label = ROOT_GUEST_ENDED,
			     .badge = ROOT_BADGE_GUEST + guest,
			     .word = { ends[random() % 6] } };

	for (uint32_t v = 0; v < VCPUS; v++)
		models[guest].vcpus[v].old = !hostile;
	calls_serve(&m);
}

/* The VMM goes on with the exit that it has, or takes one. */
static void serve(uint32_t guest)
{
	struct guest_model *g = &models[guest];
	struct vcpu_model *v;

	if (g->taken == VCPUS)
		g->taken = (uint32_t)random() % VCPUS;
	v = &g->vcpus[g->taken];
	if (!g->vmm || !v->pending) {
		g->taken = VCPUS;
		return;
	}
	if (v->starts)
		v->old = false;
	if (v->old)
		answer(g, PARKED);
	else if (random() % 4 == 0)
		end(guest);
	else
		answer(g, hostile && random() % 4 == 0 ? PARKED : RUNS_ON);
}

static void crash(uint32_t guest)
{
	if (!models[guest].vmm || models[guest].taken == VCPUS)
		return;
	models[guest].vmm = false;
	servers_failed(guest, 1, 2);
}

static void run(struct vcpu_model *v)
{
	if (!v->pending && !v->stopped && v->life == RUNS_ON)
		v->pending = true;
}

static void manage(uint32_t guest)
{
	static const uint64_t orders[] = { MANAGER_GUEST_START, MANAGER_GUEST_STOP,
					   MANAGER_GUEST_PAUSE, MANAGER_GUEST_RESUME,
					   MANAGER_GUEST_RESET };
	struct message m = { .label = orders[random() % 5],
			     .badge = ROOT_BADGE_MANAGER,
			     .word = { guest, random() % 2 ? 0 : (uint64_t)random() % 20000 } };

	refused = random() % 64 ? 0 : 1 + (uint32_t)random() % 4;
	calls_serve(&m);
	refused = 0;
}

/* It does, or will once its VMM has answered. */
static bool vcpu_runs(const struct vcpu_model *v)
{
	if (!v->configured || v->stopped || hostile)
		return v->configured && !v->stopped;
	return v->pending ? v->starts || !v->old || v->restart : v->life == RUNS_ON;
}

static bool runs(const struct guest_model *g)
{
	for (uint32_t v = 0; v < VCPUS; v++)
		if (!vcpu_runs(&g->vcpus[v]))
			return false;
	return g->vmm;
}

static bool stands(const struct guest_model *g)
{
	for (uint32_t v = 0; v < VCPUS; v++)
		if (!g->vcpus[v].stopped && (g->vcpus[v].pending || g->vcpus[v].life == RUNS_ON))
			return false;
	return true;
}

/* As the root server says. */
static bool does(const struct guest_model *g, enum guest_state state, enum server_state vmm)
{
	switch (state) {
	case GUEST_STATE_RUNNING:
	case GUEST_STATE_STOPPING:
		return runs(g) && vmm == SERVER_STATE_RUNNING;
	case GUEST_STATE_PAUSED:
		return stands(g) && vmm == SERVER_STATE_RUNNING;
	case GUEST_STATE_RESTARTING:
		return stands(g) && !g->vmm && vmm == SERVER_STATE_RESTARTING;
	default:
		return stands(g) && !g->vmm && vmm >= SERVER_STATE_FAILED;
	}
}

static void check_guest(uint32_t i)
{
	const struct server *vmm = servers_get(i);
	const struct guest *guest = guests_get(i);

	/* Each of Check's own assertions is a system call. */
	if (!does(&models[i], guest->state, vmm->state))
		ck_abort_msg("guest %u, in state %d, does something else", i, guest->state);
	if ((guest->state == GUEST_STATE_RESTARTING) != (vmm->restart_at != DEADLINE_NEVER) ||
	    (guest->state == GUEST_STATE_STOPPING) != (guest->stop_at != DEADLINE_NEVER))
		ck_abort_msg("guest %u, in state %d: wrong deadlines", i, guest->state);
}

static void step(void)
{
	uint32_t guest = (uint32_t)random() % GUESTS;
	long kind = random() % 16;

	if (kind < 5)
		run(&models[guest].vcpus[random() % VCPUS]);
	else if (kind < 10)
		serve(guest);
	else if (kind < 13)
		manage(guest);
	else if (kind < 15)
		now += (uint64_t)random() % 8000;
	else if (random() % 4 == 0)
		crash(guest);
	servers_run(now);
}

/* From the machine's start until it goes off, or long enough. */
static void live(void)
{
	memset(models, 0, sizeof(models));
	for (uint32_t i = 0; i < GUESTS; i++)
		models[i].taken = VCPUS;
	now = FREQUENCY;
	description_open(&description);
	build_machine(&description);
	guests_init(&description);
	devices_init(&description);
	manager_init(&description);
	servers_init(&description);
	build_start(&description);
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (!guests_run(now))
			return;
		for (uint32_t guest = 0; guest < GUESTS; guest++)
			check_guest(guest);
	}
}

/* The first half of the runs with VMMs that do what they should. */
START_TEST(any_order)
{
	srandom((unsigned int)_i);
	hostile = _i >= RUNS / 2;
	for (unsigned int i = 0; i < LIVES; i++)
		live();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("root orders");
	TCase *tests = tcase_create("root orders");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_loop_test(tests, any_order, 0, RUNS);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

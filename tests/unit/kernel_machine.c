/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine for tests of the kernel: see kernel_machine.h.
 */
#include "kernel_machine.h"

#include <idl/aarch64.h>

#define CONTEXTS_MAX 64

struct task root;

static cap_t next_slot;
static struct context *contexts[CONTEXTS_MAX];
static unsigned int context_count;
static struct context *urgent; /* who was made the most urgent last */

struct manifest *machine_manifest(void)
{
	return phys_to_virt(MACHINE_IMAGE);
}

static void fill_manifest(struct manifest *manifest, uint32_t cnode_bits)
{
	*manifest = (struct manifest){
		.magic = MANIFEST_MAGIC,
		.version = MANIFEST_VERSION,
		.architecture = ARCHITECTURE_AARCH64,
		.size = sizeof(*manifest),
		.image_address = MACHINE_IMAGE,
		.image_size = MACHINE_IMAGE_SIZE - 1,
		.kernel_address = FAKE_RAM,
		.boot_address = MACHINE_BOOT,
		.memory_count = 1,
		.memory = { { FAKE_RAM, FAKE_RAM_SIZE } },
		.device_count = 2,
		.devices = { { MACHINE_DEVICE, PAGE_SIZE }, { MACHINE_WINDOW, BIT(30) } },
		.root_segment_count = 2,
		.root_segments = { { .address = ROOT_PROGRAM,
				     .physical = MACHINE_IMAGE + PAGE_SIZE,
				     .size = 2 * PAGE_SIZE,
				     .rights = RIGHT_READ | RIGHT_EXECUTE },
				   { .address = ROOT_PROGRAM + 2 * PAGE_SIZE,
				     .physical = MACHINE_IMAGE + 3 * PAGE_SIZE,
				     .size = PAGE_SIZE,
				     .rights = RIGHT_READ | RIGHT_WRITE } },
		.root_entry = ROOT_PROGRAM,
		.root_cnode_bits = cnode_bits,
		.root_priority = PRIORITY_BASE,
	};
}

static void remember(struct context *context)
{
	expect(context_count < CONTEXTS_MAX);
	contexts[context_count++] = context;
}

void machine_forget(const struct context *context)
{
	for (unsigned int i = 0; i < context_count; i++)
		if (contexts[i] == context)
			contexts[i] = contexts[--context_count];
	if (urgent == context)
		urgent = NULL;
}

void machine_boot(uint32_t cnode_bits)
{
	fake_start();
	fake.pending = 1;
	fill_manifest(machine_manifest(), cnode_bits);
	fake_boot(machine_manifest());
	root = (struct task){ .thread = thread_of(core.current),
			      .cap = ROOT_SLOT_THREAD,
			      .sc = ROOT_SLOT_SCHED_CONTEXT };
	next_slot = ROOT_SLOT_FREE;
	context_count = 0;
	urgent = NULL;
	machine_between = NULL;
	remember(&root.thread->context);
}

void machine_start(void)
{
	machine_boot(MACHINE_CNODE_BITS);
}

void machine_clear(void)
{
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, MACHINE_UNTYPED));
	next_slot = ROOT_SLOT_FREE;
	context_count = 0;
	remember(&root.thread->context);
	machine_check();
}

TCase *machine_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, machine_start, NULL);
	return tcase;
}

cap_t slot_new(void)
{
	expect(next_slot < 1U << MACHINE_CNODE_BITS);
	return next_slot++;
}

struct slot *slot_of(cap_t cap)
{
	return cnode_slot(root.thread->capabilities, cap);
}

cap_t object_new(enum object_type type, uint32_t size_bits)
{
	cap_t slot = slot_new();

	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, type, size_bits, ROOT_SLOT_CNODE, slot, 1, 0));
	return slot;
}

void *object_of(cap_t cap)
{
	return (void *)slot_of(cap)->object;
}

cap_t minted(cap_t cap, uint32_t rights, uint64_t badge)
{
	cap_t slot = slot_new();

	ck_assert_ok(cnode_mint(ROOT_SLOT_CNODE, cap, ROOT_SLOT_CNODE, slot, rights, badge));
	return slot;
}

cap_t copied(cap_t cap)
{
	cap_t slot = slot_new();

	ck_assert_ok(cnode_copy(ROOT_SLOT_CNODE, cap, ROOT_SLOT_CNODE, slot));
	return slot;
}

struct task task_new_passive(void)
{
	struct task task = { .cap = object_new(OBJECT_THREAD, 0) };
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);

	task.thread = object_of(task.cap);
	ck_assert_ok(thread_configure(task.cap, ROOT_SLOT_CNODE, space, 0));
	ck_assert_ok(thread_set_priority(task.cap, PRIORITY_BASE));
	remember(&task.thread->context);
	return task;
}

cap_t time_new(cap_t context, uint64_t budget, uint64_t period)
{
	cap_t sc = object_new(OBJECT_SCHED_CONTEXT, 0);

	ck_assert_ok(sched_context_configure(sc, budget, period));
	ck_assert_ok(sched_context_bind(sc, context));
	return sc;
}

struct task task_new(void)
{
	struct task task = task_new_passive();

	task.sc = time_new(task.cap, 1000000, 1000000);
	return task;
}

void task_serve(const struct task *task, cap_t endpoint)
{
	ck_assert_ok(thread_serve(task->cap, endpoint));
}

struct guest guest_new(cap_t endpoint)
{
	struct guest guest = { .cap = object_new(OBJECT_VCPU, 0),
			       .space = object_new(OBJECT_GUEST_SPACE, 0),
			       .endpoint = endpoint };

	guest.vcpu = object_of(guest.cap);
	guest.sc = time_new(guest.cap, 1000000, 1000000);
	ck_assert_ok(vcpu_configure(guest.cap, guest.space, endpoint, 0));
	ck_assert_ok(vcpu_set_priority(guest.cap, PRIORITY_BASE));
	remember(&guest.vcpu->context);
	return guest;
}

void guest_start(const struct guest *guest, const struct task *vmm, cap_t endpoint)
{
	ck_assert_ok(vcpu_start(guest->cap));
	vcpu_update(guest->vcpu)->registers = (struct registers){ .pstate = FAKE_PSTATE_KERNEL };
	task_answer(vmm, endpoint, guest, DISPOSITION_START | REPLY_REGISTERS, 0);
	machine_run_guest(guest);
}

void machine_run(struct context *context)
{
	if (context == core.current && !fake.idle)
		return;
	if (urgent && urgent != context)
		sched_set_priority(urgent, PRIORITY_BASE);
	sched_set_priority(context, PRIORITY_RUN);
	urgent = context;
	fake_interrupt();
	expect(!fake.idle && core.current == context);
}

void machine_run_task(const struct task *task)
{
	machine_run(&task->thread->context);
}

void machine_run_guest(const struct guest *guest)
{
	machine_run(&guest->vcpu->context);
}

void (*machine_between)(void);

/* The running task's system call. False: an interrupt stopped it, and the task makes it again when it runs next. */
static bool is_done(const struct task *task)
{
	uint64_t pc = task->thread->registers.pc;

	fake_syscall();
	return task->thread->registers.pc != pc || task->thread->context.state != STATE_READY;
}

bool task_syscall(const struct task *task, enum syscall number, cap_t cap, uint64_t label,
		  const uint64_t words[MESSAGE_WORDS], uint64_t deadline)
{
	struct registers *registers = &task->thread->registers;

	machine_run_task(task);
	registers->x[FAKE_SYSCALL] = number;
	registers->x[FAKE_CAP] = cap;
	registers->x[FAKE_LABEL] = label;
	registers->x[FAKE_DEADLINE] = deadline;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		registers->x[FAKE_WORDS + i] = words[i];
	while (!is_done(task)) {
		if (machine_between)
			machine_between();
		if (task->thread->context.state != STATE_READY)
			break;
		machine_run_task(task);
	}
	return task->thread->context.state == STATE_READY;
}

bool task_call_until(const struct task *task, cap_t cap, uint64_t label, uint64_t deadline)
{
	return task_syscall(task, SYS_CALL, cap, label, (const uint64_t[MESSAGE_WORDS]){ 0 },
			    deadline);
}

bool task_call(const struct task *task, cap_t cap, uint64_t label, uint64_t word)
{
	return task_syscall(task, SYS_CALL, cap, label, (const uint64_t[MESSAGE_WORDS]){ word },
			    DEADLINE_NEVER);
}

bool task_recv(const struct task *task, cap_t cap)
{
	return task_syscall(task, SYS_RECV, cap, 0, (const uint64_t[MESSAGE_WORDS]){ 0 },
			    DEADLINE_NEVER);
}

bool task_reply_recv(const struct task *task, cap_t cap, uint64_t label, uint64_t word)
{
	return task_syscall(task, SYS_REPLY_RECV, cap, label,
			    (const uint64_t[MESSAGE_WORDS]){ word }, DEADLINE_NEVER);
}

bool task_wait(const struct task *task, cap_t cap, uint64_t deadline)
{
	return task_syscall(task, SYS_WAIT, cap, 0, (const uint64_t[MESSAGE_WORDS]){ 0 }, deadline);
}

bool task_answer(const struct task *task, cap_t cap, const struct guest *guest, uint64_t label,
		 uint64_t result)
{
	const uint64_t words[MESSAGE_WORDS] = { result, 0, 0, 0, guest->vcpu->exit.sequence };

	return task_syscall(task, SYS_REPLY_RECV, cap, label, words, DEADLINE_NEVER);
}

enum status task_status(const struct task *task)
{
	return (enum status)task->thread->registers.x[FAKE_CAP];
}

uint64_t task_label(const struct task *task)
{
	return task->thread->registers.x[FAKE_LABEL];
}

uint64_t task_word(const struct task *task, unsigned int index)
{
	return task->thread->registers.x[FAKE_WORDS + index];
}

uint64_t task_badge(const struct task *task)
{
	return task->thread->registers.x[FAKE_DEADLINE];
}

/* The client stubs' way into the kernel: the root server's. */
enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	bool over = task_syscall(&root, number, cap, m->label, m->word, deadline);

	expect(over);
	m->label = task_label(&root);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		m->word[i] = task_word(&root, i);
	m->badge = task_badge(&root);
	return task_status(&root);
}

static void check_time(const struct context *context)
{
	/* A guest that runs owes no answer. */
	if (context->kind == CONTEXT_VCPU && context->state == STATE_READY && context->sc)
		expect(context->sc->answer_left == DEADLINE_NEVER);
	if (context->sc)
		expect(context->sc->holder == context);
	if (context->lender)
		expect(context->lender->borrower == context);
	if (context->borrower) {
		expect(context->borrower->lender == context);
		expect(!context->sc);
	}
}

static void check_calls(const struct context *context)
{
	if (context->callee)
		expect(context->callee->caller == context);
	if (context->caller)
		expect(context->caller->callee == context);
	expect(!context->callee == (context->state != STATE_CALLING));
	/* Somebody who is to answer can run: on time of its own, on lent time, or on what will come back to it. */
	if (context->callee && context->sc)
		expect(context->callee->sc || context->callee->borrower);
}

static void check_queue(const struct context *context)
{
	bool queued = !list_empty(&context->queue);
	bool running = context == core.current && !fake.idle;

	switch (context->state) {
	case STATE_READY:
		expect(!running || !queued);
		/* Who waits for the core is known to want its time. */
		expect(!queued || !context->sc || !context->sc->idle ||
		       context->sc->budget == context->sc->period);
		/* With time, it is in a queue. */
		if (!running && context->sc && context->sc->count &&
		    list_empty(&context->sc->timeout.link))
			expect(queued);
		break;
	case STATE_SENDING:
	case STATE_RECEIVING:
		expect(queued && context->endpoint);
		break;
	case STATE_WAITING:
		expect(queued);
		break;
	case STATE_FAULTED:
		expect(queued == (context->endpoint != NULL));
		break;
	default:
		expect(!queued && !context->endpoint);
		break;
	}
	if (context->state != STATE_SENDING && context->state != STATE_CALLING &&
	    context->state != STATE_RECEIVING && context->state != STATE_WAITING)
		expect(list_empty(&context->deadline.link));
}

static void check_ready_queues(void)
{
	for (unsigned int i = 0; i < PRIORITIES; i++) {
		bool marked = core.bitmap[i / 64] & BIT(i % 64);

		expect(marked == !list_empty(&core.ready[i]));
	}
}

void machine_check_context(const struct context *context)
{
	check_time(context);
	check_calls(context);
	check_queue(context);
}

void machine_check_core(void)
{
	check_ready_queues();
	expect(fake_tlb_stale() == 0);
}

void machine_check(void)
{
	for (unsigned int i = 0; i < context_count; i++)
		machine_check_context(contexts[i]);
	machine_check_core();
}

void (*machine_failed)(const char *what);

void machine_fail(const char *what)
{
	if (machine_failed)
		machine_failed(what);
	ck_abort_msg("%s", what);
}

int machine_main(const char *name, TCase *const cases[], unsigned int count)
{
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	for (unsigned int i = 0; i < count; i++)
		suite_add_tcase(suite, cases[i]);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

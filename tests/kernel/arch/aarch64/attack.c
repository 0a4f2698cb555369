/* SPDX-License-Identifier: BSD-2-Clause */
#include "attack.h"
#include "neighbour.h"

extern const char attack_code[], attack_code_end[];

/* So many values are tried between two turns of the neighbours. */
#define VALUES_A_TURN 64

/* Of the test's own thread, which is the VMM. */
#define TPIDR 0x7e57c0de7e57c0deULL

static cap_t nudge;
static bool pending;
static uint64_t tried;

uint64_t attack_address(const void *program)
{
	return ATTACK_CODE + (uint64_t)((const char *)program - attack_code);
}

void attack_vm_new(uint32_t place)
{
	vm_new_at(place);
	for (const char *at = attack_code; at < attack_code_end; at += PAGE_SIZE)
		EXPECT_OK(frame_map(mint_new(program_frame(at), RIGHTS_ALL, 0), vm.space,
				    attack_address(at), RIGHT_READ | RIGHT_EXECUTE, MEMORY_NORMAL));
}

void attack_new(void)
{
	tried = 0;
	neighbours_new();
	attack_vm_new(0);
	/* Signalled before an answer, so that the test has its say before the guest runs on. */
	nudge = object_new(OBJECT_NOTIFICATION, 0);
	EXPECT_OK(notification_bind_thread(nudge, ROOT_SLOT_THREAD));
	__asm__ volatile("msr tpidr_el0, %0" ::"r"(TPIDR));
	EXPECT_OK(vcpu_start(vm.vcpu));
	EXPECT(attack_next(1000));
	VM_EXPECT(EXIT_START);
}

bool attack_next(uint64_t microseconds)
{
	uint64_t deadline = counter_after_us(microseconds);
	struct message m;

	do
		EXPECT_OK(message_recv(vm.endpoint, &m, deadline));
	while (m.label == LABEL_SIGNAL && !m.word[1]);
	if (m.label == LABEL_SIGNAL)
		return false;
	EXPECT_EQUAL(m.badge, BADGE_VCPU);
	vm.exit = m;
	pending = true;
	return true;
}

enum status attack_answer(uint64_t label, const uint64_t words[MESSAGE_WORDS], uint64_t deadline)
{
	struct message m = { .label = label };
	enum status status;

	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		m.word[i] = words[i];
	EXPECT_OK(notification_signal(nudge));
	status = message_reply_recv(vm.endpoint, &m, deadline);
	if (status != OK)
		return status;
	/* An event that waited comes at once. */
	pending = m.label != LABEL_SIGNAL;
	if (pending)
		vm.exit = m;
	return OK;
}

enum status attack_reply(uint64_t label)
{
	const uint64_t words[MESSAGE_WORDS] = { [4] = vm.exit.word[0] };

	return attack_answer(label, words, DEADLINE_NEVER);
}

void attack_stop(void)
{
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	if (pending)
		EXPECT_OK(attack_reply(DISPOSITION_PARK | REPLY_REARM));
	EXPECT(!pending);
}

void attack_fill_registers(void)
{
	volatile struct registers *registers = &vm.update->registers;

	for (unsigned int i = 0; i < ARRAY_SIZE(registers->x); i++)
		registers->x[i] = vm_fill_value(i);
	registers->sp = vm_fill_value(31);
	registers->tpidr = vm_fill_value(32);
	registers->tpidrro = vm_fill_value(33);
	registers->pc = attack_address(attack_here);
	registers->pstate = PSTATE_EL1H;
}

static void begin_at(const void *program, uint64_t x0, uint64_t pstate)
{
	if (!pending || vm.exit.label != LABEL_EXIT + EXIT_START) {
		attack_stop();
		EXPECT_OK(vcpu_start(vm.vcpu));
		EXPECT(attack_next(1000));
		VM_EXPECT(EXIT_START);
	}
	attack_fill_registers();
	vm.update->registers.x[0] = x0;
	vm.update->registers.pc = attack_address(program);
	vm.update->registers.pstate = pstate;
	EXPECT_OK(attack_reply(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM));
}

void attack_run(const void *program, uint64_t x0, uint64_t pstate)
{
	begin_at(program, x0, pstate);
	EXPECT(attack_next(1000));
}

void attack_load(const void *program, uint64_t address)
{
	begin_at(program, address, PSTATE_EL1H);
}

void attack_serve(const void *program, served_entry *vmm, uint32_t priority)
{
	static struct process process;

	vm.update->registers.pc = attack_address(program);
	vm.update->registers.pstate = PSTATE_EL1H;
	process_new(&process);
	process_give(&process, ATTACK_ENDPOINT, vm.endpoint, RIGHT_READ, 0);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_START | REPLY_REGISTERS, 0, 10);
	worker_new_served(&process, vmm, vm.endpoint, priority);
	EXPECT_OK(vcpu_resume(vm.vcpu));
}

void attack_answer_result(uint64_t value)
{
	const uint64_t words[MESSAGE_WORDS] = { value, 0, 0, 0, vm.exit.word[0], 0 };

	EXPECT_OK(attack_answer(DISPOSITION_STEP, words, DEADLINE_NEVER));
}

void attack_expect_legal(void)
{
	uint64_t pstate = vm.page->registers.pstate;
	uint64_t mode = pstate & MODE_MASK;

	EXPECT(mode == MODE_EL0T || mode == MODE_EL1T || mode == MODE_EL1H);
	EXPECT_EQUAL(pstate & (PSTATE_IL | PSTATE_SS), 0);
}

uint64_t attack_word(unsigned int n)
{
	static const uint64_t others[] = { 0,          1,    0x5555555555555555, 0xaaaaaaaaaaaaaaaa,
					   0xffffffff, ~0ULL };

	if (n < 64)
		return 1ULL << n;
	return n < 128 ? ~(1ULL << (n - 64)) : others[n - 128];
}

void attack_tried(void)
{
	uint64_t tpidr;

	if (++tried % VALUES_A_TURN)
		return;
	neighbours_check();
	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tpidr));
	EXPECT_EQUAL(tpidr, TPIDR);
}

void attack_done(const char *what, uint64_t least)
{
	neighbours_check();
	report_line("# %s: %lu values tried", what, (unsigned long)tried);
	EXPECT(tried >= least);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM that fails, in the way that its guest's name says: the root server must report it in
 * bounds, whatever the stack looks like, end this guest only, and answer nonsense with errors.
 */
#include <stdint.h>

#include <cloister/message.h>
#include <idl/kernel.h>
#include <idl/root.h>
#include <idl/root_client.h>
#include <idl/vmm.h>

/* arch/<a>/failures.S */
_Noreturn void fail_in_a_loop_of_frames(void);
_Noreturn void fail_with_a_wild_jump(void);
_Noreturn void fail_on_the_guard_page(void);

static const struct vmm_config *config(void)
{
	return (const struct vmm_config *)(uintptr_t)PROCESS_CONFIG;
}

static void park(const struct message *exit)
{
	struct message reply = { .label = DISPOSITION_PARK, .word[4] = exit->word[0] };

	message_reply_recv(config()->endpoint, &reply, DEADLINE_NEVER);
}

/* A call that the root server must refuse: the status comes in the answer's label. */
static void expect_refused(uint64_t label, uint64_t word, enum status expected)
{
	struct message m = { .label = label, .word = { word } };

	if (message_call(config()->root, &m) != OK || m.label != expected)
		__builtin_trap();
}

static void talk_nonsense(const struct message *exit)
{
	expect_refused(0xffff, 0, ERR_TYPE);
	expect_refused(LABEL_FAULT, 0, ERR_TYPE);
	expect_refused(ROOT_GUEST_ENDED, 99, ERR_ARGUMENT);
	expect_refused(ROOT_GUEST_ENDED, 1ULL << 32, ERR_ARGUMENT);
	/* It may give up; saying so twice changes nothing. */
	if (root_guest_ended(config()->root, GUEST_FAILED) != OK ||
	    root_guest_ended(config()->root, GUEST_OFF) != OK)
		__builtin_trap();
	park(exit);
}

/* Three frames deep, each with a record. */
__attribute__((noinline)) static void write_nowhere(volatile uint64_t *address)
{
	*address = 1;
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void call_to_write(volatile uint64_t *address)
{
	write_nowhere(address);
	__asm__ volatile("" ::: "memory");
}

void server_main(struct message *first)
{
	switch (config()->name[0]) {
	case 'w':
		call_to_write((volatile uint64_t *)0x123450);
		break;
	case 'l':
		fail_in_a_loop_of_frames();
	case 'j':
		fail_with_a_wild_jump();
	case 'g':
		fail_on_the_guard_page();
	default:
		talk_nonsense(first);
	}
}

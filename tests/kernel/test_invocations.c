/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invocation suite: one test an object. Of each invocation first the wrong calls are made, then the right one.
 */
#include "invocations.h"

#include <cloister/string.h>

#define ROOT ROOT_SLOT_CNODE

static struct state before, after;
/* See scene_bound(). */
static uint64_t bound;
/* How many. */
static struct {
	unsigned int invocations, right, wrong;
} made;

/* Who has it cannot be deleted without what it holds. */
static void expect_held(const struct right_call *call)
{
	for (size_t i = 0; i < capability_parameter_count; i++) {
		const struct capability_parameter *parameter = &capability_parameters[i];

		if (parameter->label == call->label && parameter->held)
			EXPECT_STATUS(cnode_delete(ROOT, (uint32_t)call->word[parameter->index]),
				      ERR_DESCENDANTS);
	}
}

static void expect_invoked(cap_t cap, uint64_t label, const uint64_t word[MESSAGE_WORDS],
			   enum status expected)
{
	struct message m = { .label = label };
	enum status status;

	memcpy(m.word, word, sizeof(m.word));
	status = message_call(cap, &m);
	if (status != expected)
		test_fail(__FILE__, __LINE__, "%s: %s, expected %s", kernel_method_name(label),
			  status_name(status), status_name(expected));
}

static void make_right_call(const struct right_call *call)
{
	static const uint64_t nothing[MESSAGE_WORDS];

	if (call->prepare)
		call->prepare();
	if (call->effect == CALL_SEEN)
		state_read(&before);
	expect_invoked(call->cap, call->label, call->word,
		       call->label == FIRMWARE_INSTRUCTIONS ? INSTRUCTIONS_STATUS : OK);
	made.right++;
	expect_held(call);
	if (call->effect == CALL_SEEN) {
		state_read(&after);
		if (!state_difference(&before, &after))
			test_fail(__FILE__, __LINE__, "%s: nothing is different after it",
				  kernel_method_name(call->label));
	}
	if (call->then)
		expect_invoked(call->cap, call->then, nothing, call->then_status);
}

static void invocation_test(const struct right_call *call)
{
	scene_build();
	made.wrong += wrong_calls_of(call);
	EXPECT_EQUAL(scene_bound(), bound);
	if (call->effect != CALL_ENDS) {
		scene_build();
		make_right_call(call);
		scene_clear();
	}
	made.invocations++;
}

static void object_test(enum object_type type)
{
	unsigned int invocations = made.invocations, right = made.right, wrong = made.wrong;

	/* What a test before this one left when it failed. */
	scene_clear();
	for (size_t i = 0; i < right_call_count; i++)
		if (label_object(right_calls[i].label) == type)
			invocation_test(&right_calls[i]);
	scene_build();
	made.wrong += wrong_labels_of(type);
	scene_clear();
	report_line("# %s: of %u invocations %u right calls and %u wrong ones",
		    object_type_name(type), made.invocations - invocations, made.right - right,
		    made.wrong - wrong);
}

static unsigned int right_calls_of(uint64_t label)
{
	unsigned int count = 0;

	for (size_t i = 0; i < right_call_count; i++)
		count += right_calls[i].label == label;
	return count;
}

/* What idl/kernel.idl has is in the tables, and nothing else. */
static void complete(void)
{
	for (uint64_t label = 0; label < OBJECT_TYPES << 8; label++) {
		unsigned int wanted = kernel_method_name(label)[0] != '?';

		if (right_calls_of(label) != wanted)
			test_fail(__FILE__, __LINE__, "untested invocation %s",
				  kernel_method_name(label));
	}
	for (size_t i = 0; i < wrong_call_count; i++)
		EXPECT_EQUAL(right_calls_of(wrong_calls[i].label), 1);
}

/* To look at the scene changes nothing, and it is the same when it is made again. */
static void the_same_again(void)
{
	scene_open();
	scene_build();
	state_read(&before);
	state_read(&after);
	EXPECT(!state_difference(&before, &after));
	bound = scene_bound();
	scene_build();
	state_read(&after);
	EXPECT(!state_difference(&before, &after));
	EXPECT_EQUAL(scene_bound(), bound);
	report_line("# %lu things are looked at behind each call", (unsigned long)before.count);
}

#define OBJECT_TEST(name, type)    \
	static void name(void)     \
	{                          \
		object_test(type); \
	}

OBJECT_TEST(untyped, OBJECT_UNTYPED)
OBJECT_TEST(cnode, OBJECT_CNODE)
OBJECT_TEST(thread, OBJECT_THREAD)
OBJECT_TEST(vcpu, OBJECT_VCPU)
OBJECT_TEST(sched_context, OBJECT_SCHED_CONTEXT)
OBJECT_TEST(notification, OBJECT_NOTIFICATION)
OBJECT_TEST(frame, OBJECT_FRAME)
OBJECT_TEST(page_table, OBJECT_PAGE_TABLE)
OBJECT_TEST(address_space, OBJECT_ADDRESS_SPACE)
OBJECT_TEST(guest_space, OBJECT_GUEST_SPACE)
OBJECT_TEST(irq_control, OBJECT_IRQ_CONTROL)
OBJECT_TEST(irq_handler, OBJECT_IRQ_HANDLER)
OBJECT_TEST(firmware, OBJECT_FIRMWARE)

/* So few would show that something above made none: 4,925 were made when each way was in. */
#define WRONG_LEAST 4900

/* The tests above are of all objects that have invocations. */
static void all_made(void)
{
	EXPECT_EQUAL(made.invocations, right_call_count);
	EXPECT(made.wrong >= WRONG_LEAST);
	report_line("# of %u invocations %u right calls and %u wrong ones", made.invocations,
		    made.right, made.wrong);
}

static const struct test tests[] = {
	{ "invocations: each is in the tables", complete },
	{ "invocations: the scene is the same each time", the_same_again },
	{ "invocations: untyped", untyped },
	{ "invocations: cnode", cnode },
	{ "invocations: thread", thread },
	{ "invocations: vcpu", vcpu },
	{ "invocations: sched_context", sched_context },
	{ "invocations: notification", notification },
	{ "invocations: frame", frame },
	{ "invocations: page_table", page_table },
	{ "invocations: address_space", address_space },
	{ "invocations: guest_space", guest_space },
	{ "invocations: irq_control", irq_control },
	{ "invocations: irq_handler", irq_handler },
	{ "invocations: firmware", firmware },
	{ "invocations: each was made", all_made },
};

const struct suite invocation_suite = SUITE(tests);

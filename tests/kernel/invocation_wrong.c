/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invocation suite: every wrong call, behind which the scene must be as before. What can be wrong with the capability that is
 * invoked and with parameters of each type is tried of all invocations alike; the rest is in the rows.
 */
#include "invocations.h"

#include <cloister/string.h>

#define ROOT ROOT_SLOT_CNODE
#define WIDE (1ULL << 32)

/* The invocation that is tried. */
static struct {
	const struct right_call *right;
	struct state before, after;
	unsigned int count;
} now;

static _Noreturn void fail(const char *what, const char *problem, const char *got,
			   const char *expected)
{
	test_fail(__FILE__, __LINE__, "%s, %s: %s%s%s%s", kernel_method_name(now.right->label),
		  what, problem, got, expected[0] ? ", expected " : "", expected);
}

static void expect_unchanged(const char *what)
{
	const struct state_item *item;

	state_read(&now.after);
	item = state_difference(&now.before, &now.after);
	if (!item)
		return;
	report_line("# slot %u + %u, now 0x%lx", SCENE, item->slot - SCENE,
		    (unsigned long)item->value);
	fail(what, "changes ", item->what, "");
}

/* A call that must be refused with this status, and do nothing. */
static void refuse(const char *what, cap_t cap, uint64_t label, const uint64_t word[MESSAGE_WORDS],
		   enum status expected)
{
	struct message m = { .label = label };
	enum status status;

	memcpy(m.word, word, sizeof(m.word));
	status = message_call_until(cap, &m, 0);
	if (status != expected)
		fail(what, "", status_name(status), status_name(expected));
	/* The words of a call that was refused are not results. */
	for (size_t i = 0; i < MESSAGE_WORDS; i++)
		if (m.word[i] != word[i])
			fail(what, "changes its arguments", "", "");
	expect_unchanged(what);
	now.count++;
}

static bool is_single(enum object_type type)
{
	return type == OBJECT_UNTYPED || type == OBJECT_PAGE_TABLE;
}

/* A capability of the scene to an object of this type. */
static cap_t some(enum object_type type)
{
	static const cap_t slots[OBJECT_TYPES] = {
		[OBJECT_UNTYPED] = S_UNTYPED,
		[OBJECT_CNODE] = S_CNODE,
		[OBJECT_THREAD] = S_THREAD,
		[OBJECT_VCPU] = S_VCPU,
		[OBJECT_SCHED_CONTEXT] = S_TIME_FREE,
		[OBJECT_ENDPOINT] = S_ENDPOINT,
		[OBJECT_NOTIFICATION] = S_NOTIFICATION,
		[OBJECT_FRAME] = S_FRAME_FREE,
		[OBJECT_PAGE_TABLE] = S_TABLE_FREE,
		[OBJECT_ADDRESS_SPACE] = S_SPACE,
		[OBJECT_GUEST_SPACE] = S_GUEST,
		[OBJECT_IRQ_CONTROL] = S_IRQ_CONTROL,
		[OBJECT_IRQ_HANDLER] = S_IRQ,
		[OBJECT_FIRMWARE] = S_FIRMWARE,
	};

	return slots[type];
}

static uint32_t needed_right(uint64_t label)
{
	switch (label) {
	case NOTIFICATION_CLEAR:
	case VCPU_QUERY_SLOTS:
	case VCPU_TRANSLATE:
	case VCPU_STATISTICS:
		return RIGHT_READ;
	case VCPU_SET_SLOT:
	case IRQ_HANDLER_ACKNOWLEDGE:
		return RIGHT_WRITE;
	default:
		return RIGHT_CONTROL;
	}
}

/* A copy in S_WEAK without this right, for one call. */
static void weaken(cap_t cap, uint32_t right)
{
	EXPECT_OK(cnode_mint(ROOT, cap, ROOT, S_WEAK, RIGHTS_ALL & ~right, 0));
	state_read(&now.before);
}

static void strengthen(void)
{
	EXPECT_OK(cnode_delete(ROOT, S_WEAK));
	state_read(&now.before);
}

/* What can be wrong with the capability that is invoked. */
static void wrong_capabilities(void)
{
	const struct right_call *right = now.right;
	enum object_type own = label_object(right->label);
	uint64_t label = right->label;

	refuse("an empty slot", S_EMPTY, label, right->word, ERR_CAPABILITY);
	refuse("slot 0", ROOT_SLOT_NULL, label, right->word, ERR_CAPABILITY);
	refuse("no slot", NO_SLOT, label, right->word, ERR_CAPABILITY);
	refuse("a dead object", S_DEAD + own, label, right->word, ERR_CAPABILITY);
	for (uint32_t type = OBJECT_UNTYPED; type < OBJECT_TYPES; type++)
		if (type != own)
			refuse(object_type_name(type), some(type), label, right->word,
			       type == OBJECT_ENDPOINT ? ERR_DEADLINE : ERR_TYPE);
	if (is_single(own))
		return;
	weaken(right->cap, needed_right(label));
	refuse("without its right", S_WEAK, label, right->word, ERR_RIGHTS);
	strengthen();
}

/* A word of the right call is another. */
static void refuse_word(const char *what, uint32_t index, uint64_t value, enum status expected)
{
	uint64_t word[MESSAGE_WORDS];

	memcpy(word, now.right->word, sizeof(word));
	word[index] = value;
	refuse(what, now.right->cap, now.right->label, word, expected);
}

static const struct capability_parameter *capability_parameter(uint64_t label, uint32_t index)
{
	for (size_t i = 0; i < capability_parameter_count; i++)
		if (capability_parameters[i].label == label &&
		    capability_parameters[i].index == index)
			return &capability_parameters[i];
	test_fail(__FILE__, __LINE__, "untested capability %u of %s", index,
		  kernel_method_name(label));
}

/* What is derived would be too deep in the tree: from a parameter; MESSAGE_WORDS: from the capability that is invoked. */
static void wrong_depth(uint32_t index)
{
	const struct right_call *right = now.right;
	bool invoked = index == MESSAGE_WORDS;
	cap_t deep = scene_deep(invoked ? right->cap : (cap_t)right->word[index]);

	state_read(&now.before);
	if (invoked)
		refuse("too deep in the tree", deep, right->label, right->word, ERR_DEPTH);
	else
		refuse_word("a parameter too deep in the tree", index, deep, ERR_DEPTH);
	scene_deep_end();
	state_read(&now.before);
}

/* What can be wrong with a parameter that names a capability. */
static void wrong_capability_parameter(uint32_t index)
{
	const struct capability_parameter *parameter =
		capability_parameter(now.right->label, index);

	refuse_word("a parameter's empty slot", index, S_EMPTY, ERR_CAPABILITY);
	refuse_word("a parameter that is no slot", index, NO_SLOT, ERR_CAPABILITY);
	for (uint32_t type = OBJECT_UNTYPED; type < OBJECT_TYPES; type++)
		if (parameter->types >> type & 1) {
			refuse_word("a parameter's dead object", index, S_DEAD + type,
				    ERR_CAPABILITY);
			weaken(some(type), parameter->right);
			refuse_word("a parameter without its right", index, S_WEAK, ERR_RIGHTS);
			strengthen();
		} else {
			refuse_word("a parameter's other type", index, some(type), ERR_TYPE);
		}
	if (parameter->held)
		wrong_depth(index);
}

static bool begins_with(const char *text, const char *beginning)
{
	while (*beginning && *text == *beginning) {
		text++;
		beginning++;
	}
	return !*beginning;
}

/* Parameters by their types, as idl/kernel.idl has them: "cap space, u64 address". */
static void wrong_parameters(void)
{
	const char *at = kernel_method_parameters(now.right->label);
	uint32_t index = 0;

	for (; *at; index++) {
		if (begins_with(at, "cap "))
			wrong_capability_parameter(index);
		if (!begins_with(at, "u64 "))
			refuse_word("a parameter of more than 32 bits", index,
				    now.right->word[index] | WIDE, ERR_ARGUMENT);
		if (!begins_with(at, "u") && !begins_with(at, "cap "))
			refuse_word("a parameter that is no value of its type", index, UINT32_MAX,
				    ERR_ARGUMENT);
		while (*at && *at != ',')
			at++;
		while (*at == ',' || *at == ' ')
			at++;
	}
}

static void wrong_rows(void)
{
	for (size_t i = 0; i < wrong_call_count; i++) {
		const struct wrong_call *row = &wrong_calls[i];
		cap_t cap = now.right->cap;
		uint64_t word[MESSAGE_WORDS];

		if (row->label != now.right->label)
			continue;
		memcpy(word, now.right->word, sizeof(word));
		for (size_t j = 0; j < ARRAY_SIZE(row->changes); j++) {
			const struct change *change = &row->changes[j];

			if (change->where == CHANGE_CAP)
				cap = (cap_t)change->value;
			else if (change->where != CHANGE_NONE)
				word[change->where - CHANGE_WORD] = change->value;
		}
		refuse(row->what, cap, row->label, word, row->status);
	}
}

unsigned int wrong_calls_of(const struct right_call *right)
{
	now.right = right;
	now.count = 0;
	state_read(&now.before);
	wrong_capabilities();
	wrong_parameters();
	wrong_rows();
	if (right->label == UNTYPED_RETYPE || right->label == IRQ_CONTROL_GET)
		wrong_depth(MESSAGE_WORDS);
	if (right->label == CNODE_COPY || right->label == CNODE_MINT)
		wrong_depth(0);
	return now.count;
}

/* Labels that are no invocation's: numbers that this type has not, and wide ones. */
unsigned int wrong_labels_of(enum object_type type)
{
	static const struct right_call unknown = { 0 };
	uint64_t first = (uint64_t)type << 8;

	now.right = &unknown;
	now.count = 0;
	state_read(&now.before);
	for (uint64_t number = 0; number <= 0xff; number++)
		if (kernel_method_name(first + number)[0] == '?')
			refuse("no invocation", some(type), first + number, unknown.word, ERR_TYPE);
	refuse("no invocation", some(type), WIDE | first, unknown.word, ERR_TYPE);
	refuse("no invocation", some(type), 0, unknown.word, ERR_TYPE);
	refuse("no invocation", some(type), UINT64_MAX, unknown.word, ERR_TYPE);
	return now.count;
}

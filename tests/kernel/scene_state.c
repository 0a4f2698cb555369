/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that the task can read back of the scene. Most of it is asked for by calls that are refused, for which error tells what is
 * there: a capability's type and rights, what is mapped, what is bound. The others undo what they do.
 */
#include "invocations.h"

#define ROOT ROOT_SLOT_CNODE
/* More than 32 bits: each invocation here takes no such first word. */
#define WIDE (1ULL << 32)

static struct state *state;

static void note(const char *what, uint32_t slot, uint64_t value)
{
	if (state->count == STATE_ITEMS)
		test_fail(__FILE__, __LINE__, "the scene has more than %u items", STATE_ITEMS);
	state->item[state->count++] = (struct state_item){ what, slot, value };
}

static enum status invoke(cap_t cap, uint64_t label, uint64_t word0)
{
	struct message m = { .label = label, .word = { word0 } };

	return message_call_until(cap, &m, 0);
}

static bool is_empty(cap_t cnode, uint32_t slot)
{
	return cnode_copy(cnode, slot, ROOT, ROOT) == ERR_CAPABILITY;
}

static enum object_type type_of(cap_t slot)
{
	if (is_empty(ROOT, slot))
		return OBJECT_NULL;
	/* The task itself does not stand still; a call of an Endpoint would be a message. */
	if (thread_serve(ROOT_SLOT_THREAD, slot) == ERR_STATE)
		return OBJECT_ENDPOINT;
	for (uint32_t type = OBJECT_UNTYPED; type < OBJECT_TYPES; type++)
		if (narrow_invocations[type] &&
		    invoke(slot, narrow_invocations[type], WIDE) == ERR_ARGUMENT)
			return type;
	return OBJECT_TYPES;
}

/* What minting each right alone comes to: ERR_RIGHTS without it, ERR_ARGUMENT for the badge if nothing else is wrong. */
static uint64_t rights_of(cap_t slot)
{
	uint64_t rights = 0;

	for (uint32_t right = 1; right <= RIGHTS_ALL; right <<= 1) {
		enum status status = cnode_mint(ROOT, slot, ROOT, S_PROBE, right, 1);

		if (status == OK)
			EXPECT_OK(cnode_delete(ROOT, S_PROBE));
		rights = rights << 4 | status;
	}
	return rights;
}

static void read_untyped(cap_t slot)
{
	uint64_t address = 0, used = 0;
	uint32_t size_bits = 0, flags = 0;

	EXPECT_OK(untyped_describe(slot, &address, &size_bits, &flags, &used));
	note("bytes given out", slot, used);
}

static void read_cnode(cap_t slot)
{
	uint32_t slots = 0, empty = 0;

	EXPECT_OK(cnode_count(slot, 0, &slots, &empty));
	for (uint32_t i = 0; i < slots; i++)
		note("slot of it is empty", slot, is_empty(slot, i));
}

static void read_thread(cap_t slot)
{
	uint64_t r[6] = { 0 };
	enum status status = OK;

	for (uint32_t first = 0; status == OK; first += ARRAY_SIZE(r)) {
		status = thread_read_registers(slot, first, &r[0], &r[1], &r[2], &r[3], &r[4],
					       &r[5]);
		note("stands still", slot, status);
		for (size_t i = 0; status == OK && i < ARRAY_SIZE(r); i++)
			note("register", slot, r[i]);
	}
}

static void read_vcpu(cap_t slot)
{
	uint64_t pending = 0, active = 0, exits = 0, waits = 0;

	EXPECT_OK(vcpu_query_slots(slot, &pending, &active));
	EXPECT_OK(vcpu_statistics(slot, &exits, &waits));
	note("pending interrupts", slot, pending);
	note("active interrupts", slot, active);
	note("exits", slot, exits);
	note("waits", slot, waits);
}

/* The words of the page of S_VCPU_STOPPED, and of S_FRAME, while these are mapped. */
static void read_memory(cap_t slot, uint32_t page)
{
	const volatile uint64_t *word = (const volatile uint64_t *)(uintptr_t)scratch_address(page);

	for (size_t i = 0; i < PAGE_SIZE / sizeof(uint64_t); i++)
		if (word[i] != 0)
			note("word of memory", slot, i << 56 ^ word[i]);
}

/* Bound, signalled (and then again), or neither. */
static void read_notification(cap_t slot)
{
	uint64_t bits = 0;
	enum status status = notification_wait(slot, 0, &bits);

	note("can be waited at", slot, status);
	note("signals", slot, bits);
	if (status == OK)
		EXPECT_OK(notification_signal(slot));
}

static void read_frame(cap_t slot)
{
	uint64_t physical = 0;
	enum status mapped = frame_map(slot, ROOT_SLOT_ADDRESS_SPACE, 1, RIGHT_READ, MEMORY_NORMAL);

	EXPECT_OK(frame_address(slot, &physical));
	note("is mapped", slot, mapped);
	note("physical address", slot, physical);
	if (slot == S_FRAME && mapped == ERR_OCCUPIED)
		read_memory(slot, 0);
}

/* What is at an address of a space: nothing, something, or no table. */
static void read_place(cap_t space, uint64_t address)
{
	enum status status = frame_map(S_PROBE_FRAME, space, address, RIGHT_READ, MEMORY_NORMAL);

	note("is in use", space, address << 8 | status);
	if (status == OK)
		EXPECT_OK(frame_unmap(S_PROBE_FRAME));
}

static void read_space(cap_t space)
{
	static const uint64_t places[] = {
		0,
		AT_FRAME - PAGE_SIZE,
		AT_FRAME,
		AT_FREE,
		AT_WINDOW - PAGE_SIZE,
		AT_WINDOW,
		AT_WINDOW + PAGE_SIZE,
		AT_WINDOW + 2 * PAGE_SIZE,
		AT_ROOM,
		AT_ROOM + PAGE_SIZE,
		AT_BLOCK - PAGE_SIZE,
		AT_BLOCK,
		AT_BLOCK + PAGE_SIZE,
		AT_NO_TABLE,
		AT_SPACE_END - PAGE_SIZE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		read_place(space, places[i]);
}

static void read_windows(cap_t space)
{
	for (uint32_t i = 0; i < WINDOWS_MAX; i++)
		note("window", space,
		     (uint64_t)i << 8 | guest_space_set_window(space, i, 1, 1, S_PROBE, 0, 0));
}

static void read_object(enum object_type type, cap_t slot)
{
	uint64_t ticks = 0;

	switch (type) {
	case OBJECT_UNTYPED:
		read_untyped(slot);
		break;
	case OBJECT_CNODE:
		read_cnode(slot);
		break;
	case OBJECT_THREAD:
		read_thread(slot);
		break;
	case OBJECT_VCPU:
		read_vcpu(slot);
		break;
	case OBJECT_SCHED_CONTEXT:
		EXPECT_OK(sched_context_consumed(slot, &ticks));
		note("time used", slot, ticks);
		break;
	case OBJECT_NOTIFICATION:
		read_notification(slot);
		break;
	case OBJECT_FRAME:
		read_frame(slot);
		break;
	case OBJECT_PAGE_TABLE:
		note("is mapped", slot,
		     page_table_map(slot, ROOT_SLOT_ADDRESS_SPACE, AT_SPACE_END));
		break;
	case OBJECT_ADDRESS_SPACE:
		read_space(slot);
		break;
	case OBJECT_GUEST_SPACE:
		read_windows(slot);
		read_space(slot);
		break;
	case OBJECT_IRQ_HANDLER:
		note("was acknowledged", slot, invoke(slot, IRQ_HANDLER_ACKNOWLEDGE, 0));
		break;
	default:
		break;
	}
}

static void read_slot(cap_t slot)
{
	struct message nothing = { 0 };
	enum object_type type = type_of(slot);

	note("type", slot, type);
	if (type == OBJECT_NULL)
		return;
	note("rights", slot, rights_of(slot));
	if (type == OBJECT_ENDPOINT)
		note("somebody waits there", slot, message_send(slot, &nothing));
	else
		read_object(type, slot);
}

static void read_interrupts(void)
{
	static const uint32_t numbers[] = { IRQ_UART, IRQ_FREE, IRQ_SLOT, IRQ_TO_BE,
					    IRQ_TO_BE + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		enum status status =
			irq_control_get(ROOT_SLOT_IRQ_CONTROL, numbers[i], 0, ROOT, S_PROBE);

		note("interrupt has a handler", numbers[i], status);
		if (status == OK)
			EXPECT_OK(cnode_delete(ROOT, S_PROBE));
	}
}

/* The task's own: how many of its slots are empty, what it has mapped, what the VCpu's VMM sees. */
static void read_own(void)
{
	uint32_t slots = 0, empty = 0;

	EXPECT_OK(cnode_count(ROOT, 0, &slots, &empty));
	for (uint32_t first = 0; first < slots; first += CNODE_COUNT_MAX) {
		EXPECT_OK(cnode_count(ROOT, first, &slots, &empty));
		note("empty slots", ROOT, empty);
	}
	for (uint32_t page = 0; page < 32; page++)
		read_place(ROOT_SLOT_ADDRESS_SPACE, scratch_address(page));
	read_untyped(ARENA);
	read_memory(S_VCPU_STOPPED, 10);
}

void state_read(struct state *to)
{
	state = to;
	state->count = 0;
	for (cap_t slot = SCENE; slot < SCENE_END; slot++)
		read_slot(slot);
	read_interrupts();
	read_own();
}

const struct state_item *state_difference(const struct state *before, const struct state *after)
{
	for (size_t i = 0; i < before->count && i < after->count; i++)
		if (before->item[i].what != after->item[i].what ||
		    before->item[i].slot != after->item[i].slot ||
		    before->item[i].value != after->item[i].value)
			return &after->item[i];
	if (before->count > after->count)
		return &before->item[after->count];
	return before->count < after->count ? &after->item[before->count] : NULL;
}

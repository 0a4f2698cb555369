/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invokers: what is tried next. Most calls are such as could succeed, so that there is something to attack; some have
 * one argument that is wrong, and some are wrong altogether.
 */
#include "action.h"

#define BIT(n)        (1ULL << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* One in so many arguments is any number. */
#define WILD 24

static const struct spec_object *cnode;  /* of who calls */
static const struct spec_object *second; /* a CNode of the next argument */
/* In this sequence capabilities are derived from derived ones again and again; much is mapped. */
static bool deep, maps;
static bool last; /* nobody else who can do much can run: it should stay so */

/* So many of its slots are in use. */
static unsigned int slots_of(const struct spec_object *in)
{
	if (!in)
		return 1;
	return in->cap_count < INVOKER_SLOTS ? in->cap_count : INVOKER_SLOTS;
}

static bool once_in(uint32_t n)
{
	return random_below(n) == 0;
}

static uint64_t any_number(void)
{
	switch (random_below(6)) {
	case 0:
		return random_below(INVOKER_SLOTS + 2);
	case 1:
		return ~0ULL - random_below(3);
	case 2:
		return BIT(random_below(64));
	case 3:
		return BIT(random_below(64)) - 1;
	case 4:
		return (uint64_t)random_below(UINT32_MAX) << 32 | random_below(UINT32_MAX);
	default:
		return random_below(70);
	}
}

/* Wrong now and then. */
static uint64_t number(uint64_t right)
{
	return once_in(WILD) ? any_number() : right;
}

/* A slot with a capability of this type, if there is one; OBJECT_NULL: an empty one. */
static uint64_t slot_with(const struct spec_object *in, enum object_type type)
{
	unsigned int count = slots_of(in), start = random_below(count);

	for (unsigned int i = 0; in && i < count; i++) {
		unsigned int at = (start + i) % count;

		if (in->cap[at].type == type && (at || type != OBJECT_NULL))
			return number(at);
	}
	return number(start);
}

/* The slot whose capability is the furthest from what it was derived from; of a type, or OBJECT_NULL: of any. */
static uint64_t deepest(const struct spec_object *in, enum object_type type)
{
	unsigned int depth = 0, best = 0;

	for (unsigned int i = 0; in && i < slots_of(in); i++) {
		const struct spec_cap *found = &in->cap[i];
		bool wanted = type == OBJECT_NULL ? found->type != OBJECT_UNTYPED &&
							    found->type != OBJECT_PAGE_TABLE :
						    found->type == type;

		if (found->type == OBJECT_NULL || !wanted || spec_depth(found) < depth)
			continue;
		depth = spec_depth(found);
		best = i;
	}
	return best;
}

static uint64_t cap(enum object_type type)
{
	return deep && once_in(8) ? deepest(cnode, type) : slot_with(cnode, type);
}

void invoker_habits(uint64_t seed)
{
	deep = seed % 4 == 3;
	maps = seed % 4 == 2;
}

static uint64_t maybe(enum object_type type)
{
	return random_below(3) ? cap(type) : 0;
}

static uint64_t destination_cnode(void)
{
	uint64_t slot = random_below(4) ? number(ROOT_SLOT_CNODE) : cap(OBJECT_CNODE);
	const struct spec_cap *found = spec_slot(cnode, slot);

	second = found && found->type == OBJECT_CNODE ? found->object : cnode;
	return slot;
}

static enum object_type some_type(void)
{
	return (enum object_type)(1 + random_below(OBJECT_TYPES - 1));
}

/* A slot that has something, rather not what everything hangs on. */
static uint64_t victim(const struct spec_object *in)
{
	unsigned int spare =
		slots_of(in) == INVOKER_SLOTS && random_below(60) ? invoker_first_free : 0;
	unsigned int count = slots_of(in) - spare;
	unsigned int start = random_below(count);

	for (unsigned int i = 0; in && i < count; i++)
		if (in->cap[spare + (start + i) % count].type != OBJECT_NULL)
			return number(spare + (start + i) % count);
	return number(start);
}

/* Few pages in few tables, so that they meet; at a border now and then. */
static uint64_t address(uint32_t bits)
{
	uint64_t at = (uint64_t)random_below(2) << 30 | (uint64_t)random_below(2) << 21 |
		      (uint64_t)random_below(3) << 12;

	if (once_in(16))
		at = BIT(spec.layout.process_bits) - BIT(bits) + (once_in(3) ? BIT(bits) : 0);
	return number(once_in(WILD) ? at : at & ~(BIT(bits) - 1));
}

static uint64_t deadline(void)
{
	if (once_in(32))
		return any_number();
	return last || random_below(3) ? random_below(4000) : DEADLINE_NEVER;
}

static void retype(struct action *action)
{
	static const enum object_type types[] = {
		OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_THREAD,        OBJECT_FRAME,
		OBJECT_CNODE,    OBJECT_UNTYPED,      OBJECT_PAGE_TABLE,    OBJECT_SCHED_CONTEXT,
		OBJECT_VCPU,     OBJECT_GUEST_SPACE,  OBJECT_ADDRESS_SPACE, OBJECT_FRAME,
	};
	const struct spec_cap *untyped = spec_slot(cnode, action->cap);
	enum object_type type = types[random_below(ARRAY_SIZE(types))];
	bool large = once_in(12);
	uint32_t bits = 0;

	if (untyped && untyped->type == OBJECT_UNTYPED && untyped->memory && random_below(8))
		type = random_below(2) ? OBJECT_FRAME : OBJECT_UNTYPED;
	if (type == OBJECT_CNODE)
		bits = 2 + random_below(3);
	else if (type == OBJECT_UNTYPED)
		bits = 12 + random_below(large ? 36 : 4);
	else if (type == OBJECT_FRAME)
		bits = large ? 21 + 9 * random_below(2) : 12;
	action->word[0] = number(type);
	action->word[1] = number(bits);
	action->word[2] = destination_cnode();
	action->word[3] = slot_with(second, OBJECT_NULL);
	action->word[4] = number(once_in(4) ? random_below(4) : 1);
	action->word[5] =
		number(untyped && untyped->memory ? (uint64_t)random_below(4) << bits : 0);
}

static void derive(struct action *action)
{
	const struct spec_cap *from = spec_slot(cnode, action->cap);
	const struct spec_object *in = from && from->type == OBJECT_CNODE ? from->object : cnode;

	if (deep && random_below(8))
		action->word[0] = deepest(in, OBJECT_NULL);
	else
		action->word[0] = random_below(3) ?
					  slot_with(in, maps ? OBJECT_FRAME : some_type()) :
					  victim(in);
	action->word[1] = destination_cnode();
	action->word[2] = slot_with(second, OBJECT_NULL);
	action->word[3] = number(deep || random_below(3) ? RIGHTS_ALL : random_below(16));
	action->word[4] = random_below(2) ? number(random_below(16)) : 0;
}

static void end(struct action *action)
{
	const struct spec_cap *from = spec_slot(cnode, action->cap);

	action->word[0] = victim(from && from->type == OBJECT_CNODE ? from->object : cnode);
	/* A revoke takes much: rather a deletion. */
	if (action->label == CNODE_REVOKE && random_below(4))
		action->label = CNODE_DELETE;
}

static uint32_t bits_of(uint64_t slot)
{
	const struct spec_cap *found = spec_slot(cnode, slot);

	return found && found->type == OBJECT_FRAME ? found->bits : 12;
}

/* The words of an invocation. */
static void fill(struct action *action)
{
	uint64_t *word = action->word;

	switch (action->label) {
	case UNTYPED_RETYPE:
		retype(action);
		break;
	case CNODE_COPY:
	case CNODE_MINT:
	case CNODE_MOVE:
		derive(action);
		break;
	case CNODE_DELETE:
	case CNODE_REVOKE:
		end(action);
		break;
	case THREAD_CONFIGURE:
		word[0] = maybe(OBJECT_CNODE);
		word[1] = maybe(OBJECT_ADDRESS_SPACE);
		word[2] = maybe(OBJECT_ENDPOINT);
		break;
	case THREAD_SET_PRIORITY:
	case VCPU_SET_PRIORITY:
		word[0] = number(random_below(PRIORITIES - 1));
		break;
	case THREAD_SERVE:
	case VCPU_CONFIGURE:
		word[0] = cap(action->label == THREAD_SERVE ? OBJECT_ENDPOINT : OBJECT_GUEST_SPACE);
		word[1] = cap(OBJECT_ENDPOINT);
		break;
	case VCPU_STOP:
	case IRQ_HANDLER_BIND:
		word[0] = maybe(OBJECT_NOTIFICATION);
		break;
	case SCHED_CONTEXT_CONFIGURE:
		word[0] = number(5000 + random_below(40000));
		word[1] = number(once_in(2) ? word[0] : random_below(100000));
		break;
	case NOTIFICATION_BIND_THREAD:
	case SCHED_CONTEXT_BIND:
		word[0] = once_in(8) ? cap(OBJECT_VCPU) :
				       cap(once_in(3) ? OBJECT_NOTIFICATION : OBJECT_THREAD);
		break;
	case SCHED_CONTEXT_SET_LIMIT:
		word[0] = random_below(2) ? DEADLINE_NEVER : 0;
		break;
	case NOTIFICATION_BIND_EVENT:
	case NOTIFICATION_BIND_SLOT:
	case IRQ_HANDLER_BIND_SLOT:
		word[0] = cap(OBJECT_VCPU);
		word[1] = number(random_below(VCPU_SLOTS));
		break;
	case FRAME_MAP:
		word[0] = cap(once_in(3) ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE);
		word[1] = address(bits_of(action->cap));
		word[2] = number(random_below(8));
		word[3] = number(random_below(2));
		break;
	case PAGE_TABLE_MAP:
		word[0] = cap(once_in(2) ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE);
		word[1] = address(12);
		break;
	case ADDRESS_SPACE_MAP_VCPU:
		word[0] = cap(OBJECT_VCPU);
		word[1] = address(12);
		break;
	case GUEST_SPACE_SET_WINDOW:
		word[0] = number(random_below(4));
		word[1] = address(12);
		word[2] = number(1 + random_below(3));
		word[3] = maybe(OBJECT_ENDPOINT);
		word[4] = maybe(OBJECT_NOTIFICATION);
		word[5] = number(word[4] ? random_below(0x1010) : 0);
		break;
	case IRQ_CONTROL_GET:
		word[0] = number(spec.layout.first_irq + random_below(3));
		word[1] = number(random_below(2));
		word[2] = destination_cnode();
		word[3] = slot_with(second, OBJECT_NULL);
		break;
	default:
		word[0] = random_below(4) ? number(random_below(40)) : any_number();
		break;
	}
}

/* How many invocations each object has. */
static const uint8_t invocations[OBJECT_TYPES] = {
	[OBJECT_UNTYPED] = 2,     [OBJECT_CNODE] = 6,         [OBJECT_THREAD] = 7,
	[OBJECT_VCPU] = 12,       [OBJECT_SCHED_CONTEXT] = 5, [OBJECT_NOTIFICATION] = 5,
	[OBJECT_FRAME] = 3,       [OBJECT_PAGE_TABLE] = 2,    [OBJECT_ADDRESS_SPACE] = 1,
	[OBJECT_GUEST_SPACE] = 2, [OBJECT_IRQ_CONTROL] = 1,   [OBJECT_IRQ_HANDLER] = 3,
	[OBJECT_FIRMWARE] = 4,
};

static void invocation(struct action *action)
{
	enum object_type type = some_type();

	/* Objects are made and ended more often than the others are called, and threads are made to go on. */
	if (maps && once_in(2))
		type = OBJECT_FRAME + random_below(4);
	else if (once_in(3))
		type = once_in(2) ? OBJECT_UNTYPED : OBJECT_CNODE;
	else if (once_in(3))
		type = OBJECT_THREAD;
	action->number = SYS_CALL;
	action->cap = type == OBJECT_CNODE && random_below(3) ? number(ROOT_SLOT_CNODE) : cap(type);
	action->label = (uint64_t)type << 8;
	if (invocations[type])
		action->label |= random_below(invocations[type] + once_in(WILD));
	if (once_in(WILD))
		action->label = (uint64_t)some_type() << 8 | random_below(8);
	if (action->label == THREAD_SUSPEND && random_below(last ? 16 : 3))
		action->label = once_in(2) ? THREAD_RESUME : THREAD_SERVE;
	/* What is mapped stays for a while, so that there is something to be mapped beside or below it. */
	if (action->label == PAGE_TABLE_UNMAP && random_below(12))
		action->label = PAGE_TABLE_MAP;
	if ((action->label == FRAME_UNMAP || action->label == GUEST_SPACE_CLEAR_WINDOW) &&
	    random_below(3))
		action->label--;
	if (deep && (action->label == CNODE_DELETE || action->label == CNODE_REVOKE) &&
	    random_below(16))
		action->label = CNODE_COPY + random_below(2);
	fill(action);
	if (once_in(WILD))
		action->word[random_below(MESSAGE_WORDS)] = any_number();
}

static void message(struct action *action)
{
	static const uint8_t numbers[] = { SYS_CALL,   SYS_CALL, SYS_REPLY_RECV, SYS_REPLY_RECV,
					   SYS_RECV,   SYS_SEND, SYS_SIGNAL,     SYS_SIGNAL,
					   SYS_SIGNAL, SYS_WAIT, SYS_YIELD };
	uint32_t syscall = numbers[random_below(ARRAY_SIZE(numbers))];

	action->number = (uint32_t)number(syscall);
	action->cap = cap(syscall == SYS_SIGNAL || syscall == SYS_WAIT ? OBJECT_NOTIFICATION :
									 OBJECT_ENDPOINT);
	action->label = random_below(0x100);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		action->word[i] = random_below(1000);
}

/* A thread that could run now; NULL: nobody can. */
static const struct spec_object *runnable(void)
{
	unsigned int start = random_below(spec.objects);

	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[(start + i) % spec.objects];

		if (invoker_can_run(object))
			return object;
	}
	return NULL;
}

/* Nobody else who has the CNode with all capabilities can run. */
static bool is_last(const struct spec_object *thread)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		if (&spec.object[i] != thread && invoker_can_run(&spec.object[i]) &&
		    invoker_has_all(&spec.object[i]))
			return false;
	return true;
}

struct action invoker_choose(void)
{
	const struct spec_object *thread = runnable();
	struct action action = { .kind = ACTION_CALL };

	if (!thread || once_in(60)) {
		action.kind = ACTION_PASS;
		action.word[0] = random_below(thread ? 3000 : 1000000);
		return action;
	}
	action.who = (uint16_t)(thread - spec.object);
	cnode = thread->cap[THREAD_CNODE].object;
	last = is_last(thread);
	action.deadline = deadline();
	if (once_in(60)) {
		action.kind = ACTION_INTERRUPT;
		action.word[0] = spec.layout.first_irq + random_below(3);
	} else if (once_in(80) && !last) {
		action.kind = ACTION_FAULT;
		action.word[0] = random_below(100);
		action.word[1] = any_number();
	} else if (invoker_has_all(thread) && random_below(last ? 16 : 3)) {
		invocation(&action);
	} else {
		message(&action);
	}
	return action;
}

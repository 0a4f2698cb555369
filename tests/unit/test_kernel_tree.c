/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree: random operations against a model of parent pointers, and its borders.
 */
#include "kernel_machine.h"

/* The CNode in which the random operations are: small, so that they meet. */
#define BITS  6
#define SLOTS (1U << BITS)
#define STEPS 20000

/* The model of a slot. A parent outside is ROOT, for objects the Untyped's. */
#define OUTSIDE SLOTS

struct node {
	bool used;
	bool original;
	unsigned int parent; /* OUTSIDE: the Untyped */
	unsigned int depth;
	enum object_type type;
	uint32_t rights;
	uint64_t badge;
};

static struct node nodes[SLOTS];
static cap_t cnode;
static cap_t memory; /* an Untyped of its own: its revoke ends all objects */

static struct slot *at(unsigned int index)
{
	return cnode_slot(cnode_of(slot_of(cnode)), index);
}

static bool model_has_children(unsigned int index)
{
	for (unsigned int i = 0; i < SLOTS; i++)
		if (nodes[i].used && nodes[i].parent == index)
			return true;
	return false;
}

static void model_revoke(unsigned int index)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (!nodes[i].used || nodes[i].parent != index)
			continue;
		model_revoke(i);
		nodes[i].used = false;
	}
}

/* The next slot in the list at `slot`'s depth or above: the end of its descendants. */
static const struct slot *end_of(const struct slot *slot)
{
	const struct slot *end = slot->next;

	while (end && end->depth > slot->depth)
		end = end->next;
	return end;
}

static bool is_below(const struct slot *parent, const struct slot *slot)
{
	for (const struct slot *i = parent->next; i != end_of(parent); i = i->next)
		if (i == slot)
			return true;
	return false;
}

/* The list is one in pre-order, and says of each slot what the model says. */
static void check_tree(void)
{
	const struct slot *untyped = slot_of(memory);
	unsigned int count = 0;

	for (const struct slot *i = untyped->next; i != end_of(untyped); i = i->next) {
		expect(i->prev->next == i);
		expect(i->depth <= i->prev->depth + 1);
		expect(i->type != OBJECT_NULL);
		count++;
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		const struct slot *slot = at(i);

		expect(nodes[i].used == (slot->type != OBJECT_NULL));
		if (!nodes[i].used)
			continue;
		count--;
		expect(slot->type == nodes[i].type);
		expect(slot->rights == nodes[i].rights);
		expect(slot->data == nodes[i].badge);
		expect(slot->depth == nodes[i].depth);
		expect(nodes[i].original == !!(slot->flags & SLOT_ORIGINAL));
		expect(is_below(nodes[i].parent == OUTSIDE ? untyped : at(nodes[i].parent), slot));
	}
	expect(count == 0);
}

static void try_retype(unsigned int slot)
{
	enum object_type type = random_below(2) ? OBJECT_ENDPOINT : OBJECT_NOTIFICATION;
	enum status status = untyped_retype(memory, type, 0, cnode, slot, 1, 0);

	if (nodes[slot].used) {
		expect(status == ERR_OCCUPIED);
		return;
	}
	if (status == ERR_MEMORY) {
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, memory));
		for (unsigned int i = 0; i < SLOTS; i++)
			nodes[i].used = false;
		return;
	}
	ck_assert_ok(status);
	nodes[slot] = (struct node){ .used = true,
				     .original = true,
				     .parent = OUTSIDE,
				     .depth = slot_of(memory)->depth + 1,
				     .type = type,
				     .rights = RIGHTS_ALL };
}

/* What a mint comes to. */
static enum status model_mint(const struct node *from, bool occupied, uint32_t rights,
			      uint64_t badge, uint64_t *result)
{
	*result = badge ? badge : from->badge;
	if (!from->used)
		return ERR_CAPABILITY;
	if (occupied)
		return ERR_OCCUPIED;
	if (rights & ~(uint32_t)RIGHTS_ALL)
		return ERR_ARGUMENT;
	if (rights & ~from->rights)
		return ERR_RIGHTS;
	if (badge && from->badge && (from->type == OBJECT_ENDPOINT || (badge & ~from->badge)))
		return ERR_ARGUMENT;
	return from->depth == DERIVATION_DEPTH_MAX ? ERR_DEPTH : OK;
}

static void try_mint(unsigned int from, unsigned int to)
{
	uint32_t rights = random_below(8) ?
				  RIGHTS_ALL & ~(random_below(4) ? 0 : BIT(random_below(4))) :
				  random_below(32);
	uint64_t badge = random_below(2) ? random_below(16) : 0;
	uint64_t result = 0;
	enum status status = model_mint(&nodes[from], nodes[to].used, rights, badge, &result);

	expect(cnode_mint(cnode, from, cnode, to, rights, badge) == status);
	if (status != OK)
		return;
	nodes[to] = nodes[from];
	nodes[to].original = false;
	nodes[to].parent = from;
	nodes[to].depth++;
	nodes[to].rights = rights;
	nodes[to].badge = result;
}

static void try_copy(unsigned int from, unsigned int to)
{
	uint64_t badge;
	enum status status = model_mint(&nodes[from], nodes[to].used, 0, 0, &badge);

	expect(cnode_copy(cnode, from, cnode, to) == status);
	if (status != OK)
		return;
	nodes[to] = nodes[from];
	nodes[to].original = false;
	nodes[to].parent = from;
	nodes[to].depth++;
}

static void try_move(unsigned int from, unsigned int to)
{
	enum status status = nodes[to].used ? ERR_OCCUPIED : OK;

	if (!nodes[from].used)
		status = ERR_CAPABILITY;
	expect(cnode_move(cnode, from, cnode, to) == status);
	if (status != OK)
		return;
	nodes[to] = nodes[from];
	nodes[from].used = false;
	for (unsigned int i = 0; i < SLOTS; i++)
		if (nodes[i].used && nodes[i].parent == from)
			nodes[i].parent = to;
}

static void try_delete(unsigned int slot)
{
	enum status status = model_has_children(slot) ? ERR_DESCENDANTS : OK;

	if (!nodes[slot].used)
		status = ERR_CAPABILITY;
	expect(cnode_delete(cnode, slot) == status);
	if (status == OK)
		nodes[slot].used = false;
}

static void try_revoke(unsigned int slot)
{
	expect(cnode_revoke(cnode, slot) == (nodes[slot].used ? OK : ERR_CAPABILITY));
	if (nodes[slot].used)
		model_revoke(slot);
}

START_TEST(random_operations)
{
	memory = object_new(OBJECT_UNTYPED, 15);
	cnode = object_new(OBJECT_CNODE, BITS);
	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int from = random_below(SLOTS);
		unsigned int to = random_below(SLOTS);

		switch (random_below(16)) {
		case 0:
		case 1:
			try_retype(to);
			break;
		case 2:
		case 3:
		case 4:
		case 5:
			try_mint(from, to);
			break;
		case 6:
		case 7:
		case 8:
			try_copy(from, to);
			break;
		case 9:
		case 10:
			try_move(from, to);
			break;
		case 11:
		case 12:
		case 13:
		case 14:
			try_delete(from);
			break;
		default:
			if (random_below(4) == 0)
				try_revoke(from);
			break;
		}
		check_tree();
	}
	machine_check();
	/* The end of the CNode is the end of what is in it. */
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, cnode));
	expect(!slot_has_descendants(slot_of(memory)));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, memory));
}
END_TEST

START_TEST(depth_has_a_limit)
{
	cap_t at_depth = object_new(OBJECT_ENDPOINT, 0);
	cap_t thread = object_new(OBJECT_THREAD, 0);
	cap_t next = 0;

	while (slot_of(at_depth)->depth < DERIVATION_DEPTH_MAX)
		at_depth = copied(at_depth);
	next = slot_new();
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next), ERR_DEPTH);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next, 0, 1),
			 ERR_DEPTH);
	ck_assert_int_eq(slot_of(next)->type, OBJECT_NULL);
	/* A binding is a child too. */
	ck_assert_int_eq(thread_configure(thread, 0, 0, at_depth), ERR_DEPTH);
	ck_assert_ok(cnode_move(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next));
}
END_TEST

START_TEST(depth_limits_all_that_derives)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 20);
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	cap_t sc = object_new(OBJECT_SCHED_CONTEXT, 0);
	cap_t irq = slot_new();
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t deeper;
	enum status status;

	/* The whole of an Untyped can be one Untyped. */
	do {
		deeper = slot_new();
		status = untyped_retype(untyped, OBJECT_UNTYPED, 20, ROOT_SLOT_CNODE, deeper, 1, 0);
		untyped = status == OK ? deeper : untyped;
	} while (status == OK);
	ck_assert_int_eq(status, ERR_DEPTH);
	ck_assert_uint_eq(slot_of(untyped)->depth, DERIVATION_DEPTH_MAX);
	ck_assert_uint_eq(slot_of(untyped)->data, 0);
	while (slot_of(vcpu)->depth < DERIVATION_DEPTH_MAX)
		vcpu = copied(vcpu);
	ck_assert_int_eq(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, ROOT_SCRATCH),
			 ERR_DEPTH);
	ck_assert_int_eq(sched_context_bind(sc, vcpu), ERR_DEPTH);
	ck_assert_int_eq(notification_bind_event(notification, vcpu), ERR_DEPTH);
	while (slot_of(notification)->depth < DERIVATION_DEPTH_MAX)
		notification = copied(notification);
	ck_assert_ok(
		irq_control_get(ROOT_SLOT_IRQ_CONTROL, FAKE_IRQ_FIRST, 0, ROOT_SLOT_CNODE, irq));
	ck_assert_int_eq(irq_handler_bind(irq, notification), ERR_DEPTH);
}
END_TEST

START_TEST(borders)
{
	cap_t small = object_new(OBJECT_CNODE, 2);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t empty = slot_new();

	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, small, 4), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, 1U << MACHINE_CNODE_BITS, small, 0),
			 ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, empty, small, 0), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, endpoint, 0), ERR_TYPE);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, empty, 0), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, minted(small, RIGHT_READ, 0), 0),
			 ERR_RIGHTS);
	ck_assert_int_eq(cnode_delete(small, 4), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_revoke(small, 0), ERR_CAPABILITY);
	/* Only the root server's own CNode has CNodes and Untypeds; no memory is given out twice. */
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, small, small, 0), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_move(ROOT_SLOT_CNODE, MACHINE_UNTYPED, small, 0), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, MACHINE_UNTYPED, ROOT_SLOT_CNODE, empty),
			 ERR_TYPE);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, MACHINE_UNTYPED, ROOT_SLOT_CNODE, empty, 0, 0),
			 ERR_TYPE);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, ROOT_SLOT_THREAD, ROOT_SLOT_CNODE, empty,
				    RIGHTS_ALL, 1),
			 ERR_ARGUMENT);
	ck_assert_int_eq(slot_of(empty)->type, OBJECT_NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("tree");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, random_operations);
	tcase_add_test(tcase, depth_has_a_limit);
	tcase_add_test(tcase, depth_limits_all_that_derives);
	tcase_add_test(tcase, borders);
	return machine_main("tree", &tcase, 1);
}

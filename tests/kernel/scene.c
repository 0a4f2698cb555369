/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene of the invocation suite: made, and ended. */
#include "invocations.h"
#include "vm.h"

#define ROOT     ROOT_SLOT_CNODE
#define RW       (RIGHT_READ | RIGHT_WRITE)
#define OWN_PAGE 0
/* Of S_VCPU_STOPPED, in the task's address space; and the UART's registers. */
#define VCPU_PAGES 10
#define UART_PAGE  20

static uart_register *uart(void)
{
	return (uart_register *)(uintptr_t)scratch_address(UART_PAGE);
}

static volatile struct vcpu_update *update(void)
{
	return (volatile struct vcpu_update *)(uintptr_t)scratch_address(VCPU_PAGES + 1);
}

static void make_from(cap_t untyped, enum object_type type, uint32_t size_bits, cap_t slot)
{
	EXPECT_OK(untyped_retype(untyped, type, size_bits, ROOT, slot, 1, 0));
}

static void make(enum object_type type, uint32_t size_bits, cap_t slot)
{
	make_from(ARENA, type, size_bits, slot);
}

static void mint(cap_t from, cap_t to, uint32_t rights, uint64_t badge)
{
	EXPECT_OK(cnode_mint(ROOT, from, ROOT, to, rights, badge));
}

void scene_open(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
	uint32_t i = 0;

	EXPECT_OK(cnode_move(ROOT, uart_frame(), ROOT, S_KEPT_DEVICE));
	EXPECT_OK(frame_map(S_KEPT_DEVICE, ROOT_SLOT_ADDRESS_SPACE, scratch_address(UART_PAGE), RW,
			    MEMORY_DEVICE));
	while (!(boot->untyped[i].flags & UNTYPED_DEVICE))
		i++;
	EXPECT_OK(cnode_move(ROOT, ROOT_SLOT_UNTYPED + i, ROOT, S_KEPT_UNTYPED));
}

/* Capabilities to objects of each type that ended with the Untyped that they came from, or with what they were derived from. */
static void build_dead(void)
{
	make(OBJECT_UNTYPED, 17, S_GROUP);
	for (uint32_t type = OBJECT_UNTYPED; type < OBJECT_IRQ_CONTROL; type++)
		make_from(S_GROUP, type,
			  type == OBJECT_UNTYPED || type == OBJECT_FRAME ? PAGE_BITS :
			  type == OBJECT_CNODE                           ? 2 :
									   0,
			  S_DEAD + type);
	EXPECT_OK(cnode_revoke(ROOT, S_GROUP));
	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ_FREE, 0, ROOT,
				  S_DEAD + OBJECT_IRQ_HANDLER));
	EXPECT_OK(cnode_copy(ROOT, ROOT_SLOT_IRQ_CONTROL, ROOT, S_DEAD + OBJECT_IRQ_CONTROL));
	EXPECT_OK(cnode_revoke(ROOT, ROOT_SLOT_IRQ_CONTROL));
	EXPECT_OK(cnode_copy(ROOT, ROOT_SLOT_FIRMWARE, ROOT, S_DEAD + OBJECT_FIRMWARE));
	EXPECT_OK(cnode_revoke(ROOT, ROOT_SLOT_FIRMWARE));
}

static void build_memory(void)
{
	make(OBJECT_FRAME, PAGE_BITS, S_PROBE_FRAME);
	make(OBJECT_UNTYPED, 16, S_UNTYPED);
	make_from(S_UNTYPED, OBJECT_ENDPOINT, 0, S_CHILD);
	make(OBJECT_FRAME, PAGE_BITS, S_FRAME);
	*(volatile uint64_t *)scratch_map(S_FRAME, OWN_PAGE) = 0x1234;
	mint(S_FRAME, S_FRAME_READ, RIGHT_READ | RIGHT_CONTROL, 0);
	make(OBJECT_FRAME, PAGE_BITS, S_FRAME_FREE);
	make(OBJECT_FRAME, PAGE_BITS, S_FRAME_SPACE);
	make(OBJECT_FRAME, PAGE_BITS, S_FRAME_GUEST);
	make(OBJECT_FRAME, 21, S_BLOCK);
	mint(S_BLOCK, S_BLOCK_FREE, RIGHTS_ALL, 0);
	mint(S_KEPT_DEVICE, S_DEVICE, RIGHTS_ALL, 0);
}

static void build_space(cap_t space, cap_t table, cap_t leaf, cap_t frame)
{
	make(OBJECT_PAGE_TABLE, 0, table);
	make(OBJECT_PAGE_TABLE, 0, leaf);
	EXPECT_OK(page_table_map(table, space, AT_FRAME));
	EXPECT_OK(page_table_map(leaf, space, AT_FRAME));
	EXPECT_OK(frame_map(frame, space, AT_FRAME, RIGHT_READ, MEMORY_NORMAL));
}

static void build_spaces(void)
{
	make(OBJECT_ADDRESS_SPACE, 0, S_SPACE);
	make(OBJECT_GUEST_SPACE, 0, S_GUEST);
	make(OBJECT_ADDRESS_SPACE, 0, S_SPACE_FREE);
	make(OBJECT_GUEST_SPACE, 0, S_GUEST_FREE);
	build_space(S_SPACE, S_TABLE, S_TABLE_LEAF, S_FRAME_SPACE);
	build_space(S_GUEST, S_TABLE_GUEST, S_TABLE_GUEST_LEAF, S_FRAME_GUEST);
	make(OBJECT_PAGE_TABLE, 0, S_TABLE_FREE);
	EXPECT_OK(frame_map(S_BLOCK, S_GUEST, AT_BLOCK, RIGHT_READ, MEMORY_NORMAL));
}

static void build_endpoints(void)
{
	make(OBJECT_ENDPOINT, 0, S_ENDPOINT);
	mint(S_ENDPOINT, S_BADGED, RIGHTS_ALL, 5);
	make(OBJECT_ENDPOINT, 0, S_ENDPOINT_FREE);
	make(OBJECT_NOTIFICATION, 0, S_NOTIFICATION_FREE);
	make(OBJECT_CNODE, 2, S_CNODE_FREE);
	make(OBJECT_ENDPOINT, 0, S_EXITS);
	make(OBJECT_CNODE, 4, S_CNODE);
	EXPECT_OK(cnode_copy(ROOT, S_ENDPOINT, S_CNODE, 1));
	make(OBJECT_NOTIFICATION, 0, S_NOTIFICATION);
	mint(S_NOTIFICATION, S_BITS, RIGHTS_ALL, 0xf0);
	EXPECT_OK(notification_signal(S_NOTIFICATION));
	EXPECT_OK(guest_space_set_window(S_GUEST, 0, AT_WINDOW, 2, S_ENDPOINT, S_NOTIFICATION, 8));
}

static void build_time(cap_t time, cap_t owner)
{
	make(OBJECT_SCHED_CONTEXT, 0, time);
	EXPECT_OK(sched_context_configure(time, ticks(10000), ticks(10000)));
	if (owner)
		EXPECT_OK(sched_context_bind(time, owner));
}

static void build_threads(void)
{
	make(OBJECT_THREAD, 0, S_BARE);
	make(OBJECT_THREAD, 0, S_THREAD);
	EXPECT_OK(thread_configure(S_THREAD, S_CNODE, S_SPACE, S_ENDPOINT));
	EXPECT_OK(thread_start_at(S_THREAD, AT_FRAME, AT_FREE, 1, 2));
	make(OBJECT_NOTIFICATION, 0, S_BOUND);
	EXPECT_OK(notification_bind_thread(S_BOUND, S_THREAD));
	build_time(S_TIME, S_THREAD);
	build_time(S_TIME_FREE, 0);
	build_time(S_TIME_SIGNAL, S_BOUND);
}

/* Takes the VCpu's first exit and answers that it waits. The answer is given with what comes next: a signal, which is there. */
static void park(void)
{
	cap_t next = S_PROBE;
	struct message m;

	make(OBJECT_NOTIFICATION, 0, next);
	EXPECT_OK(notification_bind_thread(next, ROOT_SLOT_THREAD));
	EXPECT_OK(notification_signal(next));
	EXPECT_OK(message_recv(S_EXITS, &m, soon()));
	EXPECT_EQUAL(m.label, LABEL_EXIT + EXIT_START);
	m = (struct message){ .label = DISPOSITION_PARK, .word = { [4] = m.word[0] } };
	EXPECT_OK(message_reply_recv(S_EXITS, &m, DEADLINE_NEVER));
	EXPECT_EQUAL(m.label, LABEL_SIGNAL);
	EXPECT_OK(cnode_delete(ROOT, next));
}

static void build_vcpus(void)
{
	make(OBJECT_VCPU, 0, S_VCPU_BARE);
	make(OBJECT_VCPU, 0, S_VCPU);
	EXPECT_OK(vcpu_configure(S_VCPU, S_GUEST, S_ENDPOINT, 0));
	make(OBJECT_VCPU, 0, S_VCPU_STOPPED);
	EXPECT_OK(vcpu_configure(S_VCPU_STOPPED, S_GUEST, S_EXITS, 1));
	EXPECT_OK(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, S_VCPU_STOPPED,
					 scratch_address(VCPU_PAGES)));
	build_time(S_TIME_VCPU, S_VCPU_STOPPED);
	EXPECT_OK(vcpu_start(S_VCPU_STOPPED));
	park();
	EXPECT_OK(vcpu_stop(S_VCPU_STOPPED, 0));
	/* Nothing that can be restored. */
	update()->state.common.activity = VCPU_PARKED + 1;
	make(OBJECT_VCPU, 0, S_VCPU_STARTED);
	EXPECT_OK(vcpu_configure(S_VCPU_STARTED, S_GUEST, S_EXITS, 2));
	EXPECT_OK(vcpu_start(S_VCPU_STARTED));
}

static void build_interrupts(void)
{
	make(OBJECT_NOTIFICATION, 0, S_EVENT);
	EXPECT_OK(notification_bind_event(S_EVENT, S_VCPU));
	make(OBJECT_NOTIFICATION, 0, S_LINE);
	EXPECT_OK(notification_bind_slot(S_LINE, S_VCPU, 3));
	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ_UART, 0, ROOT, S_IRQ));
	EXPECT_OK(irq_handler_bind(S_IRQ, S_NOTIFICATION));
	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ_FREE, 0, ROOT, S_IRQ_FREE));
	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ_SLOT, 0, ROOT, S_IRQ_SLOT));
	EXPECT_OK(irq_handler_bind_slot(S_IRQ_SLOT, S_VCPU, 6));
	EXPECT_OK(cnode_copy(ROOT, ROOT_SLOT_IRQ_CONTROL, ROOT, S_IRQ_CONTROL));
	EXPECT_OK(cnode_copy(ROOT, ROOT_SLOT_FIRMWARE, ROOT, S_FIRMWARE));
}

void scene_build(void)
{
	build_dead();
	build_memory();
	build_spaces();
	build_endpoints();
	build_threads();
	build_vcpus();
	build_interrupts();
}

void scene_clear(void)
{
	uart_ask(uart(), false);
	EXPECT_OK(cnode_revoke(ROOT, ARENA));
	EXPECT_OK(cnode_revoke(ROOT, ROOT_SLOT_IRQ_CONTROL));
	EXPECT_OK(cnode_revoke(ROOT, ROOT_SLOT_FIRMWARE));
	EXPECT_OK(cnode_revoke(ROOT, S_KEPT_DEVICE));
}

uint64_t scene_bound(void)
{
	uint64_t bound = 0;

	_Static_assert(SCENE_END - SCENE <= 64, "a bit each");
	for (cap_t slot = SCENE; slot < SCENE_END; slot++)
		if (cnode_delete(ROOT, slot) == ERR_DESCENDANTS)
			bound |= 1ULL << (slot - SCENE);
	scene_clear();
	return bound;
}

void scene_resume_thread(void)
{
	EXPECT_OK(thread_resume(S_THREAD));
}

void scene_save_vcpu(void)
{
	const volatile struct vcpu_page *page =
		(const volatile struct vcpu_page *)(uintptr_t)scratch_address(VCPU_PAGES);
	const volatile uint64_t *from = (const volatile uint64_t *)&page->state;
	volatile uint64_t *to = (volatile uint64_t *)&update()->state;

	EXPECT_OK(vcpu_save(S_VCPU_STOPPED));
	for (size_t i = 0; i < sizeof(page->state) / sizeof(uint64_t); i++)
		to[i] = from[i];
}

/* What was printed has raised the UART's transmit interrupt; it comes, and is over. */
void scene_interrupt(void)
{
	EXPECT(uart_can_ask(uart()));
	uart_ask(uart(), true);
	busy(100);
	uart_ask(uart(), false);
}

/* A copy; of an Untyped, which has none, a part. */
static enum status derive(cap_t from, cap_t to)
{
	enum status status = cnode_copy(ROOT, from, ROOT, to);

	return status == ERR_TYPE ?
		       untyped_retype(from, OBJECT_UNTYPED, PAGE_BITS, ROOT, to, 1, 0) :
		       status;
}

cap_t scene_deep(cap_t source)
{
	cap_t slot = S_DEEP;

	EXPECT_OK(derive(source, slot));
	while (derive(slot, slot + 1) == OK)
		slot++;
	return slot;
}

void scene_deep_end(void)
{
	EXPECT_OK(cnode_revoke(ROOT, S_DEEP));
	EXPECT_OK(cnode_delete(ROOT, S_DEEP));
}

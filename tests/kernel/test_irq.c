/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware interrupts, with the machine's UART as the device. */
#include "test.h"

/* An interrupt that no device has. */
#define NO_IRQ 90

static cap_t get(uint32_t irq, uint32_t edge)
{
	cap_t handler = slot_new();

	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, irq, edge, ROOT_SLOT_CNODE, handler));
	return handler;
}

static void handlers(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t handler = get(NO_IRQ, 0);
	cap_t slot = slot_new();

	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, NO_IRQ, 0, ROOT_SLOT_CNODE, slot),
		      ERR_OCCUPIED);
	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 5000, 0, ROOT_SLOT_CNODE, slot),
		      ERR_ARGUMENT);
	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 0xffffffff, 0, ROOT_SLOT_CNODE, slot),
		      ERR_ARGUMENT);
	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, NO_IRQ + 1, 2, ROOT_SLOT_CNODE, slot),
		      ERR_ARGUMENT);
	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, NO_IRQ + 1, 0, ROOT_SLOT_CNODE,
				      handler),
		      ERR_OCCUPIED);
	EXPECT_STATUS(irq_control_get(ROOT_SLOT_IRQ_CONTROL, NO_IRQ + 1, 0, notification, slot),
		      ERR_TYPE);
	EXPECT_STATUS(irq_handler_bind(handler, handler), ERR_TYPE);
	EXPECT_STATUS(irq_handler_bind(handler, slot), ERR_CAPABILITY);
	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 1)));
	/* There was none to acknowledge. */
	EXPECT_STATUS(irq_handler_acknowledge(handler), ERR_STATE);
	/* Once its handler is gone it can be had again. */
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, handler));
	EXPECT_OK(irq_control_get(ROOT_SLOT_IRQ_CONTROL, NO_IRQ, 1, ROOT_SLOT_CNODE, handler));
}

static void kernels_own(void)
{
	static const uint32_t kept[] = IRQS_KEPT;
	cap_t slot = slot_new();

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		EXPECT_REFUSED(
			irq_control_get(ROOT_SLOT_IRQ_CONTROL, kept[i], 0, ROOT_SLOT_CNODE, slot));
}

static void device_memory(void)
{
	cap_t frame = uart_frame();

	EXPECT_STATUS(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, scratch_address(0),
				RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL),
		      ERR_ARGUMENT);
	EXPECT(uart_is_one(uart_map(frame)));
}

static void level(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uart_register *uart = uart_map(uart_frame());
	cap_t handler = uart_irq(0);
	uint64_t bits;

	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 0x10)));
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	/* What was printed so far has made the transmit interrupt pending in the device. */
	EXPECT(uart_can_ask(uart));
	uart_ask(uart, true);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	EXPECT_EQUAL(bits, 0x10);
	/* Not before it is acknowledged, */
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	/* then at once, for the device still asks, */
	EXPECT_OK(irq_handler_acknowledge(handler));
	uart_ask_on(uart);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	/* and not when the device is quiet. */
	uart_ask(uart, false);
	EXPECT_OK(irq_handler_acknowledge(handler));
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
}

static void handler_deleted(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uart_register *uart = uart_map(uart_frame());
	cap_t handler = uart_irq(0);
	uint64_t bits;

	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 1)));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, handler));
	report_line("# for the transmit interrupt");
	uart_ask(uart, true);
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	uart_ask(uart, false);
}

static const struct test tests[] = {
	{ "irq: handlers are given out once", handlers },
	{ "irq: the kernel keeps its own", kernels_own },
	{ "irq: device memory", device_memory },
	{ "irq: a level interrupt, acknowledged", level },
	{ "irq: none without its handler", handler_deleted },
};

const struct suite irq_suite = SUITE(tests);

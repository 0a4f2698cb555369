/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware interrupts, with the machine's UART as the device. */
#include "test.h"

/* An interrupt that no device has. */
#define NO_IRQ 90

#define UART_ID    (0xfe0 / 4)
#define UART_CLEAR 0x7ff

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
	cap_t slot = slot_new();

	/* The kernel's timer and the maintenance interrupt are not given away; nor software's. */
	EXPECT_REFUSED(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 26, 0, ROOT_SLOT_CNODE, slot));
	EXPECT_REFUSED(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 25, 0, ROOT_SLOT_CNODE, slot));
	EXPECT_REFUSED(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 27, 0, ROOT_SLOT_CNODE, slot));
	EXPECT_REFUSED(irq_control_get(ROOT_SLOT_IRQ_CONTROL, 0, 0, ROOT_SLOT_CNODE, slot));
}

static void device_memory(void)
{
	cap_t frame = uart_frame();
	volatile uint32_t *uart;

	EXPECT_STATUS(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, scratch_address(0),
				RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL),
		      ERR_ARGUMENT);
	uart = uart_map(frame);
	/* PrimeCell identification: the PL011 is part 0x011. */
	EXPECT_EQUAL(uart[UART_ID] & 0xff, 0x11);
	EXPECT_EQUAL(uart[UART_ID + 1] & 0x0f, 0x0);
}

static void level(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	volatile uint32_t *uart = uart_map(uart_frame());
	cap_t handler = uart_irq(0);
	uint64_t bits;

	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 0x10)));
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	/* What was printed so far has made the transmit interrupt pending in the device. */
	EXPECT(uart[UART_RIS] & UART_TX);
	uart[UART_IMSC] = UART_TX;
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	EXPECT_EQUAL(bits, 0x10);
	/* Not before it is acknowledged, */
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	/* then at once, for the device still asks, */
	EXPECT_OK(irq_handler_acknowledge(handler));
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	/* and not when the device is quiet. */
	uart[UART_IMSC] = 0;
	uart[UART_ICR] = UART_CLEAR;
	EXPECT_OK(irq_handler_acknowledge(handler));
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
}

static void handler_deleted(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	volatile uint32_t *uart = uart_map(uart_frame());
	cap_t handler = uart_irq(0);
	uint64_t bits;

	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 1)));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, handler));
	report_line("# for the transmit interrupt");
	uart[UART_IMSC] = UART_TX;
	EXPECT_STATUS(notification_wait(notification, counter_after_us(1000), &bits), ERR_DEADLINE);
	uart[UART_IMSC] = 0;
	uart[UART_ICR] = UART_CLEAR;
}

static const struct test tests[] = {
	{ "irq: handlers are given out once", handlers },
	{ "irq: the kernel keeps its own", kernels_own },
	{ "irq: device memory", device_memory },
	{ "irq: a level interrupt, acknowledged", level },
	{ "irq: none without its handler", handler_deleted },
};

const struct suite irq_suite = SUITE(tests);

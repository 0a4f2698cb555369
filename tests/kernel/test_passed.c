/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device's interrupt that is a guest's: it takes and ends it, without an exit where the hardware lets it. The device is the
 * machine's UART.
 */
#include "vm.h"

extern const char guest_uart_interrupts[], guest_interrupts[], guest_calls[];

#define GUEST_UART (GUEST_DATA + PAGE_SIZE)
#define SLOT       9
#define NUMBER     41
#define PRIORITY   0x80
#define ENABLED    slot_configured(NUMBER, PRIORITY, 0)
#define DISABLED   (ENABLED & ~(uint64_t)SLOT_ENABLED)

static uart_register *uart;
static cap_t handler;

/* A guest that has the UART, with its interrupt. */
static void new_guest(void)
{
	cap_t frame = uart_frame();

	vm_new();
	EXPECT_OK(frame_map(mint_new(frame, RIGHTS_ALL, 0), vm.space, GUEST_UART,
			    RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE));
	uart = uart_map(frame);
	handler = uart_irq(0);
	vm_start();
	vm_set_slot(SLOT, ENABLED);
	EXPECT_OK(irq_handler_bind_slot(handler, vm.vcpu, SLOT));
}

/* It takes and ends `count` interrupts with no call, one of two with the UART asking on if `on`; then it calls. */
static void run_quietly(uint64_t count, uint64_t on)
{
	uint64_t exits, waits;

	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits, &waits));
	EXPECT_EQUAL(exits, vm.exit.word[0]);
	vm_run(guest_uart_interrupts, GUEST_UART, count, on);
	VM_EXPECT_CALL(0x15);
	EXPECT_EQUAL(vm_register(GUEST_COUNT), count);
	EXPECT_EQUAL(vm.exit.word[0], exits + 1 + count * INTERRUPT_EXITS);
}

/* And then it waits for more. */
static void run_waiting(void)
{
	run_quietly(0, 0);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 500);
}

/* The UART interrupts, for the `count`th time; the guest has made it quiet. */
static void interrupt(uint64_t count)
{
	uart_ask(uart, true);
	EXPECT(vm_is_quiet(500));
	EXPECT(!uart_asks(uart));
	EXPECT_EQUAL(vm_register(GUEST_COUNT), count);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

/* Another kind of guest: it tells each interrupt, and ends it after the answer. */
static void run_telling(void)
{
	vm_run(guest_interrupts, 0, 0, 0);
	VM_EXPECT_CALL(0x10);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 500);
}

static void expect_told(void)
{
	vm_wait();
	VM_EXPECT_CALL(0xe1);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), NUMBER);
	EXPECT_EQUAL(vm_active(), 1ULL << SLOT);
	EXPECT_EQUAL(vm_pending(), 0);
}

static void expect_nothing(void)
{
	vm_reply_and_leave(DISPOSITION_STEP, 0, 500);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void another_has_the_core(void)
{
	struct vm first = vm;

	vm_new_at(1);
	vm_start();
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
	vm = first;
}

static void quietly(void)
{
	new_guest();
	run_quietly(20, 0);
	EXPECT(vm_arch_ended_alone(vm.page));
	EXPECT_STATUS(irq_handler_acknowledge(handler), ERR_STATE);
}

/* A device that still asks at the end of its interrupt interrupts again. */
static void device_asks_on(void)
{
	new_guest();
	run_quietly(20, 1);
}

static void wakes(void)
{
	new_guest();
	run_waiting();
	for (uint64_t i = 1; i <= 5; i++)
		interrupt(i);
}

/* It comes while another guest's state is on the core. */
static void not_on_the_core(void)
{
	new_guest();
	run_waiting();
	another_has_the_core();
	interrupt(1);
}

/* Off the core in its handler: the end is the physical one's all the same. */
static void switched_active(void)
{
	new_guest();
	run_telling();
	uart_ask(uart, true);
	expect_told();
	another_has_the_core();
	/* Its exit is delivered again. */
	expect_told();
	/* The device still asks: again. */
	uart_ask_on(uart);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0xe1);
	uart_ask(uart, false);
	expect_nothing();
	uart_ask(uart, true);
	expect_told();
	uart_ask(uart, false);
}

/* Instructions that are not a guest's while the task sleeps; 0: the processor does not count them. */
static uint64_t instructions_asleep(void)
{
	uint64_t guests, before = 0, after = 0;

	if (firmware_instructions(ROOT_SLOT_FIRMWARE, &guests, &before) == ERR_STATE)
		return 0;
	task_sleep(5000);
	EXPECT_OK(firmware_instructions(ROOT_SLOT_FIRMWARE, &guests, &after));
	return after - before;
}

/* A slot that is disabled: the interrupt comes once and is quiet, whatever the device does. */
static void disabled(void)
{
	uint64_t asleep;

	new_guest();
	run_waiting();
	interrupt(1);
	vm_set_slot(SLOT, DISABLED);
	asleep = instructions_asleep();
	uart_ask(uart, true);
	EXPECT(instructions_asleep() <= 2 * asleep);
	EXPECT_EQUAL(vm_pending(), 1ULL << SLOT);
	vm_set_slot(SLOT, ENABLED);
	EXPECT(vm_is_quiet(500));
	EXPECT(!uart_asks(uart));
	EXPECT_EQUAL(vm_register(GUEST_COUNT), 2);
}

/* It goes quiet before the guest saw it: nothing comes, if the hardware tells, and the next one does. */
static void quiet_in_time(void)
{
	new_guest();
	run_waiting();
	vm_set_slot(SLOT, DISABLED);
	uart_ask(uart, true);
	EXPECT(vm_is_quiet(500));
	EXPECT_EQUAL(vm_pending(), 1ULL << SLOT);
	uart_ask(uart, false);
	vm_set_slot(SLOT, ENABLED);
	EXPECT(vm_is_quiet(500));
	EXPECT_EQUAL(vm_register(GUEST_COUNT), INTERRUPT_LATCHED);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
	interrupt(INTERRUPT_LATCHED + 1);
}

/* The guest begins anew in its handler: nothing stays active, and its new life gets interrupts. */
static void restarted(void)
{
	new_guest();
	run_telling();
	uart_ask(uart, true);
	expect_told();
	uart_ask(uart, false);
	EXPECT_OK(vcpu_start(vm.vcpu));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT(EXIT_START);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
	vm_set_slot(SLOT, ENABLED);
	run_waiting();
	interrupt(1);
}

/* In its handler the guest loses the interrupt to a driver, which is told at once; and gets it back. */
static void bound_elsewhere(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	new_guest();
	run_telling();
	uart_ask(uart, true);
	expect_told();
	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 4)));
	uart_ask_on(uart);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	EXPECT_EQUAL(bits, 4);
	/* The guest's end of what it had is not the driver's acknowledgement. */
	expect_nothing();
	EXPECT_STATUS(notification_wait(notification, counter_after_us(500), &bits), ERR_DEADLINE);
	EXPECT_OK(irq_handler_acknowledge(handler));
	uart_ask_on(uart);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	EXPECT_OK(irq_handler_bind_slot(handler, vm.vcpu, SLOT));
	uart_ask_on(uart);
	expect_told();
	uart_ask(uart, false);
}

/* The handler's end, with the guest in its own: silence, and who gets the interrupt next has it as new. */
static void handler_deleted(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	new_guest();
	run_telling();
	uart_ask(uart, true);
	expect_told();
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, handler));
	expect_nothing();
	EXPECT_OK(irq_handler_bind(uart_irq(0), mint_new(notification, RIGHT_WRITE, 1)));
	uart_ask_on(uart);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	uart_ask(uart, false);
}

/* The VCpu ends while the interrupt is on its way to it: quiet, until it is bound anew. */
static void vcpu_destroyed(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	new_guest();
	uart_ask(uart, true);
	task_sleep(100);
	EXPECT_EQUAL(vm_pending(), 1ULL << SLOT);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vm.vcpu));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, vm.vcpu));
	EXPECT_STATUS(irq_handler_bind_slot(handler, vm.vcpu, SLOT), ERR_CAPABILITY);
	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 1)));
	uart_ask_on(uart);
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	uart_ask(uart, false);
}

static const struct test tests[] = {
	{ "passed: taken and ended without the VMM's knowing", quietly },
	{ "passed: a device that asks on", device_asks_on },
	{ "passed: an idle guest wakes", wakes },
	{ "passed: another guest has the core", not_on_the_core },
	{ "passed: in the handler, and another guest has the core", switched_active },
	{ "passed: a disabled slot is quiet", disabled },
	{ "passed: a device that goes quiet in time", quiet_in_time },
	{ "passed: the guest begins anew", restarted },
	{ "passed: bound elsewhere in the handler", bound_elsewhere },
	{ "passed: the handler is deleted", handler_deleted },
	{ "passed: the VCpu is destroyed", vcpu_destroyed },
};

const struct suite passed_suite = SUITE(tests);

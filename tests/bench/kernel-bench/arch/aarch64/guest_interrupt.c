/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt of a device that a guest has for itself: signalled to a notification that is a slot of its
 * VCpu. This task is the VMM, and acknowledges the interrupt between the rounds.
 */
#include "kernel-bench.h"
#include "paths.h"

#include <vm.h>

#define GUEST_UART (GUEST_DATA + PAGE_SIZE)
#define SLOT       9
#define SPI        40
#define PRIORITY   0x80

extern const char guest_interrupt[];

void bench_guest_interrupt(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t handler = uart_handler(notification);

	vm_new();
	EXPECT_OK(frame_map(uart_frame(), vm.space, GUEST_UART, RIGHT_READ | RIGHT_WRITE,
			    MEMORY_DEVICE));
	vm_start();
	EXPECT_OK(vcpu_set_slot(vm.vcpu, SLOT, slot_configured(SPI, PRIORITY, 0)));
	EXPECT_OK(notification_bind_slot(notification, vm.vcpu, SLOT));
	vm_run(guest_interrupt, GUEST_UART, 0, 0);
	for (size_t i = 0; i < FIGURE_ROUNDS; i++) {
		VM_EXPECT_CALL(1);
		samples[i] = vm.page->registers.x[10] - vm.page->registers.x[9];
		EXPECT_OK(irq_handler_acknowledge(handler));
		vm_reply(DISPOSITION_STEP, GUEST_UART);
	}
	report_figure("irq_guest", time_nothing());
}

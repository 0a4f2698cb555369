/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fixture of kernel_guest.h.
 */
#include "kernel_guest.h"

cap_t endpoint, event;
struct task vmm;
struct guest guest;

void guest_make(void)
{
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	event = object_new(OBJECT_NOTIFICATION, 0);
	vmm = task_new_passive();
	guest = guest_new(endpoint);
	task_serve(&vmm, endpoint);
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(notification_bind_event(event, guest.cap));
	vcpu_update(guest.vcpu)->registers = (struct registers){ .pc = 0x1000, .pstate = 5 };
}

void guest_setup(void)
{
	machine_start();
	guest_make();
}

void guest_teardown(void)
{
	machine_check();
}

enum context_state guest_state(void)
{
	return guest.vcpu->context.state;
}

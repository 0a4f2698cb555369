/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM server of one guest. The kernel starts it by delivering the guest's first exit; from then
 * on it is one loop: handle an exit, reply, wait for the next. It runs on its guest's time and is
 * trusted by nobody but its guest.
 */
#include <idl/kernel_names.h>

#include <exits.h>
#include <vmm.h>

/* Zero until the first exit has come: the state of the whole server. */
static struct vmm guest;

void server_main(struct message *first)
{
	const struct vmm_config *config = (const struct vmm_config *)PROCESS_CONFIG;
	struct message message = *first;
	const char *error = vmm_init(&guest, config);
	enum status status;

	if (error) {
		guest.refused = true;
		log_line(&guest.log, "cannot start the guest: %s", error);
		vmm_end(&guest, GUEST_FAILED);
	}
	do {
		/* Nobody but its vCPUs calls (idl/vmm.idl, `endpoint`). */
		struct vcpu *vcpu = &guest.vcpus[message.badge - 1];

		exits_handle(vcpu, &message);
		status = message_reply_recv(config->endpoint, &message, vcpu->next_deadline);
	} while (status == OK);
	/* Only a mistake in this program leads here; ending reports it as this server's crash. */
	log_line(&guest.log, "the kernel refused a reply: %s", status_name(status));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program of a device server: one loop, in which an access of the guest, a signal and a deadline are
 * messages alike. The kernel starts it by delivering the first.
 */
#include <idl/kernel_names.h>
#include <idl/root.h>

#include <device_server.h>

/* All its state, zero at first. */
static struct device_server device;

void server_main(struct message *first)
{
	const struct device_config *config = (const struct device_config *)PROCESS_CONFIG;
	struct message message = *first;
	const char *error = device_server_init(&device, config);
	enum status status;

	if (error) {
		log_line(&device.log, "cannot be the guest's device: %s", error);
		return;
	}
	do {
		device_server_handle(&device, &message);
		status = message_reply_recv(config->endpoint, &message, device.host.deadline);
	} while (status == OK);
	/* Only a mistake in this program leads here; ending reports it as this server's crash. */
	log_line(&device.log, "the kernel refused a reply: %s", status_name(status));
}

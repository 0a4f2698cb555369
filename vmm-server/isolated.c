/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to device servers, on the guest's time. None waits for ever: a server that works too long is
 * stopped by the limit for the answer to an exit, one that is given up has no door any more, and
 * whatever else it does, the VMM does not wait longer than PATIENCE_US.
 */
#include <idl/device.h>

#include <cloister/counter.h>

#include <device.h>
#include <isolated.h>
#include <vmm.h>

#define PATIENCE_US 10000000

/* A server that dies in a reset is asked again when it is back. */
#define RESETS_MAX 3

static enum status call(const struct device *device, struct message *m)
{
	return message_call_until(device->config->server, m, counter_after_us(PATIENCE_US));
}

static const char *isolated_init(void *device, struct host *host)
{
	(void)device;
	(void)host;
	return NULL;
}

static void isolated_reset(void *state)
{
	const struct device *device = state;
	enum status status = ERR_ABORTED;

	for (uint32_t i = 0; i < RESETS_MAX && status == ERR_ABORTED; i++) {
		struct message m = { .label = DEVICE_RESET };

		status = call(device, &m);
		if (status == OK)
			status = (enum status)m.label;
	}
	if (status != OK)
		violations_report(device->vmm->current, VIOLATION_RESET, device->config->address);
}

/*
 * A server that is given up is as a device without power: what is read is zero, writes go nowhere. A bus error would take
 * the guest's kernel along, whose driver accesses it in interrupts as well.
 */
static void without_power(const struct device *device, struct access *access)
{
	violations_report(device->vmm->current, VIOLATION_SILENCE,
			  device->config->address + access->offset);
	access->value = 0;
}

static bool isolated_access(void *state, struct access *access)
{
	const struct device *device = state;
	struct message m = {
		.label = LABEL_EXIT + EXIT_WINDOW,
		.word = { 0, access->offset,
			  ACCESS_DECODED | ACCESS_SIZE((uint64_t)__builtin_ctz(access->size)) |
				  (access->write ? ACCESS_WRITE : 0),
			  access->value },
	};

	if (call(device, &m) != OK) {
		without_power(device, access);
		return true;
	}
	access->value = m.word[0];
	return m.label == DISPOSITION_STEP;
}

const struct device_model isolated_model = {
	.init = isolated_init,
	.reset = isolated_reset,
	.access = isolated_access,
};

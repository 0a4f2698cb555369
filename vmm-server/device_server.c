/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server's messages, and what its model may ask of it. Whoever calls may be hostile: the guest
 * chooses every access, its VMM chooses whole messages.
 */
#include <stddef.h>

#include <idl/device_dispatch.h>
#include <idl/kernel_client.h>

#include <cloister/counter.h>
#include <cloister/string.h>

#include <device_server.h>

/* By `vmm_device_kind`: the models that can stand alone. */
static const struct {
	const struct device_model *model;
} models[] = {
	[VMM_DEVICE_VIRTIO_CONSOLE] = { &virtio_console_model },
	[VMM_DEVICE_PL031] = { &pl031_model },
	[VMM_DEVICE_GOLDFISH_RTC] = { &goldfish_rtc_model },
};

#define MODELS (sizeof(models) / sizeof(models[0]))

static struct device_server *server_of(struct host *host)
{
	return (struct device_server *)(void *)((char *)host -
						offsetof(struct device_server, host));
}

void host_drive_line(struct host *host)
{
	cap_t interrupt = server_of(host)->config->interrupt;
	uint64_t bits;

	if (host->line)
		notification_signal(interrupt);
	else
		notification_clear(interrupt, &bits);
}

void host_set_deadline(struct host *host, uint64_t when)
{
	host->deadline = when;
}

/* A line for the first, and then at each power of ten: a guest cannot fill the log. */
static void report(struct device_server *server, const char *what)
{
	if (++server->violations != server->next_line)
		return;
	server->next_line *= 10;
	log_line(&server->log, "guest: %s (violation %llu)", what,
		 (unsigned long long)server->violations);
}

void host_report_queue(struct host *host)
{
	report(server_of(host), "broken virtqueue");
}

static uint64_t serve_access(struct device_server *server, struct message *m)
{
	struct access access = {
		.offset = m->word[1],
		.value = m->word[3],
		.size = 1U << ACCESS_SIZE_OF(m->word[2]),
		.write = m->word[2] & ACCESS_WRITE,
	};
	uint64_t mask = UINT64_MAX >> (64 - 8 * access.size);
	uint64_t end = access.offset + access.size;

	access.value &= mask;
	if (end < access.offset || end > server->model->size ||
	    !server->model->access(&server->state, &access)) {
		report(server, access.write ? "refused write" : "refused read");
		return DISPOSITION_ABORT;
	}
	m->word[0] = access.value & mask;
	return DISPOSITION_STEP;
}

static void serve_signal(struct device_server *server, const struct message *m)
{
	if (m->word[0] && server->model->signal)
		server->model->signal(&server->state);
	if (counter_read() >= server->host.deadline)
		server->model->expire(&server->state);
}

enum status device_serve_reset(void *context, uint64_t badge)
{
	struct device_server *server = context;

	if (badge != DEVICE_BADGE_VMM)
		return ERR_RIGHTS;
	host_set_deadline(&server->host, DEADLINE_NEVER);
	server->model->reset(&server->state);
	return OK;
}

void device_server_handle(struct device_server *server, struct message *m)
{
	uint64_t sequence = m->word[0];

	if (m->label == LABEL_SIGNAL && m->badge == 0) {
		serve_signal(server, m);
	} else if (m->label == LABEL_EXIT + EXIT_WINDOW) {
		m->label = serve_access(server, m);
		m->word[4] = sequence;
		m->word[5] = 0;
	} else {
		device_dispatch(server, m);
	}
	if (server->model->driver)
		server->kept->driver = server->model->driver(&server->state);
}

static const char *check(const struct device_config *config)
{
	uint32_t kind = config->device.kind;

	if (kind >= MODELS || !models[kind].model)
		return "a device of a kind that this program has no model of";
	if (config->device.size != models[kind].model->size)
		return "a device whose registers have another size than its model's";
	if (config->memory_base + config->memory_size < config->memory_base)
		return "the guest's memory wraps around";
	return NULL;
}

const char *device_server_init(struct device_server *server, const struct device_config *config)
{
	struct line *log = (struct line *)(uintptr_t)config->log_line;
	const char *error = check(config);

	memset(server, 0, sizeof(*server));
	server->config = config;
	server->next_line = 1;
	log_init(&server->log, &log->output, config->log_notify);
	/* A predecessor may have owed the multiplexer a signal: its other end looks at all lines. */
	notification_signal(config->log_notify);
	if (error)
		return error;
	server->kept = (struct device_state *)(uintptr_t)config->state;
	server->memory.base = config->memory_base;
	server->memory.size = config->memory_size;
	server->memory.host = (uint8_t *)(uintptr_t)config->memory;
	server->host = (struct host){
		.memory = &server->memory,
		.ports = config->ports,
		.port_count = config->port_count,
		.channel = (struct channel *)(uintptr_t)config->device.channel,
		.peer = config->device.peer,
		.clock = (const struct clock_page *)(uintptr_t)config->clock,
		/* As a predecessor may have left it. */
		.line = true,
		.deadline = DEADLINE_NEVER,
	};
	host_set_line(&server->host, false);
	server->model = models[config->device.kind].model;
	error = server->model->init(&server->state, &server->host);
	if (error)
		return error;
	server->model->reset(&server->state);
	if (server->model->succeed && server->kept->driver)
		server->model->succeed(&server->state, server->kept->driver);
	return NULL;
}

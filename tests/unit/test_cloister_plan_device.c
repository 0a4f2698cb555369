/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Isolated devices in images: what their servers have, and what they have not. That the manifests are sound is
 * the strict reader's to say (test_cloister_manifest.c, test_cloister_rebuild.c).
 */
#include "test_cloister.h"

#include <idl/channel.h>
#include <idl/device.h>
#include <idl/root.h>
#include <string.h>

#define CONSOLE "{ \"type\": \"virtio-console\", \"address\": \"0x0a000000\", \"interrupt\": 48"
#define DESCRIPTION(rest, device)                                                           \
	"{ \"board\": \"qemu-virt-aarch64\", \"guests\": [ { \"name\": \"a\", \"kernel\": " \
	"\"Image\", \"memory\": \"96 MiB\", " rest "\"devices\": [ { \"type\": \"pl011\", " \
	"\"address\": \"0x09000000\", \"interrupt\": 33 }, " CONSOLE device " } ] } ] }"
#define ISOLATED ", \"isolated\": true, \"memory\": \"all\""
#define RTC      " }, { \"type\": \"pl031\", \"address\": \"0x09010000\", \"interrupt\": 34"

static struct bench bench;
static const struct manifest *m;

static const void *table(struct table table)
{
	return (const uint8_t *)m + table.offset;
}

static const void *component(const char *name)
{
	const struct manifest_component *c = table(m->components);

	for (uint32_t i = 0; i < m->components.count; i++)
		if (strcmp(c[i].name, name) == 0)
			return bench.image.data + (c[i].physical - m->image_address);
	return NULL;
}

static void check(const char *description)
{
	if (bench_read(&bench, description, strlen(description)) || !bench_make(&bench, false)) {
		errors_print(&bench.errors, stderr);
		ck_abort();
	}
	m = manifest_check(&bench);
	rebuild_check(&bench.arena, m);
}

static void begin(void)
{
	struct blob image;

	bench_begin(&bench);
	image = bench_linux(&bench, 3 * MIB + 5, 10 * MIB);
	bench_file(&bench, "Image", image.data, image.size);
}

static void end(void)
{
	bench_end(&bench);
}

static const struct manifest_device_server *server(void)
{
	ck_assert_uint_eq(m->device_servers.count, 1);
	return table(m->device_servers);
}

static const struct manifest_thread *thread(void)
{
	return (const struct manifest_thread *)table(m->threads) + server()->thread;
}

static const struct manifest_binding *binding(enum binding_kind kind)
{
	const struct manifest_binding *b = table(m->bindings);
	const struct manifest_binding *found = NULL;

	for (uint32_t i = 0; i < m->bindings.count; i++)
		if (b[i].kind == kind) {
			ck_assert_ptr_null(found);
			found = &b[i];
		}
	ck_assert_ptr_nonnull(found);
	return found;
}

/* What makes events of a VCpu. */
static uint32_t event_of(uint32_t vcpu)
{
	const struct manifest_binding *b = table(m->bindings);

	for (uint32_t i = 0; i < m->bindings.count; i++)
		if (b[i].kind == BINDING_EVENT && b[i].b == vcpu)
			return b[i].a;
	ck_abort_msg("no events of VCpu %u", vcpu);
}

static const struct manifest_sched_context *time_of(uint32_t slot)
{
	const struct manifest_sched_context *s = table(m->sched_contexts);

	for (uint32_t i = 0; i < m->sched_contexts.count; i++)
		if (s[i].slot == slot)
			return &s[i];
	ck_abort_msg("no time in slot %u", slot);
}

static const struct manifest_capability *capability(uint32_t cnode, uint32_t slot)
{
	const struct manifest_capability *c = table(m->capabilities);

	for (uint32_t i = 0; i < m->capabilities.count; i++)
		if (c[i].cnode == cnode && c[i].slot == slot)
			return &c[i];
	ck_abort_msg("nothing in slot %u of CNode %u", slot, cnode);
}

/* Where the process's capabilities come from: of each there is one, and no more. */
static void check_capabilities(const struct device_config *config, uint32_t ports)
{
	const struct manifest_capability *c = table(m->capabilities);
	uint32_t cnode = thread()->cnode;
	uint32_t count = 0;

	ck_assert_uint_eq(capability(cnode, config->endpoint)->source, thread()->serve);
	ck_assert_uint_eq(capability(cnode, config->endpoint)->rights, RIGHT_READ);
	ck_assert_uint_eq(capability(cnode, config->interrupt)->source, server()->line);
	ck_assert_uint_eq(capability(cnode, config->interrupt)->rights, RIGHT_READ | RIGHT_WRITE);
	ck_assert_uint_eq(capability(cnode, config->log_notify)->rights, RIGHT_WRITE);
	for (uint32_t i = 0; i < ports; i++)
		ck_assert_uint_eq(capability(cnode, config->ports[i].notify)->rights, RIGHT_WRITE);
	for (uint32_t i = 0; i < m->capabilities.count; i++)
		count += c[i].cnode == cnode;
	ck_assert_uint_eq(count, 3 + ports);
}

/* The VMM can lead the line of the interrupt, and neither raise nor lower it. */
static void check_line(const struct vmm_device *device)
{
	const struct manifest_thread *t = table(m->threads);
	const struct manifest_capability *c;
	uint32_t i = 0;

	while (strcmp(t[i].name, "vmm a") != 0)
		ck_assert_uint_lt(++i, m->threads.count);
	c = capability(t[i].cnode, device->line);
	ck_assert_uint_eq(c->source, server()->line);
	ck_assert_uint_eq(c->rights, RIGHT_CONTROL);
}

/* How much of the guest's memory is mapped in the process, wherever. */
static uint64_t guest_memory_mapped(void)
{
	const struct manifest_mapping *p = table(m->mappings);
	uint64_t size = 0;

	for (uint32_t i = 0; i < m->mappings.count; i++)
		if (p[i].address_space == thread()->address_space && p[i].size_bits >= 21)
			size += (uint64_t)p[i].count << p[i].size_bits;
	return size;
}

/* An interrupt and a share of its own, a window with a doorbell at QueueNotify, all memory: nothing else. */
START_TEST(console)
{
	const struct device_config *config;
	const struct vmm_config *vmm;
	const struct manifest_window *w;

	check(DESCRIPTION("", ISOLATED));
	config = component("device a console: config");
	vmm = component("vmm a: config");
	ck_assert_str_eq(thread()->name, "device a console");
	/* A guest that spins until its doorbell is answered does not keep it away. */
	ck_assert_uint_eq(thread()->priority, 101);
	ck_assert_uint_ne(vmm->devices[2].server, 0);
	ck_assert_uint_eq(vmm->port_count, 0);
	ck_assert_uint_eq(config->device.kind, VMM_DEVICE_VIRTIO_CONSOLE);
	ck_assert_uint_eq(config->port_count, 1);
	ck_assert_str_eq(config->ports[0].name, "hvc0");
	check_capabilities(config, 1);
	ck_assert_uint_eq(config->memory_base, 0x40000000);
	ck_assert_uint_eq(config->memory_size, 96 * MIB);
	ck_assert_uint_eq(guest_memory_mapped(), 96 * MIB);
	ck_assert_uint_eq(m->windows.count, 1);
	w = table(m->windows);
	ck_assert_uint_eq(w->address, 0x0a000000);
	ck_assert_uint_eq(w->pages, 1);
	ck_assert_uint_eq(w->endpoint, server()->door);
	ck_assert_uint_eq(w->doorbell_offset, 0x50);
	check_line(&vmm->devices[2]);
	ck_assert_uint_eq(binding(BINDING_THREAD)->b, thread()->thread);
	ck_assert_uint_eq(binding(BINDING_TIME)->b, binding(BINDING_THREAD)->a);
	ck_assert_uint_eq(capability(ROOT_SLOT_CNODE, w->doorbell)->source,
			  binding(BINDING_THREAD)->a);
}
END_TEST

static uint64_t pages_at(uint64_t address)
{
	const struct manifest_mapping *p = table(m->mappings);
	uint64_t count = 0;

	for (uint32_t i = 0; i < m->mappings.count; i++)
		if (p[i].address == address)
			count += p[i].count;
	return count;
}

/* The frame that is mapped there, by the slot that all its copies come from. */
static uint32_t frame_at(uint32_t address_space, uint64_t address)
{
	const struct manifest_mapping *p = table(m->mappings);
	const struct manifest_capability *c = table(m->capabilities);

	for (uint32_t i = 0; i < m->mappings.count; i++)
		for (uint32_t k = 0; k < m->capabilities.count; k++)
			if (p[i].address_space == address_space && p[i].address == address &&
			    c[k].cnode == ROOT_SLOT_CNODE && c[k].slot == p[i].frame)
				return c[k].source;
	ck_abort_msg("no copy of a frame at 0x%llx", (unsigned long long)address);
}

/* Of the guest a server with a channel has nothing: no memory, no window, no interrupt. "copy" is the default. */
START_TEST(copy)
{
	const struct device_config *config;
	const struct vmm_config *vmm;
	const struct manifest_capability *c;

	check(DESCRIPTION("", ", \"isolated\": true, \"ports\": 2"));
	config = component("device a console: config");
	vmm = component("vmm a: config");
	ck_assert_uint_eq(vmm->devices[2].kind, VMM_DEVICE_CONSOLE_COPY);
	ck_assert_uint_eq(vmm->devices[2].server, 0);
	ck_assert_uint_eq(vmm->port_count, 2);
	ck_assert_uint_eq(vmm->ports[0].line, 0);
	ck_assert_uint_eq(config->device.kind, VMM_DEVICE_VIRTIO_CONSOLE);
	ck_assert_uint_eq(config->port_count, 2);
	ck_assert_uint_eq(config->memory_size, 0);
	ck_assert_uint_eq(config->interrupt, 0);
	ck_assert_uint_eq(guest_memory_mapped(), 0);
	ck_assert_uint_eq(m->windows.count, 0);
	/* Six queues, in the VMM and in the server. */
	ck_assert_uint_eq(config->device.channel, vmm->devices[2].channel);
	ck_assert_uint_eq(pages_at(config->device.channel), 2 * (1 + 6ULL * CHANNEL_REQUESTS));
	ck_assert_uint_eq(frame_at(thread()->address_space, config->device.channel),
			  server()->channel);
	c = capability(thread()->cnode, config->device.peer);
	ck_assert_uint_eq(c->source, server()->tell);
	ck_assert_uint_eq(c->rights, RIGHT_WRITE);
	ck_assert_uint_eq(capability(ROOT_SLOT_CNODE, c->source)->source,
			  binding(BINDING_EVENT)->a);
	ck_assert_uint_eq(capability(ROOT_SLOT_CNODE, c->source)->badge, VMM_EVENT_CONSOLE_COPY);
}
END_TEST

/* One process has the clock page mapped beside the driver, to read it. */
static void check_clock(uint32_t address_space)
{
	const struct manifest_mapping *p = table(m->mappings);
	uint32_t readers = 0;

	for (uint32_t i = 0; i < m->mappings.count; i++) {
		if (p[i].address != PROCESS_CLOCK || p[i].rights != RIGHT_READ)
			continue;
		ck_assert_uint_eq(p[i].address_space, address_space);
		readers++;
	}
	ck_assert_uint_eq(readers, 1);
}

/* The clock page, its registers and its interrupt: no memory, no doorbell. The VMM does not see the page. */
START_TEST(rtc)
{
	const struct device_config *config;
	const struct vmm_config *vmm;
	const struct manifest_window *w;

	check(DESCRIPTION("", RTC ", \"isolated\": true"));
	config = component("device a rtc: config");
	vmm = component("vmm a: config");
	ck_assert_str_eq(thread()->name, "device a rtc");
	ck_assert_uint_eq(vmm->devices[3].kind, VMM_DEVICE_PL031);
	ck_assert_uint_ne(vmm->devices[3].server, 0);
	ck_assert_uint_eq(vmm->clock, 0);
	ck_assert_uint_eq(config->device.kind, VMM_DEVICE_PL031);
	ck_assert_uint_eq(config->clock, PROCESS_CLOCK);
	check_clock(thread()->address_space);
	check_capabilities(config, 0);
	ck_assert_uint_eq(config->memory_size, 0);
	ck_assert_uint_eq(guest_memory_mapped(), 0);
	ck_assert_uint_eq(m->windows.count, 1);
	w = table(m->windows);
	ck_assert_uint_eq(w->address, 0x09010000);
	ck_assert_uint_eq(w->endpoint, server()->door);
	ck_assert_uint_eq(w->doorbell, 0);
	check_line(&vmm->devices[3]);
	ck_assert_uint_eq(time_of(binding(BINDING_TIME)->a)->budget, 1000);
	ck_assert_uint_eq(binding(BINDING_TIME)->b, binding(BINDING_THREAD)->a);
}
END_TEST

/* Beside an isolated console each has what is its own. */
START_TEST(console_and_rtc)
{
	const struct device_config *console, *rtc;
	const struct manifest_window *w;
	const struct vmm_config *vmm;

	check(DESCRIPTION("", ISOLATED RTC ", \"isolated\": true"));
	console = component("device a console: config");
	rtc = component("device a rtc: config");
	vmm = component("vmm a: config");
	ck_assert_uint_eq(m->device_servers.count, 2);
	ck_assert_uint_eq(console->clock, 0);
	ck_assert_uint_eq(rtc->memory_size, 0);
	ck_assert_uint_eq(m->windows.count, 2);
	w = table(m->windows);
	ck_assert_uint_ne(w[0].window, w[1].window);
	ck_assert_uint_ne(w[0].endpoint, w[1].endpoint);
	ck_assert_uint_ne(vmm->devices[2].server, vmm->devices[3].server);
}
END_TEST

/* The VMM calls by the door, with the badge that tells it from a guest. */
START_TEST(door)
{
	const struct manifest_guest *g;
	const struct manifest_thread *t;
	const struct vmm_config *vmm;
	const struct manifest_capability *c;

	check(DESCRIPTION("", ISOLATED ", \"ports\": 4"));
	g = table(m->guests);
	t = table(m->threads);
	vmm = component("vmm a: config");
	c = capability(t[g->vmm_thread].cnode, vmm->devices[2].server);
	ck_assert_uint_eq(c->source, server()->door);
	ck_assert_uint_eq(c->rights, RIGHT_WRITE);
	ck_assert_uint_eq(c->badge, DEVICE_BADGE_VMM);
	check_capabilities(component("device a console: config"), 4);
}
END_TEST

static void check_times(uint64_t guest, uint64_t device, uint64_t period, uint64_t limit)
{
	const struct manifest_vcpu *v = table(m->vcpus);
	const struct manifest_sched_context *share = time_of(binding(BINDING_TIME)->a);

	ck_assert_uint_eq(time_of(v->sched_context)->budget, guest);
	ck_assert_uint_eq(time_of(v->sched_context)->period, period);
	ck_assert_uint_eq(time_of(v->sched_context)->limit, 0);
	ck_assert_uint_eq(share->budget, device);
	ck_assert_uint_eq(share->period, period);
	ck_assert_uint_eq(share->limit, limit);
}

#define BUDGET "\"budget\": { \"budget_us\": 2000, \"period_us\": 8000 }, "

/* A promised budget is divided; without one the share is beside what is left of the core. */
START_TEST(shares)
{
	check(DESCRIPTION(BUDGET, ISOLATED));
	check_times(1800, 200, 8000, 1000000);
	check(DESCRIPTION(BUDGET "\"answer_within_ms\": 30, ", ISOLATED ", \"budget_us\": 700"));
	check_times(1300, 700, 8000, 30000);
	check(DESCRIPTION("", ISOLATED));
	check_times(10000, 1000, 10000, 1000000);
}
END_TEST

/* A channel's server tells the first of several vCPUs, of whose budget it has its share. */
START_TEST(several_vcpus)
{
	const struct manifest_vcpu *v;

	check(DESCRIPTION(BUDGET "\"vcpus\": 2, ", ", \"isolated\": true"));
	v = table(m->vcpus);
	ck_assert_uint_eq(m->vcpus.count, 2);
	ck_assert_uint_eq(time_of(v[0].sched_context)->budget, 1800);
	ck_assert_uint_eq(time_of(v[1].sched_context)->budget, 2000);
	ck_assert_uint_eq(capability(ROOT_SLOT_CNODE, server()->tell)->source, event_of(v[0].vcpu));
}
END_TEST

START_TEST(restarts)
{
	check(DESCRIPTION("\"restart\": \"never\", ", ISOLATED));
	ck_assert_uint_eq(thread()->restart_limit, 5);
	check(DESCRIPTION("", ISOLATED ", \"restart\": { \"limit\": 2, \"back_off_ms\": 3 }"));
	ck_assert_uint_eq(thread()->restart_limit, 2);
	ck_assert_uint_eq(thread()->restart_back_off, 3);
}
END_TEST

/* Without isolation there is no server, nor its program. */
START_TEST(none)
{
	check(DESCRIPTION("", ""));
	ck_assert_uint_eq(m->device_servers.count, 0);
	ck_assert_uint_eq(m->windows.count, 0);
	ck_assert_ptr_null(component("device-server"));
}
END_TEST

Suite *plan_device_suite(void)
{
	Suite *suite = suite_create("plan_device");
	TCase *test = tcase_create("plan_device");

	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 120);
	tcase_add_test(test, console);
	tcase_add_test(test, copy);
	tcase_add_test(test, rtc);
	tcase_add_test(test, console_and_rtc);
	tcase_add_test(test, door);
	tcase_add_test(test, shares);
	tcase_add_test(test, several_vcpus);
	tcase_add_test(test, restarts);
	tcase_add_test(test, none);
	suite_add_tcase(suite, test);
	return suite;
}

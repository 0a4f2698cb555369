/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices of a guest: their keys and defaults, and the rules between them and the guest's memory.
 */
#include "description.h"
#include "schema.h"

#include <string.h>

/* Without a stated budget, of the 10 ms that are everybody's period then; else this part of it. */
#define DEFAULT_BUDGET_US    1000
#define DEFAULT_BUDGET_PARTS 10
#define BUDGET_US_MIN        50

enum {
	DEVICE_TYPE,
	DEVICE_ADDRESS,
	DEVICE_INTERRUPT,
	DEVICE_PORTS,
	DEVICE_ISOLATED,
	DEVICE_MEMORY,
	DEVICE_RESTART,
	DEVICE_BUDGET,
};

static const struct key device_keys[] = {
	[DEVICE_TYPE] = { "type", VALUE_NAME, true, 0, 20, 0 },
	[DEVICE_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, GUEST_ADDRESS_MAX - PAGE_SIZE,
			     PAGE_SIZE },
	/* Its range is the architecture's: what the interrupt controller's model has. */
	[DEVICE_INTERRUPT] = { "interrupt", VALUE_NUMBER, true, 0, 0, 0 },
	[DEVICE_PORTS] = { "ports", VALUE_NUMBER, false, 1, VMM_PORTS_MAX, 0 },
	[DEVICE_ISOLATED] = { "isolated", VALUE_BOOL, false, 0, 0, 0 },
	[DEVICE_MEMORY] = { "memory", VALUE_TEXT, false, 0, 0, 0 },
	[DEVICE_RESTART] = { "restart", VALUE_TEXT_OR_OBJECT, false, 0, 0, 0 },
	[DEVICE_BUDGET] = { "budget_us", VALUE_NUMBER, false, BUDGET_US_MIN, 999999, 0 },
};

static const struct device_type *find_type(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->device_count; i++)
		if (strcmp(target->devices[i].name, name) == 0)
			return &target->devices[i];
	return NULL;
}

static void unknown_type(struct document *document, const cJSON *node, const struct target *target)
{
	struct arena *arena = document->errors->arena;
	const char *list = arena_print(arena, "\"%s\"", target->devices[0].name);
	size_t count = target->device_count;

	for (size_t i = 1; i < count; i++)
		list = arena_print(arena, "%s%s \"%s\"", list, i == count - 1 ? " or" : ",",
				   target->devices[i].name);
	error_at(document, node, "there is no device type \"%s\"\nuse %s (the %s is always there)",
		 node->valuestring, list, target->controller);
}

const struct guest_device *guest_device(const struct guest *guest, enum vmm_device_kind kind)
{
	for (uint32_t i = 0; i < guest->device_count; i++)
		if (guest->devices[i].kind == kind)
			return &guest->devices[i];
	return NULL;
}

const struct guest_device *guest_device_of(const struct guest *guest, enum device_class class)
{
	for (uint32_t i = 0; i < guest->device_count; i++)
		if (guest->devices[i].class == class)
			return &guest->devices[i];
	return NULL;
}

uint32_t guest_ports(const struct guest *guest)
{
	const struct guest_device *console = guest_device(guest, VMM_DEVICE_VIRTIO_CONSOLE);

	return console ? console->ports : 0;
}

uint32_t guest_consoles(const struct guest *guest)
{
	return guest_ports(guest) + (guest_device_of(guest, DEVICE_UART) ? 1 : 0);
}

uint32_t guest_device_servers(const struct guest *guest)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < guest->device_count; i++)
		count += guest->devices[i].server != NULL;
	return count;
}

uint64_t guest_device_budgets(const struct guest *guest)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < guest->device_count; i++)
		sum += guest->devices[i].budget;
	return sum;
}

/* What only a device server has means nothing without one. */
static void refuse_keys(struct document *document, const cJSON *node,
			const struct device_type *type)
{
	for (uint32_t i = DEVICE_MEMORY; i <= DEVICE_BUDGET; i++) {
		const char *key = device_keys[i].name;
		bool can = type->server && (i != DEVICE_MEMORY || type->dma);

		if (schema_node(node, key))
			error_at(
				document, schema_node(node, key),
				"\"%s\" is for a device in a process of its own\n%s%s%sleave \"%s\" "
				"out",
				key, can ? "add \"isolated\": true to the " : "",
				can ? type->name : "", can ? " or " : "", key);
	}
}

static enum device_memory read_memory(struct document *document, const cJSON *node,
				      const struct device_type *type)
{
	const cJSON *memory = schema_node(node, "memory");
	const char *word = schema_text(node, "memory", "copy");

	if (!type->dma) {
		if (memory)
			error_at(document, memory,
				 "a %s does not touch the guest's memory\nleave \"memory\" out",
				 type->name);
		return DEVICE_MEMORY_NONE;
	}
	if (strcmp(word, "all") == 0)
		return DEVICE_MEMORY_ALL;
	if (strcmp(word, "copy") != 0)
		error_at(document, memory, "\"memory\" cannot be \"%s\"\nuse \"copy\" or \"all\"",
			 word);
	return DEVICE_MEMORY_COPY;
}

static uint64_t default_budget(const struct guest *guest)
{
	uint64_t part = guest->budget / DEFAULT_BUDGET_PARTS;

	if (!guest->budget_stated)
		return DEFAULT_BUDGET_US;
	return part < BUDGET_US_MIN ? BUDGET_US_MIN : part;
}

/* What the last device of the guest says of its device server. */
static void read_isolation(struct guest *guest, struct document *document, const cJSON *node,
			   const struct device_type *type)
{
	struct guest_device *device = &guest->devices[guest->device_count - 1];

	if (!cJSON_IsTrue(schema_node(node, "isolated"))) {
		refuse_keys(document, node, type);
		return;
	}
	if (!type->server) {
		error_at(document, schema_node(node, "isolated"),
			 "a %s cannot be isolated\nleave \"isolated\" out", type->name);
		return;
	}
	device->server = type->server;
	device->memory = read_memory(document, node, type);
	device->restart = restart_read(document, node);
	device->budget = schema_number(node, &device_keys[DEVICE_BUDGET], default_budget(guest));
}

static void add_device(struct guest *guest, const cJSON *node, const struct device_type *type,
		       uint64_t address, uint32_t irq)
{
	bool console = type->kind == VMM_DEVICE_VIRTIO_CONSOLE;

	guest->devices[guest->device_count++] = (struct guest_device){
		.node = node,
		.kind = type->kind,
		.class = type->class,
		.type = type->name,
		.address = address,
		.size = PAGE_SIZE,
		.irq = irq,
		.ports = console ? (uint32_t)schema_number(node, &device_keys[DEVICE_PORTS], 1) : 0,
	};
}

static void read_device(struct guest *guest, struct document *document, const cJSON *node)
{
	const struct target *target = guest->board->target;
	struct key keys[ARRAY_SIZE(device_keys)];
	const struct device_type *type;
	const char *name;

	memcpy(keys, device_keys, sizeof(keys));
	keys[DEVICE_INTERRUPT].min = target->guest_irq_min;
	keys[DEVICE_INTERRUPT].max = target->guest_irq_max;
	if (!schema_check(document, node, "a device", keys, ARRAY_SIZE(keys)))
		return;
	name = schema_text(node, "type", target->devices[0].name);
	type = find_type(target, name);
	if (!type) {
		unknown_type(document, schema_node(node, "type"), target);
		return;
	}
	if (guest_device(guest, type->kind))
		error_at(document, node,
			 "a second %s is not supported yet\nkeep one %s in each guest", name, name);
	if (type->kind != VMM_DEVICE_VIRTIO_CONSOLE && schema_node(node, "ports"))
		error_at(document, schema_node(node, "ports"),
			 "a %s has no ports\nleave \"ports\" out; it is for a virtio-console",
			 name);
	if (guest->device_count == VMM_DEVICES_MAX)
		return;
	add_device(guest, node, type, schema_number(node, &device_keys[DEVICE_ADDRESS], 0),
		   (uint32_t)schema_number(node, &keys[DEVICE_INTERRUPT], 0));
	read_isolation(guest, document, node, type);
}

static void add_default_devices(struct guest *guest)
{
	const struct target *target = guest->board->target;
	const struct device_type *type = target->devices;

	for (size_t i = 0; i < target->device_count; i++, type++)
		if (type->default_irq)
			add_device(guest, NULL, type, type->default_address, type->default_irq);
}

void guest_devices_read(struct guest *guest, struct document *document, const cJSON *array)
{
	const cJSON *node;

	guest->board->target->add_controller(guest);
	if (!array)
		add_default_devices(guest);
	cJSON_ArrayForEach(node, array) read_device(guest, document, node);
}

/* Where to point when a device is at fault: the guest itself for what it has by default. */
static const cJSON *device_node(const struct guest *guest, const struct guest_device *device)
{
	return device->node ? device->node : guest->node;
}

static void check_against_memory(const struct guest *guest, struct document *document,
				 const char *type, uint64_t address, uint64_t size)
{
	const cJSON *base = schema_node(guest->node, "memory_base");
	const cJSON *memory = schema_node(guest->node, "memory");

	if (overlaps(address, size, guest->memory_base, guest->memory_size))
		error_at(document, base ? base : memory,
			 "the memory (0x%llx to 0x%llx) overlaps the device %s at 0x%llx\nmove one "
			 "of the two",
			 (unsigned long long)guest->memory_base,
			 (unsigned long long)(guest->memory_base + guest->memory_size), type,
			 (unsigned long long)address);
}

static void check_pair(const struct guest *guest, struct document *document,
		       const struct guest_device *a, const struct guest_device *b)
{
	const cJSON *node = device_node(guest, b);
	bool in_second = overlaps(a->address2, a->size2, b->address, b->size);

	if (in_second || overlaps(a->address, a->size, b->address, b->size))
		error_at(document, node,
			 "the %s at 0x%llx overlaps the %s at 0x%llx\nmove one of the two", b->type,
			 (unsigned long long)b->address, in_second ? a->type2 : a->type,
			 (unsigned long long)(in_second ? a->address2 : a->address));
	if (b->irq && a->irq == b->irq)
		error_at(document, schema_node(node, "interrupt"),
			 "the interrupt %u is given twice\ngive each device its own", b->irq);
}

/* The guest itself needs time as well. */
static void check_budget(const struct guest *guest, struct document *document)
{
	uint64_t sum = guest_device_budgets(guest);

	if (sum + BUDGET_US_MIN <= guest->budget)
		return;
	error_at(document, schema_node(guest->node, guest->budget_stated ? "budget" : "devices"),
		 "the device servers get %llu us of the guest's %llu us in each period, which "
		 "leaves the guest less than %d us\nlower \"budget_us\" of its devices%s",
		 (unsigned long long)sum, (unsigned long long)guest->budget, BUDGET_US_MIN,
		 guest->budget_stated ? " or raise that of the guest" : "");
}

/* Its device servers run one above it, and that is below the console's server. */
static void check_priority(const struct guest *guest, struct document *document)
{
	if (!guest_device_servers(guest) || guest->priority + 1 < PRIORITY_CONSOLE)
		return;
	error_at(document, schema_node(guest->node, "priority"),
		 "the device servers of a guest have a priority one above its own, and %u is the "
		 "console's\nset \"priority\" to at most %d, or isolate none of its devices",
		 guest->priority + 1, PRIORITY_CONSOLE - 2);
}

void guest_devices_check(const struct guest *guest, struct document *document)
{
	for (uint32_t i = 0; i < guest->device_count; i++) {
		const struct guest_device *device = &guest->devices[i];

		for (uint32_t j = 0; j < i; j++)
			check_pair(guest, document, &guest->devices[j], device);
		check_against_memory(guest, document, device->type, device->address, device->size);
		check_against_memory(guest, document, device->type2, device->address2,
				     device->size2);
	}
	check_budget(guest, document);
	check_priority(guest, document);
}

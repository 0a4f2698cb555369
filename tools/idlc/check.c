/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What names and numbers mean. Checks an interface item by item, in the order of the file, since
 * constants and structs are declared before they are used; methods come last, since their enums may
 * stand anywhere. All errors are reported.
 */
#include <string.h>

#include "idlc.h"

bool check_number(struct idlc *idlc, const struct names *names, struct number *number)
{
	const struct item *constant;

	if (!number->constant)
		return true;
	constant = names_find(names, number->constant);
	if (!constant || constant->kind != ITEM_CONST) {
		idlc_error(idlc, number->place,
			   "unknown constant `%s`; declare it before, or `use` its interface",
			   number->constant);
		return false;
	}
	number->value = constant->number.value;
	number->hex = constant->number.hex;
	return true;
}

static void check_range(struct idlc *idlc, const struct number *number, const char *what,
			uint64_t low, uint64_t high)
{
	if (number->value < low || number->value > high)
		idlc_error(idlc, number->place, "%s %llu is out of range; use %llu to %llu", what,
			   (unsigned long long)number->value, (unsigned long long)low,
			   (unsigned long long)high);
}

static void check_enum(struct idlc *idlc, const struct names *names, struct item *item)
{
	unsigned int width = type_width(item->width);

	for (struct member *value = item->members; value; value = value->next) {
		names_check(idlc, &value->name, NAME_CONSTANT);
		if (check_number(idlc, names, &value->number))
			check_range(idlc, &value->number, "value", 0, UINT64_MAX >> (64 - width));
	}
}

static void check_object(struct idlc *idlc, struct item *item)
{
	bool object = item->kind == ITEM_OBJECT;

	if (object)
		check_range(idlc, &item->number, "object number", OBJECT_NUMBER_MIN,
			    OBJECT_NUMBER_MAX);
	else
		check_range(idlc, &item->number, "protocol number", PROTOCOL_NUMBER_MIN,
			    PROTOCOL_NUMBER_MAX);
	for (struct method *method = item->methods; method; method = method->next) {
		names_check(idlc, &method->name, NAME_METHOD);
		check_range(idlc, &method->number, "method number", 0, METHOD_NUMBER_MAX);
	}
}

static void check_item(struct idlc *idlc, const struct names *names, struct item *item)
{
	names_check(idlc, &item->name, item->kind == ITEM_CONST ? NAME_CONSTANT : NAME_ITEM);
	switch (item->kind) {
	case ITEM_CONST:
		check_number(idlc, names, &item->number);
		return;
	case ITEM_ENUM:
		check_enum(idlc, names, item);
		break;
	case ITEM_BITS:
		layout_bits(idlc, names, item);
		break;
	case ITEM_STRUCT:
		layout_struct(idlc, names, item);
		break;
	case ITEM_OBJECT:
	case ITEM_PROTOCOL:
		check_object(idlc, item);
		return;
	}
	if (!item->members)
		idlc_error(idlc, item->name.place, "`%s` is empty; give it members or remove it",
			   item->name.text);
}

static void resolve_parameter(struct idlc *idlc, const struct names *names, struct member *member)
{
	const char *name = member->type_name.text;

	if (strcmp(name, "u32") == 0) {
		member->type = TYPE_U32;
	} else if (strcmp(name, "u64") == 0) {
		member->type = TYPE_U64;
	} else if (strcmp(name, "cap") == 0) {
		member->type = TYPE_CAP;
	} else {
		member->type = TYPE_ENUM;
		member->item = names_find(names, name);
		if (!member->item || member->item->kind != ITEM_ENUM ||
		    member->item->width == TYPE_U64)
			idlc_error(idlc, member->type_name.place,
				   "unknown type `%s`; parameters are u32, u64, cap or an enum "
				   "of at most 32 bits",
				   name);
	}
}

/*
 * Parameters and results of a method become parameters of one C function, so their names must
 * differ.
 */
static void check_parameters(struct idlc *idlc, struct names *names, const struct item *item,
			     const struct method *method, struct member *first, const char *what)
{
	unsigned int count = 0;

	for (struct member *member = first; member; member = member->next) {
		const char *name = member->name.text;

		names_check(idlc, &member->name,
			    item->kind == ITEM_OBJECT ? NAME_PARAMETER : NAME_SERVER_PARAMETER);
		resolve_parameter(idlc, names, member);
		names_declare(names,
			      idlc_format(idlc, "%s.%s(%s", item->name.text, method->name.text,
					  name),
			      idlc_format(idlc, "%s `%s`", what, name), &member->name, NULL);
		if (names_find(names, idlc_format(idlc, "%s()", name)))
			idlc_error(idlc, member->name.place,
				   "`%s` has a meaning in the generated C; choose another name",
				   name);
		if (++count == PARAMETERS_MAX + 1)
			idlc_error(idlc, member->name.place,
				   "too many %ss; a message has %u words, "
				   "use a struct in shared memory",
				   what, PARAMETERS_MAX);
	}
}

static void check_methods(struct idlc *idlc, struct names *names, const struct item *item)
{
	for (const struct method *method = item->methods; method; method = method->next) {
		check_parameters(idlc, names, item, method, method->parameters, "parameter");
		check_parameters(idlc, names, item, method, method->results, "result");
	}
}

/* Whether `enum status` is there with what generated code returns. */
static bool has_status(const struct names *names)
{
	static const char *const needed[] = { "OK", "ERR_ARGUMENT", "ERR_TYPE", "ERR_REPLY" };
	const struct item *status = names_find(names, "status");
	unsigned int found = 0;

	if (!status || status->kind != ITEM_ENUM || status->width == TYPE_U64)
		return false;
	for (const struct member *value = status->members; value; value = value->next)
		for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
			found += strcmp(value->name.text, needed[i]) == 0;
	return found >= ARRAY_SIZE(needed);
}

/* Stubs and dispatch need the kernel's `cap_t` and `enum status`. */
static void check_kernel(struct idlc *idlc, const struct names *names,
			 const struct interface *interface)
{
	bool kernel = false;

	for (size_t i = 0; i < interface->visible_count; i++)
		kernel |= strcmp(interface->visible[i]->name.text, "kernel") == 0;
	if (!kernel)
		idlc_error(idlc, interface->name.place,
			   "objects and protocols need the interface `kernel`; add `use kernel;`");
	else if (!has_status(names))
		idlc_error(
			idlc, interface->name.place,
			"`kernel` lacks an `enum status` of 32 bits with OK, ERR_ARGUMENT, ERR_TYPE "
			"and ERR_REPLY; add it");
}

/* The enum of all object types, from the objects. */
static void make_object_type(struct idlc *idlc, struct interface *interface)
{
	struct item *type = NULL;
	struct member **last = NULL;

	for (struct item *item = interface->items; item; item = item->next) {
		if (item->kind != ITEM_OBJECT)
			continue;
		if (!type) {
			type = idlc_allocate(idlc, sizeof(*type));
			type->kind = ITEM_ENUM;
			type->name = (struct name){ "object_type", item->name.place, false };
			type->width = TYPE_U32;
			type->doc = "Types of objects.";
			last = &type->members;
		}
		*last = idlc_allocate(idlc, sizeof(**last));
		(*last)->name = item->name;
		(*last)->name.text =
			idlc_format(idlc, "OBJECT_%s", upper_case(idlc, item->name.text));
		(*last)->doc = item->doc;
		(*last)->number = item->number;
		(*last)->item = item;
		last = &(*last)->next;
	}
	interface->object_type = type;
}

void check_interface(struct idlc *idlc, struct interface *interface)
{
	struct names *names = names_make(idlc);

	make_object_type(idlc, interface);
	names_check(idlc, &interface->name, NAME_ITEM);
	check_range(idlc, &interface->version, "version", 1, VERSION_MAX);
	for (size_t i = 0; i < interface->visible_count; i++) {
		declare_interface(idlc, names, interface->visible[i]);
		for (struct item *item = interface->visible[i]->items; item; item = item->next) {
			if (interface->visible[i] == interface)
				check_item(idlc, names, item);
			declare_item(idlc, names, item);
		}
	}
	if (has_calls(interface))
		check_kernel(idlc, names, interface);
	for (struct item *item = interface->items; item; item = item->next)
		if (item->kind == ITEM_OBJECT || item->kind == ITEM_PROTOCOL)
			check_methods(idlc, names, item);
}

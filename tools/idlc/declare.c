/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which names each item brings into the generated headers: its own, its members', and those of the
 * macros, offsets and functions that the emitters make from them. An emitter that makes a new kind
 * of name must declare it here.
 */
#include "idlc.h"

/* A name that stands in the file as it is. */
static void declare_plain(struct idlc *idlc, struct names *names, struct name *name,
			  const struct item *item)
{
	names_declare(names, name->text, idlc_format(idlc, "name `%s`", name->text), name, item);
}

/* A name that an emitter makes. */
static void declare_made(struct idlc *idlc, struct names *names, const char *made,
			 struct name *name, const struct item *item)
{
	names_declare(names, made,
		      idlc_format(idlc, "generated name `%s` (from `%s`)", made, name->text), name,
		      item);
}

/* A number or name that must be unique within `item`. */
static void declare_within(struct idlc *idlc, struct names *names, const struct item *item,
			   const char *within, struct name *name)
{
	names_declare(names, idlc_format(idlc, "%s.%s", item->name.text, within),
		      idlc_format(idlc, "%s in `%s`", within, item->name.text), name, item);
}

static void declare_enum(struct idlc *idlc, struct names *names, struct item *item)
{
	for (struct member *value = item->members; value; value = value->next) {
		const char *number = idlc_format(idlc, "%s=%llu", item->name.text,
						 (unsigned long long)value->number.value);

		declare_plain(idlc, names, &value->name, NULL);
		/* Two names for one number are allowed, but C's switch takes one of them only. */
		value->alias = names_find(names, number) != NULL;
		if (!value->alias)
			names_declare(names, number, value->name.text, &value->name, item);
	}
	if (item->width == TYPE_U64)
		return;
	declare_made(idlc, names, idlc_format(idlc, "%s_name()", item->name.text), &item->name,
		     item);
	declare_made(idlc, names, idlc_format(idlc, "%s_valid()", item->name.text), &item->name,
		     item);
}

static void declare_bits(struct idlc *idlc, struct names *names, struct item *item)
{
	static const char *const suffixes[] = { "SHIFT", "MASK", "OF" };

	for (struct member *bit = item->members; bit; bit = bit->next) {
		declare_plain(idlc, names, &bit->name, NULL);
		for (size_t i = 0; bit->range && i < ARRAY_SIZE(suffixes); i++)
			declare_made(idlc, names,
				     idlc_format(idlc, "%s_%s", bit->name.text, suffixes[i]),
				     &bit->name, NULL);
	}
}

static void declare_struct(struct idlc *idlc, struct names *names, struct item *item)
{
	const char *upper = upper_case(idlc, item->name.text);

	declare_made(idlc, names, idlc_format(idlc, "SIZEOF_%s", upper), &item->name, NULL);
	for (struct member *member = item->members; member; member = member->next) {
		declare_within(idlc, names, item, idlc_format(idlc, "`%s`", member->name.text),
			       &member->name);
		declare_made(idlc, names,
			     idlc_format(idlc, "OFFSET_%s_%s", upper,
					 upper_case(idlc, member->name.text)),
			     &member->name, NULL);
	}
}

static void declare_methods(struct idlc *idlc, struct names *names, struct item *item)
{
	const char *object = item->name.text;
	bool protocol = item->kind == ITEM_PROTOCOL;

	for (struct method *method = item->methods; method; method = method->next) {
		const char *name = idlc_format(idlc, "%s_%s", object, method->name.text);

		declare_within(idlc, names, item, idlc_format(idlc, "`%s`", method->name.text),
			       &method->name);
		declare_within(idlc, names, item,
			       idlc_format(idlc, "method number %llu",
					   (unsigned long long)method->number.value),
			       &method->name);
		declare_made(idlc, names, upper_case(idlc, name), &method->name, NULL);
		declare_made(idlc, names, idlc_format(idlc, "%s()", name), &method->name, item);
		if (protocol)
			declare_made(idlc, names,
				     idlc_format(idlc, "%s_serve_%s()", object, method->name.text),
				     &method->name, item);
	}
	if (item->methods)
		declare_made(idlc, names, idlc_format(idlc, "%s_label", object), &item->name, NULL);
	if (protocol)
		declare_made(idlc, names, idlc_format(idlc, "%s_decode()", object), &item->name,
			     item);
	declare_made(idlc, names, idlc_format(idlc, "%s_dispatch()", object), &item->name, item);
	names_declare(names,
		      idlc_format(idlc, "number %llu", (unsigned long long)item->number.value),
		      idlc_format(idlc, "%s number %llu", protocol ? "protocol" : "object",
				  (unsigned long long)item->number.value),
		      &item->name, NULL);
}

void declare_item(struct idlc *idlc, struct names *names, struct item *item)
{
	declare_plain(idlc, names, &item->name, item);
	switch (item->kind) {
	case ITEM_CONST:
		break;
	case ITEM_ENUM:
		declare_enum(idlc, names, item);
		break;
	case ITEM_BITS:
		declare_bits(idlc, names, item);
		break;
	case ITEM_STRUCT:
		declare_struct(idlc, names, item);
		break;
	case ITEM_OBJECT:
	case ITEM_PROTOCOL:
		declare_methods(idlc, names, item);
		break;
	}
}

void declare_interface(struct idlc *idlc, struct names *names, struct interface *interface)
{
	if (has_calls(interface)) {
		declare_made(idlc, names,
			     idlc_format(idlc, "%s_method_name()", interface->name.text),
			     &interface->name, interface->object_type);
		declare_made(idlc, names,
			     idlc_format(idlc, "%s_method_parameters()", interface->name.text),
			     &interface->name, interface->object_type);
	}
	if (!interface->object_type)
		return;
	declare_item(idlc, names, interface->object_type);
	declare_made(idlc, names, "OBJECT_NULL", &interface->name, NULL);
	declare_made(idlc, names, "OBJECT_TYPES", &interface->name, NULL);
	declare_made(idlc, names, "object_dispatch()", &interface->name, interface->object_type);
}

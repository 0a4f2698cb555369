/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout of structs and bits. A struct has no hidden padding: each member stands at the next
 * byte, which must suit its alignment, so that the same bytes mean the same for every compiler.
 */
#include <string.h>

#include "idlc.h"

/* Size and alignment of one element of the member; false and an error if its type is unknown. */
static bool resolve_type(struct idlc *idlc, const struct names *names, struct member *member,
			 uint64_t *size, uint32_t *alignment)
{
	static const struct {
		const char *name;
		enum type type;
		uint32_t size;
	} types[] = {
		{ "u8", TYPE_U8, 1 },   { "u16", TYPE_U16, 2 },   { "u32", TYPE_U32, 4 },
		{ "u64", TYPE_U64, 8 }, { "char", TYPE_CHAR, 1 },
	};
	const char *name = member->type_name.text;

	if (member->type_is_struct) {
		member->type = TYPE_STRUCT;
		member->item = names_find(names, name);
		if (member->item && member->item->kind == ITEM_STRUCT) {
			*size = member->item->size;
			*alignment = member->item->alignment;
			return *size != 0;
		}
		idlc_error(idlc, member->type_name.place,
			   "unknown struct `%s`; declare it before, or `use` its interface", name);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].name, name) == 0) {
			member->type = types[i].type;
			*size = types[i].size;
			*alignment = types[i].size;
			return true;
		}
	}
	idlc_error(idlc, member->type_name.place,
		   "unknown type `%s`; members are u8, u16, u32, u64, char or `struct name`", name);
	return false;
}

/* How many elements the member has; false and an error if it is none of the language's. */
static bool resolve_count(struct idlc *idlc, const struct names *names, struct member *member,
			  uint64_t *count)
{
	*count = 1;
	if (!member->range)
		return true;
	if (!check_number(idlc, names, &member->number))
		return false;
	*count = member->number.value;
	if (*count >= 1 && *count <= STRUCT_SIZE_MAX)
		return true;
	idlc_error(idlc, member->number.place, "array length %llu is out of range; use 1 to %u",
		   (unsigned long long)*count, STRUCT_SIZE_MAX);
	return false;
}

/* Places one member at `item->size`, and moves that behind it. */
static bool place_member(struct idlc *idlc, const struct names *names, struct item *item,
			 struct member *member)
{
	uint64_t size, count;
	uint32_t alignment, gap;
	bool known = resolve_type(idlc, names, member, &size, &alignment);

	if (!resolve_count(idlc, names, member, &count) || !known)
		return false;
	gap = (uint32_t)(-item->size & (alignment - 1));
	if (gap != 0) {
		idlc_error(idlc, member->name.place,
			   "`%s` would be at offset %llu, no multiple of %u; "
			   "put `u8 reserved[%u];` before it",
			   member->name.text, (unsigned long long)item->size, alignment, gap);
		item->size += gap;
	}
	/* Both factors are at most STRUCT_SIZE_MAX. */
	if (item->size + size * count > STRUCT_SIZE_MAX) {
		idlc_error(idlc, member->name.place,
			   "`struct %s` is longer than %u bytes with this; make it smaller",
			   item->name.text, STRUCT_SIZE_MAX);
		return false;
	}
	member->offset = item->size;
	item->size += size * count;
	if (alignment > item->alignment)
		item->alignment = alignment;
	return true;
}

void layout_struct(struct idlc *idlc, const struct names *names, struct item *item)
{
	bool placed = true;
	uint32_t gap;

	item->alignment = 1;
	for (struct member *member = item->members; member; member = member->next) {
		names_check(idlc, &member->name, NAME_MEMBER);
		if (placed)
			placed = place_member(idlc, names, item, member);
	}
	gap = placed ? (uint32_t)(-item->size & (item->alignment - 1)) : 0;
	if (gap != 0) {
		idlc_error(idlc, item->name.place,
			   "the %llu bytes of `struct %s` are no multiple of its alignment, %u; "
			   "put `u8 reserved[%u];` at its end",
			   (unsigned long long)item->size, item->name.text, item->alignment, gap);
		item->size += gap;
	}
	if (!placed)
		item->size = 0;
}

/*
 * The bits of a field, or of a single bit, as a mask; 0 and an error if they are not within the
 * width.
 */
static uint64_t bit_mask(struct idlc *idlc, const struct names *names, struct item *item,
			 struct member *bit)
{
	unsigned int width = type_width(item->width);

	if (!check_number(idlc, names, &bit->number))
		return 0;
	if (!bit->range)
		bit->low = bit->number;
	else if (!check_number(idlc, names, &bit->low))
		return 0;
	if (bit->number.value >= width) {
		idlc_error(idlc, bit->number.place, "bit %llu is out of range; use 0 to %u",
			   (unsigned long long)bit->number.value, width - 1);
		return 0;
	}
	if (bit->low.value > bit->number.value) {
		idlc_error(
			idlc, bit->low.place,
			"the field ends above its start; write the highest bit first, `%llu:%llu`",
			(unsigned long long)bit->low.value, (unsigned long long)bit->number.value);
		return 0;
	}
	return (UINT64_MAX >> (63 - (bit->number.value - bit->low.value))) << bit->low.value;
}

void layout_bits(struct idlc *idlc, const struct names *names, struct item *item)
{
	const struct member *owners[64] = { NULL };

	for (struct member *bit = item->members; bit; bit = bit->next) {
		uint64_t mask = bit_mask(idlc, names, item, bit);
		const struct member *other = NULL;

		names_check(idlc, &bit->name, NAME_CONSTANT);
		for (unsigned int i = 0; i < 64; i++) {
			if (!(mask >> i & 1))
				continue;
			if (owners[i])
				other = owners[i];
			else
				owners[i] = bit;
		}
		if (other)
			idlc_error(idlc, bit->name.place,
				   "`%s` overlaps `%s`; give each bit to one of them",
				   bit->name.text, other->name.text);
	}
}

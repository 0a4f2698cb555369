/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server with a probe: the product's own sources, but that it goes into each system call with values of its own
 * in all registers, and looks whether all are as it left them when it comes back, and those that it does not use itself
 * also when it goes into the next. What is different is somebody else's. It begins with nothing in any.
 */
#include "probe.h"

#include <cloister/counter.h>
#include <crossing.h>

/* The magic inverted: so it stands in no image of the program. */
#define MAGIC_LOW_INVERTED  0x9a8d909d8f9a8d8fUL
#define MAGIC_HIGH_INVERTED 0x51c3a90de77f2b64UL

#define TEXT(word)       #word
#define NAME_OF(program) TEXT(program)

static const char *const class_names[CLASSES] = CLASS_NAMES;

static volatile struct probe probe;
/* What was put there last. */
static struct crossing own;
static uint64_t seed;

/* Called from probe.S. */
void probe_begin(const struct crossing *now);
const struct crossing *probe_leave(const struct crossing *now);
void probe_enter(const struct crossing *now, struct crossing *program);

static void copy_name(volatile char *to, const char *name)
{
	for (unsigned int i = 0; i < PROBE_NAME_SIZE && name[i]; i++)
		to[i] = name[i];
}

static void note(unsigned int classes)
{
	for (unsigned int i = 0; i < CLASSES; i++)
		probe.classes[i].foreign += classes >> i & 1;
}

/* The first instructions of the program; it has put nothing anywhere. */
void probe_begin(const struct crossing *now)
{
	uint64_t low = MAGIC_LOW_INVERTED;
	uint64_t high = MAGIC_HIGH_INVERTED;

	seed = counter_read() << 8;
	copy_name(probe.name, NAME_OF(PROBED));
	for (unsigned int i = 0; i < CLASSES; i++)
		copy_name(probe.classes[i].name, class_names[i]);
	note(crossing_difference(&own, now));
	/* The compiler must not do the inversion: its constants are in the image. */
	__asm__ volatile("" : "+r"(low), "+r"(high)::"memory");
	probe.magic[0] = ~low;
	probe.magic[1] = ~high;
}

/* Gives what is to be in the registers in the call. */
const struct crossing *probe_leave(const struct crossing *now)
{
	note(crossing_difference(&own, now) & CLASSES_BETWEEN);
	crossing_fill(&own, seed++);
	crossing_copy_message(&own, now);
	return &own;
}

/* What is in them behind it; the program has the answer, and else what it had. */
void probe_enter(const struct crossing *now, struct crossing *program)
{
	note(crossing_difference(&own, now));
	crossing_copy_message(program, now);
	probe.looks++;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU that follows one program in the machine, instruction by instruction, and cuts what it executes into
 * stretches: trace.py tells it where they begin and end, and reads what comes out.
 *
 * A stretch begins before the instruction at an address `begin` and ends behind one at an address `end`; behind one at an address
 * `cut` or `rest` it ends, and another begins. Of each way to begin and end the longest is kept, with all its instructions. Instructions
 * outside of `low` to `high` are not looked at.
 *
 * QEMU's packages come without the header of its interface for plugins (docs/devel/tcg-plugins.rst); what is used of version 3
 * of it, which QEMU 9.1 and 10 serve, is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum qemu_plugin_cb_flags {
	QEMU_PLUGIN_CB_NO_REGS,
};

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu, void *userdata),
					    enum qemu_plugin_cb_flags flags, void *userdata);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(uint64_t id, void *userdata),
				    void *userdata);

int qemu_plugin_version = 3;
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

enum mark {
	PLAIN,
	BEGIN,
	CUT,
	REST,
	END,
	MARKS,
};

static const char *const names[MARKS] = {
	[BEGIN] = "begin", [CUT] = "cut", [REST] = "rest", [END] = "end"
};

struct place {
	uint64_t address;
	enum mark mark;
};

#define PLACES_MAX 256
#define LENGTH_MAX (64U << 20)

static struct place marked[PLACES_MAX];
static unsigned int marked_count;
static uint64_t low, high;
static FILE *out;

/* The stretch that is under way. */
static const struct place **path;
static size_t length, room;
static enum mark from; /* PLAIN: none is */

static struct longest {
	uint64_t count;
	const struct place **path;
	size_t length;
} longest[MARKS][MARKS];

static _Noreturn void fail(const char *why)
{
	fprintf(stderr, "stretches: %s\n", why);
	exit(1);
}

static void finish(enum mark to)
{
	struct longest *best = &longest[from][to];

	best->count++;
	if (length > best->length) {
		best->path = realloc(best->path, length * sizeof(struct place *));
		if (!best->path)
			fail("no memory");
		memcpy(best->path, path, length * sizeof(struct place *));
		best->length = length;
	}
	from = to == END ? PLAIN : to;
	length = 0;
}

static void note(const struct place *place)
{
	if (length == room) {
		room = room ? 2 * room : 4096;
		path = room > LENGTH_MAX ? NULL : realloc(path, room * sizeof(struct place *));
		if (!path)
			fail("a stretch without end");
	}
	path[length++] = place;
}

static void executed(unsigned int cpu, void *userdata)
{
	const struct place *place = userdata;

	(void)cpu;
	if (from == PLAIN) {
		if (place->mark != BEGIN)
			return;
		from = BEGIN;
	}
	note(place);
	if (place->mark >= CUT)
		finish(place->mark);
}

static enum mark mark_of(uint64_t address)
{
	for (unsigned int i = 0; i < marked_count; i++)
		if (marked[i].address == address)
			return marked[i].mark;
	return PLAIN;
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		struct place *place;

		if (address < low || address >= high)
			continue;
		place = malloc(sizeof(*place));
		if (!place)
			fail("no memory");
		*place = (struct place){ address, mark_of(address) };
		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, QEMU_PLUGIN_CB_NO_REGS,
						       place);
	}
}

static void print_longest(uint64_t id, void *userdata)
{
	(void)id;
	(void)userdata;
	for (enum mark i = BEGIN; i < MARKS; i++)
		for (enum mark j = BEGIN; j < MARKS; j++) {
			const struct longest *best = &longest[i][j];

			if (!best->count)
				continue;
			fprintf(out, "stretch %s %s %" PRIu64 " %zu\n", names[i], names[j],
				best->count, best->length);
			for (size_t k = 0; k < best->length; k++)
				fprintf(out, "%" PRIx64 "\n", best->path[k]->address);
		}
	fclose(out);
}

static void take_argument(const char *argument)
{
	const char *value = strchr(argument, '=');
	size_t size = value ? (size_t)(value - argument) : 0;

	if (!value)
		fail("an argument without a value");
	value++;
	for (enum mark i = BEGIN; i < MARKS; i++)
		if (strlen(names[i]) == size && !strncmp(argument, names[i], size)) {
			if (marked_count == PLACES_MAX)
				fail("too many addresses");
			marked[marked_count++] = (struct place){ strtoull(value, NULL, 16), i };
			return;
		}
	if (!strncmp(argument, "low", size))
		low = strtoull(value, NULL, 16);
	else if (!strncmp(argument, "high", size))
		high = strtoull(value, NULL, 16);
	else if (!strncmp(argument, "out", size))
		out = fopen(value, "w");
	else
		fail("an unknown argument");
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		take_argument(argv[i]);
	if (!out)
		fail("the file for what comes out cannot be written");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, print_longest, NULL);
	return 0;
}

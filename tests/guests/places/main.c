/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks, in an order in which each leaves whole what the later ones need: all of memory is overwritten last. */
#include "places.h"

#include <cloister/print.h>

#define PAGE_SIZE 4096UL
#define WORD      sizeof(uint64_t)
#define LINE_SIZE 120

/* A flattened device tree's first word, read as little-endian (Devicetree Specification 0.4, 5.2). */
#define TREE_MAGIC 0xedfe0dd0

#define CONSTANT 0x6c6f636b73746570UL
#define FAR      0x7a6f6e6564617761UL

static const uint64_t constant = CONSTANT;
static volatile uint64_t zero;
static const uint64_t far __attribute__((section(".far"), used)) = FAR;

/* What is wrong is said so many times; then the guest ends. */
#define WRONG_MAX 10

static uint32_t wrong;

static void say(const char *what, uint64_t number)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "places: %s 0x%lx\r\n", what, (unsigned long)number);
	for (const char *c = line; *c; c++)
		arch_put(*c);
}

static _Noreturn void end(void)
{
	say(wrong ? "FAIL" : "PASS", wrong);
	arch_power_off();
}

static void judge(bool good, const char *what, uint64_t number)
{
	if (good)
		return;
	say(what, number);
	if (++wrong == WRONG_MAX)
		end();
}

static volatile uint64_t *word_at(uint64_t address)
{
	return (volatile uint64_t *)(uintptr_t)address;
}

static void check_entry(uint64_t entered, uint64_t device_tree)
{
	say("entered at", entered);
	judge(entered == place.entry, "wrong: linked to", place.entry);
	say("device tree at", device_tree);
	judge((uint32_t)*word_at(device_tree) == TREE_MAGIC, "wrong: no tree begins with",
	      *word_at(device_tree));
}

static void check_parts(void)
{
	uint64_t read = *word_at((uintptr_t)&constant);

	judge(read == CONSTANT, "wrong: the constant is", read);
	judge(zero == 0, "wrong: zeros are", zero);
	/* It is linked for elsewhere, and loaded here. */
	judge(*word_at(place.part[PART_FAR].start) == FAR, "wrong: the far part is",
	      *word_at(place.part[PART_FAR].start));
}

static void check_nothing(uint64_t address)
{
	judge(arch_load(address) == EXTERNAL_ABORT, "wrong: a load did not abort at", address);
	judge(arch_store(address, 0) == EXTERNAL_ABORT, "wrong: a store did not abort at", address);
}

static void check_rom(void)
{
	const struct range own = { place.part[PART_CODE].start, place.part[PART_FAR].end };

	judge(arch_store(place.rom.start, ~0UL) == EXTERNAL_ABORT, "wrong: ROM was written at",
	      place.rom.start);
	judge(arch_store(own.start, ~0UL) == EXTERNAL_ABORT, "wrong: ROM was written at",
	      own.start);
	for (uint64_t at = 0; at < place.rom.end - place.rom.start; at += WORD) {
		uint64_t expected = at < own.end - own.start ? *word_at(own.start + at) : 0;

		judge(*word_at(place.rom.start + at) == expected, "wrong: ROM differs at", at);
	}
	check_nothing(place.rom.end);
	check_nothing(own.end);
}

/* The program itself keeps what it is. */
static bool is_own(uint64_t page)
{
	for (int i = 0; i < PARTS; i++)
		if (page >= place.part[i].start && page < place.part[i].end)
			return true;
	return false;
}

/* No two words of memory have the same. */
static uint64_t pattern(uint64_t address)
{
	return address * 0x9e3779b97f4a7c15UL;
}

static void fill_page(uint64_t page)
{
	bool own = is_own(page);

	for (uint64_t at = page; at < page + PAGE_SIZE; at += place.step)
		*word_at(at) = own ? *word_at(at) : pattern(at);
}

static void check_page(uint64_t page)
{
	for (uint64_t at = page; at < page + PAGE_SIZE && !is_own(page); at += place.step)
		judge(*word_at(at) == pattern(at), "wrong: memory has changed at", at);
}

static void check_memory(void)
{
	for (uint64_t page = place.memory.start; page < place.memory.end; page += PAGE_SIZE)
		fill_page(page);
	for (uint64_t page = place.memory.start; page < place.memory.end; page += PAGE_SIZE)
		check_page(page);
	say("memory from", place.memory.start);
	say("memory to", place.memory.end);
}

void places_main(uint64_t entered, uint64_t device_tree)
{
	check_entry(entered, device_tree);
	check_parts();
	if (place.rom.end)
		check_rom();
	check_memory();
	check_nothing(place.memory.start - WORD);
	check_nothing(place.memory.end);
	check_nothing(place.memory.end + PAGE_SIZE - WORD);
	end();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses that the hardware did not decode: any instruction, registers, tables and syndrome of a guest, at memory, a ROM, and
 * devices that tell what they are asked. A plain model says, byte by byte, what an exit comes to: the answer, the registers,
 * memory, and what the devices see. What an instruction means is the decoder's to say, which has a target of its own.
 */
#include <string.h>

#include <idl/kernel_client.h>

#include <decode.h>

#include "fuzz.h"
#include "test_vmm_fixture.h"

#define PAGE       4096ULL
#define PAGES      16
#define ROM        0x1000ULL
#define LARGE      0x0a000000ULL /* a device of two pages; behind it */
#define LARGE_SIZE 0x2000ULL
#define SMALL      (LARGE + LARGE_SIZE) /* one of half a page, which takes no doublewords */
#define SMALL_SIZE 0x800ULL

#define CLASS_FETCH  0x20
#define CLASS_DATA   0x24
#define MAINTENANCE  0x100
#define MODE_AARCH32 0x10

enum status __real_arch_message(enum syscall number, cap_t cap, struct message *m,
				uint64_t deadline);
enum status __wrap_arch_message(enum syscall number, cap_t cap, struct message *m,
				uint64_t deadline);

/* The guest's tables: what is at VIRTUAL, page by page. */
static struct {
	uint64_t physical;
	bool mapped, writable;
} pages[PAGES];

/* What a device was asked. */
struct asked {
	uint64_t address, value;
	uint32_t size;
	bool write;
};

/* By the server; and by the model. */
static struct asked asked[2], to_ask[2];
static uint32_t asked_count, to_ask_count;

static uint8_t rom[PAGE] __attribute__((aligned(4096)));
static uint8_t expected_rom[PAGE], expected_memory[MEMORY_SIZE];

static bool translate(uint64_t address, bool write, uint64_t *physical)
{
	uint64_t page_number = (address - VIRTUAL) / PAGE;

	if (page_number >= PAGES || !pages[page_number].mapped ||
	    (write && !pages[page_number].writable))
		return false;
	*physical = pages[page_number].physical + address % PAGE;
	return true;
}

enum status __wrap_arch_message(enum syscall number, cap_t cap, struct message *m,
				uint64_t deadline)
{
	if (number != SYS_CALL || cap != CAP_VCPU || m->label != VCPU_TRANSLATE)
		return __real_arch_message(number, cap, m, deadline);
	return translate(m->word[0], m->word[1], &m->word[0]) ? OK : ERR_ARGUMENT;
}

/* The devices. */

static uint64_t value_at(uint64_t address)
{
	return address * 0x9e3779b97f4a7c15;
}

static bool takes(uint64_t address, uint32_t size)
{
	return address < SMALL || size < 8;
}

static bool device_access(void *base, struct access *access)
{
	uint64_t address = *(const uint64_t *)base + access->offset;

	must(asked_count < 2);
	asked[asked_count++] = (struct asked){ address, access->write ? access->value : 0,
					       access->size, access->write };
	if (!access->write)
		access->value = value_at(address);
	return takes(address, access->size);
}

static void add_device(uint64_t *base, uint64_t size)
{
	must(bus_add(&vmm.bus, &(struct region){ *base, size, device_access, base }));
}

/* The model. */

static bool is_in(uint64_t base, uint64_t length, uint64_t address, uint64_t size)
{
	return address >= base && address < base + length && base + length - address >= size;
}

static bool is_device(uint64_t address, uint32_t size)
{
	return is_in(LARGE, LARGE_SIZE, address, size) || is_in(SMALL, SMALL_SIZE, address, size);
}

/* Its bytes where the access may go to memory, or NULL. */
static uint8_t *bytes_at(uint64_t address, uint32_t size, bool write)
{
	if (!write && is_in(ROM, sizeof(rom), address, size))
		return expected_rom + (address - ROM);
	if (is_in(MEMORY_BASE, MEMORY_SIZE, address, size))
		return expected_memory + (address - MEMORY_BASE);
	return NULL;
}

static bool find_instruction(const struct registers *r, uint32_t *word, struct transfer *t)
{
	const uint8_t *bytes;
	uint64_t physical;

	if (r->pstate & MODE_AARCH32 || !translate(r->pc, false, &physical))
		return false;
	bytes = bytes_at(physical, sizeof(*word), false);
	if (!bytes)
		return false;
	memcpy(word, bytes, sizeof(*word));
	return decode_transfer(*word, r, t);
}

/* Where each part goes: in the exit's page to where the exit was, else to where the tables say. */
static bool locate(const uint64_t exit[5], const struct transfer *t, uint64_t physical[2])
{
	for (uint32_t i = 0; i < t->count; i++) {
		uint64_t address = t->address + (uint64_t)i * t->size;

		if (address / PAGE == exit[4] / PAGE)
			physical[i] = exit[0] / PAGE * PAGE + address % PAGE;
		else if (!translate(address, t->write, &physical[i]))
			return false;
		if (address % PAGE + t->size > PAGE ||
		    (!bytes_at(physical[i], t->size, t->write) && !is_device(physical[i], t->size)))
			return false;
	}
	return true;
}

static uint64_t cut(uint64_t value, uint32_t size)
{
	return size == 8 ? value : value & ((1ULL << 8 * size) - 1);
}

static uint64_t loaded(uint64_t value, const struct transfer *t)
{
	uint64_t sign = 1ULL << (8 * t->size - 1);

	if (t->sign && value & sign)
		value |= ~(sign - 1);
	return t->sign == 32 ? value & 0xffffffff : value;
}

/* One part. False: the device refuses. */
static bool move(struct registers *after, const struct registers *before, const struct transfer *t,
		 uint32_t part, uint64_t address)
{
	uint8_t n = t->reg[part];
	uint8_t *bytes = bytes_at(address, t->size, t->write);
	uint64_t value = t->write && n != 31 ? cut(before->x[n], t->size) : 0;

	if (bytes && t->write)
		memcpy(bytes, &value, t->size);
	else if (bytes)
		memcpy(&value, bytes, t->size);
	else
		to_ask[to_ask_count++] = (struct asked){ address, value, t->size, t->write };
	if (!bytes && !takes(address, t->size))
		return false;
	if (!bytes && !t->write)
		value = cut(value_at(address), t->size);
	if (!t->write && n != 31)
		after->x[n] = loaded(value, t);
	return true;
}

static uint64_t model(const uint64_t exit[5], const struct registers *before,
		      struct registers *after)
{
	bool maintenance = exit[3] & MAINTENANCE;
	struct transfer t;
	uint64_t physical[2];
	uint32_t word;

	if (exit[1] & ACCESS_WALK)
		return DISPOSITION_ABORT;
	if (!is_device(exit[0], 1) && !(maintenance && exit[1] & ACCESS_PERMISSION))
		return DISPOSITION_ABORT;
	if (maintenance)
		return DISPOSITION_STEP;
	if (!find_instruction(before, &word, &t) || t.write != !!(exit[1] & ACCESS_WRITE) ||
	    !locate(exit, &t, physical))
		return DISPOSITION_ABORT;
	*after = *before;
	for (uint32_t i = 0; i < t.count; i++)
		if (!move(after, before, &t, i, physical[i]))
			return DISPOSITION_ABORT;
	if (t.base == 31)
		after->sp = t.base_after;
	else if (t.base != DECODE_NO_BASE)
		after->x[t.base] = t.base_after;
	return DISPOSITION_STEP | REPLY_REGISTERS;
}

/* Steps. */

static void map(void)
{
	static const uint64_t places[] = { MEMORY_BASE + MEMORY_SIZE - PAGE, ROM, LARGE, SMALL };
	uint32_t number = input_below(PAGES);
	uint8_t how = input_8();

	pages[number].physical = how & 0x10 ? input_edge(LARGE) / PAGE * PAGE : places[how % 4];
	pages[number].mapped = how & 0x60;
	pages[number].writable = how & 0x80;
}

/* Often near the end of a page: a pair goes on in the next. */
static uint64_t some_address(void)
{
	uint16_t at = input_16();

	return VIRTUAL + (at & 1 ? (at | 0xff0) & ~3U : at);
}

static void set_registers(void)
{
	struct registers *r = &page->registers;
	uint64_t start = input_64();

	for (uint32_t i = 0; i < 31; i++)
		r->x[i] = start * (2 * i + 1);
	r->sp = some_address();
	r->pc = some_address() & ~3ULL;
	r->pstate = input_8();
}

/* An instruction that is likely to be one, where the guest is. */
static void put_instruction(void)
{
	static const struct {
		uint32_t fixed, free;
	} forms[] = {
		{ 0x38000000, 0xc0ffffff }, { 0x39000000, 0xc0ffffff }, { 0x38200800, 0xc0fff3ff },
		{ 0x28000000, 0xc3ffffff }, { 0x00000000, 0xffffffff },
	};
	uint32_t form = input_below(5);
	uint32_t word = forms[form].fixed | (input_32() & forms[form].free);
	uint64_t physical;

	if (!translate(page->registers.pc, false, &physical) ||
	    !bytes_at(physical, sizeof(word), false))
		return;
	memcpy(bytes_at(physical, sizeof(word), false), &word, sizeof(word));
	memcpy(memory, expected_memory, sizeof(memory));
	memcpy(rom, expected_rom, sizeof(rom));
}

/* Where the guest's instruction accesses, which is mostly made to be where something is; anywhere if it is none. */
static uint64_t aim(bool *write)
{
	struct registers *r = &page->registers;
	uint64_t wanted = some_address();
	struct transfer t;
	uint32_t word;

	*write = input_8() & 1;
	if (!find_instruction(r, &word, &t))
		return wanted;
	if ((word >> 5 & 31) < 31)
		r->x[word >> 5 & 31] += wanted - t.address;
	find_instruction(r, &word, &t);
	*write ^= t.write;
	return t.address + (input_8() & 1 ? t.size : 0);
}

static void check(const uint64_t exit[5])
{
	struct registers before = page->registers, after;
	uint64_t expected, label;

	asked_count = 0;
	to_ask_count = 0;
	expected = model(exit, &before, &after);
	label = guest_exit(EXIT_MEMORY, exit);
	must(label == expected);
	must(!(label & REPLY_REGISTERS) || !memcmp(&after, &update->registers, sizeof(after)));
	must(asked_count == to_ask_count);
	for (uint32_t i = 0; i < asked_count; i++)
		must(asked[i].address == to_ask[i].address && asked[i].value == to_ask[i].value &&
		     asked[i].size == to_ask[i].size && asked[i].write == to_ask[i].write);
	must(!memcmp(memory, expected_memory, sizeof(memory)));
	must(!memcmp(rom, expected_rom, sizeof(rom)));
	must(!memcmp(&before, &page->registers, sizeof(before)));
	if (label & REPLY_REGISTERS && input_8() & 1)
		page->registers = update->registers;
}

static void leave(void)
{
	uint8_t how = input_8();
	bool write;
	uint64_t virtual = aim(&write);
	uint64_t physical = LARGE + virtual % PAGE;
	uint64_t access = write ? ACCESS_WRITE : 0;
	uint64_t syndrome = (uint64_t)CLASS_DATA << 26;

	if (how & 1 || !translate(virtual, write, &physical))
		physical = (how & 2 ? SMALL : LARGE) + virtual % PAGE;
	if (how & 4)
		physical = input_edge(LARGE + LARGE_SIZE);
	if (how & 8)
		access = input_8() & ~(uint64_t)ACCESS_DECODED;
	if (how & 16)
		syndrome = input_32();
	check((const uint64_t[5]){ physical, access, input_8(), syndrome, virtual });
}

/* A trap of no kind that it knows. */
static void leave_oddly(void)
{
	const uint64_t exit[5] = { input_64(), input_8(), input_8(), input_32(), input_64() };
	uint64_t class = exit[3] >> 26 & 0x3f;

	must(guest_exit(EXIT_OTHER, exit) == (class == CLASS_FETCH || class == CLASS_DATA ?
						      DISPOSITION_ABORT :
						      DISPOSITION_UNDEFINED));
}

static void step(void)
{
	switch (input_8() % 16) {
	case 0:
	case 1:
	case 2:
		map();
		break;
	case 3:
	case 4:
		set_registers();
		break;
	case 5:
	case 6:
	case 7:
		put_instruction();
		break;
	case 8:
		leave_oddly();
		break;
	default:
		leave();
		break;
	}
	log_text();
}

static void start(void)
{
	static uint64_t bases[] = { LARGE, SMALL };

	guest_start();
	config.rom_count = 1;
	config.roms[0] = (struct vmm_rom){ (uintptr_t)rom, sizeof(rom), ROM };
	vmm.memory.rom_count = 1;
	vmm.bus.count = 0;
	add_device(&bases[0], LARGE_SIZE);
	add_device(&bases[1], SMALL_SIZE);
	memset(rom, 0x5a, sizeof(rom));
	memcpy(expected_rom, rom, sizeof(rom));
	memcpy(expected_memory, memory, sizeof(memory));
	for (uint32_t i = 0; i < PAGES; i++) {
		pages[i].physical = i % 4 == 0 ? MEMORY_BASE : i % 4 == 2 ? ROM : LARGE;
		pages[i].mapped = pages[i].writable = true;
	}
	page->registers.pc = VIRTUAL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	start();
	while (input_more())
		step();
	return 0;
}

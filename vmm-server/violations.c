/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Violations of the guest. The bound: no line is above 80 bytes, VIOLATIONS_MAX of them are first
 * lines, as many come at the end, and those with the total (45 bytes) come at each power of ten, 14
 * until 10^15. Together that is below 4 KiB, for all lives of a guest that resets itself.
 */
#include <cloister/print.h>

#include <arch/exits.h>

#include <violations.h>
#include <vmm.h>

/* The first total that is worth a line of its own. */
#define FIRST_COUNT 100

static const char *const kind_texts[VIOLATION_KINDS] = {
	[VIOLATION_READ] = "no device to read at",
	[VIOLATION_WRITE] = "no device to write at",
	[VIOLATION_ROM] = "write to read-only memory at",
	[VIOLATION_FETCH] = "no memory to run from at",
	[VIOLATION_WALK] = "no memory for tables at",
	[VIOLATION_INSTRUCTION] = "undecodable access to",
	[VIOLATION_REGISTER] = "no system register",
	[VIOLATION_CALL] = "no firmware function",
	[VIOLATION_QUEUE] = "broken virtqueue of",
	[VIOLATION_SERVER] = "broken channel of",
	[VIOLATION_SILENCE] = "no answer at",
	[VIOLATION_RESET] = "no reset of",
	[VIOLATION_OTHER] = "unexpected trap",
};

/* What happened, as text of up to 44 bytes. */
static void violation_text(char text[48], enum violation kind, uint64_t address)
{
	char name[20];

	if (kind == VIOLATION_REGISTER)
		arch_register_name(name, sizeof(name), address);
	else
		print_format(name, sizeof(name), "0x%llx", (unsigned long long)address);
	print_format(text, 48, "%s %s", kind_texts[kind], name);
}

/* Who did it. */
static const char *violation_by(enum violation kind)
{
	switch (kind) {
	case VIOLATION_SERVER:
	case VIOLATION_SILENCE:
	case VIOLATION_RESET:
		return "device";
	default:
		return "guest";
	}
}

static void violation_first(struct vcpu *vcpu, enum violation kind, uint64_t address)
{
	struct violations *violations = &vcpu->vmm->violations;
	char text[48];

	if (violations->count == VIOLATIONS_MAX)
		return;
	violations->known[violations->count].kind = kind;
	violations->known[violations->count].address = address;
	violations->known[violations->count].times = 1;
	violations->count++;
	violation_text(text, kind, address);
	log_line(&vcpu->vmm->log, "%s: %s (pc 0x%llx)", violation_by(kind), text,
		 (unsigned long long)vcpu->page->registers.pc);
}

enum violation violations_of_access(uint64_t access)
{
	if (access & ACCESS_PERMISSION)
		return VIOLATION_ROM;
	return access & ACCESS_WRITE ? VIOLATION_WRITE : VIOLATION_READ;
}

void violations_report(struct vcpu *vcpu, enum violation kind, uint64_t address)
{
	struct violations *violations = &vcpu->vmm->violations;
	uint32_t i;

	for (i = 0; i < violations->count; i++)
		if (violations->known[i].address == address && violations->known[i].kind == kind)
			break;
	if (i < violations->count)
		violations->known[i].times++;
	else
		violation_first(vcpu, kind, address);
	if (violations->next_count == 0)
		violations->next_count = FIRST_COUNT;
	if (++violations->total == violations->next_count) {
		log_line(&vcpu->vmm->log, "guest: %llu violations so far",
			 (unsigned long long)violations->total);
		violations->next_count *= 10;
	}
}

void violations_sum(struct vmm *vmm)
{
	struct violations *violations = &vmm->violations;
	uint64_t others = violations->total;
	char text[48];

	for (uint32_t i = 0; i < violations->count; i++) {
		others -= violations->known[i].times;
		if (violations->known[i].times == 1)
			continue;
		violation_text(text, violations->known[i].kind, violations->known[i].address);
		log_line(&vmm->log, "%s: %llu times %s", violation_by(violations->known[i].kind),
			 (unsigned long long)violations->known[i].times, text);
	}
	if (others)
		log_line(&vmm->log, "guest: %llu other violations", (unsigned long long)others);
	*violations = (struct violations){ 0 };
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB, as unkind as the architectures allow: it keeps what it read, leaves and tables, and that there is nothing where an
 * architecture does so (`fake.absence`), under the identifier that was loaded then, until a flush names it; it looks ahead, beside each access and while tables change. What the kernel owes to it
 * is judged here. A bug is: something remembered of a space that is not, or not so, in its tables when it is loaded; two
 * different translations of one address (a break without an invalidation before the make); and a guest's VCpu that meets
 * what was remembered of another's stage 1.
 */
#include <address_space.h>
#include <arch/fake.h>
#include <arch/mmu.h>
#include <string.h>
#include <thread.h>
#include <vcpu.h>

#define TLB_ENTRIES 512

struct tlb_entry {
	bool used;
	bool guest;
	uint8_t level; /* of the table's or leaf's entry */
	uint32_t id;
	uint64_t life; /* a guest's leaf: whose stage 1 it was found through */
	uint64_t address;
	uint64_t pte; /* 0: there was nothing */
};

/* What is loaded. */
struct regime {
	bool guest;
	uint32_t id; /* 0: nothing */
	paddr_t table;
};

static struct tlb_entry tlb[TLB_ENTRIES];
static struct regime regimes[2];
static uint64_t stage1_life;
static uint32_t chance;

void fake_tlb_start(void)
{
	memset(tlb, 0, sizeof(tlb));
	memset(regimes, 0, sizeof(regimes));
	regimes[true].guest = true;
}

bool fake_absence(void)
{
	return fake.absence;
}

static uint32_t any_below(uint32_t limit)
{
	chance = chance * 1664525 + 1013904223;
	return (chance >> 8) % limit;
}

static uint8_t level_bits(unsigned int level)
{
	return (uint8_t)(HUGE_BITS - TABLE_BITS * level);
}

static uint64_t read_entry(paddr_t table, unsigned int level, uint64_t address)
{
	const uint64_t *entries = phys_to_virt(table);

	return entries[(address >> level_bits(level)) % TABLE_ENTRIES];
}

static bool is_table(const struct tlb_entry *entry)
{
	return pte_is_table(entry->pte, entry->level);
}

/* What has this regime's identifier and is for some of the 2^bits bytes at the address. */
static bool concerns(const struct tlb_entry *entry, const struct regime *regime, uint64_t address,
		     uint8_t bits)
{
	uint8_t own = level_bits(entry->level);
	uint8_t larger = own > bits ? own : bits;

	return entry->used && entry->guest == regime->guest && entry->id == regime->id &&
	       address >> larger == entry->address >> larger;
}

static bool is_in_tables(const struct tlb_entry *entry, const struct regime *regime)
{
	paddr_t table = regime->table;

	for (unsigned int level = 0; level < LEVELS; level++) {
		uint64_t pte = read_entry(table, level, entry->address);

		if (level == entry->level)
			return pte == entry->pte || !(entry->pte || (pte & PTE_VALID));
		if (!pte_is_table(pte, level))
			return false;
		table = pte_address(pte);
	}
	return false;
}

static unsigned int stale_of(const struct regime *regime)
{
	unsigned int stale = 0;

	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		stale += regime->id && tlb[i].used && tlb[i].guest == regime->guest &&
			 tlb[i].id == regime->id && !is_in_tables(&tlb[i], regime);
	return stale;
}

unsigned int fake_tlb_stale(void)
{
	return stale_of(&regimes[false]) + stale_of(&regimes[true]);
}

/* Anything may make room. */
static void keep(const struct tlb_entry *entry)
{
	unsigned int place = any_below(TLB_ENTRIES);

	for (unsigned int i = 0; i < TLB_ENTRIES && tlb[place].used; i++)
		place = (place + 1) % TLB_ENTRIES;
	tlb[place] = *entry;
}

/* What is remembered of the address: its leaf, or else the last table on the way to it; NULL: nothing. */
static const struct tlb_entry *find(const struct regime *regime, uint64_t address)
{
	const struct tlb_entry *found = NULL;

	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		if (concerns(&tlb[i], regime, address, 0) &&
		    (!found || tlb[i].level > found->level))
			found = &tlb[i];
	return found;
}

static void keep_leaf(const struct regime *regime, uint64_t address, unsigned int level,
		      uint64_t pte)
{
	uint8_t bits = level_bits(level);

	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		BUG_ON(concerns(&tlb[i], regime, address, bits) && !is_table(&tlb[i]));
	keep(&(struct tlb_entry){ .used = true,
				  .guest = regime->guest,
				  .level = (uint8_t)level,
				  .id = regime->id,
				  .life = regime->guest ? stage1_life : 0,
				  .address = align_down(address, BIT(bits)),
				  .pte = pte });
}

static void keep_absence(const struct regime *regime, uint64_t address, unsigned int level)
{
	if (fake.absence)
		keep(&(struct tlb_entry){ .used = true,
					  .guest = regime->guest,
					  .level = (uint8_t)level,
					  .id = regime->id,
					  .address = align_down(address, BIT(level_bits(level))) });
}

/* Walk on from what is remembered. The leaf's level; LEVELS: there is none. */
static unsigned int walk(const struct regime *regime, uint64_t address, uint64_t *pte)
{
	const struct tlb_entry *known = find(regime, address);
	paddr_t table = known ? pte_address(known->pte) : regime->table;

	for (unsigned int level = known ? known->level + 1U : 0; level < LEVELS; level++) {
		*pte = read_entry(table, level, address);
		if (!(*pte & PTE_VALID)) {
			keep_absence(regime, address, level);
			break;
		}
		if (!pte_is_table(*pte, level))
			return level;
		keep(&(struct tlb_entry){ .used = true,
					  .guest = regime->guest,
					  .level = (uint8_t)level,
					  .id = regime->id,
					  .address = align_down(address, BIT(level_bits(level))),
					  .pte = *pte });
		table = pte_address(*pte);
	}
	return LEVELS;
}

/* Translate; the rights are in the entry. */
static bool translate(const struct regime *regime, uint64_t address, uint64_t *pte,
		      unsigned int *level)
{
	const struct tlb_entry *known = find(regime, address);

	if (!regime->id)
		return false;
	if (known && !known->pte)
		return false;
	if (known && !is_table(known)) {
		BUG_ON(regime->guest && known->life != stage1_life);
		*pte = known->pte;
		*level = known->level;
		return true;
	}
	*level = walk(regime, address, pte);
	if (*level == LEVELS)
		return false;
	keep_leaf(regime, address, *level, *pte);
	return true;
}

/* Down the tables at random, to something that is mapped. */
static void look_ahead(const struct regime *regime)
{
	paddr_t table = regime->table;
	uint64_t address = 0;
	uint64_t pte = PTE_VALID;

	for (unsigned int level = 0; regime->id && (pte & PTE_VALID); level++) {
		uint32_t index = any_below(TABLE_ENTRIES);

		for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
			index = (index + 1) % TABLE_ENTRIES;
			pte = ((const uint64_t *)phys_to_virt(table))[index];
			if (pte & PTE_VALID)
				break;
		}
		address |= (uint64_t)index << level_bits(level);
		if (!pte_is_table(pte, level)) {
			translate(regime, address, &pte, &level);
			return;
		}
		table = pte_address(pte);
	}
}

void fake_tlb_speculate(void)
{
	look_ahead(&regimes[false]);
	look_ahead(&regimes[true]);
}

/* What the kernel asks for. */

uint32_t arch_space_ids(bool guest)
{
	(void)guest;
	return fake.space_ids;
}

void fake_tlb_stage1(uint64_t life)
{
	stage1_life = life;
}

void arch_space_load(bool guest, paddr_t table, uint32_t id)
{
	BUG_ON(!id || id >= fake.space_ids);
	regimes[guest].id = id;
	regimes[guest].table = table;
	BUG_ON(stale_of(&regimes[guest]));
}

void arch_space_unload(bool guest)
{
	regimes[guest].id = 0;
}

/* `tables`: what is remembered of tables goes too. */
static void flush(const struct regime *regime, uint64_t address, uint8_t bits, bool tables)
{
	fake.flushes++;
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		if (concerns(&tlb[i], regime, address, bits) && (tables || !is_table(&tlb[i])))
			tlb[i].used = false;
}

void arch_space_flush(const struct address_space *space, uint64_t address, uint8_t size_bits)
{
	const struct regime regime = { .guest = space->guest, .id = space->id };

	BUG_ON(space->guest && space->id != regimes[true].id);
	flush(&regime, address, size_bits ? size_bits : SPACE_BITS, !size_bits);
	fake_tlb_speculate();
}

void arch_space_flush_all(bool guest)
{
	fake.flushes++;
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		tlb[i].used &= tlb[i].guest != guest;
	/* Guests' registers may be of two of them now, and are not looked at. */
	look_ahead(&regimes[false]);
}

void arch_space_flush_core(void)
{
	flush(&regimes[true], 0, SPACE_BITS, false);
	fake_tlb_speculate();
}

/* Accesses. */

/* What is near an access is looked up too. */
static bool access(const struct regime *regime, uint64_t address, uint32_t rights,
		   paddr_t *physical)
{
	unsigned int level = 0;
	uint64_t pte = 0;
	bool mapped = translate(regime, address, &pte, &level);

	if (mapped)
		*physical = pte_address(pte) + (address & (BIT(level_bits(level)) - 1));
	mapped = mapped && !(rights & ~(pte >> PTE_RIGHTS));
	if (address >= PAGE_SIZE)
		translate(regime, address - PAGE_SIZE, &pte, &level);
	if (address < BIT(SPACE_BITS) - PAGE_SIZE)
		translate(regime, address + PAGE_SIZE, &pte, &level);
	look_ahead(regime);
	return mapped;
}

static bool access_process(const struct thread *thread, uint64_t address, uint32_t rights,
			   paddr_t *physical)
{
	struct address_space *other = core.loaded[false];
	bool works;

	space_load((struct address_space *)thread->space_binding.object, false);
	works = access(&regimes[false], address, rights, physical);
	if (other)
		space_load(other, false);
	return works;
}

static bool access_guest(const struct vcpu *vcpu, uint64_t address, uint32_t rights,
			 paddr_t *physical)
{
	const struct vcpu *other = vcpu_resident();
	bool works;

	fake_tlb_stage1(vcpu->arch.life);
	space_load_guest((struct address_space *)vcpu->space.object, vcpu);
	works = access(&regimes[true], address, rights, physical);
	if (other) {
		fake_tlb_stage1(other->arch.life);
		space_load_guest((struct address_space *)other->space.object, other);
	} else {
		space_unload(true);
	}
	return works;
}

bool fake_access(struct context *context, uint64_t address, uint32_t rights, paddr_t *physical)
{
	const struct slot *space = context->kind == CONTEXT_VCPU ?
					   &vcpu_of(context)->space :
					   &thread_of(context)->space_binding;

	if (space->type == OBJECT_NULL || address >> SPACE_BITS)
		return false;
	return context->kind == CONTEXT_VCPU ?
		       access_guest(vcpu_of(context), address, rights, physical) :
		       access_process(thread_of(context), address, rights, physical);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's translation, walked as its processor does it (Privileged Architecture, "Virtual Address Translation Process"): there
 * is no instruction for it. Each entry of its tables is read where stage 2 has it, from memory that the guest can read.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/guest.h>
#include <vcpu.h>

/* vsatp: modes 8, 9 and 10 are Sv39, Sv48 and Sv57. */
#define VSATP_MODE(vsatp)  ((vsatp) >> 60)
#define VSATP_TABLE(vsatp) (((vsatp)&0xfffffffffffUL) << PAGE_BITS)
#define MODE_BARE          0UL
#define MODE_FIRST         8UL
#define MODE_LAST          10UL
#define FIRST_LEVELS       3

/* Sv39x4 takes two bits more than Sv39. */
#define GUEST_PHYSICAL_BITS 41

#define PTE_RIGHTS (PTE_READ | PTE_WRITE | PTE_EXECUTE)
/* Svnapot and Svpbmt are not for guests (henvcfg.PBMTE is 0). */
#define PTE_RESERVED  (~0UL << 54)
#define PTE_LEAF_ONLY (PTE_USER | PTE_ACCESSED | PTE_DIRTY)

struct access {
	uint64_t status; /* vsstatus */
	bool user;
	bool write;
};

uint64_t guest_entry(const struct address_space *space, uint64_t address)
{
	const uint64_t *table = space_table((struct address_space *)space);
	unsigned int shift = SPACE_BITS - TABLE_BITS;
	uint64_t pte;

	if (address >> SPACE_BITS)
		return 0;
	for (unsigned int level = 0;; level++, shift -= TABLE_BITS) {
		pte = table[address >> shift & (TABLE_ENTRIES - 1)];
		if (!pte_is_table(pte, level))
			break;
		table = phys_to_virt(pte_address(pte));
	}
	if (!(pte & PTE_VALID))
		return 0;
	/* As if it were of a page. */
	return pte | (address & (BIT(shift) - PAGE_SIZE)) >> 2;
}

/* One entry of the guest's tables. */
static bool read_entry(const struct address_space *space, uint64_t address, uint64_t *entry)
{
	uint64_t pte = guest_entry(space, address);
	const char *page;

	/* A device's answer would be no entry, and to read it could do something. */
	if (!(pte & PTE_READ) || (pte & PTE_DEVICE))
		return false;
	page = phys_to_virt(pte_address(pte));
	*entry = READ_ONCE(*(const uint64_t *)(page + (address & (PAGE_SIZE - 1))));
	return true;
}

static bool is_permitted(const struct access *access, uint64_t pte)
{
	uint64_t readable = access->status & SSTATUS_MXR ? PTE_READ | PTE_EXECUTE : PTE_READ;

	if (access->user != !!(pte & PTE_USER) && (access->user || !(access->status & SSTATUS_SUM)))
		return false;
	/* The guest's processor sets neither A nor D by itself (henvcfg.ADUE is 0). */
	if (!(pte & PTE_ACCESSED) || (access->write && !(pte & PTE_DIRTY)))
		return false;
	return pte & (access->write ? PTE_WRITE : readable);
}

static bool walk(const struct address_space *space, uint64_t table, unsigned int levels,
		 uint64_t address, const struct access *access, uint64_t *physical)
{
	unsigned int shift = PAGE_BITS + TABLE_BITS * levels;
	uint64_t pte;

	do {
		shift -= TABLE_BITS;
		if (!read_entry(space, table + (address >> shift & (TABLE_ENTRIES - 1)) * 8, &pte))
			return false;
		if (!(pte & PTE_VALID) || (pte & PTE_RESERVED) ||
		    (pte & (PTE_READ | PTE_WRITE)) == PTE_WRITE)
			return false;
		table = pte_address(pte);
		if (pte & PTE_RIGHTS) {
			*physical = table | (address & (BIT(shift) - 1));
			return aligned(table, BIT(shift)) && is_permitted(access, pte);
		}
		if (pte & PTE_LEAF_ONLY)
			return false;
	} while (shift > PAGE_BITS);
	return false;
}

bool arch_vcpu_translate(struct vcpu *vcpu, uint64_t address, bool write, uint64_t *physical)
{
	struct access access = { .user = vcpu->context.registers->mode == MODE_USER,
				 .write = write };
	uint64_t vsatp;
	unsigned int levels;
	unsigned int unused;

	vcpu_load(vcpu);
	vsatp = read_csr(vsatp);
	access.status = read_csr(vsstatus);
	if (VSATP_MODE(vsatp) == MODE_BARE) {
		*physical = address;
		return !(address >> GUEST_PHYSICAL_BITS);
	}
	if (VSATP_MODE(vsatp) < MODE_FIRST || VSATP_MODE(vsatp) > MODE_LAST)
		return false;
	levels = (unsigned int)(VSATP_MODE(vsatp) - MODE_FIRST) + FIRST_LEVELS;
	/* The bits above are all as the highest of them. */
	unused = 64 - PAGE_BITS - TABLE_BITS * levels;
	if ((uint64_t)((int64_t)(address << unused) >> unused) != address)
		return false;
	return walk((struct address_space *)vcpu->space.object, VSATP_TABLE(vsatp), levels, address,
		    &access, physical);
}

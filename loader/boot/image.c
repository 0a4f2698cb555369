/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image: is it ours, for this loader, whole, and where it was made to be. What the hash of the
 * manifest covers was written by the host tool; what the loader itself follows is checked all the
 * same.
 */
#include "boot.h"
#include "sha256.h"

#include <cloister/string.h>

#define PAGE        0x1000
#define KERNEL_ROOM 0x200000

struct image_header image_header __attribute__((section(".image_header")));

static bool hash_matches(const void *data, uint64_t size, const uint8_t expected[SHA256_SIZE])
{
	uint8_t digest[SHA256_SIZE];

	sha256(data, size, digest);
	return memcmp(digest, expected, sizeof(digest)) == 0;
}

/* Whether [start, start + size) lies in [outer, outer + outer_size). */
static bool is_inside(uint64_t start, uint64_t size, uint64_t outer, uint64_t outer_size)
{
	return start >= outer && size <= outer_size && start - outer <= outer_size - size;
}

static void check_version(uint32_t version)
{
	if (version != MANIFEST_VERSION)
		stop("manifest version %u, this loader reads %u: build the image with the loader of its "
		     "own release",
		     version, MANIFEST_VERSION);
}

static void check_header(void)
{
	const struct image_header *h = &image_header;

	if (h->magic != MANIFEST_MAGIC)
		stop("not a Cloister image: magic 0x%lx behind the loader; build it with cloister build",
		     h->magic);
	check_version(h->version);
	if (h->manifest_offset % PAGE || h->manifest_size < sizeof(struct manifest) ||
	    !is_inside(h->manifest_offset, h->manifest_size, 0, h->image_size))
		stop("the image is damaged: its header places the manifest outside of it; build it again");
}

static void check_place(const struct manifest *m, uintptr_t image)
{
	if (m->magic != MANIFEST_MAGIC)
		stop("not a Cloister image: manifest with magic 0x%lx; build it with cloister build",
		     m->magic);
	check_version(m->version);
	if (m->architecture != arch_architecture)
		stop("the image is for another architecture (%u, this loader is for %u): build it for this "
		     "board",
		     m->architecture, arch_architecture);
	if (m->image_address != image)
		stop("the image is loaded at 0x%lx, it was made for 0x%lx: load it there, or build it for "
		     "this board",
		     image, m->image_address);
}

static void check_kernel(const struct manifest *m)
{
	const struct manifest_component *kernel = &image_components(m)[m->kernel_component];
	bool memory = false;

	for (uint32_t i = 0; i < m->memory_count; i++)
		memory |= is_inside(m->kernel_address, KERNEL_ROOM, m->memory[i].address,
				    m->memory[i].size);
	if (!memory || m->kernel_address % KERNEL_ROOM || kernel->size > KERNEL_ROOM)
		stop("the manifest gives the kernel no room: %lu bytes at 0x%lx; build the image again",
		     kernel->size, m->kernel_address);
	if (m->kernel_address < m->image_address + m->image_size &&
	    m->kernel_address + KERNEL_ROOM > m->image_address)
		stop("the manifest places the kernel (0x%lx) inside the image; build the image again",
		     m->kernel_address);
}

static void check_tables(const struct manifest *m)
{
	uint64_t size = (uint64_t)m->components.count * sizeof(struct manifest_component);

	if (m->size != image_header.manifest_size || m->image_size != image_header.image_size ||
	    m->memory_count > MEMORY_REGIONS_MAX || m->components.offset % sizeof(uint64_t) ||
	    !is_inside(m->components.offset, size, 0, m->size) ||
	    m->kernel_component >= m->components.count)
		stop("the manifest contradicts itself; build the image again");
}

const struct manifest *image_manifest(uintptr_t image)
{
	const struct manifest *m;

	check_header();
	m = (const struct manifest *)(image + image_header.manifest_offset);
	if (!hash_matches(m, image_header.manifest_size, image_header.sha256))
		stop("the image is damaged: the manifest does not have its SHA-256; copy or build it again");
	check_place(m, image);
	check_tables(m);
	check_kernel(m);
	return m;
}

const struct manifest_component *image_components(const struct manifest *m)
{
	return (const struct manifest_component *)((uintptr_t)m + m->components.offset);
}

void image_check_components(const struct manifest *m)
{
	const struct manifest_component *c = image_components(m);

	for (uint32_t i = 0; i < m->components.count; i++, c++) {
		if (!is_inside(c->physical, c->size, m->image_address, m->image_size))
			stop("the manifest places %.*s outside of the image; build the image again",
			     NAME_SIZE, c->name);
		if (!hash_matches((const void *)c->physical, c->size, c->sha256))
			stop("the image is damaged: %.*s does not have its SHA-256; copy or build it again",
			     NAME_SIZE, c->name);
	}
}

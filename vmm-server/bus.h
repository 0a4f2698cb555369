/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's physical addresses that are devices. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Regions on the bus: at most two a device. */
#define BUS_REGIONS_MAX 32

/*
 * One access of the guest, as a device sees it: without registers, syndromes or absolute addresses.
 */
struct access {
	/* From the region's base; the access is wholly inside. */
	uint64_t offset;
	/* What is written, cut to its size; or where the device puts what is read. */
	uint64_t value;
	/* Bytes: 1, 2, 4 or 8. Not necessarily aligned. */
	uint32_t size;
	bool write;
};

struct region {
	uint64_t base;
	uint64_t size;
	/* Do the access; false if the device answers it with a bus error. */
	bool (*access)(void *device, struct access *access);
	void *device;
};

struct bus {
	/* By base, ascending, without overlap. */
	struct region regions[BUS_REGIONS_MAX];
	uint32_t count;
};

/*
 * Put a region on the bus. False if it is empty, wraps around, overlaps another, or if the bus is
 * full.
 */
bool bus_add(struct bus *bus, const struct region *region);

/*
 * The region that holds all of the `size` bytes from guest-physical `address`; NULL if there is
 * none.
 */
const struct region *bus_find(const struct bus *bus, uint64_t address, uint32_t size);

/*
 * Do the access at guest-physical `address`; `access->offset` is set here, and a value that was
 * read is cut to its size. False: nothing is there, or the device refuses. The guest takes an
 * external abort.
 */
bool bus_access(const struct bus *bus, uint64_t address, struct access *access);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's start: check the manifest, make the root server, run it.
 */
#include <arch/cpu.h>
#include <boot.h>
#include <console.h>
#include <sched.h>

/* The loader has checked the hashes; this is about a loader or a host tool of another time. */
static void check_manifest(const struct manifest *manifest)
{
	if (manifest->magic != MANIFEST_MAGIC)
		panic("there is no manifest where the loader says");
	if (manifest->version != MANIFEST_VERSION)
		panic("manifest version %u, this kernel reads %u: build the image with the tool of the same release",
		      manifest->version, MANIFEST_VERSION);
	if (manifest->memory_count > MEMORY_REGIONS_MAX ||
	    manifest->device_count > DEVICE_REGIONS_MAX ||
	    manifest->root_segment_count > SEGMENTS_MAX || manifest->root_cnode_bits > 16 ||
	    manifest->root_priority >= PRIORITIES)
		panic("the manifest is damaged: a count is out of range");
}

struct resume kernel_main(const struct manifest *manifest)
{
	check_manifest(manifest);
	timeout_start();
	sched_start();
	root_create(manifest);
	return sched_leave();
}

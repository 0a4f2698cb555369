/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of its memory a guest finds changed after an exit: used rings, and what chains of its driver offered for that; no other
 * byte. The guest is that of tests/unit/test_vmm_fixture.h, with a virtio console.
 */
#pragma once

#include <stdint.h>

#include <virtio/virtio.h>

/* Before the exit, and after it. */
void touched_begin(const struct virtio *virtio);
void touched_check(const struct virtio *virtio);

/* This may change until then. */
void touched_allow(const uint8_t *start, uint64_t size);

/* Another vCPU writes a halfword, somewhere in memory. */
void touched_disturb(uint64_t offset, uint16_t value);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root server on the host: a manifest to fill, and a kernel that is a list of what it was asked,
 * with an answer that a test can set for one kind of invocation.
 */
#pragma once

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <root.h>

#define PAGE       4096UL
#define IMAGE_SIZE (16 * PAGE)
#define IMAGE_BASE 0x40200000UL
#define FREQUENCY  62500000UL

/* In the place of a label: a signal. In the place of a capability: whichever. */
#define SIGNAL (1ULL << 32)
#define ANY    UINT32_MAX

struct call {
	uint32_t cap;
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
};

extern uint8_t image[IMAGE_SIZE];
extern struct manifest *manifest;
extern struct description description;
/* The page at ROOT_SCRATCH. */
extern uint8_t *scratch;
extern struct call calls[];
extern unsigned int call_count;
/* The counter, what was logged, what was printed to the kernel's console; until forget(). */
extern uint64_t now;
extern char said[];
extern char printed[];
extern bool log_closed;

/* Room for one record more of a table, whose records are all made one after the other. */
void *add(struct table *table, size_t size);

#define ADD(table, type) \
	((struct manifest_##type *)add(&manifest->table, sizeof(struct manifest_##type)))

void add_untyped(uint64_t address, uint32_t size_bits, uint32_t flags);

/* From now on the next invocation with this label is refused. */
void refuse(uint64_t label, enum status status);

/* From now on invocations of `cap` (ANY: of all) with this label give these words. */
void answer(uint64_t label, uint32_t cap, const uint64_t word[MESSAGE_WORDS]);

/* What was invoked, logged and printed until now. */
void forget(void);

/* A group of 1 MiB. */
void add_group(const char *name, uint32_t slot);

/* How often this was invoked. */
unsigned int count_calls(uint64_t label, uint32_t cap);

/* All that the root server does until its servers run; "" or why it stopped. */
const char *run(void);

/* The same without a failure, and what it makes is forgotten: the servers run. */
void start(void);

/* The invocation made as number `index` was this one, with these first words. */
void expect_call(unsigned int index, uint32_t cap, uint64_t label, uint64_t w0, uint64_t w1,
		 uint64_t w2);

/* test_root_build.c */
void add_build_tests(TCase *tests);

/* test_root_rebuild.c */
void add_rebuild_tests(TCase *tests);

/* test_root_servers.c */
void add_servers_tests(TCase *tests);

/* test_root_devices.c */
void add_devices_tests(TCase *tests);

/* test_root_guests.c */
void add_guests_tests(TCase *tests);

/* test_root_manager.c */
void add_manager_tests(TCase *tests);

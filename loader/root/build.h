/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of building: one function a kind of record of the manifest, each of which does what its
 * record says and nothing else. A step that fails says so in words and leaves it to its caller what
 * becomes of that: at boot it is the machine's end, when a process is rebuilt only that process's.
 */
#pragma once

#include "root.h"

/* Which record is being worked on, for messages. */
struct record {
	const char *table;
	uint32_t index;
	const char *name;
};

/* steps.c */

/* Puts words (a format of print_format()) into `failure`; false, for the step to return. */
bool step_failed(struct failure *failure, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether `status` is OK; else `failure` gets words for the record and for what was to be done. */
bool step_done(enum status status, const struct record *record, const char *step,
	       struct failure *failure);

bool step_capability(const struct description *d, uint32_t index, struct failure *failure);
bool step_page_table(const struct description *d, uint32_t index, struct failure *failure);
bool step_mapping(const struct description *d, uint32_t index, struct failure *failure);
bool step_load(const struct description *d, uint32_t index, struct failure *failure);
bool step_sched_context(const struct description *d, uint32_t index, struct failure *failure);
bool step_thread(const struct description *d, uint32_t index, struct failure *failure);
/* What a VCpu has from its VMM: who takes its exits, and where its pages are mapped. */
bool step_vcpu_server(const struct description *d, uint32_t index, struct failure *failure);
/* What a VCpu has of its own: its priority and its time. */
bool step_vcpu_time(const struct description *d, uint32_t index, struct failure *failure);
bool step_window(const struct description *d, uint32_t index, struct failure *failure);
bool step_binding(const struct description *d, uint32_t index, struct failure *failure);
bool step_start_thread(const struct description *d, uint32_t index, struct failure *failure);
bool step_start_vcpu(const struct description *d, uint32_t index, struct failure *failure);

/* objects.c */

bool step_group(const struct description *d, uint32_t index, struct failure *failure);
bool step_object(const struct description *d, uint32_t index, struct failure *failure);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the files that a guest names: its images and its ROMs.
 */
#pragma once

#include "description.h"

struct reading {
	struct guest *guest;
	struct document *document;
	const struct inputs *inputs;
};

/* Reads the file that `node` (text) names. Reports why it cannot be read, or that it is empty. */
bool guest_file_read(const struct reading *r, const cJSON *node, struct blob *content);

/* guest_rom.c */

/* Reads the guest's ROMs and checks them against its memory and its devices. False: something is wrong with them. */
bool guest_roms_read(const struct reading *r);

/* SPDX-License-Identifier: BSD-2-Clause */
/* The attack on memory is made again in each mode of translation that the architecture has, in the order of its table. */
#pragma once

extern const unsigned int translation_modes_count;

/* Makes ready attempts and tables. */
void modes_start(void);

/* All of the attack in one mode, which is the next of the one before. */
void modes_try(unsigned int mode);

/* Turns translation off. */
void modes_end(void);

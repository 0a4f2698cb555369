/* SPDX-License-Identifier: BSD-2-Clause */
/* The PLIC's core: what its registers, and the lines, mean for the vCPUs' interrupt slots. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <plic.h>

/* Requests in the core, as the pending bits show them. */
uint32_t plic_pending(struct plic *plic);

/* The most urgent request that the context has enabled is taken out of the core: its source, 0 if there is none. */
uint32_t plic_claim(struct plic *plic, uint32_t context);

/* Whoever serves this source is done. */
void plic_complete(struct plic *plic, uint32_t context, uint32_t source);

/* Notify vCPUs as the registers and requests are now; the registers of the sources in `changed` are others, for some context. */
void plic_settle(struct plic *plic, uint32_t changed);

/* Sources that others drive: lead their lines to their homes, wherever they led before. */
void plic_lead_home(struct plic *plic);

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the server at the guest's clock finds; the guest reads it as that clock's register. */
#include "crossing.h"

#include <idl/device.h>
#include <idl/kernel.h>
#include <idl/root.h>

/* The registers of a message (idl/aarch64.idl): what the kernel leaves alone begins behind them. */
#define FIRST_KEPT 10

#define UNSIGNED 0x1000

/* What was in the registers when it waited; at first nothing. */
static struct crossing own;
static uint64_t seed;
static uint64_t found;

/* Called by _start with what is in the registers now; gives what is to be there. */
const struct crossing *leak_server(const struct crossing *now, uint64_t tpidrro,
				   uint64_t signature);

static void look(const struct crossing *now)
{
	for (unsigned int i = FIRST_KEPT; i < 31; i++)
		if (now->x[i] != own.x[i])
			found |= FOUND_GENERAL;
	for (unsigned int i = 0; i < 64; i++)
		if (now->v[i] != own.v[i])
			found |= FOUND_VECTORS;
	if (now->nzcv != own.nzcv)
		found |= FOUND_FLAGS;
	if (now->fpcr != own.fpcr || now->fpsr != own.fpsr)
		found |= FOUND_FLOATING;
	if (now->tpidr != own.tpidr)
		found |= FOUND_TPIDR;
}

/* Whatever register is read, it is what was found; to all else it says OK. */
static void answer(const struct crossing *message)
{
	const struct device_config *config = (const struct device_config *)PROCESS_CONFIG;
	uint64_t sequence = message->x[2];

	own.x[0] = config->endpoint;
	own.x[1] = OK;
	if (message->x[1] == LABEL_EXIT + EXIT_WINDOW)
		own.x[1] = DISPOSITION_STEP;
	for (unsigned int i = 2; i < 8; i++)
		own.x[i] = 0;
	own.x[2] = found;
	own.x[6] = sequence;
	own.x[8] = SYS_REPLY_RECV;
	own.x[9] = DEADLINE_NEVER;
}

const struct crossing *leak_server(const struct crossing *now, uint64_t tpidrro, uint64_t signature)
{
	look(now);
	if (tpidrro)
		found |= FOUND_TPIDRRO;
	if (signature != UNSIGNED)
		found |= FOUND_SIGNATURE;
	crossing_fill(&own, --seed);
	answer(now);
	return &own;
}

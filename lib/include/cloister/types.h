/* SPDX-License-Identifier: BSD-2-Clause */
/* What system calls are about. */
#ifndef CLOISTER_TYPES_H
#define CLOISTER_TYPES_H

#include <stdint.h>

#include <idl/kernel.h>

/* A slot of the process's own CNode. */
typedef uint32_t cap_t;

struct message {
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
	/* On arrival: the badge of the capability that was used to send. Not sent. */
	uint64_t badge;
};

#endif

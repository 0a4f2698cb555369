/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's place in tests on the host: a test that makes system calls defines what they do. */
#ifndef CLOISTER_ARCH_SYSCALL_H
#define CLOISTER_ARCH_SYSCALL_H

#include <cloister/types.h>

/* As the arch_message() of a real architecture; defined by the test. */
enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline);

#endif

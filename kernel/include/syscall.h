/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls.
 */
#pragma once

#include <thread.h>

/* Carry out the system call in the registers of the running thread. */
void syscall(struct thread *thread);

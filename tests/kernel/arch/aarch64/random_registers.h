/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the registers that thread.read_registers gives carry a message: idl/aarch64.idl. */
#pragma once

#define REGISTER_CAPABILITY 0
#define REGISTER_LABEL      1
#define REGISTER_WORDS      2
#define REGISTER_SYSCALL    8
#define REGISTER_DEADLINE   9
/* The first interrupt that a driver can have. */
#define IRQ_FIRST 32

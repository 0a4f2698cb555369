/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the registers that thread.read_registers gives carry a message: idl/riscv64.idl. */
#pragma once

#define REGISTER_CAPABILITY 10
#define REGISTER_LABEL      11
#define REGISTER_WORDS      12
#define REGISTER_SYSCALL    5
#define REGISTER_DEADLINE   6
/* The first interrupt that a driver can have. */
#define IRQ_FIRST 1

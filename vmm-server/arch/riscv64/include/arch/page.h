/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages through which the kernel and the server pass a vCPU's registers, and what both know of
 * its slots.
 */
#pragma once

#include <idl/kernel.h>
#include <idl/riscv64.h>

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware that a guest finds: PSCI 1.1 (Arm DEN 0022) under the SMC Calling Convention 1.1
 * (Arm DEN 0028), the same by HVC and by SMC.
 */
#pragma once

#include <stdint.h>

/* PSCI functions (DEN 0022, 5.1); with bit 30 set their arguments are 64 bits wide. */
#define PSCI_VERSION           0x84000000U
#define PSCI_CPU_SUSPEND       0x84000001U
#define PSCI_CPU_OFF           0x84000002U
#define PSCI_CPU_ON            0x84000003U
#define PSCI_AFFINITY_INFO     0x84000004U
#define PSCI_MIGRATE_INFO_TYPE 0x84000006U
#define PSCI_SYSTEM_OFF        0x84000008U
#define PSCI_SYSTEM_RESET      0x84000009U
#define PSCI_FEATURES          0x8400000aU
#define PSCI_SYSTEM_RESET2     0x84000012U
#define PSCI_CPU_SUSPEND_64    0xc4000001U
#define PSCI_CPU_ON_64         0xc4000003U
#define PSCI_AFFINITY_INFO_64  0xc4000004U
#define PSCI_SYSTEM_RESET2_64  0xc4000012U

/* General functions (DEN 0028, 7). */
#define SMCCC_VERSION       0x80000000U
#define SMCCC_ARCH_FEATURES 0x80000001U

/* The entropy source's (DEN 0098). */
#define TRNG_VERSION 0x84000050U

/* PSCI return codes (DEN 0022, 5.2.2). SMCCC's "not supported" is the same number. */
#define PSCI_SUCCESS            0
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_INVALID_ADDRESS    (-9)

struct vcpu;

/*
 * Call `function` with the arguments in x1 to x3. Gives the reply's label: DISPOSITION_STEP with
 * `results` for x0 to x3, or DISPOSITION_PARK when the vCPU is off or the guest has ended itself.
 */
uint64_t psci_call(struct vcpu *vcpu, uint32_t function, const uint64_t arguments[3],
		   uint64_t results[4]);

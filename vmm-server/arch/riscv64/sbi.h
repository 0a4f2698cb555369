/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware that a guest finds: SBI 2.0 (RISC-V Supervisor Binary Interface Specification) with the extensions Base, TIME,
 * IPI, RFENCE, HSM, SRST and DBCN, and the legacy calls. Hart n is vCPU n.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Extensions. Those below SBI_BASE are the legacy calls, each of one function. */
#define SBI_LEGACY_SET_TIMER       0x00
#define SBI_LEGACY_PUTCHAR         0x01
#define SBI_LEGACY_GETCHAR         0x02
#define SBI_LEGACY_CLEAR_IPI       0x03
#define SBI_LEGACY_SEND_IPI        0x04
#define SBI_LEGACY_FENCE_I         0x05
#define SBI_LEGACY_SFENCE_VMA      0x06
#define SBI_LEGACY_SFENCE_VMA_ASID 0x07
#define SBI_LEGACY_SHUTDOWN        0x08
#define SBI_BASE                   0x10
#define SBI_TIME                   0x54494d45
#define SBI_IPI                    0x735049
#define SBI_RFENCE                 0x52464e43
#define SBI_HSM                    0x48534d
#define SBI_SRST                   0x53525354
#define SBI_DBCN                   0x4442434e

/* "Standard SBI Errors". */
#define SBI_SUCCESS               0
#define SBI_ERR_FAILED            (-1)
#define SBI_ERR_NOT_SUPPORTED     (-2)
#define SBI_ERR_INVALID_PARAM     (-3)
#define SBI_ERR_INVALID_ADDRESS   (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)

/* "HSM Hart States". */
#define HSM_STARTED       0
#define HSM_STOPPED       1
#define HSM_START_PENDING 2

struct vcpu;
struct vmm;

/* What comes of a call. */
struct sbi_answer {
	int64_t error;
	uint64_t value;
	/* DISPOSITION_STEP if the vCPU goes on behind its call. */
	uint64_t disposition;
};

/* Call function `function` of an extension with the arguments in a0 to a5. */
void sbi_call(struct vcpu *vcpu, uint64_t extension, uint64_t function, const uint64_t *a,
	      struct sbi_answer *answer);

/* Function of one extension each: false if it does not have it. */
bool sbi_hsm(struct vcpu *vcpu, uint64_t function, const uint64_t *a, struct sbi_answer *answer);
bool sbi_dbcn(struct vcpu *vcpu, uint64_t function, const uint64_t *a, struct sbi_answer *answer);

/* A legacy call; its answer is what a0 shall be, in `error`. */
bool sbi_legacy(struct vcpu *vcpu, uint64_t extension, const uint64_t *a,
		struct sbi_answer *answer);

/* The guest has a console. */
bool sbi_has_console(const struct vmm *vmm);

/* Write a byte to the console. False: there is no room. */
bool sbi_put(struct vmm *vmm, uint8_t byte);

/* Take a byte from the console. False: there is none. */
bool sbi_get(struct vmm *vmm, uint8_t *byte);

/* The timer interrupt of the vCPU comes at `when`, and not before. */
void sbi_set_timer(struct vcpu *vcpu, uint64_t when);

/* A software interrupt for the vCPUs, a bit each. */
void sbi_send_ipi(struct vmm *vmm, uint32_t harts);

/* What the vCPUs, a bit each, remember of the guest's translations goes; or what they remember of instructions. */
void sbi_fence_vma(struct vcpu *caller, uint32_t harts, struct sbi_answer *answer);
void sbi_fence_i(void);

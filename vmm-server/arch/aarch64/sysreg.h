/* SPDX-License-Identifier: BSD-2-Clause */
/* Trapped system registers. Encodings are those of `register_encoding` in idl/aarch64.idl. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/aarch64.h>

/* The encoding of a register, as its name S<op0>_<op1>_C<crn>_C<crm>_<op2> has it. */
#define SYSREG(op0, op1, crn, crm, op2)                                                  \
	(REGISTER_OP0(op0) | REGISTER_OP1(op1) | REGISTER_CRN(crn) | REGISTER_CRM(crm) | \
	 REGISTER_OP2(op2))

struct vcpu;

/*
 * Read or write a register; false if the guest has none of this encoding, or not for this
 * direction.
 */
bool sysreg_read(struct vcpu *vcpu, uint64_t encoding, uint64_t *value);
bool sysreg_write(struct vcpu *vcpu, uint64_t encoding, uint64_t value);

/*
 * What the guest reads from an identification register, S3_0_C0_C<1 to 7>_<op2>: `index` (crm - 1)
 * * 8 + op2, below ID_REGISTERS. It is what `hardware` says of what the guest really has, and
 * nothing of what is not virtualised.
 */
uint64_t id_register(uint32_t index, uint64_t hardware);

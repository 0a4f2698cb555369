/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EL1's physical timer (Arm ARM D12.2), for guests that use it although they have the virtual one,
 * which needs no exit. The physical counter is the machine's own.
 */
#pragma once

#include <stdint.h>

struct vcpu;

/* CNTP_CTL_EL0, CNTP_CVAL_EL0 and CNTP_TVAL_EL0 as they read at `now`, and written at `now`. */
uint64_t timer_read_control(const struct vcpu *vcpu, uint64_t now);
uint64_t timer_read_compare(const struct vcpu *vcpu);
uint64_t timer_read_value(const struct vcpu *vcpu, uint64_t now);
void timer_write_control(struct vcpu *vcpu, uint64_t now, uint64_t value);
void timer_write_compare(struct vcpu *vcpu, uint64_t now, uint64_t value);
void timer_write_value(struct vcpu *vcpu, uint64_t now, uint64_t value);

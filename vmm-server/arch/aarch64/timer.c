/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EL1's physical timer: a comparison with the counter, its line, and a deadline instead of a clock
 * of its own.
 */
#include <arch/timer.h>

#include <timer.h>
#include <vmm.h>

/* CNTP_CTL_EL0 (Arm ARM D19.12). */
#define CTL_ENABLE  (1U << 0)
#define CTL_IMASK   (1U << 1)
#define CTL_ISTATUS (1U << 2)

/* The PPI of EL1's physical timer (Arm BSA, 3.8.1). */
#define TIMER_INTID 30

void arch_timer_update(struct vcpu *vcpu, uint64_t now)
{
	const struct timer *timer = &vcpu->arch.timer;
	bool armed = (timer->control & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
	bool due = now >= timer->compare;

	gicv3_set_private_line(vcpu, TIMER_INTID, armed && due);
	vcpu_set_deadline(vcpu, DEADLINE_TIMER, armed && !due ? timer->compare : DEADLINE_NEVER);
}

uint64_t timer_read_control(const struct vcpu *vcpu, uint64_t now)
{
	const struct timer *timer = &vcpu->arch.timer;
	bool met = timer->control & CTL_ENABLE && now >= timer->compare;

	return timer->control | (met ? CTL_ISTATUS : 0);
}

uint64_t timer_read_compare(const struct vcpu *vcpu)
{
	return vcpu->arch.timer.compare;
}

uint64_t timer_read_value(const struct vcpu *vcpu, uint64_t now)
{
	return (uint32_t)(vcpu->arch.timer.compare - now);
}

void timer_write_control(struct vcpu *vcpu, uint64_t now, uint64_t value)
{
	vcpu->arch.timer.control = value & (CTL_ENABLE | CTL_IMASK);
	arch_timer_update(vcpu, now);
}

void timer_write_compare(struct vcpu *vcpu, uint64_t now, uint64_t value)
{
	vcpu->arch.timer.compare = value;
	arch_timer_update(vcpu, now);
}

void timer_write_value(struct vcpu *vcpu, uint64_t now, uint64_t value)
{
	/* Signed 32 bits from now. */
	timer_write_compare(vcpu, now, now + (uint64_t)(int64_t)(int32_t)value);
}

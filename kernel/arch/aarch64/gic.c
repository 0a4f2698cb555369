/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: the physical interrupt controller (IHI 0069). What guests see of it is in list_register.c.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <vcpu.h>
#include <irq.h>
#include <kernel_space.h>
#include <sched.h>

/* CPU interface registers by encoding, for assemblers that do not know the names (12.2, 12.4). */
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_DIR_EL1     S3_0_C12_C11_1
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SRE_EL2     S3_4_C12_C9_5

#define GICD_CTLR         0x0000
#define GICD_TYPER        0x0004
#define GICD_IGROUPR      0x0080
#define GICD_ISENABLER    0x0100
#define GICD_ICENABLER    0x0180
#define GICD_ISPENDR      0x0200
#define GICD_ICPENDR      0x0280
#define GICD_ISACTIVER    0x0300
#define GICD_ICACTIVER    0x0380
#define GICD_IPRIORITYR   0x0400
#define GICD_ICFGR        0x0c00
#define GICD_IROUTER      0x6000
#define GICD_CTLR_GROUP1  BIT(1)
#define GICD_CTLR_ARE     BIT(4)
#define GICD_CTLR_RWP     BIT(31)
#define GICR_WAKER        0x0014
#define GICR_WAKER_SLEEP  BIT(1)
#define GICR_WAKER_ASLEEP BIT(2)
#define GICR_SGI          0x10000 /* the frame of private interrupts */

#define PRIORITY_ALL 0xa0a0a0a0U

static volatile char *distributor;
static volatile char
	*private_frame;     /* GICR SGI frame; its registers have the distributor's offsets */
static uint32_t interrupts; /* how many there are */

static volatile uint32_t *reg(volatile char *base, uint32_t offset)
{
	return (volatile uint32_t *)(base + offset);
}

/* The frame in which the state of an interrupt is. */
static volatile char *frame(uint32_t irq)
{
	return irq < 32 ? private_frame : distributor;
}

static void set_bit(uint32_t offset, uint32_t irq)
{
	*reg(frame(irq), offset + (irq / 32) * 4) = 1U << (irq % 32);
}

static void start_distributor(void)
{
	uint64_t affinity = read_sysreg(mpidr_el1) & 0xff00ffffffUL;

	*reg(distributor, GICD_CTLR) = 0;
	while (*reg(distributor, GICD_CTLR) & GICD_CTLR_RWP)
		;
	for (uint32_t i = 32; i < interrupts; i += 32) {
		*reg(distributor, GICD_ICENABLER + i / 8) = UINT32_MAX;
		*reg(distributor, GICD_ICACTIVER + i / 8) = UINT32_MAX;
		*reg(distributor, GICD_IGROUPR + i / 8) = UINT32_MAX;
	}
	for (uint32_t i = 32; i < interrupts; i += 4)
		*reg(distributor, GICD_IPRIORITYR + i) = PRIORITY_ALL;
	*reg(distributor, GICD_CTLR) = GICD_CTLR_ARE | GICD_CTLR_GROUP1;
	while (*reg(distributor, GICD_CTLR) & GICD_CTLR_RWP)
		;
	for (uint32_t i = 32; i < interrupts; i++)
		*(volatile uint64_t *)(distributor + GICD_IROUTER + i * 8UL) = affinity;
}

static void start_redistributor(volatile char *redistributor)
{
	*reg(redistributor, GICR_WAKER) &= ~(uint32_t)GICR_WAKER_SLEEP;
	while (*reg(redistributor, GICR_WAKER) & GICR_WAKER_ASLEEP)
		;
	*reg(private_frame, GICD_ICENABLER) = UINT32_MAX;
	*reg(private_frame, GICD_ICACTIVER) = UINT32_MAX;
	*reg(private_frame, GICD_IGROUPR) = UINT32_MAX;
	for (uint32_t i = 0; i < 32; i += 4)
		*reg(private_frame, GICD_IPRIORITYR + i) = PRIORITY_ALL;
	*reg(private_frame, GICD_ISENABLER) = BIT(IRQ_MAINTENANCE) | BIT(IRQ_TIMER) |
					      BIT(IRQ_VIRTUAL_TIMER);
}

void arch_irq_start(paddr_t distributor_address, paddr_t redistributor_address)
{
	volatile char *redistributor;

	distributor = kernel_map_device(distributor_address, KIB(64));
	redistributor = kernel_map_device(redistributor_address, KIB(128));
	private_frame = redistributor + GICR_SGI;
	interrupts = ((*reg(distributor, GICD_TYPER) & 0x1f) + 1) * 32;
	if (interrupts > IRQS)
		interrupts = IRQS;
	/* System registers for us (SRE, no bypass) and for guests (Enable). */
	write_sysreg(ICC_SRE_EL2, 0xf);
	isb();
	start_distributor();
	start_redistributor(redistributor);
	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_BPR1_EL1, 0);
	/* EOImode: EOIR drops the priority, DIR deactivates. */
	write_sysreg(ICC_CTLR_EL1, BIT(1));
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	arch_list_registers_start();
	isb();
}

bool arch_irq_for_drivers(uint32_t irq)
{
	return irq >= 32 && irq < interrupts;
}

void arch_irq_configure(uint32_t irq, bool edge)
{
	volatile uint32_t *config = reg(distributor, GICD_ICFGR + irq / 16 * 4);
	uint32_t bit = 2U << (irq % 16 * 2);

	arch_irq_disable(irq);
	*config = edge ? *config | bit : *config & ~bit;
	/* An edge from before is nobody's. */
	set_bit(GICD_ICPENDR, irq);
}

void arch_irq_enable(uint32_t irq)
{
	set_bit(GICD_ISENABLER, irq);
}

void arch_irq_disable(uint32_t irq)
{
	set_bit(GICD_ICENABLER, irq);
	while (*reg(distributor, GICD_CTLR) & GICD_CTLR_RWP)
		;
}

void arch_irq_complete(uint32_t irq)
{
	write_sysreg(ICC_DIR_EL1, irq);
}

bool arch_irq_is_private(uint32_t irq)
{
	return irq < 32;
}

/* CNTV_CTL_EL02: enabled, not masked, condition met. A level interrupt that is active is pending, too, while its line is up. */
bool arch_irq_line(uint32_t irq)
{
	if (irq == IRQ_VIRTUAL_TIMER)
		return (read_sysreg(CNTV_CTL_EL02) & 7) == 5;
	return *reg(distributor, GICD_ISPENDR + irq / 32 * 4) >> irq % 32 & 1;
}

/*
 * What reading ICC_IAR1_EL1 and writing ICC_DIR_EL1 made of it is so in the redistributor after an ISB and a DSB only (IHI 0069,
 * 4.1.1 and "Observability of the effects of accesses to the GIC registers"): it would undo this. And this is read back, so that
 * it is so before the timer's line can rise and before the guest can end it.
 */
void arch_irq_set_active(uint32_t irq, bool active)
{
	isb();
	__asm__ volatile("dsb sy" ::: "memory");
	set_bit(active ? GICD_ISACTIVER : GICD_ICACTIVER, irq);
	(void)*reg(frame(irq), GICD_ISACTIVER);
	__asm__ volatile("dsb sy" ::: "memory");
}

/*
 * One interrupt that was acknowledged. No barrier stands between its two ends, whose writes may take effect in any order: one
 * that is deactivated before its priority drops is over all the same (IHI 0069, "Accessing the ICC_DIR_EL1"). The drop is due
 * when a lower priority must come again: an exception return or an ISB is before that.
 */
static void handle(uint32_t irq)
{
	struct vcpu *vcpu = vcpu_resident();

	write_sysreg(ICC_EOIR1_EL1, irq);
	switch (irq) {
	case IRQ_TIMER:
		core.timer_fired = true;
		arch_timer_set(DEADLINE_NEVER);
		arch_irq_complete(irq);
		break;
	case IRQ_VIRTUAL_TIMER:
		/* It stays active: the guest's EOI of the list register ends it. */
		if (vcpu) {
			slots_arrive(&vcpu->slots, IRQ_VIRTUAL_TIMER);
			vcpu_kick(vcpu);
		} else {
			arch_irq_complete(irq);
		}
		break;
	case IRQ_MAINTENANCE:
		/* Taking the list registers back makes it quiet; they are filled again at the guest's entry. */
		if (vcpu)
			slots_fold(&vcpu->slots);
		arch_irq_complete(irq);
		break;
	default:
		if (arch_irq_for_drivers(irq))
			irq_arrived(irq);
		else
			arch_irq_complete(irq);
		break;
	}
}

void arch_irq_handle(void)
{
	uint32_t irq = read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	/* 1020 to 1023 are special; there are no LPIs. */
	if (irq < 1020)
		handle(irq);
}

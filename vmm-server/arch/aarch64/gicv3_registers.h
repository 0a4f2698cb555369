/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of the GICv3 distributor and redistributor (Arm IHI 0069, chapter 12) and their fields.
 */
#pragma once

/* Bytes of a frame. */
#define GICV3_FRAME 0x10000ULL

/* The distributor. From IGROUPR to ICFGR also the redistributor's SGI frame. */
#define GICD_CTLR          0x0000
#define GICD_TYPER         0x0004
#define GICD_IIDR          0x0008
#define GICD_IGROUPR       0x0080
#define GICD_ISENABLER     0x0100
#define GICD_ICENABLER     0x0180
#define GICD_ISPENDR       0x0200
#define GICD_ICPENDR       0x0280
#define GICD_ISACTIVER     0x0300
#define GICD_ICACTIVER     0x0380
#define GICD_IPRIORITYR    0x0400
#define GICD_ITARGETSR     0x0800
#define GICD_ICFGR         0x0c00
#define GICD_IGRPMODR      0x0d00
#define GICD_IROUTER_FIRST 0x6100
#define GICD_IROUTER_END   0x6200
/* In every frame: GICD_PIDR4 to GICD_CIDR3. */
#define GICD_IDREGS 0xffd0

/* Bytes of a redistributor. Its first frame; the second follows it. */
#define GICR_SIZE      (2 * GICV3_FRAME)
#define GICR_IIDR      0x0004
#define GICR_TYPER     0x0008
#define GICR_WAKER     0x0014
#define GICR_SGI_FRAME GICV3_FRAME

/* GICD_CTLR with one security state. */
#define CTLR_ENABLE_GROUP0 (1U << 0)
#define CTLR_ENABLE_GROUP1 (1U << 1)
#define CTLR_ARE           (1U << 4)
#define CTLR_DS            (1U << 6)

/* GICD_TYPER: ten bits of INTID, and no interrupt goes to any one of several PEs. */
#define TYPER_IDBITS (9U << 19)
#define TYPER_NO1N   (1U << 25)

/* GICD_IIDR, GICR_IIDR: Arm's architecture, product "C", revision 0. */
#define IIDR_VALUE 0x4300043bU

/* GICD_IROUTER: the affinity, in its two words. IRM is not there (GICD_TYPER.No1N). */
#define IROUTER_LOW  0x00ffffffU
#define IROUTER_HIGH 0x000000ffU

/* GICR_TYPER: the last redistributor in its row; the processor's number. */
#define GICR_TYPER_LAST      (1U << 4)
#define GICR_TYPER_NUMBER(n) ((n) << 8)

/* GICR_WAKER. */
#define WAKER_PROCESSOR_SLEEP (1U << 1)
#define WAKER_CHILDREN_ASLEEP (1U << 2)

/* ICC_SGI1R_EL1 and its relatives: the target list is in bits 15:0. */
#define SGI_INTID_OF(value) ((uint32_t)((value) >> 24) & 0xf)
#define SGI_LIST            0xffffU
#define SGI_IRM             (1ULL << 40)
#define SGI_RS              (0xfULL << 44)
#define SGI_AFFINITY        (0xffULL << 48 | 0xffULL << 32 | 0xffULL << 16)

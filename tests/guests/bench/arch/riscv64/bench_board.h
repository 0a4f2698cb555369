/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine of the benchmark guest, for C and for assembly: QEMU's virt behind its SBI firmware, and a guest that
 * cloister describes by default. Both have the same devices at the same addresses; of the PLIC a guest has the contexts of S-mode
 * only, where on the other those of M-mode are in between.
 */
#pragma once

/* NS16550A (PC16550D data sheet, 8): registers of a byte each. */
#define UART           0x10000000
#define UART_RBR       0
#define UART_THR       0
#define UART_IER       1
#define UART_FCR       2
#define UART_LSR       5
#define UART_SCR       7
#define IER_RECEIVED   0x01
#define IER_THR_EMPTY  0x02
#define FCR_FIFOS      0x01
#define LSR_DATA       0x01
#define LSR_THR_EMPTY  0x20
#define UART_INTERRUPT 10

/* Where the descriptions of tests/bench have a virtio-console. */
#define VIRTIO_CONSOLE           0x10001000
#define VIRTIO_CONSOLE_INTERRUPT 1

/* PLIC (RISC-V Platform-Level Interrupt Controller Specification 1.0.0, 3): for each source, and for each context. */
#define PLIC                  0x0c000000
#define PLIC_PRIORITY(source) (PLIC + 4 * (source))
#define PLIC_PENDING          (PLIC + 0x1000)
#define PLIC_ENABLE(context)  (PLIC + 0x2000 + 0x80 * (context))
#define PLIC_CONTEXT(context) (PLIC + 0x200000 + 0x1000 * (context))
#define PLIC_THRESHOLD        0
#define PLIC_CLAIM            4

/* SBI 2.0: extensions, by the chapters of the specification, and their functions. */
#define SBI_BASE              0x10
#define SBI_BASE_SPEC_VERSION 0
#define SBI_TIME              0x54494d45
#define SBI_IPI               0x735049
#define SBI_RFENCE            0x52464e43
#define SBI_RFENCE_SFENCE_VMA 1
#define SBI_HSM               0x48534d
#define SBI_HSM_START         0
#define SBI_HSM_STOP          1
#define SBI_HSM_STATUS        2
#define SBI_SRST              0x53525354
#define SBI_SRST_SHUTDOWN     0
#define SBI_SRST_COLD_REBOOT  1

/* sie and sip (Privileged Architecture, "Supervisor Interrupt Registers"); sstatus.SIE. */
#define INTERRUPT_SOFTWARE (1 << 1)
#define INTERRUPT_TIMER    (1 << 5)
#define INTERRUPT_EXTERNAL (1 << 9)
#define SSTATUS_SIE        (1 << 1)

/* Ticks a second of `time`; of a tick QEMU's -icount makes so many instructions, with shift=0. */
#define COUNTER_FREQUENCY     10000000
#define INSTRUCTIONS_PER_TICK 100

/* How long the measured WFI waits. */
#define WFI_TICKS 1000

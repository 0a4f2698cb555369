/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the PL011. Section numbers are those of Arm DDI 0183. */
#pragma once

/* Register offsets (3.2, table 3-1). */
#define UARTDR        0x000
#define UARTRSR       0x004
#define UARTFR        0x018
#define UARTILPR      0x020
#define UARTIBRD      0x024
#define UARTFBRD      0x028
#define UARTLCR_H     0x02c
#define UARTCR        0x030
#define UARTIFLS      0x034
#define UARTIMSC      0x038
#define UARTRIS       0x03c
#define UARTMIS       0x040
#define UARTICR       0x044
#define UARTDMACR     0x048
#define UARTPeriphID0 0xfe0

/* UARTFR (3.3.3). The modem lines that the other side drives read as asserted. */
#define FR_CTS      (1U << 0)
#define FR_DSR      (1U << 1)
#define FR_DCD      (1U << 2)
#define FR_BUSY     (1U << 3)
#define FR_RXFE     (1U << 4)
#define FR_TXFF     (1U << 5)
#define FR_RXFF     (1U << 6)
#define FR_TXFE     (1U << 7)
#define FR_ASSERTED (FR_CTS | FR_DSR | FR_DCD)

/* UARTLCR_H (3.3.7): enable FIFOs. */
#define LCR_H_FEN (1U << 4)

/* UARTCR (3.3.8). */
#define CR_UARTEN   (1U << 0)
#define CR_LBE      (1U << 7)
#define CR_TXE      (1U << 8)
#define CR_RXE      (1U << 9)
#define CR_TRANSMIT (CR_UARTEN | CR_TXE)
#define CR_RECEIVE  (CR_UARTEN | CR_RXE)

/* Interrupts, in UARTIMSC, UARTRIS, UARTMIS and UARTICR (3.3.10 to 3.3.13). */
#define INT_RX  (1U << 4)
#define INT_TX  (1U << 5)
#define INT_RT  (1U << 6)
#define INT_ALL 0x7ffU

/* UARTIFLS after reset: both at half full (3.3.9). */
#define IFLS_RESET 0x12

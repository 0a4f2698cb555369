/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the 16550A, by their names in the data sheet of National Semiconductor's PC16550D (table II). */
#pragma once

/* Offsets. With LCR_DLAB the first two are the divisor's. Two are one register when read and another when written. */
#define RBR 0
#define THR 0
#define IER 1
#define IIR 2
#define FCR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6
#define SCR 7
#define DLL 0
#define DLM 1

/* Interrupts: data received, room to send, line status, modem status. */
#define IER_ERBFI (1U << 0)
#define IER_ETBEI (1U << 1)
#define IER_ELSI  (1U << 2)
#define IER_EDSSI (1U << 3)
#define IER_ALL   0xfU

/* The most urgent interrupt, and whether there are FIFOs. */
#define IIR_NONE     0x01U
#define IIR_MODEM    0x00U
#define IIR_TRANSMIT 0x02U
#define IIR_RECEIVE  0x04U
#define IIR_LINE     0x06U
#define IIR_TIMEOUT  0x0cU
#define IIR_FIFOS    0xc0U

#define FCR_ENABLE         (1U << 0)
#define FCR_RESET_RECEIVE  (1U << 1)
#define FCR_RESET_TRANSMIT (1U << 2)
#define FCR_LEVEL(fcr)     ((fcr) >> 6 & 3)

#define LCR_DLAB (1U << 7)

#define MCR_DTR  (1U << 0)
#define MCR_RTS  (1U << 1)
#define MCR_OUT1 (1U << 2)
#define MCR_OUT2 (1U << 3)
#define MCR_LOOP (1U << 4)
#define MCR_ALL  0x1fU

#define LSR_DR   (1U << 0)
#define LSR_OE   (1U << 1)
#define LSR_THRE (1U << 5)
#define LSR_TEMT (1U << 6)

/* The lower half says which of the upper has changed; of RI, only that it has ended. */
#define MSR_TERI    (1U << 2)
#define MSR_CTS     (1U << 4)
#define MSR_DSR     (1U << 5)
#define MSR_RI      (1U << 6)
#define MSR_DCD     (1U << 7)
#define MSR_CHANGES 0xfU

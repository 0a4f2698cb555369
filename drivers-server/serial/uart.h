/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program of a UART's driver (uart.c) asks of the device. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Its registers are there. It is to send and receive eight bits without parity at the speed that the firmware has left, without
 * interrupts; what was received already is not lost.
 */
void device_start(uint64_t registers);

/* What made an interrupt is done with: what happens from now on shows again. */
void device_clear(void);

/* Send of these bytes as many as there is room for; gives how many. */
uint32_t device_send(const uint8_t *bytes, uint32_t count);

/* What was received, at most `room` bytes; gives how many. */
uint32_t device_receive(uint8_t *bytes, uint32_t room);

/* Whether there shall be interrupts for room to send, and for what is received. */
void device_interrupts(bool send, bool receive);

/* Nothing is left to be done when the line is quiet; else it is quiet now. */
bool device_settled(void);
void device_settle(void);

#endif

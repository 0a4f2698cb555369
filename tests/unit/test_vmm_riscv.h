/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM server of RISC-V with a guest that the tests play: its memory, its lines and the kernel behind them are in plain memory.
 * Exits go in as the kernel would send them, replies are taken apart as the kernel would; what interrupts the guest
 * is worked out from its slots, as idl/riscv64.idl has it.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include <vmm.h>

#include "test_vmm_arch.h"

#define HARTS 3

#define MEMORY_BASE 0x80000000ULL
#define MEMORY_SIZE 0x20000ULL
#define ENTRY       (MEMORY_BASE + 0x1000)
#define TREE        (MEMORY_BASE + 0x8000)
#define PLIC        0x0c000000ULL
#define UART        0x10000000ULL
#define UART_IRQ    10
#define RTC         0x00101000ULL
#define RTC_IRQ     11
#define VIRTIO      0x10001000ULL
#define VIRTIO_IRQ  1
#define NOWHERE     0x20000000ULL

/* Guest-virtual addresses of memory, with this above the guest-physical one. */
#define VIRTUAL 0xffffffd000000000ULL

/* Those of vCPU 0; the others' follow. */
#define CAP_VCPU       5
#define CAP_VCPU_EVENT 10
#define CAP_ROOT       15
#define CAP_CONSOLE    16
#define CAP_LOG        17
#define CAP_VIRTIO     18
#define CAP_LINE       19
#define CAP_SERVER     20
#define CAPS           24

/* ck_assert() notes every call in a file: too slow for what is asked a million times. */
#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

/* What the kernel would know of an interrupt slot. */
struct fake_slot {
	uint64_t configuration;
	bool line;
	bool latch;
	bool active;
};

extern struct vmm_config config;
extern struct vmm vmm;
extern uint8_t memory[MEMORY_SIZE];
extern struct clock_page clock_page;
extern struct fake_slot slot[HARTS][VCPU_SLOTS];
extern uint32_t signals[CAPS];
/* How the guest ended (-1: it has not); instruction fences. */
extern int ended;
extern uint32_t fences;
/* The slot that CAP_LINE drives, of which vCPU (-1: none), and the notification's word. */
extern int line_hart;
extern uint64_t line_slot;
extern bool line_up;
/* The result words of the last reply. */
extern uint64_t result[4];
/* The other ends of the console and of the log. */
extern struct stream_consumer console_out;
extern struct stream_producer console_in;

/* A guest with each device once; then its power-on. Both at once. */
void guest_configure(void);
void guest_begin(void);
void guest_start(void);

/* One exit of a hart; gives the reply's label. `word` are address, access, value, syndrome and guest-virtual address. */
uint64_t hart_exit(uint32_t hart, enum exit_kind kind, const uint64_t word[5]);

/* A decoded access; gives the disposition. Those that must be answered by STEP: a read gives the value. */
enum disposition hart_access(uint32_t hart, uint64_t address, unsigned int size, bool write,
			     uint64_t value);
uint64_t hart_read(uint32_t hart, uint64_t address, unsigned int size);
void hart_write(uint32_t hart, uint64_t address, unsigned int size, uint64_t value);

/* An event with these bits; gives the reply's label, without flags but REPLY_REGISTERS. */
uint64_t hart_event(uint32_t hart, uint64_t bits);

/* A call of the SBI; gives the reply's label without slots. Error and value are in `result`. */
uint64_t sbi(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
	     uint64_t a2);

/* The same for one that must return: its error, and its value. */
int64_t sbi_error(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		  uint64_t a2);
uint64_t sbi_value(uint32_t hart, uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		   uint64_t a2);

/* A hart that hart_start() has started takes the event by which it begins. */
void hart_begins(uint32_t hart);

/* Which interrupts the kernel raises. */
bool vseip(uint32_t hart);
bool vssip(uint32_t hart);
bool vstip(uint32_t hart);

/* What the guest put out, or what was logged, since the last time. */
const char *console_text(void);
const char *log_text(void);
void console_type(const char *text);

Suite *plic_suite(void);
Suite *sbi_suite(void);
Suite *hsm_suite(void);
Suite *ns16550a_suite(void);
Suite *goldfish_suite(void);
Suite *riscv_exits_suite(void);

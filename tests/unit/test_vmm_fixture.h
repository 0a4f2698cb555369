/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM server with a guest that the tests play: its memory, its lines and the kernel behind them
 * are in plain memory. Exits go in as the kernel would send them, replies are taken apart as the
 * kernel would.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include <vmm.h>

#include "test_vmm_arch.h"

#define MEMORY_BASE   0x40000000ULL
#define MEMORY_SIZE   0x20000ULL
#define UART          0x09000000ULL
#define UART_IRQ      33
#define DISTRIBUTOR   0x08000000ULL
#define REDISTRIBUTOR 0x080a0000ULL
#define SGI_FRAME     (REDISTRIBUTOR + 0x10000)
#define NOWHERE       0x0a000000ULL
#define VIRTIO        0x0c000000ULL
#define VIRTIO_IRQ    48
#define GPIO          0x09030000ULL
#define GPIO_IRQ      39
#define RTC           0x09010000ULL
#define RTC_IRQ       34

/* ck_assert() notes every call in a file: too slow for what is asked a million times. */
#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

#define ENTRY (MEMORY_BASE + 0x1000)

/* Guest-virtual addresses of memory and devices, with this above the guest-physical one. */
#define VIRTUAL 0xffff000000000000ULL

#define CAP_VCPU           5
#define CAP_ROOT           6
#define CAP_CONSOLE_NOTIFY 7
#define CAP_LOG_NOTIFY     8
#define CAP_VCPU_EVENT     15
/* Of port 0; those of the others follow. */
#define CAP_VIRTIO_NOTIFY 9

/* Of a device server, for tests that isolate a device. */
#define CAP_DEVICE 16
/* The line of its interrupt. */
#define CAP_DEVICE_LINE 17

/* What the kernel would know of an interrupt slot. */
struct fake_slot {
	uint64_t configuration;
	bool line;
	uint32_t pended;
	uint32_t unpended;
	uint32_t activated;
	uint32_t deactivated;
};

extern struct vmm_config config;
extern struct vmm vmm;
extern uint8_t memory[MEMORY_SIZE];
extern struct clock_page clock_page;
extern struct vcpu_page *page;
extern struct vcpu_update *update;
extern struct line console;
extern struct line log_line_memory;
extern struct line virtio_lines[VMM_PORTS_MAX];
extern struct fake_slot slot[VCPU_SLOTS];
/* What vcpu_query_slots() answers. */
extern uint64_t pending_slots;
extern uint64_t active_slots;
/* Signals by capability; how the guest ended (-1: it has not). */
extern uint32_t signals[16];
extern int ended;
/* The result words of the last reply. */
extern uint64_t result[4];

/* The device server behind CAP_DEVICE. */
extern enum status (*device_server)(struct message *m, uint64_t deadline);
/* The slot that CAP_DEVICE_LINE is bound to, and what comes of that. */
extern uint64_t bound_slot;
extern enum status line_status;

/* The other ends of the console, the log and the virtio console's ports. */
extern struct stream_consumer console_out;
extern struct stream_producer console_in;
extern struct stream_consumer log_out;
extern struct stream_consumer virtio_out[VMM_PORTS_MAX];
extern struct stream_producer virtio_in[VMM_PORTS_MAX];

/*
 * A guest with each device once, the virtio console with one port; then what is configured is made
 * and its exit of kind start answered. Both at once.
 */
void guest_configure(void);
void guest_begin(void);
void guest_start(void);

/*
 * One exit; gives the reply's label. `word` are address, access, value, syndrome and guest-virtual
 * address.
 */
uint64_t guest_exit(enum exit_kind kind, const uint64_t word[5]);

/* A decoded access that must be answered by STEP: a read gives the value. */
uint64_t guest_read(uint64_t address, unsigned int size);
void guest_write(uint64_t address, unsigned int size, uint64_t value);

/* A decoded access; gives the disposition. */
enum disposition guest_access(uint64_t address, unsigned int size, bool write, uint64_t value);

/* An event with these bits; the deadline's flag as well if it has passed. */
void guest_event(uint64_t bits);

/* What the guest put out, or what was logged, since the last time. */
const char *console_text(void);
const char *log_text(void);

/*
 * Where the model of the virtio console is: in the VMM (test_vmm.c), or at the other end of a channel
 * (test_vmm_copy.c). These are told of each signal, each configuration and each exit's end; of the bits
 * of an event place_event() leaves those that are the VMM's.
 */
void place_configure(void);
void place_signal(uint32_t cap);
uint64_t place_event(uint64_t bits);
void place_after_exit(void);

Suite *bus_suite(void);
Suite *gic_suite(void);
Suite *psci_suite(void);
Suite *pl011_suite(void);
Suite *pl031_suite(void);
Suite *pl061_suite(void);
Suite *decode_suite(void);
Suite *emulate_suite(void);
Suite *sysreg_suite(void);
Suite *exits_suite(void);
Suite *isolated_suite(void);
Suite *lines_suite(void);
Suite *virtio_suite(void);
Suite *virtio_ports_suite(void);
Suite *virtio_queue_suite(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's interface as an executable specification: capabilities, memory, mappings, messages, signals and who has whose
 * time, as idl/kernel.idl states them. It says of each call what its status is, which results it has and what is different after
 * it; tests make the same calls of the kernel and compare.
 *
 * It is as plain as can be. Everything is in arrays that are searched from end to end, and nothing is kept twice. What the
 * specification leaves to others comes from outside: the clock, who is picked to run, how much time is left. What guests do is
 * not part of it (spec_syscall() says so): a VCpu here is never started.
 *
 * Where more than one error applies, a call has the first of these: of the capability that is invoked, its right, the
 * invocation's number, arguments wider than their types; then the order that the functions here are written in.
 */
#pragma once

#include <idl/kernel.h>

#define SPEC_OBJECTS   512
#define SPEC_CAPS      8192
#define SPEC_CNODE_MAX 256 /* slots: of larger ones there is not room for many */
#define SPEC_ENTRIES   2048
#define SPEC_CHAIN     32
#define SPEC_IRQS      64
#define SPEC_REGISTERS 36

#define SPEC_PAGE        4096ULL
#define SPEC_SPACE_BITS  39 /* of addresses in a guest's address space */
#define SPEC_LEVELS      3
#define SPEC_LEAF        (SPEC_LEVELS - 1)
#define SPEC_REGISTER_SP 31
#define SPEC_REGISTER_PC 32

/* What an object holds of others is a capability too, in one of its own places. */
enum spec_place {
	THREAD_CNODE = 0,
	THREAD_SPACE,
	THREAD_FAULT,
	VCPU_SPACE = 0,
	VCPU_ENDPOINT,
	VCPU_PAGE,
	VCPU_UPDATE,
	TIME_BOUND = 0,
	NOTIFICATION_BOUND = 0,
	IRQ_TARGET = 0,
	WINDOW_ENDPOINT = 0, /* of each window, one after the other */
	WINDOW_DOORBELL,
	WINDOW_PLACES,
};

enum spec_state {
	SPEC_STOPPED,
	SPEC_READY,
	SPEC_SENDING,   /* waits for somebody to take its call */
	SPEC_CALLING,   /* waits for the answer */
	SPEC_RECEIVING, /* waits for a message */
	SPEC_WAITING,   /* waits for signals */
	SPEC_FAULTED,   /* waits for somebody to take its fault, or to say what becomes of it */
};

struct spec_object;

struct spec_cap {
	enum object_type type; /* OBJECT_NULL: the slot is empty */
	uint32_t rights;
	uint32_t bits;   /* Untyped, Frame: log2 of bytes; CNode: of slots */
	uint32_t memory; /* Untyped, Frame: `untyped_flags` */
	bool original;   /* made by retype: its end is the object's */
	uint64_t badge;
	uint64_t used;              /* Untyped: bytes given out */
	uint64_t address;           /* Untyped, Frame: physical */
	struct spec_object *object; /* all others */
	struct spec_object *holder; /* the object that holds it; NULL: it is in a CNode */
	struct spec_cap *parent;    /* what it was derived from */
	uint64_t born;              /* of the children of one parent the youngest end first */
	/* Frame, PageTable: where it was mapped. It still is if there is an entry for it. */
	struct spec_object *space;
	uint64_t mapped;
};

/* What a notification's signals are. */
enum spec_binding {
	SPEC_UNBOUND,
	SPEC_EVENT,
	SPEC_SLOT,
	SPEC_THREAD,
};

struct spec_window {
	uint64_t address;
	uint32_t pages; /* 0: it is clear */
	uint32_t doorbell_offset;
};

struct spec_object {
	enum object_type type; /* OBJECT_NULL: there is none */
	uint64_t address;      /* physical; IrqHandler: the number */
	struct spec_cap *cap;  /* a CNode's slots, or what the object holds */
	unsigned int cap_count;

	/* Thread. */
	enum spec_state state;
	uint32_t priority;
	uint64_t registers[SPEC_REGISTERS];
	uint64_t cause, fault_address;
	struct spec_object *at;              /* the endpoint or notification that it waits at */
	uint64_t since;                      /* the order in which they came there */
	uint64_t badge;                      /* of its call; WAITING: the bits that it wants */
	uint64_t deadline, armed;            /* and the order in which they were set */
	struct spec_object *caller, *callee; /* whom it owes an answer, and who owes it one */
	struct spec_object *signals;         /* the notification that is bound to it */
	struct spec_object *serves; /* where it received last, if nobody did so there since */

	/* SchedContext. */
	bool configured;
	/* Whose time it is, unless a notification's, and who has it lent on, up to who runs on it. */
	struct spec_object *chain[SPEC_CHAIN];
	unsigned int length;

	/* Notification. */
	uint64_t word;
	enum spec_binding binding;
	struct spec_object *bound;
	uint32_t slot;
	bool late; /* a deadline of the bound thread has passed, and is not told yet */

	/* VCpu. */
	uint64_t events;  /* signals that are not told yet */
	uint64_t pending; /* interrupt slots */

	/* IrqHandler. */
	bool open; /* it was bound: the interrupt may come */
	bool in_service;

	/* GuestSpace. */
	struct spec_window window[WINDOWS_MAX];
};

enum spec_kind {
	SPEC_NOTHING,
	SPEC_TABLE,
	SPEC_FRAME,
	SPEC_WINDOW,
};

/* Something in an address space: 2^bits bytes at an address, at a level of the translation. */
struct spec_entry {
	enum spec_kind kind;
	struct spec_object *space;
	unsigned int level;
	uint64_t address;
	uint64_t physical;         /* of a frame */
	uint32_t rights;           /* of a frame */
	enum memory_type type;     /* of a frame */
	struct spec_object *table; /* of a table */
	uint32_t window;           /* of a window */
};

/* Which registers, of those that `thread.read_registers` gives, carry a message. */
struct spec_layout {
	unsigned int syscall;
	unsigned int capability; /* and the status */
	unsigned int label;
	unsigned int words;
	unsigned int deadline; /* and the badge */
	unsigned int first_irq;
	unsigned int registers;    /* of a thread, at most SPEC_REGISTERS */
	unsigned int process_bits; /* of addresses in a process's address space */
	uint64_t budget_min;
};

struct spec {
	struct spec_layout layout;
	struct spec_object object[SPEC_OBJECTS];
	struct spec_cap cap[SPEC_CAPS];
	struct spec_entry entry[SPEC_ENTRIES];
	unsigned int objects, caps, entries; /* how far the arrays were ever used */
	uint64_t events;                     /* numbers what happens */
	uint64_t now;
	/* Interrupts: the last handler's kind, and an edge that came. Both stay when a handler ends. */
	bool edge[SPEC_IRQS];
	bool latch[SPEC_IRQS];
};

extern struct spec spec;

void spec_start(const struct spec_layout *layout);

/* What is there before the first call, in an empty slot. */
struct spec_object *spec_boot(struct spec_cap *slot, enum object_type type, uint64_t address,
			      uint32_t bits, uint32_t memory);
struct spec_object *spec_new(enum object_type type, uint64_t address, unsigned int caps);

/*
 * The system call in the registers of a READY thread. False, and nothing has happened: what it would do is not specified here.
 */
bool spec_syscall(struct spec_object *thread);
void spec_fault(struct spec_object *thread, uint64_t cause, uint64_t address);
/* An edge of a device's interrupt, or a level that is up for a moment; SPEC_IRQS: what came before is looked at. */
void spec_interrupt(uint32_t irq);
/* Time has passed. */
void spec_clock(uint64_t now);

/* Capabilities (tree.c). */
struct spec_cap *spec_slot(const struct spec_object *cnode, uint64_t index);
unsigned int spec_depth(const struct spec_cap *cap);
bool spec_has_children(const struct spec_cap *cap);
enum status spec_can_derive(const struct spec_cap *parent);
void spec_derive(struct spec_cap *parent, struct spec_cap *child);
void spec_hold(struct spec_cap *source, struct spec_object *holder, unsigned int place);
/* The holder lets go, and is not told. */
void spec_let_go(struct spec_cap *held);
void spec_revoke(struct spec_cap *cap);
void spec_delete(struct spec_cap *cap);

/* An invocation: who calls with which capability, and its words: arguments, then results. */
struct spec_call {
	struct spec_object *thread;
	struct spec_cap *cap;
	uint64_t word[MESSAGE_WORDS];
	bool outside; /* it is not specified here */
};

/* A capability of the caller's. */
enum status spec_find(const struct spec_call *call, uint64_t index, enum object_type type,
		      uint32_t rights, struct spec_cap **cap);
enum status spec_find_empty(const struct spec_call *call, uint64_t cnode, uint64_t index,
			    struct spec_cap **slot);

/* Invocations; those of one object in one file. */
enum status spec_retype(struct spec_call *call);
enum status spec_describe(struct spec_call *call);
enum status spec_copy(struct spec_call *call);
enum status spec_mint(struct spec_call *call);
enum status spec_move(struct spec_call *call);
enum status spec_cnode_delete(struct spec_call *call);
enum status spec_cnode_revoke(struct spec_call *call);
enum status spec_count(struct spec_call *call);
enum status spec_thread_configure(struct spec_call *call);
enum status spec_thread_set_priority(struct spec_call *call);
enum status spec_start_at(struct spec_call *call);
enum status spec_resume(struct spec_call *call);
enum status spec_serve(struct spec_call *call);
enum status spec_suspend(struct spec_call *call);
enum status spec_read_registers(struct spec_call *call);
enum status spec_vcpu_configure(struct spec_call *call);
enum status spec_vcpu_set_priority(struct spec_call *call);
enum status spec_vcpu_start(struct spec_call *call);
enum status spec_vcpu_stop(struct spec_call *call);
enum status spec_vcpu_idle(struct spec_call *call);
enum status spec_set_slot(struct spec_call *call);
enum status spec_query_slots(struct spec_call *call);
enum status spec_translate(struct spec_call *call);
enum status spec_set_answer_limit(struct spec_call *call);
enum status spec_statistics(struct spec_call *call);
enum status spec_time_configure(struct spec_call *call);
enum status spec_time_bind(struct spec_call *call);
enum status spec_time_unbind(struct spec_call *call);
enum status spec_consumed(struct spec_call *call);
enum status spec_set_limit(struct spec_call *call);
enum status spec_bind_event(struct spec_call *call);
enum status spec_bind_slot(struct spec_call *call);
enum status spec_bind_thread(struct spec_call *call);
enum status spec_unbind(struct spec_call *call);
enum status spec_clear(struct spec_call *call);
enum status spec_frame_map(struct spec_call *call);
enum status spec_table_map(struct spec_call *call);
enum status spec_unmap(struct spec_call *call);
enum status spec_frame_address(struct spec_call *call);
enum status spec_map_vcpu(struct spec_call *call);
enum status spec_set_window(struct spec_call *call);
enum status spec_clear_window(struct spec_call *call);
enum status spec_irq_get(struct spec_call *call);
enum status spec_irq_bind(struct spec_call *call);
enum status spec_irq_acknowledge(struct spec_call *call);
enum status spec_irq_bind_slot(struct spec_call *call);
enum status spec_system_end(struct spec_call *call);
enum status spec_console_write(struct spec_call *call);
enum status spec_instructions(struct spec_call *call);

/* Messages (ipc.c). */
enum status spec_call_endpoint(struct spec_object *client, struct spec_object *endpoint,
			       uint64_t badge, uint64_t deadline);
void spec_reply(struct spec_object *server);
void spec_receive(struct spec_object *server, struct spec_object *endpoint, uint64_t deadline);
enum status spec_send(struct spec_object *sender, struct spec_object *endpoint, uint64_t badge);
/* It has time of its own from now on. */
void spec_timed_thread(struct spec_object *thread);
void spec_stop(struct spec_object *thread);
void spec_wake(struct spec_object *thread, enum status status);
/* Who waits there in this state, and came first; NULL: nobody. */
struct spec_object *spec_first(const struct spec_object *at, enum spec_state state);
void spec_block(struct spec_object *thread, enum spec_state state, struct spec_object *at,
		uint64_t deadline);
void spec_endpoint_end(struct spec_object *endpoint);

/* Time (time.c). */
struct spec_object *spec_chain_of(const struct spec_object *thread, unsigned int *place);
struct spec_object *spec_lender(const struct spec_object *thread);
bool spec_has_time(const struct spec_object *thread);
void spec_lend(struct spec_object *client, struct spec_object *server);
void spec_give_back(struct spec_object *server);
void spec_leave_chain(struct spec_object *thread);
struct spec_object *spec_time_of(const struct spec_object *notification);
void spec_time_unbound(struct spec_object *time);

/* Signals (notification.c). */
void spec_signal(struct spec_object *notification, uint64_t bits);
/* True: the thread that is bound to it got what has gathered. */
bool spec_tell(struct spec_object *notification);
/* There is a thread and time for it, which `from` gave back; NULL: nobody did. */
void spec_timed(struct spec_object *notification, const struct spec_object *from);
/* It goes on, not by a message: without time of its own on that of its notification. */
void spec_woken(struct spec_object *thread);
void spec_unbound(struct spec_object *notification);
void spec_notification_end(struct spec_object *notification);
enum status spec_wait(struct spec_object *thread, struct spec_object *notification, uint64_t mask,
		      uint64_t deadline);

/* Address spaces (space.c, window.c). */
void spec_unmap_cap(struct spec_cap *cap);
void spec_space_end(struct spec_object *space);
void spec_window_unbound(struct spec_object *space, unsigned int place);
struct spec_entry *spec_entry_at(const struct spec_object *space, unsigned int level,
				 uint64_t address);
struct spec_entry *spec_entry_new(struct spec_object *space, unsigned int level, uint64_t address);

/* Interrupts (irq.c). */
void spec_irq_end(struct spec_object *irq);

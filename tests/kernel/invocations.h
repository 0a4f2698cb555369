/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invocation suite: every invocation of every object, with right arguments and with each wrong one. The list of invocations and
 * of their parameters is that of idl/kernel.idl (kernel_method_name(), kernel_method_parameters()): what has no right call in
 * invocation_right_rows.c is a failure.
 *
 * All calls are made in the same scene. After each wrong one all that the task can read back of it must be as before; after a right
 * one it must not, or the call that the row names behind it must say so.
 */
#pragma once

#include "test.h"

/* The scene, in slots of the task's CNode. What others hold comes before who holds it: see scene_bound(). */
enum scene_slot {
	SCENE = 1024,
	S_EMPTY = SCENE, /* four of them */
	S_ENDPOINT = S_EMPTY + 4,
	S_BADGED, /* of S_ENDPOINT: badge 5 */
	/* Of some types one that nothing else is derived from: a binding left behind by a wrong call is seen. */
	S_ENDPOINT_FREE,
	S_NOTIFICATION_FREE,
	S_CNODE_FREE,
	S_SPACE_FREE,
	S_GUEST_FREE,
	S_EXITS, /* of S_VCPU_STOPPED and S_VCPU_STARTED */
	S_CNODE, /* 16 slots, a copy of S_ENDPOINT in slot 1 */
	S_SPACE,
	S_GUEST,
	S_THREAD,       /* all that it needs is bound to it; it stands still */
	S_BARE,         /* a Thread that nothing is bound to */
	S_VCPU,         /* configured */
	S_VCPU_BARE,    /* not configured */
	S_VCPU_STARTED, /* its first exit waits */
	S_VCPU_STOPPED, /* parked, then stopped; mapped */
	S_NOTIFICATION, /* signalled */
	S_BITS,         /* of S_NOTIFICATION: badge 0xf0 */
	S_BOUND,        /* to S_THREAD */
	S_EVENT,        /* of S_VCPU */
	S_LINE,         /* of slot 3 of S_VCPU */
	S_TIME,         /* of S_THREAD */
	S_TIME_FREE,
	S_TIME_SIGNAL, /* of S_BOUND */
	S_TIME_VCPU,   /* of S_VCPU_STOPPED */
	S_UNTYPED,     /* 64 KiB, of which S_CHILD has some */
	S_CHILD,       /* an Endpoint */
	S_FRAME,       /* in the task's own address space */
	S_FRAME_FREE,
	S_FRAME_READ, /* of S_FRAME: not writable */
	S_FRAME_SPACE,
	S_FRAME_GUEST,
	S_BLOCK, /* 2 MiB, in S_GUEST */
	S_BLOCK_FREE,
	S_DEVICE, /* a frame of the UART */
	S_TABLE,  /* of S_SPACE */
	S_TABLE_LEAF,
	S_TABLE_GUEST,
	S_TABLE_GUEST_LEAF,
	S_TABLE_FREE,
	S_IRQ,      /* the UART's, bound to S_NOTIFICATION */
	S_IRQ_FREE, /* bound to nothing */
	S_IRQ_SLOT, /* slot 6 of S_VCPU */
	S_IRQ_CONTROL,
	S_FIRMWARE,
	SCENE_END,
	/* What is not looked at. */
	S_PROBE = SCENE_END, /* empty but while the state is read */
	S_PROBE_FRAME,
	S_WEAK,  /* lacks a right */
	S_GROUP, /* an Untyped, whose objects are gone */
	S_DEAD,  /* + the type: a capability to one of these */
	S_DEEP = S_DEAD + OBJECT_TYPES,
	S_KEPT_DEVICE = S_DEEP + DERIVATION_DEPTH_MAX,
	S_KEPT_UNTYPED,
};

/* Addresses in S_SPACE and S_GUEST: what is mapped, a window of two pages, a block; and free ones. */
#define AT_FRAME  0x5000ULL
#define AT_FREE   0x6000ULL
#define AT_WINDOW 0x8000ULL
#define AT_ROOM   0x10000ULL
#define AT_BLOCK  0x200000ULL
/* No table is there; nor can there be one. */
#define AT_NO_TABLE  0x40000000ULL
#define AT_SPACE_END (1ULL << 39)

/* Hardware interrupts: the UART's, and such as no device has. */
#define IRQ_UART  UART_IRQ
#define IRQ_FREE  90
#define IRQ_SLOT  91
#define IRQ_TO_BE 92

/* Of arguments: no slot of any CNode; below the longest period, and above the shortest budget; what pends an interrupt slot. */
#define NO_SLOT     0xfffffff0
#define TICKS       100000000
#define SLOT_PENDED (SLOT_CONFIGURE | SLOT_ENABLED | SLOT_NUMBER(40) | SLOT_PEND)

/* A right invocation. */
struct right_call {
	uint64_t label;
	cap_t cap;
	uint64_t word[MESSAGE_WORDS];
	enum {
		CALL_SEEN,  /* the scene is another after it */
		CALL_QUIET, /* it only asks, or what it changes is not to be read */
		CALL_ENDS,  /* the machine: not made */
	} effect;
	/* What a further invocation of the same capability comes to; 0: none. */
	uint64_t then;
	enum status then_status;
	/* What must be done before. */
	void (*prepare)(void);
};

/* How a wrong one differs from the right one. */
struct change {
	enum {
		CHANGE_NONE,
		CHANGE_CAP,
		CHANGE_WORD,
	} where;
	uint64_t value;
};

#define AS_IT_IS               \
	{                      \
		CHANGE_NONE, 0 \
	}
#define ON(slot)                   \
	{                          \
		CHANGE_CAP, (slot) \
	}
#define WORD(n, value)                     \
	{                                  \
		CHANGE_WORD + (n), (value) \
	}

struct wrong_call {
	uint64_t label;
	enum status status;
	const char *what;
	struct change changes[4];
};

/* Of a parameter that names a capability: what it may be. */
struct capability_parameter {
	uint64_t label;
	uint32_t index;
	uint32_t types; /* a bit each */
	uint32_t right;
	bool held; /* a binding is derived from it */
};

extern const struct right_call right_calls[];
extern const size_t right_call_count;
extern const struct wrong_call wrong_calls[];
extern const size_t wrong_call_count;
extern const struct capability_parameter capability_parameters[];
extern const size_t capability_parameter_count;

/* invocation_wrong.c: all that are made of one invocation, and all labels that are none of a type's. How many there were. */
unsigned int wrong_calls_of(const struct right_call *right);
unsigned int wrong_labels_of(enum object_type type);

/* Whose invocation a label is. */
static inline enum object_type label_object(uint64_t label)
{
	return (enum object_type)(label >> 8);
}

/* scene.c */

/* Once, before the first. */
void scene_open(void);
void scene_build(void);
void scene_clear(void);
/* Which slots have something derived from them, a bit each; the scene is gone. */
uint64_t scene_bound(void);

/* For right calls. */
void scene_resume_thread(void);
void scene_save_vcpu(void);
void scene_interrupt(void);

/* What is derived from it again and again, as deep as can be; and its end. */
cap_t scene_deep(cap_t source);
void scene_deep_end(void);

/* scene_state.c: all that can be read back of the scene. */
#define STATE_ITEMS 1024

struct state {
	struct state_item {
		const char *what;
		uint32_t slot;
		uint64_t value;
	} item[STATE_ITEMS];
	size_t count;
};

void state_read(struct state *state);
/* The first item that differs; NULL: none. */
const struct state_item *state_difference(const struct state *before, const struct state *after);

extern const struct suite invocation_suite;

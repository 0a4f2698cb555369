/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plain model of who runs: arrays that are searched from end to end, and nothing that is kept twice. It knows who is in
 * which state, who waits for whose answer, and for each time (a scheduling context) the chain of those who lent it on. Time
 * is counted in units.
 */
#pragma once

#include <context.h>

#define MODEL_MAX   16
#define MODEL_NONE  MODEL_MAX
#define MODEL_UNITS 8

/* Who runs, or would: a thread or a VCpu. */
struct model_agent {
	enum context_state state;
	bool dead;
	bool guest;
	bool stopped; /* VCpu, by `stop`: READY comes with `resume` */
	bool pending; /* VCpu: an exit is not answered */
	bool serves;  /* it has waited at `endpoint` */
	/* Where it waits for messages, or its exits go; MODEL_NONE: nowhere. */
	unsigned int endpoint;
	unsigned int priority;
	unsigned int caller, callee;
	unsigned int at; /* the endpoint or notification that it is blocked on */
	uint64_t since;  /* the order in which they came there */
	bool waits;      /* for the core, in the order of `turn` */
	int64_t turn;
	uint64_t deadline, armed; /* 0: none; and the order in which they were set */
};

/* A budget: equal to its period it is a turn only. */
struct model_time {
	unsigned int budget, period; /* 0: there is none */
	/* Its owner, and who has it lent on, up to who runs on it. */
	unsigned int chain[MODEL_MAX], length;
	uint64_t from[MODEL_UNITS]; /* limited: when each unit can be used */
	unsigned int left;          /* not limited: of its turn */
	bool unwanted;              /* limited: when it was last used nobody went on wanting it */
	uint64_t refill, armed;     /* 0: it can be used now */
};

struct model {
	uint64_t now;
	struct model_agent agent[MODEL_MAX]; /* agent i is the owner of time i */
	struct model_time time[MODEL_MAX];
	bool signal[MODEL_MAX];
	unsigned int current; /* who runs, or ran last */
	unsigned int charged; /* the time that is used; MODEL_NONE: the core is idle */
	uint64_t events;      /* numbers what happens */
};

extern struct model model;

void model_start(uint64_t now);

/* The time that an agent runs on, or MODEL_NONE. */
unsigned int model_time_of(unsigned int agent);

/* What the running agent, or whoever invokes an object, does. A deadline of 0 never comes. */
enum status model_call(unsigned int client, unsigned int endpoint, uint64_t deadline);
void model_reply(unsigned int server);
void model_receive(unsigned int server, uint64_t deadline);
void model_wait(unsigned int agent, unsigned int notification, uint64_t deadline);
void model_signal(unsigned int notification);
void model_yield(void);
void model_stop(unsigned int thread);
void model_wake(unsigned int agent);
void model_set_priority(unsigned int agent, unsigned int priority);
void model_stop_guest(unsigned int guest);
void model_resume_guest(unsigned int guest);

/* The parts that these are made of. */

/* In the chain of which time an agent is, and where in it; or MODEL_NONE. */
unsigned int model_chain_of(unsigned int agent, unsigned int *place);
unsigned int model_holder_of(const struct model_time *time);
/* After each single change: who can run now, and could not before, waits for the core behind the others. */
void model_note_change(void);
void model_set_state(unsigned int agent, enum context_state state);
/* Nobody's answer is awaited any more. */
void model_forget_call(unsigned int agent);

/* The end of an entry into the kernel: who goes on. */
void model_leave(void);

/* Time passes. */
void model_pass(uint64_t until);

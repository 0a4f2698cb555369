/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCpus: a guest's context, its exit, its interrupt slots and its events.
 *
 * The object is four pages: this structure; the page that the VMM reads; the page that the VMM writes; and
 * the state that the architecture keeps for it.
 */
#pragma once

#include <arch/vcpu.h>
#include <context.h>
#include <sched.h>
#include <slot.h>
#include <slots.h>

/* The exit that is not answered yet; it stays as it is until a reply commits. */
struct exit {
	bool pending;
	uint8_t kind; /* enum exit_kind */
	uint8_t was;  /* the state before it: READY, IDLE or PARKED */
	uint64_t sequence;
	uint64_t address;
	uint64_t access;
	uint64_t value;
	uint64_t syndrome;
	uint64_t fault_address;
	uint64_t detail; /* the architecture's: which register completes it */
};

struct vcpu {
	struct context context; /* first */
	struct exit exit;
	struct slots slots;
	uint64_t id;
	uint64_t serial; /* no two lives of VCpus since the kernel's start have the same */
	uint64_t waits;  /* how often it went idle */
	uint64_t starts; /* how often it was started */
	uint64_t answer_limit;
	/* Events: signals not yet told, told only while armed. */
	uint64_t events;
	bool event_deadline;
	bool armed;
	bool stopped; /* by `stop`; `exit.was` and the exit are kept */
	bool restart; /* by `start`, with an exit under way: once that is answered, and it is not stopped */
	uint8_t stopped_state;
	struct slot stop_signal; /* binding: who is told when it is stopped and its exit answered */
	struct window *window;   /* whose server has the exit; NULL: the VMM */
	struct list window_link;
	struct timeout event_timeout;
	struct timeout timer_timeout;
	struct slot space; /* bindings */
	struct slot endpoint;
	struct slot page_frame;   /* the page readable, and */
	struct slot update_frame; /* the page writable by its VMM */
	struct arch_vcpu arch;
};

_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE, "the first page of the object");

static inline struct vcpu *vcpu_of(struct context *context)
{
	BUG_ON(context->kind != CONTEXT_VCPU);
	return container_of(context, struct vcpu, context);
}

_Static_assert(sizeof(struct vcpu_page) <= PAGE_SIZE, "the second page");
_Static_assert(sizeof(struct vcpu_update) <= PAGE_SIZE, "the third page");

static inline struct vcpu_page *vcpu_page(struct vcpu *vcpu)
{
	return (struct vcpu_page *)((char *)vcpu + PAGE_SIZE);
}

static inline struct vcpu_update *vcpu_update(struct vcpu *vcpu)
{
	return (struct vcpu_update *)((char *)vcpu + 2 * PAGE_SIZE);
}

void vcpu_init(struct vcpu *vcpu);
void vcpu_destroy(struct vcpu *vcpu);
/* A binding was revoked: without address space or endpoint a VCpu stops. */
void vcpu_unbound(struct vcpu *vcpu, struct slot *binding);

/* As at power-on but for its interrupt slots: to the TLB it is another processor, which has made none of the guest's tables. */
void vcpu_reset(struct vcpu *vcpu);

/* Its state on the core is as it should be for the guest to run: called before each entry. */
void vcpu_enter(struct vcpu *vcpu);

/* READY, IDLE or PARKED; remembered while it is stopped. */
void vcpu_set_state(struct vcpu *vcpu, uint8_t state);

/* Its exit is answered and its VMM has let go of it: what waited for that is its next exit. */
void vcpu_answered(struct vcpu *vcpu);

/* The guest waits for an interrupt (WFI): idle, unless one is pending. The instruction is done already. */
void vcpu_idle(struct vcpu *vcpu);

/* A slot or line of a VCpu changed: wake it where it is idle. */
void vcpu_kick(struct vcpu *vcpu);

/* Signals for the VMM. */
void vcpu_event(struct vcpu *vcpu, uint64_t bits);
void vcpu_event_deadline(struct vcpu *vcpu);

/* The VCpu whose state is on the core, or NULL. */
static inline struct vcpu *vcpu_resident(void)
{
	return core.resident;
}

/* Bring its state onto the core, in the place of another's. */
void vcpu_replace(struct vcpu *vcpu);

static inline void vcpu_load(struct vcpu *vcpu)
{
	if (core.resident != vcpu)
		vcpu_replace(vcpu);
}

/* Its state leaves the core, floating-point registers too. */
void vcpu_release(struct vcpu *vcpu);

/* The same, but floating-point registers are lost. */
void vcpu_forget(struct vcpu *vcpu);

/*
 * Off the core its timer goes on: the kernel's wakes the VCpu. To be called when a change of its slots may have ended the timer's
 * interrupt. On the core the hardware tells; where it tells the guest alone (arch_vcpu_timer_is_heard()), the kernel's timer
 * wakes a VCpu that waits there too: to be called when it begins and ceases to.
 */
void vcpu_mirror_timer(struct vcpu *vcpu);

/* The guest's own timer came due while its state was not on the core, or it waited. */
void vcpu_timer(struct vcpu *vcpu);

/* What each architecture does for a VCpu. */

void arch_vcpu_init(struct vcpu *vcpu);

/* The state of the architecture's reset, but for the interrupt slots. It is not on the core. */
void arch_vcpu_reset(struct vcpu *vcpu);

/*
 * Copy the registers of the VMM's page, each once. False where the guest must not run with them.
 */
bool arch_vcpu_registers_take(struct vcpu *vcpu, const struct registers *page,
			      struct registers *registers);
void arch_vcpu_registers_put(struct vcpu *vcpu, const struct registers *registers);

/* All that it is but for slots and events; its state is not on the core. */
void arch_vcpu_save(struct vcpu *vcpu, struct vcpu_state *state);

/* Whether a guest can run with this. */
bool arch_vcpu_state_valid(const struct vcpu_state *state);

/* The opposite, on one that was reset; its slots are in place. */
void arch_vcpu_restore(struct vcpu *vcpu, const struct vcpu_state *state);

/* The exit's instruction is done, with results. */
void arch_vcpu_step(struct vcpu *vcpu, const uint64_t results[4]);

/* The guest takes an exception instead. */
void arch_vcpu_abort(struct vcpu *vcpu);
void arch_vcpu_undefined(struct vcpu *vcpu);

/* Stage 1 of the guest's present mode. False: it faults. */
bool arch_vcpu_translate(struct vcpu *vcpu, uint64_t address, bool write, uint64_t *physical);

/* When its timer will interrupt the guest; DEADLINE_NEVER: not at all, or the interrupt is on its way to the guest already. */
uint64_t arch_vcpu_timer(const struct vcpu *vcpu);

/* Put its state onto the core, which has that of no other, and back. Interrupts that were in list registers are the slots' again. */
void arch_vcpu_load(struct vcpu *vcpu);
void arch_vcpu_unload(struct vcpu *vcpu);

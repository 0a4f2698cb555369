/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scalars, bug checks and intrusive lists: what every file of the kernel uses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <idl/kernel.h>

/* A physical address. Only phys_to_virt() of <arch/mmu.h> makes a pointer of it. */
typedef uint64_t paddr_t;

#define KIB(n)     ((uint64_t)(n) << 10)
#define MIB(n)     ((uint64_t)(n) << 20)
#define PAGE_BITS  12
#define PAGE_SIZE  (1UL << PAGE_BITS)
#define BLOCK_BITS 21
#define BLOCK_SIZE (1UL << BLOCK_BITS)
#define HUGE_BITS  30

/* Of memory that others write all the while. */
#define READ_ONCE(place) (*(const volatile __typeof__(place) *)&(place))

#define BIT(n)                              (1ULL << (n))
#define ARRAY_SIZE(a)                       (sizeof(a) / sizeof((a)[0]))
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return align_down(value + alignment - 1, alignment);
}

static inline bool aligned(uint64_t value, uint64_t alignment)
{
	return (value & (alignment - 1)) == 0;
}

/*
 * Of the kernel's own functions only: not done yet, but an interrupt waits. The system call is to be made again from its
 * beginning; what it has done stays done.
 */
#define STATUS_AGAIN ((enum status)0x7fff)

/* Stops the machine with a report. Never on anything that a program or a guest can cause. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define BUG_ON(condition)                                                          \
	do {                                                                       \
		if (__builtin_expect(!!(condition), 0))                            \
			panic("bug: %s at %s:%d", #condition, __FILE__, __LINE__); \
	} while (0)

/* A doubly linked ring. A node that is in no list points to itself. */
struct list {
	struct list *next;
	struct list *prev;
};

static inline void list_init(struct list *node)
{
	node->next = node;
	node->prev = node;
}

static inline bool list_empty(const struct list *node)
{
	return node->next == node;
}

/* Insert `node` before `position`: at the tail, if that is the list's head. */
static inline void list_insert(struct list *position, struct list *node)
{
	node->next = position;
	node->prev = position->prev;
	position->prev->next = node;
	position->prev = node;
}

static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

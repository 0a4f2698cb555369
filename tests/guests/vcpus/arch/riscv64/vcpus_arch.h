/* SPDX-License-Identifier: BSD-2-Clause */
/* What the generic part needs to know of the SBI (9: states of a hart, and errors) and of the PLIC. */
#pragma once

#define ON         0
#define OFF        1
#define SUCCESS    0
#define INVALID    (-3)
#define ALREADY_ON (-6)
/* There is no such error: a hart that is starting is one that is on. */
#define PENDING     (-6)
#define BAD_ADDRESS (-5)

#define NO_MEMORY 0UL

/* The memory that is scribbled over, and where each vCPU sees a page of its own. */
#define STAIN_FIRST 0x80800000UL
#define STAIN_END   0x80a00000UL
#define OWN_PAGE    0x100000000UL

#define NO_INTERRUPT 0

#define ARCH_TESTS 11

/* Let translation see another page where it has seen one; see whether it does. */
#define ORDER_LOOK  ORDER_ARCH
#define ORDER_AGAIN (ORDER_ARCH + 1)
/* Wait until an IPI comes. */
#define ORDER_IPI (ORDER_ARCH + 2)

/* The page that a vCPU sees at OWN_PAGE becomes another, for who looks at its table. */
void arch_replace(unsigned int vcpu, const void *page);

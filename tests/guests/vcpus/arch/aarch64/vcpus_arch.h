/* SPDX-License-Identifier: BSD-2-Clause */
/* What the generic part needs to know of PSCI (Arm DEN 0022, 5.2.2, and AFFINITY_INFO) and of GICv3. */
#pragma once

#define ON          0
#define OFF         1
#define SUCCESS     0
#define INVALID     (-2)
#define ALREADY_ON  (-4)
#define PENDING     (-5)
#define BAD_ADDRESS (-9)

#define NO_MEMORY 0UL

/* The memory that is scribbled over, and where each vCPU sees a page of its own. */
#define STAIN_FIRST 0x40800000UL
#define STAIN_END   0x40a00000UL
#define OWN_PAGE    0x80000000UL

#define NO_INTERRUPT 1023

#define ARCH_TESTS 12

/* Leave deactivation to others, or not; an SGI to all others. */
#define ORDER_SPLIT_END  ORDER_ARCH
#define ORDER_WHOLE_END  (ORDER_ARCH + 1)
#define ORDER_SGI_OTHERS (ORDER_ARCH + 2)

/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* FENCE.I on this core: what was written on it so far is what runs on it from now on. */
void coherence_fence_i(void);

/* SPDX-License-Identifier: BSD-2-Clause */
/* Exits: what the guest did that needs an answer. */
#pragma once

#include <cloister/message.h>

struct vcpu;

/*
 * Handle the exit in `message` (idl/kernel.idl, LABEL_EXIT) and put the reply in its place. What is
 * no exit is answered with ERR_TYPE.
 */
void exits_handle(struct vcpu *vcpu, struct message *message);

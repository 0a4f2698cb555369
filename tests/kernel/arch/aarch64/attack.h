/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile VMM: the test answers its guest's exits with whatever it likes, while others work beside (neighbour.h). Each value
 * that it tries counts; a test of which less come than it says has failed.
 */
#pragma once

#include "vm.h"

/* Guest-physical: the programs of attack_guest.S. */
#define ATTACK_CODE 0x40020000ULL

/* What a guest of them calls. */
#define CALL_HERE   0x70ULL
#define CALL_VECTOR 0xf0ULL
/* Vectors of synchronous exceptions: from EL1 with SP_EL0, with SP_EL1, from EL0. */
#define VECTOR_EL1T 0
#define VECTOR_EL1H 4
#define VECTOR_EL0  8

#define MODE_MASK 0x1fULL
#define MODE_EL0T 0ULL
#define MODE_EL1T 4ULL
#define MODE_EL1H 5ULL
#define PSTATE_IL (1ULL << 20)
#define PSTATE_SS (1ULL << 21)

extern const char attack_begin[], attack_here[], attack_read[], attack_write[], attack_jump[],
	attack_firmware[], attack_register[], attack_other[];

/* Where a program of attack_guest.S is for the guest. */
uint64_t attack_address(const void *program);

/* vm_new_at(), with these programs. */
void attack_vm_new(uint32_t place);

/* Neighbours, and a guest that is at its first exit, EXIT_START. */
void attack_new(void);

/* Begins the guest anew, whatever it does, at this program. The next exit is due. */
void attack_run(const void *program, uint64_t x0, uint64_t pstate);

/* The same where the next exit is another server's, the access that the program makes to this address. */
void attack_load(const void *program, uint64_t address);

/*
 * Has a process serve the guest, which is stopped at its first exit, and lets that go on at this program, at EL1 and with what else
 * stands in the page for new values. The endpoint is in the process's slot ATTACK_ENDPOINT.
 */
#define ATTACK_ENDPOINT 1
void attack_serve(const void *program, served_entry *vmm, uint32_t priority);

/* What the registers of the page for new values are to be: all of them known, at attack_here. */
void attack_fill_registers(void);

/* Answers the exit. OK: it is not pending any more. */
enum status attack_answer(uint64_t label, const uint64_t words[MESSAGE_WORDS], uint64_t deadline);

/* The same with nothing but the sequence number in its words. */
enum status attack_reply(uint64_t label);

/* The exit's instruction is done, with this result. */
void attack_answer_result(uint64_t value);

/* Takes the next exit; false: none comes for so many microseconds. */
bool attack_next(uint64_t microseconds);

/* The guest is stopped, without an exit under way. */
void attack_stop(void);

/* The guest runs in a state that is a guest's. */
void attack_expect_legal(void);

/* Word `n` of those that are worth trying in a place of 64 bits: none, all, each single bit and each missing one. */
#define ATTACK_WORDS 134
uint64_t attack_word(unsigned int n);

/* A value was tried; from time to time the neighbours have their turn. */
void attack_tried(void);

/* All were: tells how many, of at least so many. */
void attack_done(const char *what, uint64_t least);

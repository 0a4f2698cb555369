/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the shell share: the multiplexer's end of its line, with what the shell has written and what is
 * typed, and a root server that keeps to the protocol.
 */
#ifndef TEST_SHELL_H
#define TEST_SHELL_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "editor.h"
#include "shell.h"

#define GUESTS  3
#define SERVERS 2

struct model_guest {
	char name[32];
	enum guest_state state;
	uint64_t patience;
	/* The label of the last call that changed it. */
	uint64_t call;
};

/* What the root server knows, and what it refuses: calls with this label, if the status is not OK. */
extern struct model_guest guests[GUESTS];
extern uint64_t refused_label;
extern enum status refused_status;
/* Typed while the root server is at work. */
extern const char *typed_meanwhile;
extern bool powered_off;

/* How the multiplexer answers requests, and the last one. */
extern enum status view_result;
extern bool view_silent;
extern uint32_t view_action;
extern char view_name[32];

extern struct line line;
extern struct shell_config shell_config;
extern struct shell shell;

void shell_setup(void);

/* Type; what has no room in the ring waits. */
void type(const char *text);

/* What the shell has written since the last time. */
const char *written(void);

/* Carry out a line, and give what it writes. */
const char *answer(const char *text);

TCase *editor_tests(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's shell: a client of the root server's protocol `manager` (idl/root.idl), which does what it is
 * asked for at its line to the console multiplexer. What it may do is what that protocol lets a manager do.
 */
#ifndef SHELL_H
#define SHELL_H

#include <stddef.h>
#include <stdint.h>

#include <cloister/types.h>
#include <idl/root.h>

#include "table.h"
#include "terminal.h"
#include "words.h"

/* A name is four words of the protocol; and with a NUL behind it. */
#define SHELL_NAME_WORDS 4
#define SHELL_NAME_SIZE  (SHELL_NAME_WORDS * sizeof(uint64_t) + 1)

struct shell {
	struct terminal terminal;
	/* The root server's endpoint. */
	cap_t root;
	char version[sizeof(((struct shell_config *)0)->version) + 1];
	/* Of the command at work: its parameters, and whether it is to print JSON. */
	struct words words;
	bool json;
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A table that a command prints, and the function that gives its cells, of `subject`. */
struct shell_table {
	const struct table_column *columns;
	uint32_t count;
	/* It has one row. */
	bool single;
	enum status (*rows)(struct shell *s, struct table *t, const void *subject);
};

struct command {
	/* One word or two. */
	const char *name;
	const char *parameters;
	/* How many of these there are to be. */
	uint32_t least;
	uint32_t most;
	/* It prints a table, and so takes --json. */
	bool table;
	/* One line, and what help for this command says further. */
	const char *summary;
	const char *details;
	void (*run)(struct shell *s);
};

/* Carry out a line. */
void shell_run(struct shell *s, const char *line);

/* What is wrong, where, and what to do, as a line behind "error: ". */
void shell_error(struct shell *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A call to the root server came to nothing. */
void shell_error_status(struct shell *s, enum status status);

/* Print a table, or an error instead. */
void shell_print(struct shell *s, const struct shell_table *table, const void *subject);

/* How many guests and servers there are. */
enum status shell_counts(struct shell *s, uint32_t *guests, uint32_t *servers);

/*
 * The parameters from `first` on as one name: names of consoles and logs may have a blank. False: it is longer
 * than any name.
 */
bool shell_name(const struct shell *s, uint32_t first, char name[SHELL_NAME_SIZE]);

/* guests.c */

enum status guest_name(struct shell *s, uint32_t guest, char name[SHELL_NAME_SIZE]);

/* Offer the names of all guests. */
void guest_suggest(struct shell *s, struct suggestion *suggestion);

void guest_list(struct shell *s);
void guest_info(struct shell *s);
void guest_start(struct shell *s);
void guest_stop(struct shell *s);
void guest_pause(struct shell *s);
void guest_resume(struct shell *s);
void guest_reset(struct shell *s);

/* machine.c */

void machine_console(struct shell *s);
void machine_log(struct shell *s);
void machine_servers(struct shell *s);
void machine_memory(struct shell *s);
void machine_uptime(struct shell *s);
void machine_version(struct shell *s);
void machine_power_off(struct shell *s);

#endif

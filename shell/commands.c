/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands, how one is found in a line, and what is said when none is. Every command stands in one table.
 */
#include <stdarg.h>
#include <stddef.h>

#include <cloister/print.h>
#include <cloister/string.h>
#include <idl/kernel_names.h>
#include <idl/root_client.h>

#include "shell.h"

#define JSON "--json"

static void help(struct shell *s);

static const struct command commands[] = {
	{
		.name = "guest list",
		.table = true,
		.summary = "all guests and what they do",
		.run = guest_list,
	},
	{
		.name = "guest info",
		.parameters = "<guest>",
		.least = 1,
		.most = 1,
		.table = true,
		.summary = "all that is known of a guest",
		.run = guest_info,
	},
	{
		.name = "guest start",
		.parameters = "<guest>",
		.least = 1,
		.most = 1,
		.summary = "start a guest that is stopped, off or failed",
		.details = "It begins anew, from its images.",
		.run = guest_start,
	},
	{
		.name = "guest stop",
		.parameters = "<guest> [<seconds>]",
		.least = 1,
		.most = 2,
		.summary = "ask a guest to power off, then force it",
		.details =
			"It is asked by its power button, if it has one, and then has 10 seconds, or\r\n"
			"as many as you say; with 0 it is stopped at once. The machine's log tells\r\n"
			"how it ended, and so does \"guest list\".",
		.run = guest_stop,
	},
	{
		.name = "guest pause",
		.parameters = "<guest>",
		.least = 1,
		.most = 1,
		.summary = "let a guest stand still",
		.run = guest_pause,
	},
	{
		.name = "guest resume",
		.parameters = "<guest>",
		.least = 1,
		.most = 1,
		.summary = "let a paused guest go on",
		.run = guest_resume,
	},
	{
		.name = "guest reset",
		.parameters = "<guest>",
		.least = 1,
		.most = 1,
		.summary = "begin a guest anew, whatever it does",
		.run = guest_reset,
	},
	{
		.name = "console",
		.parameters = "<name>",
		.least = 1,
		.most = WORDS_MAX,
		.summary = "bring a guest's console into view",
		.details =
			"The name is the guest's for its first console. Ctrl-T s comes back here,\r\n"
			"Ctrl-T h shows all consoles.",
		.run = machine_console,
	},
	{
		.name = "log",
		.parameters = "[<name>]",
		.most = WORDS_MAX,
		.summary = "kept lines of logs, or of one log or console",
		.details =
			"16 KiB are kept of all logs together, and of each console. The name is a\r\n"
			"guest's for its first console; a log's stands before its lines: root, or\r\n"
			"vmm and the guest's name. Control sequences are shown and not obeyed.",
		.run = machine_log,
	},
	{
		.name = "server list",
		.table = true,
		.summary = "all servers and what they do",
		.run = machine_servers,
	},
	{
		.name = "mem",
		.table = true,
		.summary = "memory and slots, how much of them is free",
		.run = machine_memory,
	},
	{
		.name = "uptime",
		.table = true,
		.summary = "how long the machine has been up",
		.run = machine_uptime,
	},
	{
		.name = "version",
		.table = true,
		.summary = "the version of Cloister",
		.run = machine_version,
	},
	{
		.name = "help",
		.parameters = "[<command>]",
		.most = WORDS_MAX,
		.summary = "all commands, or one",
		.run = help,
	},
	{
		.name = "poweroff",
		.summary = "power the machine off, whatever runs",
		.run = machine_power_off,
	},
};

#define COMMANDS ARRAY_SIZE(commands)

void shell_error(struct shell *s, const char *format, ...)
{
	char text[TERMINAL_TEXT_MAX - 16];
	va_list arguments;

	va_start(arguments, format);
	print_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	terminal_print(&s->terminal, "error: %s\r\n", text);
}

void shell_error_status(struct shell *s, enum status status)
{
	shell_error(s, "the root server refused: %s; \"log root\" may tell why",
		    status_name(status));
}

void shell_print(struct shell *s, const struct shell_table *table, const void *subject)
{
	enum status status;
	struct table t;

	table_begin(&t, &s->terminal, table->columns, table->count, table->single, s->json);
	status = table->rows(s, &t, subject);
	if (status == OK) {
		table_print(&t);
		status = table->rows(s, &t, subject);
		table_end(&t);
	}
	if (status != OK)
		shell_error_status(s, status);
}

enum status shell_counts(struct shell *s, uint32_t *guests, uint32_t *servers)
{
	uint64_t uptime;

	return manager_machine(s->root, guests, servers, &uptime);
}

bool shell_name(const struct shell *s, uint32_t first, char name[SHELL_NAME_SIZE])
{
	size_t length = 0;

	name[0] = '\0';
	for (uint32_t i = first; i < s->words.count; i++) {
		length += strlen(s->words.word[i]) + (i > first);
		if (length >= SHELL_NAME_SIZE - 1)
			return false;
		print_format(name + strlen(name), SHELL_NAME_SIZE - strlen(name), "%s%s",
			     i > first ? " " : "", s->words.word[i]);
	}
	return true;
}

/* How many words of a name the line begins with, if it has all of them; 0: it does not. */
static uint32_t matches(const char *name, const struct words *w)
{
	struct words wanted;

	words_split(&wanted, name);
	for (uint32_t i = 0; i < wanted.count; i++)
		if (i == w->count || !words_equal(wanted.word[i], w->word[i]))
			return 0;
	return wanted.count;
}

/* The command that a line begins with; its name is taken out of the line. */
static const struct command *command_take(struct words *w)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		uint32_t count = matches(commands[i].name, w);

		if (!count)
			continue;
		w->count -= count;
		memmove(w->word, w->word + count, w->count * sizeof(w->word[0]));
		return &commands[i];
	}
	return NULL;
}

/* Whether `first` is the first word of commands of two, whose second words are offered. */
static bool suggest_second(struct suggestion *suggestion, const char *first)
{
	bool any = false;

	for (size_t i = 0; i < COMMANDS; i++) {
		struct words name;

		words_split(&name, commands[i].name);
		if (name.count < 2 || !words_equal(name.word[0], first))
			continue;
		any = true;
		suggestion_offer(suggestion, name.word[1]);
	}
	return any;
}

static void suggest_first(struct suggestion *suggestion)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		struct words name;

		words_split(&name, commands[i].name);
		suggestion_offer(suggestion, name.word[0]);
	}
}

static void error_unknown(struct shell *s)
{
	const struct words *w = &s->words;
	const char *second = w->count > 1 ? w->word[1] : "";
	struct suggestion suggestion;

	suggestion_begin(&suggestion, second);
	if (suggest_second(&suggestion, w->word[0])) {
		if (suggestion.best[0])
			shell_error(s, "there is no command \"%s %s\"; did you mean \"%s %s\"?",
				    w->word[0], second, w->word[0], suggestion.best);
		else
			shell_error(s, "there is no command \"%s%s%s\"; \"help %s\" shows them",
				    w->word[0], w->count > 1 ? " " : "", second, w->word[0]);
		return;
	}
	suggestion_begin(&suggestion, w->word[0]);
	suggest_first(&suggestion);
	if (suggestion.best[0])
		shell_error(s, "there is no command \"%s\"; did you mean \"%s\"?", w->word[0],
			    suggestion.best);
	else
		shell_error(s, "there is no command \"%s\"; \"help\" shows them", w->word[0]);
}

/* The first parameter that looks like an option. */
static const char *option_of(const struct words *w)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (w->word[i][0] == '-' && w->word[i][1] == '-')
			return w->word[i];
	return NULL;
}

static bool parameters_fit(struct shell *s, const struct command *command)
{
	const struct words *w = &s->words;
	const char *option = option_of(w);

	if (option)
		shell_error(s, "\"%s\" does not take %s; %s", command->name, option,
			    command->table ? "only " JSON : "\"help\" shows what takes " JSON);
	else if (s->json && !command->table)
		shell_error(s, "\"%s\" prints no table, so it does not take " JSON, command->name);
	else if (w->count >= command->least && w->count <= command->most)
		return true;
	else if (!command->most)
		shell_error(s, "\"%s\" takes no parameters, there is \"%s\"", command->name,
			    w->word[0]);
	else
		shell_error(s, "\"%s\" takes %s, not %u words", command->name, command->parameters,
			    w->count);
	return false;
}

void shell_run(struct shell *s, const char *line)
{
	const struct command *command;

	words_split(&s->words, line);
	s->json = words_take(&s->words, JSON);
	if (!s->words.count)
		return;
	command = command_take(&s->words);
	if (!command)
		error_unknown(s);
	else if (parameters_fit(s, command))
		command->run(s);
}

static void help_line(struct shell *s, const struct command *command)
{
	char usage[48];

	print_format(usage, sizeof(usage), "%s%s%s", command->name, command->parameters ? " " : "",
		     command->parameters ? command->parameters : "");
	terminal_print(&s->terminal, "  %s", usage);
	for (size_t length = strlen(usage); length < 32; length++)
		terminal_write(&s->terminal, " ", 1);
	terminal_print(&s->terminal, "%s\r\n", command->summary);
}

/* All commands that begin with the words given; with none, all. */
static void help(struct shell *s)
{
	const struct words *w = &s->words;
	const struct command *only = NULL;
	uint32_t shown = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		struct words name;
		uint32_t same = 0;

		words_split(&name, commands[i].name);
		while (same < w->count && same < name.count &&
		       words_equal(w->word[same], name.word[same]))
			same++;
		if (same < w->count)
			continue;
		help_line(s, &commands[i]);
		only = &commands[i];
		shown++;
	}
	if (!shown)
		error_unknown(s);
	else if (shown == 1 && only->details)
		terminal_print(&s->terminal, "%s\r\n", only->details);
	else if (!w->count)
		terminal_print(
			&s->terminal,
			"A <guest> is a guest's name or its number in \"guest list\". What prints\r\n"
			"a table takes " JSON " too. Ctrl-T s leaves the shell.\r\n");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands about the machine, its servers, and what the terminal shows. */
#include <stddef.h>

#include <cloister/string.h>
#include <idl/root_client.h>

#include "shell.h"

/* Indexed by `server_state`. */
static const char *const state_names[] = {
	[SERVER_STATE_RUNNING] = "running",
	[SERVER_STATE_RESTARTING] = "restarting",
	[SERVER_STATE_FAILED] = "failed",
	[SERVER_STATE_STOPPED] = "stopped",
};

static void error_no_console(struct shell *s, const char *name)
{
	struct suggestion suggestion;

	suggestion_begin(&suggestion, name);
	guest_suggest(s, &suggestion);
	if (suggestion.best[0])
		shell_error(s, "there is no console \"%s\"; did you mean \"%s\"?", name,
			    suggestion.best);
	else
		shell_error(s, "there is no console \"%s\"; Ctrl-T h shows them", name);
}

/* Ask the multiplexer for `action`. Gives ERR_ARGUMENT if there is nothing of that name. */
static enum status view(struct shell *s, enum view_action action, const char *name)
{
	enum status status = terminal_view(&s->terminal, action, name);

	if (status == ERR_DEADLINE)
		shell_error(s, "the console has not answered for %u seconds; try again",
			    TERMINAL_PATIENCE);
	else if (status == ERR_STATE)
		shell_error(s, "the shell is not in view any more, so it cannot choose what is");
	return status;
}

void machine_console(struct shell *s)
{
	char name[SHELL_NAME_SIZE];

	if (!shell_name(s, 0, name) || view(s, VIEW_CONSOLE, name) == ERR_ARGUMENT)
		error_no_console(s, name);
}

void machine_log(struct shell *s)
{
	char name[SHELL_NAME_SIZE];

	if (!shell_name(s, 0, name) || view(s, VIEW_KEPT, name) == ERR_ARGUMENT)
		shell_error(s,
			    "there is no console and no log \"%s\"; \"help log\" tells their names",
			    name);
}

static enum status server_row(struct shell *s, struct table *t, uint32_t server)
{
	uint64_t words[SHELL_NAME_WORDS] = { 0 };
	char name[SHELL_NAME_SIZE] = "";
	enum server_state state;
	uint32_t restarts;
	uint32_t priority;
	uint64_t time;
	uint64_t cause;
	uint64_t pc;
	enum status status =
		manager_server_name(s->root, server, &words[0], &words[1], &words[2], &words[3]);

	if (status == OK)
		status = manager_server_status(s->root, server, &state, &restarts, &priority, &time,
					       &cause, &pc);
	if (status != OK)
		return status;
	memcpy(name, words, sizeof(words));
	table_number(t, server);
	table_text(t, name);
	table_text(t, state_names[state]);
	table_number(t, restarts);
	table_number(t, priority);
	table_time(t, time);
	table_address(t, cause);
	table_address(t, pc);
	return OK;
}

static enum status server_rows(struct shell *s, struct table *t, const void *unused)
{
	uint32_t guests;
	uint32_t servers;
	enum status status = shell_counts(s, &guests, &servers);

	(void)unused;
	for (uint32_t i = 0; status == OK && i < servers; i++)
		status = server_row(s, t, i);
	return status;
}

void machine_servers(struct shell *s)
{
	static const struct table_column columns[] = {
		{ "id", "id" },
		{ "name", "name" },
		{ "state", "state" },
		{ "restarts", "restarts" },
		{ "priority", "priority" },
		{ "time", "time_us" },
		{ "last fault", "fault_cause" },
		{ "at", "fault_pc" },
	};
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), false,
						  server_rows };

	shell_print(s, &table, NULL);
}

static enum status memory_rows(struct shell *s, struct table *t, const void *unused)
{
	uint64_t machine;
	uint64_t ungiven;
	uint64_t in_groups;
	uint32_t slots;
	uint32_t empty;
	enum status status =
		manager_memory(s->root, &machine, &ungiven, &in_groups, &slots, &empty);

	(void)unused;
	if (status != OK)
		return status;
	table_bytes(t, machine);
	table_bytes(t, ungiven + in_groups);
	table_bytes(t, ungiven);
	table_bytes(t, in_groups);
	table_number(t, slots);
	table_number(t, empty);
	return OK;
}

void machine_memory(struct shell *s)
{
	static const struct table_column columns[] = {
		{ "memory", "memory_bytes" },
		{ "free", "free_bytes" },
		{ "free, not given out", "ungiven_bytes" },
		{ "free, in groups", "unused_bytes" },
		{ "slots", "slots" },
		{ "free slots", "free_slots" },
	};
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), true, memory_rows };

	shell_print(s, &table, NULL);
}

static enum status uptime_rows(struct shell *s, struct table *t, const void *unused)
{
	uint32_t guests;
	uint32_t servers;
	uint64_t uptime;
	enum status status = manager_machine(s->root, &guests, &servers, &uptime);

	(void)unused;
	if (status == OK)
		table_time(t, uptime);
	return status;
}

void machine_uptime(struct shell *s)
{
	static const struct table_column columns[] = { { "up", "uptime_us" } };
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), true, uptime_rows };

	shell_print(s, &table, NULL);
}

static enum status version_rows(struct shell *s, struct table *t, const void *unused)
{
	(void)unused;
	table_text(t, s->version);
	return OK;
}

void machine_version(struct shell *s)
{
	static const struct table_column columns[] = { { "Cloister", "version" } };
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), true,
						  version_rows };

	shell_print(s, &table, NULL);
}

void machine_power_off(struct shell *s)
{
	enum status status = manager_power_off(s->root);

	if (status != OK)
		shell_error_status(s, status);
}

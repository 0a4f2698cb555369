/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands about guests. */
#include <stddef.h>

#include <cloister/string.h>
#include <idl/root_client.h>

#include "shell.h"

/* How long a guest has to power itself off, and the most that can be asked for, in seconds. */
#define PATIENCE     10
#define PATIENCE_MAX 86400

/* Indexed by `guest_state`. */
static const char *const state_names[] = {
	[GUEST_STATE_RUNNING] = "running",
	[GUEST_STATE_PAUSED] = "paused",
	[GUEST_STATE_STOPPING] = "stopping",
	[GUEST_STATE_STOPPED] = "stopped",
	[GUEST_STATE_OFF] = "off",
	[GUEST_STATE_FAILED] = "failed",
	[GUEST_STATE_RESTARTING] = "restarting",
};

/* A guest that a command is about. */
struct guest {
	uint32_t index;
	char name[SHELL_NAME_SIZE];
};

struct guest_status {
	enum guest_state state;
	uint64_t resets;
	uint64_t restarts;
	uint64_t exits;
	uint64_t waits;
	uint64_t time;
};

static enum status status_of(struct shell *s, uint32_t guest, struct guest_status *st)
{
	return manager_guest_status(s->root, guest, &st->state, &st->resets, &st->restarts,
				    &st->exits, &st->waits, &st->time);
}

enum status guest_name(struct shell *s, uint32_t guest, char name[SHELL_NAME_SIZE])
{
	uint64_t words[SHELL_NAME_WORDS] = { 0 };
	enum status status =
		manager_guest_name(s->root, guest, &words[0], &words[1], &words[2], &words[3]);

	memcpy(name, words, sizeof(words));
	name[SHELL_NAME_SIZE - 1] = '\0';
	return status;
}

/* The number of guests; 0, and an error on the terminal, if it cannot be had. */
static uint32_t guest_count(struct shell *s)
{
	uint32_t guests = 0;
	uint32_t servers;
	enum status status = shell_counts(s, &guests, &servers);

	if (status != OK)
		shell_error_status(s, status);
	return guests;
}

void guest_suggest(struct shell *s, struct suggestion *suggestion)
{
	uint32_t count = guest_count(s);
	char name[SHELL_NAME_SIZE];

	for (uint32_t i = 0; i < count; i++)
		if (guest_name(s, i, name) == OK)
			suggestion_offer(suggestion, name);
}

static void error_no_guest(struct shell *s, const char *word)
{
	struct suggestion suggestion;

	suggestion_begin(&suggestion, word);
	guest_suggest(s, &suggestion);
	if (suggestion.best[0])
		shell_error(s, "there is no guest \"%s\"; did you mean \"%s\"?", word,
			    suggestion.best);
	else
		shell_error(s, "there is no guest \"%s\"; \"guest list\" shows them", word);
}

/* The guest that the first parameter names; names begin with a letter. False: an error was written. */
static bool find(struct shell *s, struct guest *guest)
{
	const char *word = s->words.word[0];
	uint32_t count = guest_count(s);
	uint64_t number;
	bool numbered = words_number(word, UINT32_MAX, &number);

	for (uint32_t i = 0; i < count; i++) {
		enum status status = guest_name(s, i, guest->name);

		if (status != OK) {
			shell_error_status(s, status);
			return false;
		}
		guest->index = i;
		if (numbered ? i == number : words_equal(word, guest->name))
			return true;
	}
	if (count)
		error_no_guest(s, word);
	return false;
}

static enum status list_row(struct shell *s, struct table *t, uint32_t guest)
{
	char name[SHELL_NAME_SIZE];
	struct guest_status st;
	enum status status = guest_name(s, guest, name);

	if (status == OK)
		status = status_of(s, guest, &st);
	if (status != OK)
		return status;
	table_number(t, guest);
	table_text(t, name);
	table_text(t, state_names[st.state]);
	table_number(t, st.resets);
	table_number(t, st.restarts);
	table_time(t, st.time);
	return OK;
}

static enum status list_rows(struct shell *s, struct table *t, const void *unused)
{
	uint32_t guests;
	uint32_t servers;
	enum status status = shell_counts(s, &guests, &servers);

	(void)unused;
	for (uint32_t i = 0; status == OK && i < guests; i++)
		status = list_row(s, t, i);
	return status;
}

void guest_list(struct shell *s)
{
	static const struct table_column columns[] = {
		{ "id", "id" },         { "name", "name" },         { "state", "state" },
		{ "resets", "resets" }, { "restarts", "restarts" }, { "time", "time_us" },
	};
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), false, list_rows };

	shell_print(s, &table, NULL);
}

static enum status description_cells(struct shell *s, struct table *t, uint32_t guest)
{
	uint64_t base;
	uint64_t size;
	uint64_t budget;
	uint64_t period;
	uint32_t vcpus;
	uint32_t priority;
	enum status status = manager_guest_description(s->root, guest, &base, &size, &vcpus,
						       &priority, &budget, &period);

	if (status != OK)
		return status;
	table_address(t, base);
	table_bytes(t, size);
	table_number(t, vcpus);
	table_number(t, priority);
	table_time(t, budget);
	table_time(t, period);
	return OK;
}

static enum status info_rows(struct shell *s, struct table *t, const void *subject)
{
	const struct guest *guest = subject;
	struct guest_status st;
	enum status status = status_of(s, guest->index, &st);

	if (status != OK)
		return status;
	table_number(t, guest->index);
	table_text(t, guest->name);
	table_text(t, state_names[st.state]);
	table_number(t, st.resets);
	table_number(t, st.restarts);
	table_number(t, st.exits);
	table_number(t, st.waits);
	table_time(t, st.time);
	return description_cells(s, t, guest->index);
}

void guest_info(struct shell *s)
{
	static const struct table_column columns[] = {
		{ "id", "id" },
		{ "name", "name" },
		{ "state", "state" },
		{ "resets", "resets" },
		{ "restarts of its VMM", "restarts" },
		{ "exits", "exits" },
		{ "idle waits", "waits" },
		{ "time used", "time_us" },
		{ "memory from", "memory_base" },
		{ "memory", "memory_bytes" },
		{ "vCPUs", "vcpus" },
		{ "priority", "priority" },
		{ "budget", "budget_us" },
		{ "in each period of", "period_us" },
	};
	static const struct shell_table table = { columns, ARRAY_SIZE(columns), true, info_rows };
	struct guest guest;

	if (find(s, &guest))
		shell_print(s, &table, &guest);
}

/* Tell how a command came out; `needs` is what ERR_STATE says about the guest. */
static void tell(struct shell *s, const struct guest *guest, enum status status, const char *done,
		 const char *needs)
{
	struct guest_status st;

	if (status == OK)
		terminal_print(&s->terminal, "guest %s: %s\r\n", guest->name, done);
	else if (status == ERR_STATE && status_of(s, guest->index, &st) == OK)
		shell_error(s, "guest %s is %s; %s", guest->name, state_names[st.state], needs);
	else
		shell_error_status(s, status);
}

void guest_start(struct shell *s)
{
	struct guest guest;

	if (find(s, &guest))
		tell(s, &guest, manager_guest_start(s->root, guest.index), "started",
		     "what can be started is stopped, off or failed");
}

void guest_pause(struct shell *s)
{
	struct guest guest;

	if (find(s, &guest))
		tell(s, &guest, manager_guest_pause(s->root, guest.index), "paused",
		     "what can be paused is running");
}

void guest_resume(struct shell *s)
{
	struct guest guest;

	if (find(s, &guest))
		tell(s, &guest, manager_guest_resume(s->root, guest.index), "resumed",
		     "what can be resumed is paused");
}

void guest_reset(struct shell *s)
{
	struct guest guest;

	if (find(s, &guest))
		tell(s, &guest, manager_guest_reset(s->root, guest.index), "begins anew",
		     "what can be reset is running, paused or stopping; \"guest start\" starts it");
}

/* What became of it at once: it was asked, or stopped. */
static void tell_stopped(struct shell *s, const struct guest *guest, uint64_t patience)
{
	struct guest_status st;
	enum status status = status_of(s, guest->index, &st);

	if (status == OK && st.state == GUEST_STATE_STOPPING)
		terminal_print(&s->terminal,
			       "guest %s: asked to power off, stopped in %lu s if it has not\r\n",
			       guest->name, (unsigned long)patience);
	else
		tell(s, guest, status, "stopped", "");
}

void guest_stop(struct shell *s)
{
	const char *seconds = s->words.count > 1 ? s->words.word[1] : NULL;
	uint64_t patience = PATIENCE;
	struct guest guest;
	enum status status;

	if (!find(s, &guest))
		return;
	if (seconds && !words_number(seconds, PATIENCE_MAX, &patience)) {
		shell_error(s, "\"%s\" is no number of seconds from 0 to %u", seconds,
			    PATIENCE_MAX);
		return;
	}
	status = manager_guest_stop(s->root, guest.index, patience * 1000000);
	if (status == OK)
		tell_stopped(s, &guest, patience);
	else
		tell(s, &guest, status, "", "what can be stopped is running, paused or stopping");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's commands, between a multiplexer and a root server that the tests play: what is printed, what is asked
 * of whom, and what is said when something is wrong.
 */
#include "test_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include <cloister/counter.h>
#include <idl/root_dispatch.h>

#define WAIT        3
#define MULTIPLEXER 4
#define ROOT        5

struct model_guest guests[GUESTS];
uint64_t refused_label;
enum status refused_status;
const char *typed_meanwhile;
bool powered_off;
enum status view_result;
bool view_silent;
uint32_t view_action;
char view_name[32];
struct line line;
struct shell_config shell_config;
struct shell shell;

static struct stream_consumer output;
static struct stream_producer input;
static const char *typed;
static char transcript[1 << 16];
static uint32_t transcript_length;
static uint64_t now;

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return 1000000;
}

/* What a multiplexer does that is not in a hurry: a part at a time. */
static void multiplexer_step(void)
{
	struct view_request *view = &line.view;
	uint32_t size = (uint32_t)strlen(typed);

	typed += stream_write(&input, typed, size < 100 ? size : 100);
	transcript_length += stream_read(&output, transcript + transcript_length, 1000);
	ck_assert_uint_lt(transcript_length, sizeof(transcript) - 1000);
	if (view->request == view->answered || view_silent)
		return;
	view_action = view->action;
	memcpy(view_name, view->name, sizeof(view_name));
	view->result = view_result;
	view->answered = view->request;
}

static enum status call_root(struct message *m)
{
	if (typed_meanwhile)
		type(typed_meanwhile);
	typed_meanwhile = NULL;
	if (m->label == refused_label && refused_status != OK) {
		m->label = refused_status;
		return OK;
	}
	m->badge = ROOT_BADGE_MANAGER;
	manager_dispatch(NULL, m);
	return OK;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	if (number == SYS_CALL) {
		ck_assert_uint_eq(cap, ROOT);
		return call_root(m);
	}
	if (number == SYS_SIGNAL) {
		ck_assert_uint_eq(cap, MULTIPLEXER);
		multiplexer_step();
		return OK;
	}
	ck_assert_int_eq(number, SYS_WAIT);
	ck_assert_uint_eq(cap, WAIT);
	if (view_silent && deadline != DEADLINE_NEVER) {
		/* It writes on, and so wakes who waits, but does not answer. */
		now += 1000000;
		if (now < deadline)
			return OK;
		return ERR_DEADLINE;
	}
	multiplexer_step();
	return OK;
}

static enum status name_words(const char *name, uint64_t *n0, uint64_t *n1, uint64_t *n2,
			      uint64_t *n3)
{
	uint64_t words[4];

	memcpy(words, name, sizeof(words));
	*n0 = words[0];
	*n1 = words[1];
	*n2 = words[2];
	*n3 = words[3];
	return OK;
}

enum status manager_serve_machine(void *context, uint64_t badge, uint32_t *guest_count,
				  uint32_t *servers, uint64_t *uptime)
{
	(void)context;
	ck_assert_uint_eq(badge, ROOT_BADGE_MANAGER);
	*guest_count = GUESTS;
	*servers = SERVERS;
	*uptime = 3723004005;
	return OK;
}

enum status manager_serve_memory(void *context, uint64_t badge, uint64_t *machine,
				 uint64_t *ungiven, uint64_t *unused, uint32_t *slots,
				 uint32_t *empty)
{
	(void)context;
	(void)badge;
	*machine = 1073741824;
	*ungiven = 4096;
	*unused = 100;
	*slots = 4096;
	*empty = 123;
	return OK;
}

enum status manager_serve_guest_name(void *context, uint64_t badge, uint32_t guest, uint64_t *n0,
				     uint64_t *n1, uint64_t *n2, uint64_t *n3)
{
	(void)context;
	(void)badge;
	return guest < GUESTS ? name_words(guests[guest].name, n0, n1, n2, n3) : ERR_ARGUMENT;
}

enum status manager_serve_guest_status(void *context, uint64_t badge, uint32_t guest,
				       enum guest_state *state, uint64_t *resets,
				       uint64_t *restarts, uint64_t *exits, uint64_t *waits,
				       uint64_t *time)
{
	(void)context;
	(void)badge;
	if (guest >= GUESTS)
		return ERR_ARGUMENT;
	*state = guests[guest].state;
	*resets = 1000 * guest;
	*restarts = guest;
	*exits = UINT64_MAX;
	*waits = 7;
	*time = 1234567;
	return OK;
}

enum status manager_serve_guest_description(void *context, uint64_t badge, uint32_t guest,
					    uint64_t *base, uint64_t *size, uint32_t *vcpus,
					    uint32_t *priority, uint64_t *budget, uint64_t *period)
{
	(void)context;
	(void)badge;
	(void)guest;
	*base = 0x40000000;
	*size = 536870912;
	*vcpus = 1;
	*priority = 100;
	*budget = 2000;
	*period = 10000;
	return OK;
}

static enum status change(uint32_t guest, uint64_t label, bool allowed, enum guest_state state)
{
	if (guest >= GUESTS)
		return ERR_ARGUMENT;
	guests[guest].call = label;
	if (!allowed)
		return ERR_STATE;
	guests[guest].state = state;
	return OK;
}

enum status manager_serve_guest_start(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return change(guest, MANAGER_GUEST_START, guests[guest].state == GUEST_STATE_OFF,
		      GUEST_STATE_RUNNING);
}

enum status manager_serve_guest_stop(void *context, uint64_t badge, uint32_t guest,
				     uint64_t patience)
{
	(void)context;
	(void)badge;
	guests[guest].patience = patience;
	return change(guest, MANAGER_GUEST_STOP, guests[guest].state == GUEST_STATE_RUNNING,
		      patience ? GUEST_STATE_STOPPING : GUEST_STATE_STOPPED);
}

enum status manager_serve_guest_pause(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return change(guest, MANAGER_GUEST_PAUSE, guests[guest].state == GUEST_STATE_RUNNING,
		      GUEST_STATE_PAUSED);
}

enum status manager_serve_guest_resume(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return change(guest, MANAGER_GUEST_RESUME, guests[guest].state == GUEST_STATE_PAUSED,
		      GUEST_STATE_RUNNING);
}

enum status manager_serve_guest_reset(void *context, uint64_t badge, uint32_t guest)
{
	(void)context;
	(void)badge;
	return change(guest, MANAGER_GUEST_RESET, guests[guest].state == GUEST_STATE_RUNNING,
		      GUEST_STATE_RUNNING);
}

enum status manager_serve_server_name(void *context, uint64_t badge, uint32_t server, uint64_t *n0,
				      uint64_t *n1, uint64_t *n2, uint64_t *n3)
{
	static const char names[SERVERS][32] = { "uart", "a name that fills all its bytes," };

	(void)context;
	(void)badge;
	return name_words(names[server], n0, n1, n2, n3);
}

enum status manager_serve_server_status(void *context, uint64_t badge, uint32_t server,
					enum server_state *state, uint32_t *restarts,
					uint32_t *priority, uint64_t *time, uint64_t *cause,
					uint64_t *pc)
{
	(void)context;
	(void)badge;
	*state = server ? SERVER_STATE_FAILED : SERVER_STATE_RUNNING;
	*restarts = server;
	*priority = 200;
	*time = 999;
	*cause = server ? 0x92000045 : 0;
	*pc = server ? 0x200abc : 0;
	return OK;
}

enum status manager_serve_power_off(void *context, uint64_t badge)
{
	(void)context;
	(void)badge;
	powered_off = true;
	return OK;
}

void shell_setup(void)
{
	static const char *const names[GUESTS] = { "linux", "second", "third" };

	memset(&line, 0, sizeof(line));
	memset(&shell, 0, sizeof(shell));
	for (unsigned int i = 0; i < GUESTS; i++) {
		guests[i] = (struct model_guest){ 0 };
		memcpy(guests[i].name, names[i], strlen(names[i]));
	}
	refused_status = OK;
	typed_meanwhile = NULL;
	powered_off = false;
	view_result = OK;
	view_silent = false;
	typed = "";
	transcript_length = 0;
	now = 0;
	stream_consumer_init(&output, &line.output);
	stream_producer_init(&input, &line.input);
	shell_config.line = (uintptr_t)&line;
	shell_config.wait = WAIT;
	shell_config.multiplexer = MULTIPLEXER;
	ck_assert(!terminal_init(&shell.terminal, &shell_config));
	shell.root = ROOT;
	strcpy(shell.version, "1.2.3");
}

void type(const char *text)
{
	ck_assert_str_eq(typed, "");
	typed = text;
}

const char *written(void)
{
	static char text[sizeof(transcript)];

	while (stream_available(&output))
		multiplexer_step();
	memcpy(text, transcript, transcript_length);
	text[transcript_length] = '\0';
	transcript_length = 0;
	return text;
}

const char *answer(const char *text)
{
	shell_run(&shell, text);
	return written();
}

/* The answer with --json: one line of JSON. */
static cJSON *answer_json(const char *text)
{
	const char *shown;
	const char *end;
	cJSON *json;

	shown = answer(text);
	json = cJSON_ParseWithOpts(shown, &end, 0);
	ck_assert_msg(json != NULL, "no JSON: %s", shown);
	ck_assert_str_eq(end, "\r\n");
	return json;
}

START_TEST(guest_list_table)
{
	guests[1].state = GUEST_STATE_RESTARTING;
	ck_assert_str_eq(answer("guest list"),
			 "id  name    state       resets  restarts     time\r\n"
			 " 0  linux   running          0         0  1.234 s\r\n"
			 " 1  second  restarting    1000         1  1.234 s\r\n"
			 " 2  third   running       2000         2  1.234 s\r\n");
}
END_TEST

START_TEST(guest_list_json)
{
	ck_assert_str_eq(answer("guest --json list"),
			 "[{\"id\":0,\"name\":\"linux\",\"state\":\"running\",\"resets\":0,"
			 "\"restarts\":0,\"time_us\":1234567},"
			 "{\"id\":1,\"name\":\"second\",\"state\":\"running\",\"resets\":1000,"
			 "\"restarts\":1,\"time_us\":1234567},"
			 "{\"id\":2,\"name\":\"third\",\"state\":\"running\",\"resets\":2000,"
			 "\"restarts\":2,\"time_us\":1234567}]\r\n");
	cJSON_Delete(answer_json("guest list --json"));
}
END_TEST

START_TEST(json_strings_are_escaped)
{
	cJSON *json;

	strcpy(guests[0].name, "a\"b\\c\x1b\xff");
	json = answer_json("guest list --json");
	ck_assert_str_eq(cJSON_GetObjectItem(cJSON_GetArrayItem(json, 0), "name")->valuestring,
			 "a\"b\\c\x1b\u00ff");
	cJSON_Delete(json);
}
END_TEST

START_TEST(guest_info_table)
{
	guests[0].state = GUEST_STATE_OFF;
	ck_assert_str_eq(answer("guest info linux"), "id                   0\r\n"
						     "name                 linux\r\n"
						     "state                off\r\n"
						     "resets               0\r\n"
						     "restarts of its VMM  0\r\n"
						     "exits                18446744073709551615\r\n"
						     "idle waits           7\r\n"
						     "time used            1.234 s\r\n"
						     "memory from          0x40000000\r\n"
						     "memory               536870912 bytes\r\n"
						     "vCPUs                1\r\n"
						     "priority             100\r\n"
						     "budget               0.002 s\r\n"
						     "in each period of    0.010 s\r\n");
}
END_TEST

START_TEST(guest_info_json)
{
	ck_assert_str_eq(
		answer("guest info 1 --json"),
		"{\"id\":1,\"name\":\"second\",\"state\":\"running\",\"resets\":1000,\"restarts\":1,"
		"\"exits\":18446744073709551615,\"waits\":7,\"time_us\":1234567,"
		"\"memory_base\":1073741824,\"memory_bytes\":536870912,\"vcpus\":1,"
		"\"priority\":100,\"budget_us\":2000,\"period_us\":10000}\r\n");
	cJSON_Delete(answer_json("guest info second --json"));
}
END_TEST

START_TEST(other_tables)
{
	ck_assert_str_eq(
		answer("server list"),
		"id  name                              state    restarts  priority     time  last fault        at\r\n"
		" 0  uart                              running         0       200  0.000 s         0x0       0x0\r\n"
		" 1  a name that fills all its bytes,  failed          1       200  0.000 s  0x92000045  0x200abc\r\n");
	ck_assert_str_eq(answer("mem"), "memory               1073741824 bytes\r\n"
					"free                 4196 bytes\r\n"
					"free, not given out  4096 bytes\r\n"
					"free, in groups      100 bytes\r\n"
					"slots                4096\r\n"
					"free slots           123\r\n");
	ck_assert_str_eq(answer("mem --json"),
			 "{\"memory_bytes\":1073741824,\"free_bytes\":4196,\"ungiven_bytes\":4096,"
			 "\"unused_bytes\":100,\"slots\":4096,\"free_slots\":123}\r\n");
	ck_assert_str_eq(answer("uptime"), "up  3723.004 s\r\n");
	ck_assert_str_eq(answer("uptime --json"), "{\"uptime_us\":3723004005}\r\n");
	ck_assert_str_eq(answer("version"), "Cloister  1.2.3\r\n");
	ck_assert_str_eq(answer("version --json"), "{\"version\":\"1.2.3\"}\r\n");
	cJSON_Delete(answer_json("server list --json"));
}
END_TEST

START_TEST(guests_are_managed)
{
	ck_assert_str_eq(answer("guest pause second"), "guest second: paused\r\n");
	ck_assert_uint_eq(guests[1].call, MANAGER_GUEST_PAUSE);
	ck_assert_str_eq(answer("guest resume 1"), "guest second: resumed\r\n");
	ck_assert_uint_eq(guests[1].call, MANAGER_GUEST_RESUME);
	ck_assert_str_eq(answer("  guest   reset  1 "), "guest second: begins anew\r\n");
	ck_assert_uint_eq(guests[1].call, MANAGER_GUEST_RESET);
	guests[1].state = GUEST_STATE_OFF;
	ck_assert_str_eq(answer("guest start second"), "guest second: started\r\n");
	ck_assert_uint_eq(guests[1].call, MANAGER_GUEST_START);
	ck_assert_uint_eq(guests[0].call + guests[2].call, 0);
}
END_TEST

START_TEST(guests_are_stopped)
{
	ck_assert_str_eq(answer("guest stop linux"),
			 "guest linux: asked to power off, stopped in 10 s if it has not\r\n");
	ck_assert_uint_eq(guests[0].patience, 10000000);
	guests[0].state = GUEST_STATE_RUNNING;
	answer("guest stop linux 86400");
	ck_assert_uint_eq(guests[0].patience, 86400000000);
	ck_assert_str_eq(answer("guest stop 2 0"), "guest third: stopped\r\n");
	ck_assert_uint_eq(guests[2].patience, 0);
	ck_assert_str_eq(answer("guest stop third"),
			 "error: guest third is stopped; what can be stopped is running, paused or "
			 "stopping\r\n");
	ck_assert_str_eq(answer("guest stop second 86401"),
			 "error: \"86401\" is no number of seconds from 0 to 86400\r\n");
	ck_assert_str_eq(answer("guest stop second soon"),
			 "error: \"soon\" is no number of seconds from 0 to 86400\r\n");
	ck_assert_uint_eq(guests[1].call, 0);
}
END_TEST

START_TEST(states_are_told)
{
	ck_assert_str_eq(answer("guest start linux"),
			 "error: guest linux is running; what can be started is stopped, off or "
			 "failed\r\n");
	ck_assert_str_eq(answer("guest resume linux"),
			 "error: guest linux is running; what can be resumed is paused\r\n");
	guests[0].state = GUEST_STATE_FAILED;
	ck_assert_str_eq(answer("guest pause linux"),
			 "error: guest linux is failed; what can be paused is running\r\n");
	ck_assert_str_eq(answer("guest reset linux"),
			 "error: guest linux is failed; what can be reset is running, paused or "
			 "stopping; \"guest start\" starts it\r\n");
}
END_TEST

START_TEST(unknown_guests)
{
	static const char *const lines[][2] = {
		{ "linx", "there is no guest \"linx\"; did you mean \"linux\"?" },
		{ "thrid", "there is no guest \"thrid\"; did you mean \"third\"?" },
		{ "Linux", "there is no guest \"Linux\"; did you mean \"linux\"?" },
		{ "x", "there is no guest \"x\"; \"guest list\" shows them" },
		{ "3", "there is no guest \"3\"; \"guest list\" shows them" },
		{ "18446744073709551616",
		  "there is no guest \"18446744073709551616\"; \"guest list\" shows them" },
		{ "-1", "there is no guest \"-1\"; \"guest list\" shows them" },
		{ "linux2", "there is no guest \"linux2\"; did you mean \"linux\"?" },
	};
	char text[200];

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		sprintf(text, "guest reset %s", lines[i][0]);
		shell_run(&shell, text);
		sprintf(text, "error: %s\r\n", lines[i][1]);
		ck_assert_str_eq(written(), text);
	}
	ck_assert_uint_eq(guests[0].call, 0);
}
END_TEST

START_TEST(wrong_lines)
{
	static const char *const lines[][2] = {
		{ "guest", "there is no command \"guest\"; \"help guest\" shows them" },
		{ "guest lst", "there is no command \"guest lst\"; did you mean \"guest list\"?" },
		{ "guest x y", "there is no command \"guest x\"; \"help guest\" shows them" },
		{ "gest list", "there is no command \"gest\"; did you mean \"guest\"?" },
		{ "foo", "there is no command \"foo\"; \"help\" shows them" },
		{ "Mem", "there is no command \"Mem\"; did you mean \"mem\"?" },
		{ "mem x", "\"mem\" takes no parameters, there is \"x\"" },
		{ "guest info", "\"guest info\" takes <guest>, not 0 words" },
		{ "guest stop a b c", "\"guest stop\" takes <guest> [<seconds>], not 3 words" },
		{ "mem --jsn", "\"mem\" does not take --jsn; only --json" },
		{ "poweroff --force",
		  "\"poweroff\" does not take --force; \"help\" shows what takes --json" },
		{ "poweroff --json", "\"poweroff\" prints no table, so it does not take --json" },
		{ "poweroff now", "\"poweroff\" takes no parameters, there is \"now\"" },
		{ "--json", "there is no command \"--json\"; \"help\" shows them" },
		{ "help nonsense", "there is no command \"nonsense\"; \"help\" shows them" },
	};
	char text[200];

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		sprintf(text, "error: %s\r\n", lines[i][1]);
		ck_assert_str_eq(answer(lines[i][0]), text);
	}
	ck_assert(!powered_off);
	ck_assert_str_eq(answer(""), "");
	ck_assert_str_eq(answer("   "), "");
}
END_TEST

START_TEST(refusals)
{
	static const char refusal[] =
		"error: the root server refused: ERR_ABORTED; \"log root\" may tell why\r\n";
	static const struct {
		uint64_t label;
		const char *line;
	} calls[] = {
		{ MANAGER_MACHINE, "guest list" },
		{ MANAGER_GUEST_NAME, "guest list" },
		{ MANAGER_GUEST_STATUS, "guest list" },
		{ MANAGER_GUEST_STATUS, "guest info 0" },
		{ MANAGER_GUEST_DESCRIPTION, "guest info 0 --json" },
		{ MANAGER_GUEST_NAME, "guest info x" },
		{ MANAGER_MACHINE, "guest info x" },
		{ MANAGER_GUEST_START, "guest start 0" },
		{ MANAGER_GUEST_STOP, "guest stop 0" },
		{ MANAGER_SERVER_NAME, "server list" },
		{ MANAGER_SERVER_STATUS, "server list" },
		{ MANAGER_MEMORY, "mem --json" },
		{ MANAGER_MACHINE, "uptime" },
		{ MANAGER_POWER_OFF, "poweroff" },
	};

	refused_status = ERR_ABORTED;
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		refused_label = calls[i].label;
		ck_assert_str_eq(answer(calls[i].line), refusal);
	}
}
END_TEST

START_TEST(views)
{
	ck_assert_str_eq(answer("console linux  hvc0"), "");
	ck_assert_uint_eq(view_action, VIEW_CONSOLE);
	ck_assert_str_eq(view_name, "linux hvc0");
	ck_assert_str_eq(answer("log"), "");
	ck_assert_uint_eq(view_action, VIEW_KEPT);
	ck_assert_str_eq(view_name, "");
	ck_assert_str_eq(answer("log vmm linux"), "");
	ck_assert_str_eq(view_name, "vmm linux");
	view_result = ERR_ARGUMENT;
	ck_assert_str_eq(answer("console linus"),
			 "error: there is no console \"linus\"; did you mean \"linux\"?\r\n");
	ck_assert_str_eq(answer("console x"),
			 "error: there is no console \"x\"; Ctrl-T h shows them\r\n");
	ck_assert_str_eq(answer("log x"), "error: there is no console and no log \"x\"; "
					  "\"help log\" tells their names\r\n");
	view_name[0] = '\0';
	answer("console a-name-that-is-longer-than-any-name");
	ck_assert_str_eq(view_name, "");
}
END_TEST

START_TEST(silent_multiplexer)
{
	view_silent = true;
	ck_assert_str_eq(answer("log"),
			 "error: the console has not answered for 10 seconds; try again\r\n");
	ck_assert_uint_ge(now, 10000000);
	/* What it answers later is for nobody, and the next request for itself. */
	view_silent = false;
	view_result = ERR_ARGUMENT;
	ck_assert_uint_eq(line.view.request, 1);
	line.view.answered = 1;
	ck_assert_str_ne(answer("log x"), "");
	ck_assert_uint_eq(line.view.answered, 2);
}
END_TEST

START_TEST(help_is_complete)
{
	static const char *const names[] = { "guest list",  "guest info",  "guest start",
					     "guest stop",  "guest pause", "guest resume",
					     "guest reset", "console",     "log",
					     "server list", "mem",         "uptime",
					     "version",     "help",        "poweroff" };
	char text[100];
	const char *shown;

	shown = answer("help");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		sprintf(text, "  %s ", names[i]);
		ck_assert_msg(strstr(shown, text) != NULL, "no help for %s", names[i]);
	}
	for (const char *at = shown; *at; at = strstr(at, "\r\n") + 2)
		ck_assert_msg(strcspn(at, "\r") < EDITOR_COLUMNS, "too wide: %s", at);
	shown = answer("help guest");
	ck_assert_ptr_nonnull(strstr(shown, "  guest stop "));
	ck_assert_ptr_null(strstr(shown, "  mem"));
	ck_assert_ptr_nonnull(strstr(answer("help guest stop"), "10 seconds"));
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		sprintf(text, "help %s", names[i]);
		ck_assert_int_eq(strncmp(answer(text), "  ", 2), 0);
	}
}
END_TEST

START_TEST(power_off)
{
	ck_assert_str_eq(answer("poweroff"), "");
	ck_assert(powered_off);
}
END_TEST

/* More than the ring holds, and the multiplexer takes its time. */
START_TEST(output_waits_for_room)
{
	const char *shown;
	size_t one = strlen(answer("help"));

	for (unsigned int i = 0; i < 10; i++)
		shell_run(&shell, "help");
	shown = written();
	ck_assert_uint_eq(strlen(shown), 10 * one);
	ck_assert_uint_gt(10 * one, STREAM_SIZE);
}
END_TEST

START_TEST(typed_while_the_root_server_works)
{
	static char text[3 * STREAM_SIZE + 1];

	memset(text, 'x', sizeof(text) - 1);
	typed_meanwhile = text;
	answer("guest list");
	for (unsigned int i = 0; i < sizeof(text) - 1; i++)
		ck_assert_uint_eq(terminal_read(&shell.terminal), 'x');
}
END_TEST

START_TEST(successor_takes_the_line_up)
{
	struct terminal next;

	type("ab");
	ck_assert_uint_eq(terminal_read(&shell.terminal), 'a');
	terminal_write(&shell.terminal, "one ", 4);
	/* It has not told the multiplexer: the next one does. */
	ck_assert(terminal_init(&next, &shell_config));
	terminal_write(&next, "two", 3);
	ck_assert_uint_eq(terminal_read(&next), 'b');
	ck_assert_str_eq(written(), "one two");
	/* A request that was under way is not the next one's. */
	line.view.request = 6;
	line.view.answered = 5;
	ck_assert_int_eq(terminal_view(&next, VIEW_KEPT, ""), OK);
	ck_assert_uint_eq(line.view.answered, 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shell");
	TCase *tests = tcase_create("commands");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, shell_setup, NULL);
	tcase_add_test(tests, guest_list_table);
	tcase_add_test(tests, guest_list_json);
	tcase_add_test(tests, json_strings_are_escaped);
	tcase_add_test(tests, guest_info_table);
	tcase_add_test(tests, guest_info_json);
	tcase_add_test(tests, other_tables);
	tcase_add_test(tests, guests_are_managed);
	tcase_add_test(tests, guests_are_stopped);
	tcase_add_test(tests, states_are_told);
	tcase_add_test(tests, unknown_guests);
	tcase_add_test(tests, wrong_lines);
	tcase_add_test(tests, refusals);
	tcase_add_test(tests, views);
	tcase_add_test(tests, silent_multiplexer);
	tcase_add_test(tests, help_is_complete);
	tcase_add_test(tests, power_off);
	tcase_add_test(tests, output_waits_for_room);
	tcase_add_test(tests, typed_while_the_root_server_works);
	tcase_add_test(tests, successor_takes_the_line_up);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, editor_tests());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

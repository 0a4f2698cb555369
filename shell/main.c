/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell as a process: bytes become lines, lines are carried out. What is typed meanwhile stays in
 * the line to the multiplexer, so a slow answer loses nothing.
 */
#include <cloister/message.h>
#include <cloister/print.h>
#include <idl/root.h>

#include "editor.h"
#include "shell.h"

static struct shell shell;
static struct editor editor;

static void start(const struct shell_config *config)
{
	bool restarted = terminal_init(&shell.terminal, config);

	shell.root = config->root;
	print_format(shell.version, sizeof(shell.version), "%.*s", (int)sizeof(config->version),
		     config->version);
	editor_init(&editor, &shell.terminal);
	if (restarted)
		terminal_print(&shell.terminal, "\r\nthe shell was restarted\r\n");
	else
		terminal_print(&shell.terminal,
			       "Cloister %s: the machine's shell, \"help\" shows its commands\r\n",
			       shell.version);
	editor_begin(&editor);
}

void server_main(struct message *first)
{
	(void)first;
	start((const struct shell_config *)PROCESS_CONFIG);
	for (;;) {
		if (!editor_take(&editor, terminal_read(&shell.terminal)))
			continue;
		terminal_begin_answer(&shell.terminal);
		shell_run(&shell, editor.line.text);
		terminal_end_answer(&shell.terminal);
		editor_begin(&editor);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU: its arguments from the board and the image, its version, its start and its end. The image is handed over
 * in a file without a name, so nothing is left behind however this ends. With a terminal, Ctrl-C and
 * all other keys go to the guests, and Ctrl-A X leaves; without one, bytes from standard input pass as they are.
 */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define QEMU_MAJOR_MIN   10
#define STATUS_NOT_FOUND 127

/* The child, for the handler that passes signals on. */
static volatile sig_atomic_t child;

static void pass_on(int signal)
{
	if (child > 0)
		kill(child, signal);
}

static int no_qemu(const char *program)
{
	fprintf(stderr,
		"cloister: \"%s\" cannot be started: %s\n"
		"cloister: install QEMU %d or newer (tools/setup does), or name it with --qemu\n",
		program, strerror(errno), QEMU_MAJOR_MIN);
	return 1;
}

/* The first line that `program --version` prints; false if it cannot be started. */
static bool first_line(const char *program, char *line, size_t size)
{
	int pipe_ends[2];
	ssize_t got = 0;
	size_t length = 0;
	pid_t pid;

	if (pipe(pipe_ends) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		dup2(pipe_ends[1], STDOUT_FILENO);
		close(pipe_ends[0]);
		close(pipe_ends[1]);
		execlp(program, program, "--version", (char *)NULL);
		_exit(STATUS_NOT_FOUND);
	}
	close(pipe_ends[1]);
	while (length < size - 1 &&
	       (got = read(pipe_ends[0], line + length, size - 1 - length)) > 0)
		length += (size_t)got;
	close(pipe_ends[0]);
	line[length] = '\0';
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return length > 0;
}

/* Checks that the program is a QEMU that is new enough. */
static int check_version(const char *program)
{
	char line[256];
	int major = 0;
	int minor = 0;

	if (!first_line(program, line, sizeof(line))) {
		errno = ENOENT;
		return no_qemu(program);
	}
	if (sscanf(line, "QEMU emulator version %d.%d", &major, &minor) == 2 &&
	    major >= QEMU_MAJOR_MIN)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	fprintf(stderr,
		"cloister: \"%s\" is too old or no QEMU: it says \"%s\"\n"
		"cloister: install QEMU %d or newer (tools/setup does), or name it with --qemu\n",
		program, line, QEMU_MAJOR_MIN);
	return 1;
}

/* Arguments of a program, NULL behind the last. */
struct arguments {
	struct arena *arena;
	struct vector list;
};

static void add(struct arguments *arguments, const char *argument)
{
	vector_add(arguments->arena, &arguments->list, &argument);
}

static void add_board(struct arguments *arguments, const struct options *options,
		      const struct board *board)
{
	const cJSON *argument;

	cJSON_ArrayForEach(argument, board->qemu_arguments) add(arguments, argument->valuestring);
	add(arguments, "-cpu");
	add(arguments, options->cpu ? options->cpu : board->qemu_cpu);
}

static void add_terminal(struct arguments *arguments)
{
	if (isatty(STDIN_FILENO)) {
		add(arguments, "-nographic");
		return;
	}
	add(arguments, "-display");
	add(arguments, "none");
	add(arguments, "-monitor");
	add(arguments, "none");
	add(arguments, "-serial");
	add(arguments, "stdio");
}

static char **make_arguments(struct arena *arena, const struct options *options,
			     const struct board *board, const char *program, const char *kernel,
			     uint64_t memory)
{
	struct arguments arguments = { arena, { .item_size = sizeof(char *) } };

	add(&arguments, program);
	add_board(&arguments, options, board);
	add(&arguments, "-m");
	add(&arguments, arena_print(arena, "%llu", (unsigned long long)(memory / MIB)));
	add_terminal(&arguments);
	if (options->icount) {
		add(&arguments, "-icount");
		add(&arguments, "shift=0,sleep=off");
		/* What guests read as random numbers (RNDR) comes from QEMU. */
		add(&arguments, "-seed");
		add(&arguments, "1");
		/* And the time of day, that of the counter: else each run would tell another. */
		add(&arguments, "-rtc");
		add(&arguments, "base=2026-01-01T00:00:00,clock=vm");
	}
	for (size_t i = 0; i < options->qemu_argument_count; i++)
		add(&arguments, options->qemu_arguments[i]);
	add(&arguments, "-kernel");
	add(&arguments, kernel);
	add(&arguments, NULL);
	return arguments.list.items;
}

static void print_arguments(char *const *arguments)
{
	for (; *arguments; arguments++)
		fprintf(stderr, "%s%s", *arguments, arguments[1] ? " " : "\n");
}

/* A file in memory with the image; its number stays open in QEMU. -1 on failure. */
static int image_file(struct blob image)
{
	int fd = memfd_create("cloister-image", 0);
	size_t done = 0;

	while (fd >= 0 && done < image.size) {
		ssize_t put = write(fd, image.data + done, image.size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			close(fd);
			return -1;
		}
		done += (size_t)put;
	}
	return fd;
}

/* Starts QEMU, passes on what would end this process, and waits. */
static int start_and_wait(char **arguments)
{
	static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = pass_on };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(arguments[0], arguments);
		_exit(no_qemu(arguments[0]));
	}
	if (pid < 0)
		return no_qemu(arguments[0]);
	child = pid;
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		sigaction(passed[i], &action, NULL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int qemu_run(struct arena *arena, const struct options *options, const struct board *board,
	     struct blob image, uint64_t memory)
{
	const char *program = options->qemu ? options->qemu : board->qemu;
	struct termios terminal;
	bool has_terminal;
	char **arguments;
	int status = check_version(program);
	int fd;

	if (status)
		return status;
	fd = image_file(image);
	if (fd < 0) {
		fprintf(stderr, "cloister: no memory for the image: %s\n", strerror(errno));
		return 1;
	}
	arguments = make_arguments(arena, options, board, program,
				   arena_print(arena, "/proc/self/fd/%d", fd), memory);
	if (options->verbose)
		print_arguments(arguments);
	has_terminal = tcgetattr(STDIN_FILENO, &terminal) == 0;
	status = start_and_wait(arguments);
	if (has_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	close(fd);
	return status;
}

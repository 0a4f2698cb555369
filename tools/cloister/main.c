/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host tool: its command line.
 */
#include "commands.h"
#include "version.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: cloister check [OPTION]... DESCRIPTION\n"
	"       cloister build [OPTION]... -o IMAGE DESCRIPTION\n"
	"       cloister run [OPTION]... DESCRIPTION [-- QEMU-ARGUMENT...]\n"
	"\n"
	"check reads a description (JSON, see docs/description.md) with the images that it names, and\n"
	"prints all that is wrong with it. build makes one bootable image of it. run builds it and\n"
	"boots it in QEMU: Ctrl-A X leaves, all other keys go to the guest; when standard input is no\n"
	"terminal, its bytes go to the guest as they are.\n"
	"\n"
	"  --images DIR     look for guest images in DIR too, behind the description's own folder\n"
	"                   (can be given several times)\n"
	"  --programs DIR   the build folder with kernel and servers (default: the tool's own)\n"
	"  --root PROGRAM   run this program (ELF) in the root server's place, and nothing else, on a\n"
	"                   machine with memory for the guests\n"
	"  --seed N         take the guests' random seeds from N, so that the image is always the same\n"
	"  -o, --output F   where the image goes (build)\n"
	"  --image F        run this image, built from DESCRIPTION before (run)\n"
	"  --icount         count instructions instead of time, with a fixed seed (run)\n"
	"  --cpu MODEL      another processor model than the board's (run)\n"
	"  --qemu PROGRAM   another QEMU than the board's (run)\n"
	"  -v, --verbose    print the QEMU command (run)\n"
	"  --version        print the version\n"
	"  -h, --help       print this\n"
	"\n"
	"The exit status is 0, 1 when something is wrong (nothing is written then), 2 for a wrong\n"
	"command line; of run it is QEMU's.\n";

enum {
	OPTION_IMAGES = 256,
	OPTION_PROGRAMS,
	OPTION_ROOT,
	OPTION_SEED,
	OPTION_IMAGE,
	OPTION_ICOUNT,
	OPTION_CPU,
	OPTION_QEMU,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "images", required_argument, NULL, OPTION_IMAGES },
	{ "programs", required_argument, NULL, OPTION_PROGRAMS },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "output", required_argument, NULL, 'o' },
	{ "image", required_argument, NULL, OPTION_IMAGE },
	{ "icount", no_argument, NULL, OPTION_ICOUNT },
	{ "cpu", required_argument, NULL, OPTION_CPU },
	{ "qemu", required_argument, NULL, OPTION_QEMU },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void wrong(const char *what, const char *which)
{
	fprintf(stderr, "cloister: %s%s\ncloister: see cloister --help\n", what, which);
	exit(2);
}

static void add_image_folder(struct options *options, const char *folder)
{
	if (options->image_folder_count == IMAGE_FOLDERS_MAX)
		wrong("too many times --images: ", folder);
	options->image_folders[options->image_folder_count++] = folder;
}

static void set_seed(struct options *options, const char *text)
{
	char *end;

	errno = 0;
	options->seed = strtoull(text, &end, 0);
	options->seeded = true;
	if (errno || *end || end == text || *text == '-')
		wrong("--seed takes a number, not ", text);
}

static void set_option(struct options *options, int option)
{
	switch (option) {
	case OPTION_IMAGES:
		add_image_folder(options, optarg);
		break;
	case OPTION_PROGRAMS:
		options->programs = optarg;
		break;
	case OPTION_ROOT:
		options->root = optarg;
		break;
	case OPTION_SEED:
		set_seed(options, optarg);
		break;
	case OPTION_IMAGE:
		options->image = optarg;
		break;
	case OPTION_ICOUNT:
		options->icount = true;
		break;
	case OPTION_CPU:
		options->cpu = optarg;
		break;
	case OPTION_QEMU:
		options->qemu = optarg;
		break;
	case 'o':
		options->output = optarg;
		break;
	case 'v':
		options->verbose = true;
		break;
	case OPTION_VERSION:
		puts("cloister " CLOISTER_VERSION);
		exit(0);
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		exit(2);
	}
}

static void set_command(struct options *options, const char *name)
{
	static const char *const names[] = { "check", "build", "run" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0) {
			options->command = (enum command)i;
			return;
		}
	wrong("there is no command ", name);
}

/* What stands behind "--" is QEMU's. */
static void split_qemu(struct options *options, int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			options->qemu_arguments = argv + i + 1;
			options->qemu_argument_count = (size_t)(*argc - i - 1);
			*argc = i;
			return;
		}
}

static void read_options(struct options *options, int argc, char **argv)
{
	int option;

	split_qemu(options, &argc, argv);
	while ((option = getopt_long(argc, argv, "o:vh", long_options, NULL)) != -1)
		set_option(options, option);
	if (optind == argc)
		wrong("it takes a command: check, build or run", "");
	set_command(options, argv[optind]);
	if (optind + 1 == argc)
		wrong("it takes a description: the path of a JSON file", "");
	options->description = argv[optind + 1];
	if (optind + 2 != argc)
		wrong("one description at a time, and not also ", argv[optind + 2]);
	if (options->command == COMMAND_BUILD && !options->output)
		wrong("build takes -o IMAGE: where the image goes", "");
}

int main(int argc, char **argv)
{
	struct options options = { .output = NULL };

	read_options(&options, argc, argv);
	switch (options.command) {
	case COMMAND_CHECK:
		return command_check(&options);
	case COMMAND_BUILD:
		return command_build(&options);
	default:
		return command_run(&options);
	}
}

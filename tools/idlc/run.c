/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command: reads the files it is given, checks them, and writes if nothing is wrong with any.
 */
#include <string.h>

#include "idlc.h"

static const char help[] =
	"usage: idlc --out DIRECTORY FILE.idl...\n"
	"\n"
	"Compiles interface descriptions. For each NAME.idl it writes into DIRECTORY, which must exist:\n"
	"  NAME.h           constants, enums, structs and labels for C\n"
	"  NAME_asm.h       numbers and offsets for assembly\n"
	"  NAME_names.h     functions that give the names of values, for traces\n"
	"  NAME_client.h    a function for each method, for callers\n"
	"  NAME_dispatch.h  what calls the handler of each method, for the kernel and servers\n"
	"  NAME.md          the reference\n"
	"`use x;` in a file names x.idl beside it. The headers include each other as <idl/NAME.h>.\n"
	"With an error in any file nothing is written and the exit status is 1.\n";

static int usage_error(FILE *errors, const char *what)
{
	fprintf(errors, "idlc: error: %s; see idlc --help\n", what);
	return 1;
}

static int compile(struct idlc *idlc, const char *directory, int count, char **paths)
{
	for (int i = 0; i < count; i++)
		load_file(idlc, paths[i]);
	if (idlc->error_count)
		return 1;
	for (struct interface *interface = idlc->interfaces; interface; interface = interface->next)
		check_interface(idlc, interface);
	if (idlc->error_count)
		return 1;
	for (int i = 0; i < count; i++)
		if (!write_interface(idlc, directory, load_file(idlc, paths[i])))
			return 1;
	return 0;
}

int idlc_run(int argc, char **argv, FILE *out, FILE *errors)
{
	struct idlc idlc = { .errors = errors };
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, out);
		return 0;
	}
	if (argc < 3 || strcmp(argv[1], "--out") != 0)
		return usage_error(errors, "`--out DIRECTORY` is missing");
	if (argc == 3)
		return usage_error(errors, "no file is given");
	status = compile(&idlc, argv[2], argc - 3, argv + 3);
	idlc_release(&idlc);
	return status;
}

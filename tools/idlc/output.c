/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of an interface. All are written under temporary names, and renamed when all are
 * complete, so that no build sees half a file.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "idlc.h"

static const struct {
	const char *suffix;
	emitter *emit;
} outputs[] = {
	{ ".h", emit_c_header },
	{ "_asm.h", emit_asm_header },
	{ "_names.h", emit_names_header },
	{ "_client.h", emit_client_header },
	{ "_dispatch.h", emit_dispatch_header },
	{ ".md", emit_documentation },
};

static bool cannot_write(struct idlc *idlc, const char *path)
{
	fprintf(idlc->errors,
		"idlc: error: cannot write `%s`: %s; see the directory and the disk\n", path,
		strerror(errno));
	idlc->error_count++;
	return false;
}

static bool write_file(struct idlc *idlc, const char *path, emitter *emit,
		       const struct interface *interface)
{
	FILE *file = fopen(path, "wb");
	bool good;

	if (!file)
		return cannot_write(idlc, path);
	emit(idlc, file, interface);
	good = !ferror(file);
	if (fclose(file) != 0 || !good)
		return cannot_write(idlc, path);
	return true;
}

bool write_interface(struct idlc *idlc, const char *directory, const struct interface *interface)
{
	char *temporary[ARRAY_SIZE(outputs)];
	size_t written = 0;
	bool good = true;

	for (; good && written < ARRAY_SIZE(outputs); written++) {
		temporary[written] = idlc_format(idlc, "%s/%s%s.%ld.tmp", directory,
						 interface->name.text, outputs[written].suffix,
						 (long)getpid());
		good = write_file(idlc, temporary[written], outputs[written].emit, interface);
	}
	for (size_t i = 0; good && i < ARRAY_SIZE(outputs); i++) {
		char *path = idlc_format(idlc, "%s/%s%s", directory, interface->name.text,
					 outputs[i].suffix);

		if (rename(temporary[i], path) != 0)
			good = cannot_write(idlc, path);
	}
	for (size_t i = 0; !good && i < written; i++)
		unlink(temporary[i]);
	return good;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of a run, the reading of files, and how errors are shown. Files are whatever the user
 * names, so their bytes reach the terminal only if they are printable.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "idlc.h"

/* How much of a line is shown: bytes before the place, and in all. */
#define SHOWN_BEFORE 160
#define SHOWN_MAX    240

struct allocation {
	struct allocation *next;
	max_align_t data[];
};

void *idlc_allocate(struct idlc *idlc, size_t size)
{
	struct allocation *allocation = calloc(1, sizeof(*allocation) + size);

	if (!allocation) {
		fputs("idlc: error: out of memory; close other programs\n", stderr);
		exit(1);
	}
	allocation->next = idlc->allocations;
	idlc->allocations = allocation;
	return allocation->data;
}

char *idlc_format(struct idlc *idlc, const char *format, ...)
{
	va_list arguments;
	int length;
	char *text;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	text = idlc_allocate(idlc, (size_t)length + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void idlc_release(struct idlc *idlc)
{
	while (idlc->allocations) {
		struct allocation *allocation = idlc->allocations;

		idlc->allocations = allocation->next;
		free(allocation);
	}
}

struct source *source_read(struct idlc *idlc, const char *path, const char **why)
{
	struct source *source = idlc_allocate(idlc, sizeof(*source));
	/* One byte more than allowed, to see that there is more, and the NUL. */
	char *text = idlc_allocate(idlc, SOURCE_SIZE_MAX + 2);
	FILE *file = fopen(path, "rb");

	if (!file) {
		*why = strerror(errno);
		return NULL;
	}
	source->size = fread(text, 1, SOURCE_SIZE_MAX + 1, file);
	*why = NULL;
	if (ferror(file))
		*why = strerror(errno);
	else if (source->size > SOURCE_SIZE_MAX)
		*why = "it is longer than 256 KiB";
	fclose(file);
	if (*why)
		return NULL;
	source->path = idlc_format(idlc, "%s", path);
	source->text = text;
	return source;
}

/*
 * The part of the line around `place`, and a caret below its column. Tabs stay, so that the caret
 * stands right; of an overlong line only the neighbourhood is shown.
 */
static void show_line(FILE *out, struct place place)
{
	size_t before = place.column - 1 < SHOWN_BEFORE ? place.column - 1 : SHOWN_BEFORE;
	size_t start = place.line_start + place.column - 1 - before;
	const char *text = place.source->text;

	for (size_t i = start; i < place.source->size && text[i] != '\n' && i - start < SHOWN_MAX;
	     i++) {
		bool printable = text[i] == '\t' || (text[i] >= ' ' && text[i] <= '~');

		fputc(printable ? text[i] : '?', out);
	}
	fputc('\n', out);
	for (size_t i = start; i < start + before; i++)
		fputc(text[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

void idlc_error(struct idlc *idlc, struct place place, const char *format, ...)
{
	va_list arguments;

	idlc->error_count++;
	fprintf(idlc->errors, "%s:%u:%u: error: ", place.source->path, place.line, place.column);
	va_start(arguments, format);
	vfprintf(idlc->errors, format, arguments);
	va_end(arguments);
	fputc('\n', idlc->errors);
	show_line(idlc->errors, place);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and what they use. `use x;` names x.idl in the directory of the file it stands in; each
 * file is read once in a run. Interfaces come to stand in a list in which each is behind those that
 * it uses.
 */
#include <string.h>

#include "idlc.h"

static struct interface *find(const struct idlc *idlc, const char *path)
{
	for (struct interface *interface = idlc->interfaces; interface; interface = interface->next)
		if (strcmp(interface->source->path, path) == 0)
			return interface;
	return NULL;
}

/* The path of a file beside another one. */
static char *path_beside(struct idlc *idlc, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	int directory = slash ? (int)(slash + 1 - path) : 0;

	return idlc_format(idlc, "%.*s%s.idl", directory, path, name);
}

static bool sees(const struct interface *interface, const struct interface *other)
{
	for (size_t i = 0; i < interface->visible_count; i++)
		if (interface->visible[i] == other)
			return true;
	return false;
}

/* Adds what `used` sees to what `interface` sees. */
static void add_visible(struct idlc *idlc, struct interface *interface,
			const struct interface *used)
{
	size_t most = interface->visible_count + used->visible_count;
	struct interface **visible = idlc_allocate(idlc, most * sizeof(struct interface *));

	if (interface->visible_count)
		memcpy(visible, interface->visible,
		       interface->visible_count * sizeof(struct interface *));
	interface->visible = visible;
	for (size_t i = 0; i < used->visible_count; i++)
		if (!sees(interface, used->visible[i]))
			interface->visible[interface->visible_count++] = used->visible[i];
}

/* A file is named as its interface, so that `use` and the generated headers find it. */
static void check_file_name(struct idlc *idlc, const struct interface *interface)
{
	const char *expected = path_beside(idlc, interface->source->path, interface->name.text);

	if (strcmp(expected, interface->source->path) != 0)
		idlc_error(idlc, interface->name.place,
			   "interface `%s` is not named as its file; rename one of them",
			   interface->name.text);
}

static struct interface *load_source(struct idlc *idlc, const struct source *source);

static void load_use(struct idlc *idlc, struct interface *interface, struct use *use)
{
	char *path = path_beside(idlc, interface->source->path, use->name.text);
	struct interface *used = find(idlc, path);
	const char *why;

	if (!used) {
		const struct source *source = source_read(idlc, path, &why);

		if (!source) {
			idlc_error(idlc, use->name.place,
				   "cannot read `%s`: %s; correct the name or add the file", path,
				   why);
			return;
		}
		used = load_source(idlc, source);
	}
	if (used->loading) {
		idlc_error(idlc, use->name.place,
			   "circular use of `%s`; move what both need into a third interface",
			   use->name.text);
		return;
	}
	use->interface = used;
	add_visible(idlc, interface, used);
}

static void append(struct idlc *idlc, struct interface *interface)
{
	struct interface **last = &idlc->interfaces;

	while (*last)
		last = &(*last)->next;
	*last = interface;
}

static void unlink_interface(struct idlc *idlc, struct interface *interface)
{
	struct interface **link = &idlc->interfaces;

	while (*link != interface)
		link = &(*link)->next;
	*link = interface->next;
	interface->next = NULL;
}

static struct interface *load_source(struct idlc *idlc, const struct source *source)
{
	struct interface *interface = parse_source(idlc, source);
	struct interface self = { .visible = &interface, .visible_count = 1 };

	append(idlc, interface);
	if (interface->broken)
		return interface;
	check_file_name(idlc, interface);
	/* In the list while its uses are read, so that a circle is seen; behind them afterwards. */
	interface->loading = true;
	for (struct use *use = interface->uses; use; use = use->next)
		load_use(idlc, interface, use);
	interface->loading = false;
	unlink_interface(idlc, interface);
	append(idlc, interface);
	add_visible(idlc, interface, &self);
	return interface;
}

struct interface *load_file(struct idlc *idlc, const char *path)
{
	struct interface *interface = find(idlc, path);
	const struct source *source;
	const char *why;

	if (interface)
		return interface;
	source = source_read(idlc, path, &why);
	if (!source) {
		fprintf(idlc->errors, "idlc: error: cannot read `%s`: %s; correct the name\n", path,
			why);
		idlc->error_count++;
		return NULL;
	}
	return load_source(idlc, source);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole files: read with a bound, written beside the target and then renamed, so that an interrupted
 * or failed write leaves nothing half done.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *reason(struct arena *arena, int error)
{
	if (error == ENOENT)
		return "there is no such file";
	return arena_print(arena, "%s", strerror(error));
}

static const char *read_all(struct arena *arena, int fd, uint8_t *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, data + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reason(arena, errno);
		if (got == 0)
			return "it became shorter while it was read";
		done += (size_t)got;
	}
	return NULL;
}

static const char *read_open(struct arena *arena, int fd, size_t limit, struct blob *content)
{
	struct stat status;
	uint8_t *data;

	if (fstat(fd, &status) < 0)
		return reason(arena, errno);
	if (!S_ISREG(status.st_mode))
		return "it is not a regular file";
	if ((uint64_t)status.st_size > limit)
		return arena_print(arena, "it has %lld bytes, more than the %s that can be",
				   (long long)status.st_size, size_in_words(arena, limit));
	data = arena_alloc(arena, (size_t)status.st_size);
	*content = (struct blob){ data, (size_t)status.st_size };
	return read_all(arena, fd, data, content->size);
}

const char *file_read(struct arena *arena, const char *path, size_t limit, struct blob *content)
{
	const char *error;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return reason(arena, errno);
	error = read_open(arena, fd, limit, content);
	close(fd);
	return error;
}

static int write_all(int fd, struct blob content)
{
	size_t done = 0;

	while (done < content.size) {
		ssize_t put = write(fd, content.data + done, content.size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

const char *file_write(struct arena *arena, const char *path, struct blob content)
{
	char *partial = arena_print(arena, "%s.partial", path);
	struct stat status;
	bool good;
	int error;
	int fd;

	/* A device or a folder must not be replaced by a file. */
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return "there is something that is not a regular file";
	fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return reason(arena, errno);
	good = write_all(fd, content) == 0;
	error = errno;
	if (close(fd) < 0 && good) {
		good = false;
		error = errno;
	}
	if (good && rename(partial, path) == 0)
		return NULL;
	if (good)
		error = errno;
	unlink(partial);
	return reason(arena, error);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

const char *file_beside(struct arena *arena, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return name;
	return arena_print(arena, "%.*s%s", (int)(slash - path) + 1, path, name);
}

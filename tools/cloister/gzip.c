/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gzip (RFC 1952) by zlib, which checks the CRC and the length of each member.
 */
#include "formats.h"

#define ZLIB_CONST
#include <zlib.h>

/* windowBits for a gzip header and trailer (zlib.h, inflateInit2). */
#define GZIP_WINDOW (15 + 16)

bool gzip_is(struct blob file)
{
	return file.size >= 2 && file.data[0] == 0x1f && file.data[1] == 0x8b;
}

static const char *error_words(int status)
{
	if (status == Z_MEM_ERROR)
		return "cannot be decompressed: out of memory";
	if (status == Z_BUF_ERROR || status == Z_OK)
		return "is truncated: its gzip data end too early";
	return "is damaged: its gzip data are not consistent";
}

/*
 * Decompresses one member, at most `limit` bytes, into `out`, or away if that is NULL. `*size` gets its
 * length, `*used` how many bytes of the file it took.
 */
static const char *expand_member(struct blob file, uint8_t *out, size_t limit, size_t *size,
				 size_t *used)
{
	uint8_t scratch[32 * KIB];
	z_stream stream = { .next_in = file.data };
	size_t left = file.size;
	int status = inflateInit2(&stream, GZIP_WINDOW);

	*size = 0;
	while (status == Z_OK) {
		size_t room = limit - *size < sizeof(scratch) ? limit - *size : sizeof(scratch);
		uInt in = left < 1 * MIB ? (uInt)left : (uInt)(1 * MIB);

		stream.avail_in = in;
		stream.next_out = out ? out + *size : scratch;
		stream.avail_out = (uInt)room;
		status = inflate(&stream, Z_NO_FLUSH);
		left -= in - stream.avail_in;
		*size += room - stream.avail_out;
		if (status == Z_OK && *size == limit)
			break;
	}
	*used = file.size - left;
	inflateEnd(&stream);
	if (status == Z_STREAM_END)
		return NULL;
	if (status == Z_OK || (status == Z_BUF_ERROR && *size == limit))
		return "is too large when it is decompressed: it does not fit in the guest's memory";
	return error_words(status);
}

const char *gzip_expand(struct arena *arena, struct blob file, size_t limit, struct blob *content)
{
	size_t size;
	size_t used;
	const char *error = expand_member(file, NULL, limit, &size, &used);
	uint8_t *data;

	if (error)
		return error;
	data = arena_alloc(arena, size + 1);
	*content = (struct blob){ data, size };
	/* One byte of room beyond the end, so that the end is seen. */
	return expand_member(file, data, size + 1, &size, &used);
}

const char *gzip_check(struct blob file)
{
	while (gzip_is(file)) {
		size_t size;
		size_t used;
		const char *error = expand_member(file, NULL, SIZE_MAX, &size, &used);

		if (error)
			return error;
		file = (struct blob){ file.data + used, file.size - used };
	}
	return NULL;
}

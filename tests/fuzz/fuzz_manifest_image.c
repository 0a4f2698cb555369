/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image as the host tool makes it, of a description with something of everything.
 */
#include "test_cloister.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_manifest.h"

static const char text[] =
	"{ \"board\": \"qemu-virt-aarch64\", \"guests\": ["
	"{ \"name\": \"one\", \"memory\": \"64 MiB\", \"kernel\": \"Image\", \"vcpus\": 2, \"devices\": ["
	"{ \"type\": \"pl011\", \"address\": \"0x09000000\", \"interrupt\": 33 },"
	"{ \"type\": \"power-button\", \"address\": \"0x09030000\", \"interrupt\": 39 } ] },"
	"{ \"name\": \"two\", \"memory\": \"32 MiB\", \"kernel\": \"Image\","
	"  \"budget\": { \"budget_us\": 1000, \"period_us\": 10000 }, \"devices\": ["
	"{ \"type\": \"pl011\", \"address\": \"0x09000000\", \"interrupt\": 33 },"
	"{ \"type\": \"pl031\", \"address\": \"0x09010000\", \"interrupt\": 34, \"isolated\": true } ] } ] }";

const uint8_t *manifest_image(size_t *size)
{
	static struct bench bench;
	struct blob kernel;
	uint8_t *copy;

	setenv("CLOISTER_SOURCE", FUZZ_SOURCE, 1);
	bench_begin(&bench);
	kernel = bench_linux(&bench, 8192, 100000);
	bench_file(&bench, "Image", kernel.data, kernel.size);
	if (bench_read(&bench, text, strlen(text)) || !bench_make(&bench, false)) {
		errors_print(&bench.errors, stderr);
		abort();
	}
	copy = malloc(bench.image.size);
	memcpy(copy, bench.image.data, bench.image.size);
	*size = bench.image.size;
	bench_end(&bench);
	return copy;
}

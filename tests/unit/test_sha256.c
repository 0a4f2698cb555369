/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's SHA-256 in C, by the examples that NIST publishes and at every length around its blocks. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

void arch_sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count)
{
	sha256_blocks(state, data, count);
}

static void check_digest(const void *data, size_t size, const char *expected)
{
	uint8_t digest[SHA256_DIGEST];
	char text[2 * SHA256_DIGEST + 1];

	sha256(data, size, digest);
	for (size_t i = 0; i < SHA256_DIGEST; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
	ck_assert_str_eq(text, expected);
}

START_TEST(published_examples)
{
	const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char *million = malloc(1000000);

	memset(million, 'a', 1000000);
	check_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_digest(two_blocks, strlen(two_blocks),
		     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	check_digest(million, 1000000,
		     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
}
END_TEST

/* The digest of the digests of all lengths from 0 to 200 of one pattern, by another implementation. */
START_TEST(every_length)
{
	uint8_t digests[201][SHA256_DIGEST];

	for (size_t size = 0; size < 201; size++) {
		/* Of its exact size, so that the sanitizer sees a read behind it. */
		uint8_t *data = malloc(size + !size);

		for (size_t i = 0; i < size; i++)
			data[i] = (uint8_t)(i * 37 + 11);
		sha256(data, size, digests[size]);
		free(data);
	}
	check_digest(digests, sizeof(digests),
		     "09bba6f21f157de4b22c6e4e84e0fe17119f27833e9cd1aaaeb82855755a2130");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sha256");
	TCase *tests = tcase_create("sha256");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, published_examples);
	tcase_add_test(tests, every_length);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

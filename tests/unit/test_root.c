/* SPDX-License-Identifier: BSD-2-Clause */
/* The root server's view of manifests: those that are wrong are refused by name. */
#include "test_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cloister/counter.h>
#include <cloister/message.h>

#define MANIFEST_AT PAGE
#define CALLS_MAX   512
#define ANSWERS_MAX 8

uint8_t image[IMAGE_SIZE] __attribute__((aligned(4096)));
struct manifest *manifest;
static struct boot_info *boot_info;
uint8_t *scratch;
/* Where the next record goes. */
static uint32_t next_record;
struct description description;

struct call calls[CALLS_MAX];
unsigned int call_count;
/* The next with this label gets this status, if it is not OK; all others get OK. */
static uint64_t refused_label;
static enum status refused_status;
/* What invocations give. */
static struct {
	uint64_t label;
	uint32_t cap;
	uint64_t word[MESSAGE_WORDS];
} answers[ANSWERS_MAX];
static unsigned int answer_count;

uint64_t now;
char said[4096];
char printed[4096];
bool log_closed;

static jmp_buf stopped;
static char stop_text[256];

void root_stop(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(stop_text, sizeof(stop_text), format, arguments);
	va_end(arguments);
	longjmp(stopped, 1);
}

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return FREQUENCY;
}

static void append(char *text, size_t size, const char *format, va_list arguments)
{
	size_t length = strlen(text);

	length += (size_t)vsnprintf(text + length, size - length, format, arguments);
	ck_assert_uint_lt(length + 1, size);
	strcat(text, "\n");
}

void log_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(said, sizeof(said), format, arguments);
	va_end(arguments);
}

void console_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(printed, sizeof(printed), format, arguments);
	va_end(arguments);
}

void log_close(void)
{
	log_closed = true;
}

static void give_answer(const struct call *call, struct message *m)
{
	for (unsigned int i = 0; i < answer_count; i++)
		if (answers[i].label == call->label &&
		    (answers[i].cap == ANY || answers[i].cap == call->cap))
			memcpy(m->word, answers[i].word, sizeof(m->word));
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	struct call *call = &calls[call_count++];

	(void)deadline;
	ck_assert(number == SYS_CALL || number == SYS_SIGNAL);
	ck_assert_uint_lt(call_count, CALLS_MAX);
	call->cap = cap;
	call->label = number == SYS_SIGNAL ? SIGNAL : m->label;
	memcpy(call->word, m->word, sizeof(call->word));
	if (call->label == refused_label && refused_status != OK) {
		enum status status = refused_status;

		refused_status = OK;
		return status;
	}
	give_answer(call, m);
	return OK;
}

static void *map_at(uint64_t address)
{
	void *memory = mmap((void *)(uintptr_t)address, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	ck_assert_ptr_eq(memory, (void *)(uintptr_t)address);
	return memory;
}

static void set_up(void)
{
	boot_info = map_at(ROOT_BOOT_INFO);
	scratch = map_at(ROOT_SCRATCH);
	manifest = (struct manifest *)(image + MANIFEST_AT);
	*boot_info = (struct boot_info){
		.counter_frequency = FREQUENCY,
		.manifest = (uintptr_t)manifest,
		.image_offset = IMAGE_BASE - (uintptr_t)image,
	};
	*manifest = (struct manifest){
		.magic = MANIFEST_MAGIC,
		.version = MANIFEST_VERSION,
		.size = 2 * PAGE,
		.image_address = IMAGE_BASE,
		.image_size = IMAGE_SIZE,
	};
	next_record = (sizeof(*manifest) + 7) & ~7U;
}

void *add(struct table *table, size_t size)
{
	void *record = (uint8_t *)manifest + next_record;

	if (table->count++ == 0)
		table->offset = next_record;
	next_record += size;
	return record;
}

void add_untyped(uint64_t address, uint32_t size_bits, uint32_t flags)
{
	boot_info->untyped[boot_info->untyped_count++] =
		(struct boot_untyped){ address, size_bits, flags };
}

void refuse(uint64_t label, enum status status)
{
	refused_label = label;
	refused_status = status;
}

void answer(uint64_t label, uint32_t cap, const uint64_t word[MESSAGE_WORDS])
{
	ck_assert_uint_lt(answer_count, ANSWERS_MAX);
	answers[answer_count].label = label;
	answers[answer_count].cap = cap;
	memcpy(answers[answer_count++].word, word, sizeof(answers[0].word));
}

void forget(void)
{
	call_count = 0;
	said[0] = '\0';
	printed[0] = '\0';
}

void add_group(const char *name, uint32_t slot)
{
	struct manifest_group *group = ADD(groups, group);

	snprintf(group->name, sizeof(group->name), "%s", name);
	group->size_bits = 20;
	group->slot = slot;
}

const char *run(void)
{
	stop_text[0] = '\0';
	if (setjmp(stopped) == 0) {
		description_open(&description);
		build_machine(&description);
		build_start(&description);
	}
	return stop_text;
}

void start(void)
{
	ck_assert_str_eq(run(), "");
	servers_init(&description);
	guests_init(&description);
	devices_init(&description);
	manager_init(&description);
	forget();
}

void expect_call(unsigned int index, cap_t cap, uint64_t label, uint64_t w0, uint64_t w1,
		 uint64_t w2)
{
	ck_assert_uint_lt(index, call_count);
	ck_assert_uint_eq(calls[index].cap, cap);
	ck_assert_uint_eq(calls[index].label, label);
	ck_assert_uint_eq(calls[index].word[0], w0);
	ck_assert_uint_eq(calls[index].word[1], w1);
	ck_assert_uint_eq(calls[index].word[2], w2);
}

unsigned int count_calls(uint64_t label, uint32_t cap)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < call_count; i++)
		count += calls[i].label == label && (cap == ANY || calls[i].cap == cap);
	return count;
}

START_TEST(empty_is_sound)
{
	ck_assert_str_eq(run(), "");
	ck_assert_uint_eq(call_count, 0);
}
END_TEST

START_TEST(wrong_heads)
{
	manifest->magic++;
	ck_assert_str_eq(run(), "manifest: it begins with 0x52455453494f4c44, so it is none");
	manifest->magic--;
	manifest->version = MANIFEST_VERSION + 1;
	ck_assert_ptr_nonnull(strstr(run(), "this root server reads"));
	manifest->version = MANIFEST_VERSION;
	manifest->size = sizeof(*manifest) - 1;
	ck_assert_ptr_nonnull(strstr(run(), "cannot be"));
	manifest->size = IMAGE_SIZE + 1;
	ck_assert_ptr_nonnull(strstr(run(), "cannot be"));
}
END_TEST

START_TEST(wrong_tables)
{
	ADD(bindings, binding);
	manifest->bindings.offset += 4;
	ck_assert_ptr_nonnull(strstr(run(), "table bindings: offset"));
	manifest->bindings.offset = (uint32_t)manifest->size - 8;
	ck_assert_ptr_nonnull(strstr(run(), "table bindings: 1 records"));
	manifest->bindings.offset = 0xfffffff8;
	ck_assert_ptr_nonnull(strstr(run(), "table bindings: 1 records"));
	manifest->bindings = (struct table){ 0, 0xffffffff };
	ck_assert_ptr_nonnull(strstr(run(), "table bindings: 4294967295 records"));
}
END_TEST

START_TEST(wrong_names)
{
	struct manifest_thread *thread;
	struct manifest_guest *guest;

	add_group("g", 200);
	add_untyped(0x44000000, 26, 0);
	thread = ADD(threads, thread);
	guest = ADD(guests, guest);
	memset(guest->name, 'x', sizeof(guest->name));
	ck_assert_str_eq(run(), "manifest: guest 0: its name has no end");
	guest->name[NAME_SIZE - 1] = '\0';
	guest->vmm_thread = 1;
	ck_assert_str_eq(run(), "manifest: guest 0: its VMM is thread 1 of 1");
	guest->vmm_thread = 0;
	ADD(vcpus, vcpu)->guest = 7;
	ck_assert_str_eq(run(), "manifest: vcpu 0: it belongs to guest 7 of 1");
	thread->group = 1;
	ck_assert_str_eq(run(), "manifest: thread 0: its group is 1 of 1");
}
END_TEST

START_TEST(one_vmm_for_two_guests)
{
	add_group("g", 200);
	ADD(threads, thread);
	ADD(guests, guest);
	ADD(guests, guest);
	ck_assert_str_eq(run(), "manifest: guest 1: its VMM is that of guest 0");
}
END_TEST

START_TEST(too_many)
{
	manifest->guests.count = GUESTS_MAX + 1;
	manifest->size = IMAGE_SIZE - PAGE;
	ck_assert_str_eq(run(), "manifest: 65 guests, at most 64 can be");
	manifest->guests.count = 0;
	manifest->threads.count = THREADS_MAX + 1;
	ck_assert_str_eq(run(), "manifest: 81 threads, at most 80 can be");
	manifest->threads.count = 0;
	manifest->root_cnode_bits = 17;
	ck_assert_str_eq(run(), "manifest: a CNode of 2^17 slots cannot be");
	manifest->root_cnode_bits = 0xffffffff;
	ck_assert_str_eq(run(), "manifest: a CNode of 2^4294967295 slots cannot be");
}
END_TEST

START_TEST(places_in_the_image)
{
	ck_assert_str_eq(run(), "");
	ck_assert_ptr_eq(description_image(&description, IMAGE_BASE, IMAGE_SIZE), image);
	ck_assert_ptr_eq(description_image(&description, IMAGE_BASE + IMAGE_SIZE, 0),
			 image + IMAGE_SIZE);
	ck_assert_ptr_null(description_image(&description, IMAGE_BASE, IMAGE_SIZE + 1));
	ck_assert_ptr_null(description_image(&description, IMAGE_BASE - 1, 1));
	ck_assert_ptr_null(description_image(&description, IMAGE_BASE + IMAGE_SIZE + 1, 0));
	ck_assert_ptr_null(description_image(&description, IMAGE_BASE + 1, UINT64_MAX));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("root");
	TCase *tests = tcase_create("root");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, empty_is_sound);
	tcase_add_test(tests, wrong_heads);
	tcase_add_test(tests, wrong_tables);
	tcase_add_test(tests, wrong_names);
	tcase_add_test(tests, one_vmm_for_two_guests);
	tcase_add_test(tests, too_many);
	tcase_add_test(tests, places_in_the_image);
	add_build_tests(tests);
	add_rebuild_tests(tests);
	add_servers_tests(tests);
	add_devices_tests(tests);
	add_guests_tests(tests);
	add_manager_tests(tests);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the IDL compiler writes: fragments of each file for test_idlc_door.idl as they must be, the
 * callers and handlers of that interface run against each other, and the headers of the project's
 * interfaces compiled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test_idlc.h"

static const struct {
	const char *file;
	const char *text;
} fragments[] = {
	{ "idl/door.h", "/*\n * Interface door, version 1: declarations.\n"
			" * Generated from door.idl; do not edit.\n"
			" */\n#pragma once\n\n"
			"/*\n * An interface with one of each kind, for test_idlc_output.c: it is "
			"compiled, and its callers and\n * handlers run against each other.\n */\n"
			"#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
			"#include <idl/kernel.h>\n" },
	{ "idl/door.h", "#define DOORS 0x10\n\n#define FAR 0x100000000ULL\n" },
	{ "idl/door.h", "/* How a door is opened. */\nenum way {\n\tWAY_PUSH = 1,\n"
			"\t/* Towards oneself. */\n\tWAY_PULL = 2,\n\tWAY_SHOVE = 1,\n};\n\n"
			"static inline bool way_valid(uint64_t value)\n{\n\tswitch (value) {\n"
			"\tcase WAY_PUSH:\n\tcase WAY_PULL:\n\t\treturn true;\n" },
	{ "idl/door.h", "#define POSITION_FAR 0x100000000ULL\n" },
	{ "idl/door.h",
	  "/* Stands open. */\n#define FLAG_OPEN 0x1ULL\n#define FLAG_WIDTH_SHIFT 40\n"
	  "#define FLAG_WIDTH_MASK 0xff0000000000ULL\n"
	  "#define FLAG_WIDTH(value) (((uint64_t)(value) << 40) & FLAG_WIDTH_MASK)\n"
	  "#define FLAG_WIDTH_OF(word) (((uint64_t)(word) & FLAG_WIDTH_MASK) >> 40)\n" },
	{ "idl/door.h", "#define SMALL_HIGH 0x80000000u\n#define SMALL_LOW_SHIFT 1\n"
			"#define SMALL_LOW_MASK 0xeu\n" },
	{ "idl/door.h",
	  "/*\n * A door, with a text that is long enough for a line of its own "
	  "and for another one behind "
	  "it, as\n * it has two of them.\n */\nstruct door {\n\tchar name[0x10];\n"
	  "\t/* Upper | lower. */\n\tstruct hinge hinges[2];\n};\n\n"
	  "_Static_assert(offsetof(struct door, name) == 0,\n\t\t\"offset of name\");\n"
	  "_Static_assert(offsetof(struct door, hinges) == 16,\n\t\t\"offset of hinges\");\n"
	  "_Static_assert(sizeof(struct door) == 48, \"size of door\");\n" },
	{ "idl/door.h", "enum object_type {\n\tOBJECT_NULL = 0,\n\tOBJECT_LOCK = 3,\n"
			"\tOBJECT_WALL = 5,\n\tOBJECT_TYPES = 6,\n};\n" },
	{ "idl/door.h", "enum lock_label {\n\tLOCK_TURN = 0x302,\n\tLOCK_FREE = 0x303,\n};\n" },
	{ "idl/kernel.h", "typedef uint32_t cap_t;\n" },
	{ "idl/door_asm.h", "#include <idl/kernel_asm.h>\n" },
	{ "idl/door_asm.h", "#define FLAG_OPEN 0x1\n#define FLAG_WIDTH_SHIFT 0x28\n"
			    "#define FLAG_WIDTH_MASK 0xff0000000000\n" },
	{ "idl/door_asm.h", "#define OFFSET_DOOR_NAME 0\n#define OFFSET_DOOR_HINGES 16\n"
			    "#define SIZEOF_DOOR 48\n" },
	{ "idl/door_names.h", "\tcase WAY_PULL:\n\t\treturn \"WAY_PULL\";\n\tdefault:\n" },
	{ "idl/door_names.h", "\tcase LOCK_TURN:\n\t\treturn \"lock.turn\";\n" },
	{ "idl/door_client.h",
	  "/* Turn the key. */\nstatic inline enum status lock_turn(cap_t self, uint32_t times, "
	  "enum way way, cap_t key,\n\t\tuint64_t *angle, uint32_t *left)\n{\n"
	  "\tstruct message m = {\n\t\t.label = LOCK_TURN,\n"
	  "\t\t.word = { times, way, key },\n\t};\n"
	  "\tenum status status = message_call(self, &m);\n\n\tif (status != OK)\n"
	  "\t\treturn status;\n\t*angle = m.word[0];\n\t*left = (uint32_t)m.word[1];\n"
	  "\treturn OK;\n}\n" },
	{ "idl/door_client.h", "\tif (!way_valid(m.word[0]) || m.word[1] > UINT32_MAX)\n"
			       "\t\treturn ERR_REPLY;\n\t*back = (enum way)m.word[0];\n" },
	{ "idl/door_dispatch.h",
	  "/* Turn the key. */\nenum status lock_turn(struct invocation *call, uint32_t times, "
	  "enum way way, cap_t key,\n\t\tuint64_t *angle, uint32_t *left);\n" },
	{ "idl/door_dispatch.h",
	  "\tcase LOCK_TURN: {\n\t\tuint64_t angle = 0;\n\t\tuint32_t left = 0;\n"
	  "\t\tenum status status;\n\n\t\tif (call->word[0] > UINT32_MAX || "
	  "!way_valid(call->word[1]) ||\n\t\t    call->word[2] > UINT32_MAX)\n"
	  "\t\t\treturn ERR_ARGUMENT;\n\t\tstatus = lock_turn(call, (uint32_t)call->word[0], "
	  "(enum way)call->word[1],\n\t\t\t\t(cap_t)call->word[2], &angle, &left);\n"
	  "\t\tif (status != OK)\n\t\t\treturn status;\n\t\tcall->word[0] = angle;\n"
	  "\t\tcall->word[1] = left;\n\t\treturn OK;\n\t}\n" },
	{ "idl/door_dispatch.h",
	  "static inline enum status wall_dispatch(struct invocation *call)\n"
	  "{\n\t(void)call;\n\treturn ERR_TYPE;\n}\n" },
	{ "idl/door_dispatch.h", "\tcase OBJECT_LOCK:\n\t\treturn lock_dispatch(call);\n" },
	{ "idl/door.md", "# Interface door, version 1\n" },
	{ "idl/door.md", "| 2 | `WAY_PULL` | Towards oneself. |\n" },
	{ "idl/door.md", "| 47:40 | 0xff0000000000 | `FLAG_WIDTH` |  |\n" },
	{ "idl/door.md", "## struct door (48 bytes)\n" },
	{ "idl/door.md", "| 16 | 32 | `struct hinge[2]` | `hinges` | Upper \\| lower. |\n" },
	{ "idl/door.md",
	  "### lock.turn\n\n`turn (u32 times, way way, cap key) -> (u64 angle, u32 left)`, "
	  "label 0x302 (`LOCK_TURN`)\n\nTurn the key.\n" },
};

/* The sources of the test, and the headers of test_idlc_door.idl under idl/. */
static void generate_door(void)
{
	static const char *const files[][2] = {
		{ "test_idlc_door.idl", "door.idl" },
		{ "test_idlc_caller.c", "caller.c" },
		{ "test_idlc_handler.c", "handler.c" },
	};
	char *errors;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[4096];
		char *text;

		snprintf(path, sizeof(path), "%s/tests/unit/%s", getenv("CLOISTER_SOURCE"),
			 files[i][0]);
		text = read_text(path);
		write_text(files[i][1], text);
		free(text);
	}
	ck_assert_int_eq(mkdir("idl", 0777), 0);
	ck_assert_int_eq(run_idlc(&errors, "--out", "idl", "kernel.idl", "door.idl", NULL), 0);
	ck_assert_str_eq(errors, "");
	free(errors);
}

/* In the place of the library's, whose functions are system calls. */
static void write_message_header(void)
{
	ck_assert_int_eq(mkdir("cloister", 0777), 0);
	write_text("cloister/message.h",
		   "#pragma once\n#include <idl/kernel.h>\n"
		   "struct message {\n\tuint64_t label;\n\tuint64_t word[MESSAGE_WORDS];\n"
		   "\tuint64_t badge;\n};\n"
		   "enum status message_call(cap_t cap, struct message *m);\n");
}

static void expect_command(const char *command)
{
	ck_assert_msg(system(command) == 0, "failed: %s", command);
}

START_TEST(text)
{
	generate_door();
	for (size_t i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++) {
		char *all = read_text(fragments[i].file);

		ck_assert_msg(strstr(all, fragments[i].text) != NULL,
			      "%s does not hold\n%sbut is\n%s", fragments[i].file,
			      fragments[i].text, all);
		free(all);
	}
}
END_TEST

START_TEST(calls)
{
	generate_door();
	write_message_header();
	expect_command("cc -std=gnu11 -O2 -Wall -Wextra -Werror -I. -o door caller.c handler.c");
	expect_command("./door");
}
END_TEST

START_TEST(assembly)
{
	generate_door();
	write_text("offsets.S",
		   "#include <idl/door_asm.h>\n"
		   ".if SIZEOF_DOOR != 48 || OFFSET_HINGE_SCREWS != 8 || LOCK_FREE != 0x303 || "
		   "WAY_SHOVE != 1 || OBJECT_TYPES != 6\n"
		   "\t.error \"numbers\"\n.endif\n");
	expect_command("cc -I. -c -o offsets.o offsets.S");
}
END_TEST

/* Twice the same bytes, whatever else is compiled in the same run. */
START_TEST(deterministic)
{
	char *errors;
	char *alone, *together;

	generate_door();
	together = read_text("idl/door_dispatch.h");
	ck_assert_int_eq(run_idlc(&errors, "--out", "idl", "door.idl", NULL), 0);
	free(errors);
	alone = read_text("idl/door_dispatch.h");
	ck_assert_str_eq(alone, together);
	free(alone);
	free(together);
}
END_TEST

START_TEST(project_headers)
{
	char **paths = project_files();

	ck_assert_int_eq(mkdir("idl", 0777), 0);
	write_message_header();
	for (size_t i = 0; paths[i]; i++) {
		char *errors;

		ck_assert_int_eq(run_idlc(&errors, "--out", "idl", paths[i], NULL), 0);
		free(errors);
	}
	for (size_t i = 0; paths[i]; i++) {
		int length = (int)strlen(base_name(paths[i])) - 4;
		const char *name = base_name(paths[i]);
		char source[1000];

		snprintf(source, sizeof(source),
			 "#include <idl/%.*s_names.h>\n#include <idl/%.*s_client.h>\n", length,
			 name, length, name);
		write_text("caller.c", source);
		snprintf(source, sizeof(source),
			 "#include <idl/kernel.h>\n"
			 "struct invocation { uint64_t label, word[MESSAGE_WORDS]; };\n"
			 "#include <idl/%.*s_dispatch.h>\n",
			 length, name);
		write_text("handler.c", source);
		expect_command(
			"cc -std=gnu11 -Wall -Wextra -Werror -I. -fsyntax-only caller.c handler.c");
	}
}
END_TEST

TCase *idlc_output_tests(void)
{
	TCase *tests = tcase_create("output");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, idlc_test_enter, idlc_test_leave);
	tcase_add_test(tests, text);
	tcase_add_test(tests, calls);
	tcase_add_test(tests, assembly);
	tcase_add_test(tests, deterministic);
	tcase_add_test(tests, project_headers);
	return tests;
}

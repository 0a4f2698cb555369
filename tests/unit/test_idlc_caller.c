/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling side of test_idlc_door.idl. Exits with 0, or names the line of what went wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <idl/door_client.h>
#include <idl/door_names.h>

#define EXPECT(condition)                                                               \
	do {                                                                            \
		if (!(condition)) {                                                     \
			printf("%s:%d: %s is false\n", __FILE__, __LINE__, #condition); \
			exit(1);                                                        \
		}                                                                       \
	} while (0)

static void objects(void)
{
	struct message m = { .label = LOCK_TURN, .word = { 1, WAY_PUSH, 1ULL << 32 } };
	uint64_t angle = 1;
	uint32_t left = 1;

	EXPECT(lock_turn(1, 3, WAY_PULL, 9, &angle, &left) == OK);
	EXPECT(angle == 0x300000002 && left == 9);
	angle = 1;
	EXPECT(lock_turn(1, 0, WAY_PULL, 9, &angle, &left) == ERR_ARGUMENT);
	EXPECT(angle == 1 && left == 9);
	EXPECT(lock_turn(1, 3, (enum way)0, 9, &angle, &left) == ERR_ARGUMENT);
	EXPECT(message_call(1, &m) == ERR_ARGUMENT);
	EXPECT(lock_free(1) == OK);
	EXPECT(lock_free(2) == ERR_TYPE);
	EXPECT(lock_free(3) == ERR_TYPE);
	m.label = 0x304;
	EXPECT(message_call(1, &m) == ERR_TYPE);
}

static void servers(void)
{
	enum way back = WAY_PUSH;
	uint32_t count = 0;

	EXPECT(gate_open(4, WAY_PUSH, 1, &back, &count) == OK);
	EXPECT(back == WAY_PULL && count == 12);
	EXPECT(gate_open(4, WAY_PULL, 0, &back, &count) == ERR_ARGUMENT);
	EXPECT(gate_open(4, (enum way)3, 1, &back, &count) == ERR_ARGUMENT);
	EXPECT(gate_shut(4) == OK);
	EXPECT(gate_shut(5) == ERR_TYPE);
	EXPECT(gate_shut(6) == ERR_REPLY);
	EXPECT(gate_open(7, WAY_PUSH, 1, &back, &count) == ERR_REPLY);
	EXPECT(gate_shut(8) == ERR_TYPE);
	EXPECT(back == WAY_PULL && count == 12);
}

static void numbers(void)
{
	EXPECT(FLAG_WIDTH(0x1ff) == 0xff0000000000 && FLAG_WIDTH_OF(0x120000000000) == 0x12);
	EXPECT(SMALL_LOW(5) == 10 && SMALL_LOW_OF(0xffff) == 7 && SMALL_HIGH == 0x80000000);
	EXPECT(POSITION_FAR == FAR && WAY_SHOVE == WAY_PUSH);
	EXPECT(HEX == 171 && sizeof(((struct hinge *)0)->nails) == 2);
	EXPECT(way_valid(2) && !way_valid(3) && !way_valid(1ULL << 32 | 1));
	EXPECT(object_type_valid(OBJECT_WALL) && !object_type_valid(OBJECT_NULL));
	EXPECT(!object_type_valid(OBJECT_TYPES) && OBJECT_TYPES == 6);
	EXPECT(GATE_OPEN == 0x2101 && LOCK_FREE == 0x303);
	EXPECT(strcmp(way_name(WAY_SHOVE), "WAY_PUSH") == 0 && strcmp(way_name(9), "?") == 0);
	EXPECT(strcmp(object_type_name(0), "OBJECT_NULL") == 0);
	EXPECT(strcmp(object_type_name(5), "OBJECT_WALL") == 0);
	EXPECT(strcmp(door_method_name(GATE_SHUT), "gate.shut") == 0);
	EXPECT(strcmp(door_method_name(1ULL << 32 | GATE_SHUT), "?") == 0);
	EXPECT(strcmp(door_method_parameters(LOCK_TURN), "u32 times, way way, cap key") == 0);
	EXPECT(strcmp(door_method_parameters(LOCK_FREE), "") == 0);
}

int main(void)
{
	objects();
	servers();
	numbers();
	return 0;
}

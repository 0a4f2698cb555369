/* SPDX-License-Identifier: BSD-2-Clause */
/* Device servers: what is made for them, restarts, being given up, and what their guest's life means for them. */
#include "test_root.h"

#include <cloister/message.h>
#include <idl/channel.h>

/* Threads, which are the groups too. */
#define VMM    0
#define DEVICE 1

#define SPACE    500
#define DOOR     501
#define BELL     502
#define LINE     503
#define WAKE     504
#define ENDPOINT 505
#define VCPU     506
#define TIME     507
#define WAIT     508
#define CHANNEL  509
#define TELL     510

#define GROUP(n)  (200 + (n))
#define THREAD(n) (300 + (n))
#define CNODE(n)  (310 + (n))
#define CALLER    3
#define MS        (FREQUENCY / 1000)

static struct manifest_thread *device;
static struct manifest_device_server *server;

static void add_thread(uint32_t index, const char *name)
{
	struct manifest_thread *thread = ADD(threads, thread);

	*thread = (struct manifest_thread){
		.thread = THREAD(index), .cnode = CNODE(index), .serve = ENDPOINT, .group = index
	};
	snprintf(thread->name, sizeof(thread->name), "%s", name);
}

static void add_capability(uint32_t source, uint32_t cnode, uint32_t slot)
{
	*ADD(capabilities, capability) =
		(struct manifest_capability){ source, cnode, slot, RIGHT_WRITE, 1 };
}

/* Records of a table stand one behind the other. */
static void make_records(void)
{
	add_untyped(0x44000000, 26, 0);
	add_group("vmm g", GROUP(VMM));
	add_group("device g console", GROUP(DEVICE));
	for (uint32_t i = VMM; i <= DEVICE; i++) {
		*ADD(objects, object) = (struct manifest_object){ .type = OBJECT_CNODE,
								  .size_bits = 4,
								  .count = 1,
								  .slot = CNODE(i),
								  .group = i };
		*ADD(objects, object) = (struct manifest_object){
			.type = OBJECT_THREAD, .count = 1, .slot = THREAD(i), .group = i
		};
	}
	add_capability(ENDPOINT, ROOT_SLOT_CNODE, DOOR);
	add_capability(DOOR, CNODE(VMM), CALLER);
	add_capability(LINE, CNODE(DEVICE), 1);
	*ADD(sched_contexts, sched_context) = (struct manifest_sched_context){
		.slot = TIME, .budget = 100, .period = 1000, .limit = 5000
	};
	add_thread(VMM, "vmm g");
	add_thread(DEVICE, "device g console");
	*ADD(vcpus, vcpu) = (struct manifest_vcpu){ .vcpu = VCPU, .start = 1 };
	*ADD(bindings, binding) =
		(struct manifest_binding){ BINDING_THREAD, WAIT, THREAD(DEVICE), 0 };
	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_TIME, TIME, WAIT, 0 };
	*ADD(windows, window) = (struct manifest_window){ .guest_space = SPACE,
							  .window = 2,
							  .address = 0x0a000000,
							  .pages = 1,
							  .endpoint = DOOR,
							  .doorbell = BELL,
							  .doorbell_offset = 0x50 };
	*ADD(guests, guest) = (struct manifest_guest){ .name = "g", .vmm_thread = VMM };
	server = ADD(device_servers, device_server);
	*server = (struct manifest_device_server){
		.thread = DEVICE, .door = DOOR, .line = LINE, .wake = WAKE
	};
	device =
		(struct manifest_thread *)((uint8_t *)manifest + manifest->threads.offset) + DEVICE;
	device->restart_limit = 1;
	device->restart_back_off = 10;
	device->restart_window = 1000;
	now = 3600UL * FREQUENCY;
}

static void make(void)
{
	make_records();
	start();
}

static enum server_state state(void)
{
	return servers_get(DEVICE)->state;
}

static enum status manage(uint64_t label)
{
	struct message m = { .label = label, .badge = ROOT_BADGE_MANAGER };

	forget();
	calls_serve(&m);
	return (enum status)m.label;
}

/* Index of the one call of this kind. */
static unsigned int place(uint64_t label, uint32_t cap)
{
	unsigned int i = 0;

	ck_assert_uint_eq(count_calls(label, cap), 1);
	while (calls[i].label != label || (cap != ANY && calls[i].cap != cap))
		i++;
	return i;
}

/* The window is the last that is connected, with all of the record; the limit holds for the share. */
START_TEST(made)
{
	unsigned int i;

	make_records();
	ck_assert_str_eq(run(), "");
	i = place(GUEST_SPACE_SET_WINDOW, SPACE);
	expect_call(i, SPACE, GUEST_SPACE_SET_WINDOW, 2, 0x0a000000, 1);
	ck_assert_uint_eq(calls[i].word[3], DOOR);
	ck_assert_uint_eq(calls[i].word[4], BELL);
	ck_assert_uint_eq(calls[i].word[5], 0x50);
	ck_assert_uint_lt(place(NOTIFICATION_BIND_THREAD, WAIT), i);
	ck_assert_uint_lt(i, place(THREAD_SERVE, THREAD(DEVICE)));
	i = place(SCHED_CONTEXT_SET_LIMIT, TIME);
	ck_assert_uint_eq(calls[i].word[0], ticks_of(5000));
	ck_assert_uint_lt(place(SCHED_CONTEXT_CONFIGURE, TIME), i);
}
END_TEST

START_TEST(wrong)
{
	make_records();
	server->thread = 2;
	ck_assert_str_eq(run(), "manifest: device server 0: its thread is 2 of 2");
	server->thread = VMM;
	ck_assert_str_eq(run(), "manifest: device server 0: it is the VMM of guest 0");
	server->thread = DEVICE;
	server->guest = 1;
	ck_assert_str_eq(run(), "manifest: device server 0: it belongs to guest 1 of 1");
	server->guest = 0;
	*ADD(device_servers, device_server) = *server;
	ck_assert_str_eq(run(), "manifest: device server 1: it is device server 0");
}
END_TEST

START_TEST(wrong_steps)
{
	make_records();
	refuse(GUEST_SPACE_SET_WINDOW, ERR_TABLE);
	ck_assert_str_eq(run(), "manifest: window 0: set: ERR_TABLE");
	refuse(SCHED_CONTEXT_SET_LIMIT, ERR_ARGUMENT);
	ck_assert_str_eq(run(), "manifest: sched_context 0: set_limit: ERR_ARGUMENT");
}
END_TEST

/* Its guest's accesses wait meanwhile: what leads to it stays, and at last it is woken. */
START_TEST(restarted)
{
	make();
	servers_failed(DEVICE, 1, 2);
	ck_assert_int_eq(state(), SERVER_STATE_RESTARTING);
	now = servers_deadline();
	servers_run(now);
	ck_assert_int_eq(state(), SERVER_STATE_RUNNING);
	ck_assert_uint_eq(count_calls(CNODE_REVOKE, ANY), 1);
	expect_call(0, ROOT_SLOT_CNODE, CNODE_REVOKE, GROUP(DEVICE), 0, 0);
	ck_assert_uint_eq(count_calls(GUEST_SPACE_SET_WINDOW, ANY), 0);
	ck_assert_uint_eq(count_calls(SCHED_CONTEXT_CONFIGURE, ANY), 0);
	ck_assert_uint_eq(count_calls(SCHED_CONTEXT_BIND, ANY), 0);
	ck_assert_uint_lt(place(NOTIFICATION_BIND_THREAD, WAIT), place(THREAD_SERVE, ANY));
	ck_assert_uint_lt(place(THREAD_SERVE, THREAD(DEVICE)), place(SIGNAL, WAKE));
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
	ck_assert_str_eq(said, "server device g console: restarted, number 1\n");
}
END_TEST

static void give_up(void)
{
	device->restart_limit = 0;
	servers_failed(DEVICE, 1, 2);
	ck_assert_int_eq(state(), SERVER_STATE_FAILED);
}

/* Nobody is left to wait for it, its interrupt is down, and the log still goes through the driver. */
START_TEST(given_up)
{
	make();
	give_up();
	ck_assert_uint_eq(count_calls(CNODE_REVOKE, ANY), 1);
	expect_call(place(CNODE_REVOKE, ANY), ROOT_SLOT_CNODE, CNODE_REVOKE, DOOR, 0, 0);
	ck_assert_uint_eq(count_calls(NOTIFICATION_CLEAR, LINE), 1);
	ck_assert(!log_closed);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RUNNING);
}
END_TEST

static struct channel *start_with_channel(void)
{
	make_records();
	server->line = 0;
	server->channel = CHANNEL;
	server->tell = TELL;
	start();
	return (struct channel *)(void *)scratch;
}

/* A VMM that has the device's queues itself finds it marked, and is told; and again when there is a server. */
START_TEST(given_up_channel)
{
	struct channel *channel = start_with_channel();

	channel->given_up = 0;
	give_up();
	ck_assert_uint_eq(channel->given_up, 1);
	ck_assert_uint_lt(place(FRAME_MAP, ANY), place(SIGNAL, TELL));
	ck_assert_uint_eq(calls[place(CNODE_COPY, ANY)].word[0], CHANNEL);
	ck_assert_uint_eq(count_calls(NOTIFICATION_CLEAR, ANY), 0);
	ck_assert_uint_eq(manage(MANAGER_GUEST_RESET), OK);
	ck_assert_uint_eq(channel->given_up, 0);
	ck_assert_int_eq(state(), SERVER_STATE_RUNNING);
}
END_TEST

/* What one that fails has written there itself is not said of its successor. */
START_TEST(restarted_channel)
{
	struct channel *channel = start_with_channel();

	servers_failed(DEVICE, 1, 2);
	channel->given_up = 1;
	forget();
	now = servers_deadline();
	servers_run(now);
	ck_assert_int_eq(state(), SERVER_STATE_RUNNING);
	ck_assert_uint_eq(channel->given_up, 0);
	ck_assert_uint_lt(place(THREAD_SERVE, THREAD(DEVICE)), place(SIGNAL, WAKE));
}
END_TEST

/* A new life of the guest is one of its devices too: window and door are made again, once each. */
static void expect_anew(void)
{
	unsigned int door = 0;

	ck_assert_int_eq(state(), SERVER_STATE_RUNNING);
	while (calls[door].label != CNODE_REVOKE || calls[door].word[0] != DOOR)
		ck_assert_uint_lt(++door, call_count);
	ck_assert_uint_lt(door, place(GUEST_SPACE_SET_WINDOW, SPACE));
	for (unsigned int i = door; i < call_count; i++)
		if (calls[i].label == CNODE_MINT && calls[i].word[0] == DOOR) {
			ck_assert_uint_eq(calls[i].word[1], CNODE(VMM));
			ck_assert_uint_lt(place(THREAD_SERVE, THREAD(DEVICE)),
					  place(VCPU_START, ANY));
			return;
		}
	ck_abort_msg("the VMM has no way to it");
}

START_TEST(anew_with_its_guest)
{
	make();
	give_up();
	ck_assert_uint_eq(manage(MANAGER_GUEST_RESET), OK);
	expect_anew();
	ck_assert_uint_eq(manage(MANAGER_GUEST_STOP), OK);
	ck_assert_int_eq(state(), SERVER_STATE_STOPPED);
	ck_assert_uint_eq(count_calls(THREAD_SUSPEND, THREAD(DEVICE)), 1);
	ck_assert_uint_eq(manage(MANAGER_GUEST_START), OK);
	expect_anew();
}
END_TEST

START_TEST(anew_with_its_vmm)
{
	make();
	give_up();
	device[-1].restart_limit = 1;
	servers_failed(VMM, 1, 2);
	forget();
	now = servers_deadline();
	servers_run(now);
	expect_anew();
}
END_TEST

/* A server whose guest has ended is of no use. */
START_TEST(not_without_its_guest)
{
	make();
	ck_assert_uint_eq(manage(MANAGER_GUEST_STOP), OK);
	servers_failed(DEVICE, 1, 2);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(state(), SERVER_STATE_FAILED);
}
END_TEST

/* The guest lives without a device that cannot be made again; the door to it is shut. */
START_TEST(cannot_be_made)
{
	make();
	servers_failed(DEVICE, 1, 2);
	forget();
	refuse(THREAD_SERVE, ERR_STATE);
	now = servers_deadline();
	servers_run(now);
	ck_assert_int_eq(state(), SERVER_STATE_FAILED);
	expect_call(call_count - 2, ROOT_SLOT_CNODE, CNODE_REVOKE, DOOR, 0, 0);
	expect_call(call_count - 1, LINE, NOTIFICATION_CLEAR, 0, 0, 0);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RUNNING);
}
END_TEST

void add_devices_tests(TCase *tests)
{
	tcase_add_test(tests, made);
	tcase_add_test(tests, wrong);
	tcase_add_test(tests, wrong_steps);
	tcase_add_test(tests, restarted);
	tcase_add_test(tests, given_up);
	tcase_add_test(tests, given_up_channel);
	tcase_add_test(tests, restarted_channel);
	tcase_add_test(tests, anew_with_its_guest);
	tcase_add_test(tests, anew_with_its_vmm);
	tcase_add_test(tests, not_without_its_guest);
	tcase_add_test(tests, cannot_be_made);
}

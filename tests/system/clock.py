#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System test of the clock: Linux knows what time the board's real-time clock has, is woken by an alarm
of its own clock, and keeps the time that it has set over a reset. With its clock in a process of its own
it does all that as well, and lives on when that process is killed.

Called with the name of one test, which is a function below.
"""

import calendar
import contextlib
import json
import os
import random
import re
import sys
import tempfile
import time

from arch import ARCH, program
from gdb import Gdb, GdbError
from killer import Killer, Server
from machine import BOOT_SECONDS, PROMPT, Failure, check, cloister, machine, source

# What the board's clock has when QEMU starts.
BASE = "2031-05-06T07:08:09"
RTC = "/sys/class/rtc/rtc0"
ALARM_SECONDS = 4
OTHER_DAY = 1234567890
# The clock's driver looks at it once a minute; a new one seven times in as many seconds.
LOOK_SECONDS = 90
RELOOK_SECONDS = 10


def number(linux, command):
    answer = linux.command(command)
    found = re.match(r"\s*(\d+)\s*$", answer)
    check(found, f"{command} says {answer!r}")
    return int(found[1])


class BoardClock:
    """What the board's clock can have: it was BASE at some time between two moments of ours."""

    def __init__(self, earliest, latest):
        self.base = calendar.timegm(time.strptime(BASE, "%Y-%m-%dT%H:%M:%S"))
        self.earliest = earliest
        self.latest = latest

    def check(self, linux, command):
        """Whole seconds may be half of one off, for a clock that was looked at only once."""
        before = time.time() - self.latest
        told = number(linux, command)
        after = time.time() - self.earliest
        check(before - 1.5 <= told - self.base <= after + 0.5,
              f"{command} says {told}, which is not between {self.base + before} and {self.base + after}")


def right_time(linux, clock):
    answer = linux.command("dmesg | grep rtc")
    check("rtc-pl031 9010000.pl031: setting system clock to 2031-05-06T07:0" in answer,
          f"the kernel's messages about its clock are {answer!r}")
    clock.check(linux, f"cat {RTC}/since_epoch")
    clock.check(linux, "date +%s")
    answer = linux.command("hwclock -u")
    check(re.search(r"May +6 07:\d\d:\d\d 2031", answer), f"hwclock says {answer!r}")


def alarms(linux):
    """How many Linux has counted."""
    return number(linux, "awk '/rtc-pl031/ { print $2 }' /proc/interrupts")


def alarm(linux):
    """It comes when it should, once."""
    before = alarms(linux)
    linux.command(f"echo +{ALARM_SECONDS} >{RTC}/wakealarm")
    now = number(linux, f"cat {RTC}/since_epoch")
    due = number(linux, f"cat {RTC}/wakealarm")
    check(due - ALARM_SECONDS <= now < due, f"it is {now}, the alarm is set to {due}")
    linux.command(f"while [ $(cat {RTC}/since_epoch) -lt {due - 1} ]; do usleep 100000; done")
    check(alarms(linux) == before, "the alarm came too soon")
    time.sleep(3)
    check(alarms(linux) == before + 1, f"alarms were {before}, and are {alarms(linux)} now")
    check(not linux.command(f"cat {RTC}/wakealarm").strip(), "the alarm is still set")


def set_clock(linux):
    """The time that a guest has set is its own, and a reset does not take it."""
    linux.command(f"date -u -s @{OTHER_DAY} && hwclock -u -w")
    told = number(linux, f"cat {RTC}/since_epoch")
    check(0 <= told - OTHER_DAY < 60, f"the clock was set to {OTHER_DAY}, and has {told}")
    begun = time.time()
    linux.type("reboot -f\r")
    linux.expect("guest linux: reset")
    linux.boot()
    passed = time.time() - begun
    later = number(linux, f"cat {RTC}/since_epoch")
    check(told <= later <= told + passed + 2,
          f"the clock had {told} before the reset and has {later} after it, {passed} s later")
    answer = linux.command("dmesg | grep rtc")
    check("to 2009-02-13T23:" in answer, f"the kernel's messages about its clock are {answer!r}")


def describe(directory, isolation):
    """The description of a Linux, and what it says of the isolation of its clock."""
    with open(source("configs/linux.json"), encoding="ascii") as file:
        system = json.load(file)
    system["guests"][0]["devices"] = [
        {"type": "pl011", "address": "0x09000000", "interrupt": 33},
        {"type": "pl031", "address": "0x09010000", "interrupt": 34} | isolation]
    path = os.path.join(directory, "clock.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(system, file)
    return path


@contextlib.contextmanager
def booted(isolation):
    """A Linux, what the board's clock can have, and where a debugger comes to the machine."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "gdb")
        earliest = time.time()
        with machine(cloister("run", describe(directory, isolation), "--", "-rtc", f"base={BASE}",
                              *Gdb.options(path))) as linux:
            linux.expect("Cloister:", BOOT_SECONDS)
            clock = BoardClock(earliest, time.time())
            linux.boot()
            yield linux, clock, path


def use(isolation):
    with booted(isolation) as (linux, clock, _):
        right_time(linux, clock)
        alarm(linux)
        clock.check(linux, f"cat {RTC}/since_epoch")
        set_clock(linux)


@contextlib.contextmanager
def debugger(path):
    try:
        with Killer(path, random.Random(1)) as killer:
            yield killer
    except (OSError, GdbError) as error:
        raise Failure(f"the debugger: {error}") from None


def kill_reader(linux, path, fate):
    """The clock's server is killed while Linux reads the clock without end. Its shell lives."""
    server = Server("device linux rtc", program("vmm-server/device-server"))
    linux.command(f"while cat {RTC}/since_epoch >/tmp/now; do :; done &")
    with debugger(path) as killer:
        killer.kill(server, lambda: None)
        linux.expect("server device linux rtc crashed")
        linux.expect(fate)
    linux.type("\recho $((6 * 7)) lives\r")
    linux.expect("42 lives")
    linux.expect(PROMPT)


def vmm():
    """Its model is in the guest's VMM."""
    use({})


def isolated():
    """It is a device server."""
    use({"isolated": True})


def killed():
    """Linux's reads wait for the successor, which has the time that was set, and wakes it."""
    with booted({"isolated": True, "restart": {"limit": 3, "back_off_ms": 1}}) as (linux, _, path):
        begun = time.time()
        linux.command(f"date -u -s @{OTHER_DAY} && hwclock -u -w")
        kill_reader(linux, path, r"server device linux rtc: restarted, number 1")
        answer = linux.command("kill %1 && echo it read on")
        check("it read on" in answer, f"reads did not go on: {answer!r}")
        told = number(linux, f"cat {RTC}/since_epoch")
        check(0 <= told - OTHER_DAY <= time.time() - begun + 2,
              f"the clock was set to {OTHER_DAY}, and has {told}, {time.time() - begun} s later")
        alarm(linux)


def never():
    """Once it is given up, the clock reads as zero, and Linux goes on."""
    with booted({"isolated": True, "restart": "never"}) as (linux, _, path):
        kill_reader(linux, path, "device: no answer at 0x9010000")
        answer = linux.command("kill %1 && echo it read on")
        check("it read on" in answer, f"reads did not go on: {answer!r}")
        check(number(linux, f"cat {RTC}/since_epoch") == 0, "the clock has a time")
        check("restarted" not in linux.transcript, "the server was restarted")


def driver():
    """The board's clock is read by who is killed in the middle of a look, which it takes once a minute. Linux, which
    reads its own without end, sees no other time meanwhile, nor when the successor has looked."""
    with booted({}) as (linux, clock, path):
        server = Server("clock", program(f"drivers-server/{ARCH.clock_driver}"))
        linux.command(f"while cat {RTC}/since_epoch >>/tmp/times; do :; done &")
        with debugger(path) as killer:
            killer.kill_in_turn(server, LOOK_SECONDS)
            linux.expect("server clock crashed")
            linux.expect("server clock: restarted, number 1")
        linux.type("\r")
        linux.expect(PROMPT)
        clock.check(linux, f"cat {RTC}/since_epoch")
        time.sleep(RELOOK_SECONDS)
        clock.check(linux, f"cat {RTC}/since_epoch")
        linux.command("kill %1")
        answer = linux.command("sort -n /tmp/times | cmp - /tmp/times && echo never back")
        check("never back" in answer, f"the clock went back: {answer!r}")


TESTS = [vmm, isolated, killed, never, driver]


def main():
    name = sys.argv[1]
    try:
        {test.__name__: test for test in TESTS}[name]()
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

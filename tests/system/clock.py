#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System test of the clock: Linux knows what time the board's real-time clock has, is woken by an alarm
of its own clock, and keeps the time that it has set over a reset."""

import calendar
import re
import sys
import time

from machine import BOOT_SECONDS, Failure, check, cloister, machine, source

# What the board's clock has when QEMU starts.
BASE = "2031-05-06T07:08:09"
RTC = "/sys/class/rtc/rtc0"
ALARM_SECONDS = 4
OTHER_DAY = 1234567890


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


def main():
    try:
        earliest = time.time()
        with machine(cloister("run", source("configs/linux.json"), "--", "-rtc",
                              f"base={BASE}")) as linux:
            linux.expect("Cloister:", BOOT_SECONDS)
            clock = BoardClock(earliest, time.time())
            linux.boot()
            right_time(linux, clock)
            alarm(linux)
            clock.check(linux, f"cat {RTC}/since_epoch")
            set_clock(linux)
    except Failure as failure:
        print(f"clock: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

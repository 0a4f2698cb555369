#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of guests with several vCPUs on one core.

Called with the name of one test, which is a function below.
"""

import contextlib
import json
import os
import re
import sys
import tempfile
import time

from arch import ARCH, built
from image import tool
from machine import BOOT_SECONDS, Failure, check, cloister, machine, source

RESETS = 3
LIVES = 8
PAUSES = 12
SECONDS = 200


def interrupts(linux, name):
    """What /proc/interrupts counts on each processor in the row with this in it."""
    answer = linux.command("cat /proc/interrupts")
    row = re.search(rf"^ *\S+: +(\d+) +(\d+) .*{name}", answer, re.MULTILINE)
    check(row, f"/proc/interrupts holds {answer!r}")
    return int(row[1]), int(row[2])


def linux():
    """Debian's Linux has two processors, both work, and one can be switched off and on."""
    with machine(cloister("run", source("tests/system/vcpus.json"))) as guest:
        guest.boot()
        answer = guest.command("nproc")
        check(answer.strip() == "2", f"nproc says {answer!r}")
        for processor in (0, 1):
            answer = guest.command(f"taskset -c {processor} sh -c 'echo on-$(nproc)'")
            check("on-1" in answer, f"taskset says {answer!r}")
        check(min(interrupts(guest, ARCH.timer)) > 0, "a processor has no timer")
        check(min(interrupts(guest, "Function call")) > 0, "there are no IPIs")
        route(guest)
        for number in range(2):
            guest.command("echo 0 > /sys/devices/system/cpu/cpu1/online")
            answer = guest.command("nproc")
            check(answer.strip() == "1", f"{number}: without processor 1 nproc says {answer!r}")
            guest.command("echo 1 > /sys/devices/system/cpu/cpu1/online")
            answer = guest.command("taskset -c 1 nproc")
            check(answer.strip() == "1", f"{number}: on processor 1 nproc says {answer!r}")
        guest.type("poweroff -f\r")
        guest.expect("guest linux: powered off")
        status = guest.end()
        check(status == 0, f"QEMU's exit status is {status}")


def route(guest):
    """The console's interrupt goes where it is sent to."""
    number = re.search(rf"^ *(\d+): .*{ARCH.uart_interrupt}", guest.command("cat /proc/interrupts"),
                       re.MULTILINE)
    check(number, "the console has no interrupt")
    for processor in (1, 0):
        guest.command(f"echo {1 << processor} > /proc/irq/{number[1]}/smp_affinity")
        before = interrupts(guest, ARCH.uart_interrupt)
        after = interrupts(guest, ARCH.uart_interrupt)
        check(after[processor] > before[processor] and after[1 - processor] == before[1 - processor],
              f"sent to processor {processor}, the console's interrupts are {before}, then {after}")


def resets():
    """Linux with two processors comes back from each of some resets, from either of them."""
    with machine(cloister("run", source("tests/system/vcpus.json"))) as guest:
        guest.boot()
        for number in range(1, RESETS + 1):
            guest.command("echo of-life > /tmp/trace")
            guest.type(f"taskset -c {number % 2} reboot -f\r")
            guest.expect(f"guest linux: reset, number {number}\r")
            guest.expect(ARCH.begins, BOOT_SECONDS)
            guest.boot()
            answer = guest.command("nproc; ls /tmp")
            check(answer.split()[0] == "2" and "trace" not in answer,
                  f"life {number} says {answer!r}")


@contextlib.contextmanager
def running(vcpus):
    """A machine with the guest of tests/guests/vcpus."""
    elf = built("tests", "guests", "vcpus-guest")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "vcpus.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump({"board": "qemu-virt-aarch64",
                       "guests": [{"name": "vcpus", "memory": "16 MiB", "vcpus": vcpus,
                                   "kernel": elf}]}, file)
        with machine(tool("run", path)) as guest:
            yield guest


def own(vcpus):
    """The guest finds nothing wrong, in none of its lives."""
    with running(vcpus) as guest:
        # The log does not tell of each reset of many in a second.
        for _ in range(LIVES + 1):
            guest.expect(rf"1\.\.\d+ with {vcpus} vCPUs", SECONDS)
        judge(guest.transcript, vcpus)


def judge(transcript, vcpus):
    """All tests of each life are there. A line of the log can break one of the console."""
    lines = [line for line in transcript.replace("\r", "").split("\n") if not line.startswith("[")]
    lives = re.split(rf"1\.\.(\d+) with {vcpus} vCPUs", "".join(lines))
    check("not ok" not in transcript, "a test failed")
    for number in range(LIVES):
        count, text = lives[2 * number + 1:2 * number + 3]
        passed = [int(ok) for ok in re.findall(r"ok (\d+) ", text)]
        check(passed == list(range(1, int(count) + 1)),
              f"of {count} tests in life {number + 1} these passed: {passed}")


def own_two():
    own(2)


def own_four():
    own(4)


def resets_of(guest):
    return guest.table("guest list")[0]["resets"]


def own_pause():
    """Paused at whatever point of its life, or between two, the guest goes on when it is resumed."""
    with running(3) as guest:
        guest.expect("guest vcpus: reset, number 1\r", SECONDS)
        guest.shell()
        for number in range(PAUSES):
            guest.order("guest pause vcpus")
            before = resets_of(guest)
            guest.order("guest resume vcpus")
            deadline = time.monotonic() + SECONDS
            # The one that the pause held back is counted already.
            while resets_of(guest) < before + 2:
                check(time.monotonic() < deadline, f"pause {number} was its end")
        check("not ok" not in guest.transcript, "a test failed")


TESTS = [linux, resets, own_two, own_four, own_pause]


def main():
    name = sys.argv[1]
    test = {test.__name__: test for test in TESTS}[name]
    try:
        test()
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

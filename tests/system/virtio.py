#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System test of virtio-console: Debian's Linux finds hvc0, writes to it and reads from it."""

import re
import sys

from machine import BOOT_SECONDS, PROMPT, Failure, check, cloister, machine, source

FIRST = "\x141"
SECOND = "\x142"
LINES = 4000
# QEMU's terminal adds a carriage return.
END = "\r+\n"


def view_hvc0(linux):
    linux.type(SECOND)
    linux.expect(re.escape("[cloister] guest 2 of 2: linux hvc0;") + f"[^\n]*{END}")


def view_first(linux):
    """Shows the PL011's console, whose prompt comes again."""
    linux.type(FIRST)
    linux.expect(re.escape("[cloister] guest 1 of 2: linux;"))
    linux.expect(PROMPT)


def finds_it(linux):
    """Linux's own driver took the device and agreed with it."""
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/device")
    check("0x0003" in answer, f"the device's type is {answer!r}")
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/status")
    check("0x0000000f" in answer, f"the device's status is {answer!r}")
    # The 33rd is VERSION_1; nothing else is offered.
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/features")
    check("0" * 32 + "1" + "0" * 31 in answer, f"the features are {answer!r}")


def says(linux, word):
    linux.command(f"echo {word} >/dev/hvc0")
    view_hvc0(linux)
    linux.expect(word + END)
    view_first(linux)


def writes_much(linux):
    """More than the line's ring holds, several times over, comes whole and in order."""
    linux.command(f"(sleep 2; seq 1 {LINES} | sed 's/.*/line & end/' >/dev/hvc0) &")
    view_hvc0(linux)
    text = linux.expect(f"line {LINES} end{END}", BOOT_SECONDS).replace("\r", "")
    place = 0
    for number in range(1, LINES):
        line = f"line {number} end\n"
        place = text.find(line, place)
        check(place >= 0, f"{line!r} did not come, or not in its turn")
    view_first(linux)


def reads(linux):
    linux.command("head -n 1 </dev/hvc0 >/tmp/in &")
    view_hvc0(linux)
    linux.type("typed for hvc0\r")
    linux.expect(f"typed for hvc0{END}")
    view_first(linux)
    answer = linux.command("wait; cat /tmp/in")
    check("typed for hvc0" in answer, f"read was {answer!r}")


def comes_back(linux):
    """A driver that goes and comes again finds the device as at first."""
    linux.command("modprobe -r virtio_console; modprobe virtio_console")
    says(linux, "again")


def main():
    try:
        with machine(cloister("run", source("tests/system/virtio.json"))) as linux:
            linux.boot()
            finds_it(linux)
            says(linux, "hello")
            writes_much(linux)
            reads(linux)
            comes_back(linux)
    except Failure as failure:
        print(f"virtio: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

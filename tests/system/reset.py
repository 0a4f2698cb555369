#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Guests that reset themselves: each life begins as the first, and the machine counts them.

Called with the name of one test, which is a function below.
"""

import contextlib
import json
import os
import re
import sys
import tempfile
import time

import pexpect

from arch import ARCH, built
from image import tool
from machine import BOOT_SECONDS, Failure, check, cloister, machine, source

RESETS = 100
PAUSES = 50
SECONDS = 60


def linux():
    """Debian's Linux comes back to its prompt after `reboot -f`, twice, and nothing of it is left."""
    with machine(cloister("run", source("configs/linux.json"))) as guest:
        guest.boot()
        for number in (1, 2):
            guest.command("echo of-life > /tmp/trace")
            guest.type("reboot -f\r")
            guest.expect(f"guest linux: reset, number {number}\r")
            guest.expect(ARCH.begins, BOOT_SECONDS)
            guest.boot()
            answer = guest.command("ls /tmp")
            check("trace" not in answer, f"/tmp holds {answer!r}")
        guest.type("poweroff -f\r")
        guest.expect("guest linux: powered off")
        status = guest.end()
        check(status == 0, f"QEMU's exit status is {status}")


def describe(directory):
    elf = built("tests", "system", "reset-guest")
    path = os.path.join(directory, "reset.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"board": "qemu-virt-aarch64",
                   "guests": [{"name": "again", "memory": "4 MiB", "kernel": elf}]}, file)
    return path


def end(guest):
    """Types until one byte comes in the short time in which a life looks for it."""
    deadline = time.monotonic() + SECONDS
    while "guest again: powered off" not in guest.transcript:
        check(time.monotonic() < deadline, "the guest does not end")
        guest.type("x")
        with contextlib.suppress(pexpect.EOF):
            guest.child.expect("\n", timeout=SECONDS)
    status = guest.end()
    check(status == 0, f"QEMU's exit status is {status}")


def hundred():
    """A hundred resets and more, as fast as they go; a life that finds something left is the last."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory, machine(
            tool("run", describe(directory))) as guest:
        for _ in range(RESETS + 1):
            guest.expect("fresh\r", SECONDS)
        end(guest)
        text = guest.transcript.replace("\r", "")
    seconds = time.monotonic() - started
    check("stale" not in text, "the guest found something left")
    said = [int(number) for number in re.findall(r"guest again: reset, number (\d+)", text)]
    check(said[:1] == [1] and said == sorted(set(said)), f"the numbers of resets are {said}")
    check(said[-1] >= RESETS, f"{said[-1]} resets are told")
    check(len(said) <= seconds + 2, f"{len(said)} lines in {seconds:.0f} s")
    print(f"{said[-1]} resets, {len(said)} lines, {seconds:.1f} s")


def renew(guest):
    """A hundred new VMMs, by resets and by stop and start."""
    for _ in range(RESETS // 2):
        for order, answer in (("reset again", "begins anew"), ("stop again 0", "stopped"),
                              ("start again", "started")):
            text = guest.order(f"guest {order}")
            check(f"guest again: {answer}" in text, f"{order} was answered by {text!r}")


def leak():
    """Neither a hundred resets nor a hundred new VMMs take a byte or a slot that stays away."""
    with tempfile.TemporaryDirectory() as directory, machine(
            tool("run", describe(directory))) as guest:
        guest.expect("fresh\r", SECONDS)
        guest.shell()
        before = guest.table("mem")
        deadline = time.monotonic() + SECONDS
        while guest.table("guest list")[0]["resets"] < RESETS:
            check(time.monotonic() < deadline, f"waited {SECONDS} s in vain for {RESETS} resets")
        resets = guest.table("mem")
        renew(guest)
        after = guest.table("mem")
        print(f"at first: {before}\nafter {RESETS} resets: {resets}\nafter {RESETS} new VMMs: {after}")
        check(before == resets == after, "memory or slots are lost")
        check(guest.table("guest list")[0]["state"] == "running", "the guest does not run")
        guest.type("poweroff\r")
        status = guest.end()
        check(status == 0, f"QEMU's exit status is {status}")
        check("stale" not in guest.transcript, "the guest found something left")


def resets_of(guest):
    return guest.table("guest list")[0]["resets"]


def pause():
    """A guest that resets itself over and over, paused at whatever point of that, goes on when it is resumed."""
    with tempfile.TemporaryDirectory() as directory, machine(
            tool("run", describe(directory))) as guest:
        guest.expect("fresh\r", SECONDS)
        guest.shell()
        for number in range(PAUSES):
            guest.order("guest pause again")
            before = resets_of(guest)
            guest.order("guest resume again")
            deadline = time.monotonic() + SECONDS
            # The one that the pause held back is counted already.
            while resets_of(guest) < before + 2:
                check(time.monotonic() < deadline, f"pause {number} was its end")
        guest.type("poweroff\r")
        status = guest.end()
        check(status == 0, f"QEMU's exit status is {status}")


TESTS = [linux, hundred, leak, pause]


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

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is typed reaches a guest that is bound to the processor (tests/guests/bound): it makes no exit by
itself, and hears of its consoles by interrupts. What it answers is seen, on a UART and on a virtio-console,
whose model is in its VMM or a process of its own; each takes a few exits.
"""

import json
import os
import sys
import tempfile
import time

from machine import Failure, check, cloister, machine
from watched import built

LETTERS = "abcdefgh"
KEYS = {"UART": "\x141", "virtio-console": "\x142"}
QUIET_SECONDS = 1
# The event, and the console's registers.
EXITS_MAX = 16


def describe(directory, isolation):
    path = os.path.join(directory, "bound.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"board": "qemu-virt-aarch64", "guests": [{
            "name": "bound", "memory": "4 MiB", "kernel": built("bound-guest"), "devices": [
                {"type": "pl011", "address": "0x09000000", "interrupt": 33},
                {"type": "virtio-console", "address": "0x0a000000", "interrupt": 48} | isolation]}]},
                  file)
    return path


def exits(running):
    """How many the guest has made, by the shell, which is in view."""
    return running.table("guest info bound")["exits"]


def answers(running, what, key):
    before = exits(running)
    running.type(key)
    for letter in LETTERS:
        running.type(letter)
        running.expect(rf"\[{letter}\]")
    running.shell()
    each = (exits(running) - before) / len(LETTERS)
    print(f"{what}: {each} exits for each letter")
    check(0 < each <= EXITS_MAX, f"{what}: a letter takes {each} exits")


def run(isolation):
    with tempfile.TemporaryDirectory() as directory:
        with machine(cloister("run", describe(directory, isolation))) as running:
            running.expect("bound")
            running.shell()
            before = exits(running)
            time.sleep(QUIET_SECONDS)
            check(exits(running) == before, "it makes exits by itself")
            for what, key in KEYS.items():
                answers(running, what, key)


def main():
    try:
        for isolation in ({}, {"isolated": True, "memory": "all"}, {"isolated": True}):
            print(isolation)
            run(isolation)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

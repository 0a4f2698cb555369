#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System test of a window's accesses that the processor does not decode: the guest of tests/guests/window
has its clock in a process of its own, and checks what comes of pairs and writeback itself.
"""

import json
import os
import re
import sys
import tempfile

from arch import ARCH, built
from image import tool
from machine import Failure, check, feed, show

SECONDS = 60
DEVICES = [{"type": "pl011", "address": "0x09000000", "interrupt": 33},
           {"type": "pl031", "address": "0x09010000", "interrupt": 34, "isolated": True}]


def judge(text):
    # A line of a log can break one of the console.
    lines = [line for line in text.replace("\r", "").split("\n") if not line.startswith("[")]
    found = re.findall(r"ok (\d+) ", "".join(lines))
    count = re.search(r"1\.\.(\d+)", text)
    check(count, "the guest has not begun")
    check("not ok" not in text, "a test failed")
    check(found == [str(n + 1) for n in range(int(count[1]))], f"these passed: {found}")
    said = re.findall(r"^\[vmm window\] (.*)$", text.replace("\r", ""), re.MULTILINE)
    kinds = {line.split(" (pc ")[0] for line in said if "violations so far" not in line and " times " not in line}
    check(kinds == {f"guest: {kind}" for kind in ARCH.not_taken}, f"its VMM says {said}")
    check("guest window: powered off" in text, "the guest's end is not told")


def main():
    elf = built("tests", "guests", "window-guest")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "window.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump({"board": "qemu-virt-aarch64",
                       "guests": [{"name": "window", "memory": "4 MiB", "kernel": elf,
                                   "devices": DEVICES}]}, file)
        text, status = feed(tool("run", path), "", SECONDS)
    try:
        judge(text)
        check(status == 0, f"QEMU's exit status is {status}")
    except Failure as failure:
        show(text)
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A guest that misbehaves a million times (tests/guests/violations): what its VMM says of it.

The guest itself checks what came of each violation. Here it counts that the log has a line for each
kind and address, then only numbers, and stays small.
"""

import os
import re
import sys

from arch import ARCH
from image import tool
from machine import Failure, check, environment, feed, show, source

SECONDS = 400
LOG_MAX = 4096
ROUNDS = 25000
STRAYS = 500000
TOTAL = 1000000
GUEST = "a-million-times"
PASSED = f"PASS: {TOTAL} violations, 1000 emulated, 0 wrong"

# Each kind and address that comes in all rounds, in this order.
VIOLATIONS = {
    "aarch64": [
        "no device to read at 0x0",
        "no device to read at 0xb000000",
        "no device to write at 0xb000000",
        "no device to read at 0x3ffffffc",
        "no device to write at 0x40400000",
        "no device to read at 0xb000008",
        "no device to read at 0xfffffff000",
        "no device to read at 0xb000010",
        "no device to write at 0xb000020",
        "no device to read at 0xb000030",
        "no device to read at 0x9000018",
        "undecodable access to 0x9000018",
        "no memory to run from at 0xb000040",
        "no memory for tables at 0xb000000",
        "no system register S3_0_C15_C0_0",
        "no system register S3_7_C11_C15_7",
        "no system register S3_3_C9_C12_0",
        "unexpected trap 0x66000000",
        "no firmware function 0x8400007f",
        "no firmware function 0xc3000001",
    ],
    "riscv64": [
        "no device to read at 0x0",
        "no device to read at 0xb000000",
        "no device to write at 0xb000000",
        "no device to read at 0x7ffffffc",
        "no device to write at 0x80400000",
        "no device to read at 0xb000008",
        "no device to read at 0x1fffffff000",
        "no device to read at 0xb000011",
        "no device to write at 0xb000020",
        "no device to read at 0xb000030",
        "no device to read at 0x10000000",
        "undecodable access to 0x10000000",
        "no memory to run from at 0xb000040",
        "no memory for tables at 0xb000000",
        "no system register 0x600",
        "no system register 0x280",
        "no system register 0xc03",
        "unexpected trap 0x16",
        "no firmware function 0x800007f",
        "no firmware function 0xffffffffffffffff",
    ],
}[ARCH.name]


def expected():
    """The whole log, without the values of the program counter."""
    counts = [10 ** power for power in range(2, 7)]
    return [*(f"guest: {text} (pc *)" for text in VIOLATIONS),
            *(f"guest: {count} violations so far" for count in counts),
            *(f"guest: {ROUNDS} times {text}" for text in VIOLATIONS),
            f"guest: {STRAYS} other violations"]


def judge(text):
    lines = text.split("\r\n")
    prefix = f"[vmm {GUEST}] "
    log = [line for line in lines if line.startswith(prefix)]
    size = sum(len(line) + len("\r\n") for line in log)
    said = [re.sub(r"\(pc 0x[0-9a-f]+\)", "(pc *)", line[len(prefix):]) for line in log]
    # A line of a log can break one of the console.
    console = "".join(line for line in lines if not line.startswith("[")).replace("\r", "")
    check(PASSED in console.replace("\n", ""), "the guest found something wrong")
    check(said == expected(), f"the log is not as it must be: {said}")
    check(size < LOG_MAX, f"the log is {size} bytes")
    check(f"guest {GUEST}: powered off" in text, "the guest's end is not told")
    print(f"{TOTAL} violations: {len(log)} lines, {size} bytes of log")


def main():
    guests = os.path.join(environment("CLOISTER_BUILD"), "tests", "guests")
    text, status = feed(tool("run", "--images", guests, source("tests/system/violations.json")),
                        "", SECONDS)
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

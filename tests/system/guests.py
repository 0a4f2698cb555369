#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of guests other than a small Linux: U-Boot, programs at places of their own
(tests/guests/places), large and small memories.

Called with the name of one test: of a function below, or of a program in PLACES.
"""

import os
import re
import sys
import time

from arch import ARCH
from image import tool
from machine import (BOOT_SECONDS, Failure, check, cloister, environment, machine, source)

UBOOT_PROMPT = "=> "
MIB = 1 << 20
GIB = 1 << 30

# Of each program: where it is entered, where its device tree is, its memory, and how much of it the
# machine must have.
PLACES = {
    "raw": (0x80124000, 0x80000000, 16 * MIB, 256),
    "elf": (0x100401000, 0x100000000, 32 * MIB, 256),
    "rom": (0x1000, 0x40000000, 4 * MIB, 256),
    "small": (ARCH.memory + 0x201000, ARCH.memory, 8 * MIB, 256),
    "large": (0x1000201000, 0x1000000000, 4 * GIB, 5120),
}

# What a guest of 4 GiB keeps for itself of the last of it.
LINUX_END = ARCH.memory + 4 * GIB
LINUX_MACHINE_MIB = 5120
LINUX_LEAST_KIB = 3800 << 10


def check_machine(lines, mib):
    """QEMU is given the memory that the description comes to, and the root server finds it."""
    check(any(re.match(rf"qemu-system-\S+ .* -m {mib} ", line) for line in lines),
          f"QEMU is not started with -m {mib}")
    check(any(line.endswith(f", {mib - ARCH.firmware_mib} MiB of memory") for line in lines),
          f"the machine does not have {mib} MiB")


def places(name):
    """The program finds itself where it was linked to, all of its memory, and nothing around it."""
    entry, tree, size, mib = PLACES[name]
    guests = os.path.join(environment("CLOISTER_BUILD"), "tests", "guests", "places")
    base, end = tree, tree + size
    expected = [f"entered at {entry:#x}", f"device tree at {tree:#x}", f"memory from {base:#x}",
                f"memory to {end:#x}", "PASS 0x0"]
    violations = [f"no device to {access} at {address:#x}"
                  for address in (base - 8, end, end + 4096 - 8) for access in ("read", "write")]
    if name == "rom":
        violations += [f"write to read-only memory at {address:#x}" for address in (0x20000000, 0)]
        violations += [f"no device to {access} at {address:#x}"
                       for address in (0x20010000, 0x7000) for access in ("read", "write")]
    with machine(tool("run", "-v", "--images", guests,
                      source(f"tests/system/guests/{name}.json"))) as guest:
        status = guest.end(BOOT_SECONDS)
        lines = guest.transcript.replace("\r", "").split("\n")
        check_machine(lines, mib)
        judge_places(lines, name, expected, violations)
        check(status == 0, f"QEMU's exit status is {status}")


def judge_places(lines, name, expected, violations):
    # A line of a log can break one of the console.
    console = "".join(line for line in lines if not line.startswith("["))
    said = re.findall(r"places: (.*?)(?=places: |Cloister: |$)", console)
    check(said == expected, f"the guest says {said}")
    logged = [found[1] for found in
              (re.match(rf"\[vmm {name}\] guest: (.*) \(pc ", line) for line in lines) if found]
    check(sorted(logged) == sorted(violations), f"the log has {logged}")


def u_boot():
    """U-Boot comes to its prompt, answers commands, and comes back after a reset."""
    with machine(cloister("run", source("configs/u-boot.json"))) as guest:
        stop_autoboot(guest)
        for line, pattern in (
                ("version", r"U-Boot 20\d\d\.\d\d"),
                ("bdinfo", r"-> size +?= 0x0000000008000000"),
                ("printenv bootdelay", r"bootdelay=2"),
                (f"md.l {ARCH.memory:#x} 1", rf"{ARCH.memory:08x}: edfe0dd0"),
                ("md.l 0x04000000 1", r"04000000: 00000000"),
                ("setenv greeting hello; echo $greeting from U-Boot", r"^hello from U-Boot"),
                (f"fdt addr $fdtcontroladdr; fdt print /memory@{ARCH.memory:x} device_type",
                 r'device_type = "memory"')):
            answer = command(guest, line)
            check(re.search(pattern, answer), f"{line} says {answer!r}")
        sleep(guest)
        guest.type("reset\r")
        guest.expect(re.escape("guest u-boot: reset, number 1"), BOOT_SECONDS)
        stop_autoboot(guest)
        violation(guest)


def stop_autoboot(guest):
    guest.expect("Hit any key to stop autoboot", BOOT_SECONDS)
    guest.type(" ")
    guest.expect(UBOOT_PROMPT)


def command(guest, line):
    guest.type(line + "\r")
    guest.expect("\r\n")
    return guest.expect(UBOOT_PROMPT)


def sleep(guest):
    """U-Boot's clock goes as the host's, if not faster than it can be looked at."""
    begin = time.monotonic()
    command(guest, "sleep 2")
    seconds = time.monotonic() - begin
    check(seconds > 1.5, f"sleep 2 took {seconds:.1f} s")


def violation(guest):
    """A write to its own code in ROM is an abort, and its handler resets it."""
    guest.type("mw.l 0 1\r")
    guest.expect(re.escape("guest: write to read-only memory at 0x0"))
    guest.expect(re.escape('"Synchronous Abort" handler'))
    guest.expect(re.escape("guest u-boot: reset, number 2"))


def linux():
    """A Linux of 4 GiB has them all, and what it keeps for itself reaches to their end."""
    with machine(cloister("run", "-v", source("tests/system/guests/linux.json"))) as guest:
        guest.boot()
        check_machine(guest.transcript.replace("\r", "").split("\n"), LINUX_MACHINE_MIB)
        answer = guest.command("grep MemTotal /proc/meminfo")
        found = re.search(r"MemTotal: +(\d+) kB", answer)
        check(found and int(found[1]) > LINUX_LEAST_KIB, f"/proc/meminfo says {answer!r}")
        answer = guest.command("cat /proc/iomem")
        check(re.search(rf"^{ARCH.memory:08x}-{LINUX_END - 1:x} : System RAM", answer, re.MULTILINE),
              f"/proc/iomem says {answer!r}")
        last = re.search(rf"^ +([0-9a-f]+)-{LINUX_END - 1:x} : reserved", answer, re.MULTILINE)
        check(last and int(last[1], 16) <= LINUX_END - MIB,
              f"the last MiB is not used: {answer!r}")


TESTS = [u_boot, linux]


def main():
    name = sys.argv[1]
    try:
        if name in PLACES:
            places(name)
        else:
            {test.__name__: test for test in TESTS}[name]()
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Crashes, of VMMs, of drivers and of the kernel: the report on the console, the functions that
tools/symbolize names in it, and how the machine goes on. The programs that crash are in crash/.

Called with the name of one test, which is a function below.
"""

import contextlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import arch
from arch import ARCH, VALUE
from image import U64, Image, constants, qemu, tool
from machine import Failure, check, environment, feed, machine, show, source

SECONDS = 60
ROOMS = ("configs", "kernel", "loader", "drivers-server", "shell", "vmm-server")

WRITE = f"{ARCH.writes} at"
JUMP = f"{ARCH.jumps} at"
# By the guest: what its VMM does wrong, and the frame that tells who. Of a jump that is the jumping
# function's caller: pc and the frame pointer are both not its own any more.
VMMS = {
    "null": (f"{ARCH.reads} at 0x0", 0, "read_nowhere"),
    "text": (f"{WRITE} 0x2[0-9a-f]{{5}}", 0, "write_code"),
    "constant": (f"{WRITE} 0x2[0-9a-f]{{5}}", 0, "write_constant"),
    "page": (f"{WRITE} 0x11000000", 0, "write_configuration"),
    "data": (f"{JUMP} 0x2[0-9a-f]{{5}}", 1, "server_main"),
    "stack": (f"{JUMP} 0xfff[0-9a-f]{{4}}", 1, "server_main"),
}


def elf(program):
    return arch.built("tests", "system", f"crash-{program}")


def programs(directory, replaced):
    """The programs of the build with others in the place of some, which are named as `room/name`; gives the
    folder."""
    folder = os.path.join(directory, "programs")
    for room in ROOMS:
        shutil.copytree(os.path.join(environment("CLOISTER_BUILD"), room), os.path.join(folder, room),
                        copy_function=os.symlink, ignore=shutil.ignore_patterns("*.p"))
    for name, replacement in replaced.items():
        place = os.path.join(folder, arch.program(name))
        os.remove(place)
        os.symlink(replacement, place)
    return folder


@contextlib.contextmanager
def described(room, name, replacement, guests, restart, **keys):
    """The command that boots guests with one program replaced, and the folder of programs."""
    with tempfile.TemporaryDirectory() as directory:
        folder = programs(directory, {f"{room}/{name}": replacement})
        description = os.path.join(directory, "crash.json")
        with open(description, "w", encoding="ascii") as file:
            json.dump({"board": "qemu-virt-aarch64",
                       "servers": {name: {"restart": restart} for name in ("uart", "console")},
                       "guests": [{"name": guest, "memory": "4 MiB", "kernel": elf("guest"),
                                   "restart": restart, **keys} for guest in guests]}, file)
        yield tool("run", "--programs", folder, description), folder


def run(room, name, replacement, guests, restart="never", **keys):
    """Boots guests, with one program replaced. Gives the console, with functions' names."""
    with described(room, name, replacement, guests, restart, **keys) as (command, folder):
        text, status = feed(command, "", SECONDS)
        text = symbolized(text, folder)
    if status != 0:
        show(text)
        raise Failure(f"QEMU's exit status is {status}")
    return text


def symbolized(text, folder):
    done = subprocess.run([source("tools/symbolize"), "--arch", ARCH.name, "--build", folder], input=text, text=True,
                          stdout=subprocess.PIPE, check=True)
    return done.stdout.replace("\r", "")


def expect(text, *patterns):
    """Checks that lines of these patterns come, in this order."""
    rest = text
    for pattern in patterns:
        found = re.search(f"^{pattern}$", rest, re.MULTILINE)
        if not found:
            show(text)
            raise Failure(f"there is no line {pattern!r}, or not in its place")
        rest = rest[found.end():]


def crashed(server, cause):
    """The lines of a report up to the backtrace."""
    return [rf"server {server} crashed: {cause}, pc 0x[0-9a-f]+ \(cause 0x[0-9a-f]+\)",
            *ARCH.registers]


def frame(depth, program, function, file):
    return rf"  #{depth} {program} 0x{VALUE} {function} \({file}:\d+\)"


def without_reports(text):
    """What the multiplexer shows: a report may stand in the middle of a line of it."""
    return re.sub(r"\nserver .*\n(  .*\n)+", "", text)


def vmm():
    """What must not be written or run is not; each failure ends its guest only."""
    text = run("vmm-server", "vmm-server", elf("vmm"), VMMS)
    for guest, (cause, depth, function) in VMMS.items():
        expect(text, *crashed(f"vmm {guest}", cause), rf"  #0 vmm-server 0x{VALUE} .*")
        report = text.split(f"server vmm {guest} crashed", 1)[1].split("server vmm ", 1)[0]
        expect(report, frame(depth, "vmm-server", function, "tests/system/crash/vmm.c"))
        expect(without_reports(text), rf"\[root\] guest {guest}: its VMM failed")
    expect(text, r"\[root\] the last guest has ended: powering off")


def driver_fails(name, server):
    """The guest runs on, and what is told goes by the kernel's console."""
    text = run("drivers-server", name, elf("driver"), ["alone"])
    file = "tests/system/crash/driver.c"
    expect(text, *crashed(server, f"{WRITE} 0xffffffffc0000000"),
           frame(0, name, "reset_device", file), frame(1, name, "start_device", file),
           frame(2, name, "server_main", file),
           frame(3, name, "_start", f"lib/arch/{ARCH.name}/start.S"),
           "guest alone: powered off", "the last guest has ended: powering off")


def uart():
    """The UART's driver crashes."""
    driver_fails(ARCH.uart_driver, "uart")


def console():
    """The console's multiplexer crashes."""
    driver_fails("console", "console")


def again():
    """A VMM that crashes at each start is restarted as often as its description says."""
    text = run("vmm-server", "vmm-server", elf("vmm"), ["null"],
               {"limit": 3, "within_ms": 60000, "back_off_ms": 10})
    for number in (1, 2, 3):
        expect(text, *crashed("vmm null", VMMS["null"][0]))
        text = text.split("server vmm null crashed", 1)[1]
        expect(text, f"  it is restarted in {10 << (number - 1)} ms",
               rf"\[root\] guest null: its VMM was restarted, number {number}")
    expect(text, *crashed("vmm null", VMMS["null"][0]))
    expect(without_reports(text),
           r"\[root\] server vmm null: failed again after 3 restarts in a row, and is given up",
           r"\[root\] guest null: its VMM failed",
           r"\[root\] the last guest has ended: powering off")


def hang():
    """A VMM that hangs has no say: its guest is reset, stopped and started, and takes no time when it
    is stopped."""
    with described("vmm-server", "vmm-server", elf("vmm"), ["hang"], "never") as (command, _):
        with machine(command) as hung:
            hung.shell()
            hung.order("guest reset hang")
            status = hung.table("guest list")[0]
            check((status["state"], status["resets"]) == ("running", 1), f"it is {status}")
            hung.order("guest stop hang 3")
            check(hung.table("guest list")[0]["state"] == "stopping", "it is not asked to stop")
            hung.expect(r"guest hang: stopped\r")
            status = hung.table("guest list")[0]
            check(status["state"] == "stopped", f"it is {status}")
            check(hung.table("guest list")[0] == status, "it still takes time")
            hung.order("guest start hang")
            check(hung.table("guest list")[0]["state"] == "running", "it is not started")
            hung.type("poweroff\r")
            check(hung.end() == 0, "QEMU failed")


def late():
    """A VMM that hangs is reported, with where it hangs, and restarted as one that crashed."""
    text = run("vmm-server", "vmm-server", elf("vmm"), ["hang"],
               {"limit": 1, "within_ms": 60000, "back_off_ms": 10}, answer_within_ms=50)
    report = [r"server vmm hang did not answer its guest in time, pc 0x[0-9a-f]+", *ARCH.registers,
              rf"  #0 vmm-server 0x{VALUE} .*"]
    expect(text, *report, "  it is restarted in 10 ms",
           r"\[root\] guest hang: its VMM was restarted, number 1")
    text = text.split("did not answer", 1)[1]
    expect(text, *report)
    expect(without_reports(text), r"\[root\] guest hang: its VMM failed",
           r"\[root\] the last guest has ended: powering off")


def kernel():
    """An interrupt controller where nothing is: the kernel says where it crashed, and stops."""
    gicd = constants("aarch64")["PLATFORM_GICD"] * struct.calcsize(U64)
    with tempfile.TemporaryDirectory() as directory:
        image = Image.build(directory, source("configs/kernel-test.json"))
        image.put(image.field("PLATFORM") + gicd, U64, 0x0b000000)
        image.seal()
        path = image.write(os.path.join(directory, "image"))
        with machine(qemu(path, image.memory_mib())) as stopped:
            stopped.expect("Cloister: the kernel stops: ")
            stopped.rest(3)
            text = symbolized(stopped.transcript, environment("CLOISTER_BUILD"))
    expect(text, rf"Cloister: exception 4 in the kernel: ESR_EL2 0x96000010 FAR_EL2 0x{VALUE}",
           rf"x0  0x{VALUE}  x1  0x{VALUE}  x2  0x{VALUE}",
           rf"x30 0x{VALUE}  pc  0x{VALUE}  pstate 0x\w{{8}}",
           frame(0, "kernel", r"\w+", "kernel/arch/aarch64/gic.c"),
           "Cloister: the kernel stops: an exception in the kernel",
           frame(r"\d", "kernel", "arch_main", "kernel/arch/aarch64/start.c"))


TESTS = [vmm, uart, console, again, hang, late, kernel]


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

# SPDX-License-Identifier: BSD-2-Clause
"""Machines whose time is counted instructions: the same from run to run, to the digit."""

import collections
import contextlib
import gzip
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "system"))
# pylint: disable=wrong-import-position
from gdb import Gdb, GdbError
from machine import Failure, cloister, environment, images, show, source

RUN_SECONDS = 240
# Where a guest's Linux begins: its text_offset is 0, and the memory of guests starts here.
KERNEL_ENTRY = 0x40000000


def built(name):
    """The path of something in the build directory."""
    return os.path.join(environment("CLOISTER_BUILD"), name)


def command(description, folders, options=(), qemu=()):
    """The command that runs a description: its name in tests/bench, or its path."""
    return cloister("run", "--icount", *(part for folder in folders for part in ("--images", folder)),
                    *options, os.path.join(source("tests/bench"), description), "--", *qemu)


def run(arguments):
    """Runs a machine to its end and returns what its console said."""
    try:
        result = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        show((late.stdout or b"").decode(errors="replace"))
        raise Failure(f"the machine still runs after {RUN_SECONDS} s") from None
    text = result.stdout.decode(errors="replace").replace("\r", "")
    if result.returncode != 0:
        show(text)
        raise Failure(f"QEMU's exit status is {result.returncode}")
    return text


def numbers(text, pattern):
    """The numbers in the one line that matches."""
    match = re.search(pattern, text)
    if not match:
        show(text)
        raise Failure(f"the machine did not say {pattern!r}")
    return tuple(int(number) for number in match.groups())


def figures(text):
    """What a benchmark program printed."""
    return {name: {"min": int(least), "median": int(median), "max": int(most)}
            for name, least, median, most in
            re.findall(r"^figure (\w+) (\d+) (\d+) (\d+)$", text, re.MULTILINE)}


Counts = collections.namedtuple("Counts", "guest outside exits waits")


def counts(text):
    """What the root server said of the only guest's cost at its end: instructions in the guest's kernel
    and outside it, exits and waits of the guest."""
    guest, outside = numbers(
        text, r"the machine: (\d+) instructions in guests' kernels, (\d+) in all else")
    return Counts(guest, outside, *numbers(text, r"guest \w+: (\d+) exits, (\d+) waits"))


def archive_entry(name, mode, content):
    """A file in the format that Linux unpacks an initrd from (its buffer-format.rst: newc)."""
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    entry = b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
    entry += b"\0" * (-len(entry) % 4) + content
    return entry + b"\0" * (-len(entry) % 4)


@contextlib.contextmanager
def linux_folders():
    """The folders of images for a Linux with our /init. The rest of its initrd is that of
    configs/linux.json, so that there is as much to unpack: what comes later in an initrd wins."""
    with open(built("tests/guests/init.aarch64.elf"), "rb") as file:
        archive = archive_entry(b"init", 0o100755, file.read())
    archive += archive_entry(b"TRAILER!!!", 0, b"")
    with open(os.path.join(images(), "debian-12-arm64", "initrd.gz"), "rb") as file:
        initrd = file.read()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bench-initrd.gz"), "wb") as file:
            file.write(initrd + gzip.compress(archive, mtime=0))
        yield [folder]


def symbol(program, name):
    """The address of a symbol in a program of the build."""
    result = subprocess.run(["aarch64-linux-gnu-nm", built(program)], stdout=subprocess.PIPE,
                            check=True, text=True)
    return int(re.search(rf"^(\w+) \w {name}$", result.stdout, re.MULTILINE)[1], 16)


@contextlib.contextmanager
def stopped_at(description, folders, address, level):
    """A machine that stands at the first instruction that runs at an address at an exception level:
    a debugger on it, and the process. A machine that has stopped once is not as it would be
    without: its clock goes on to the next timer. So each is stopped for one look only.
    """
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "gdb")
        arguments = command(description, folders, qemu=["-S", *Gdb.options(path)])
        with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            try:
                gdb = Gdb(path, RUN_SECONDS)
                gdb.run_to(address, lambda: gdb.register("cpsr") >> 2 & 3 == level)
                yield gdb, process
            except (OSError, GdbError, subprocess.TimeoutExpired) as error:
                raise Failure(f"{description} in the debugger: {error}") from None
            finally:
                # The host tool hands it on to QEMU.
                process.terminate()


def instructions(gdb):
    """What the counters of the performance monitors (kernel/arch/aarch64/cpu.c) stood at when the
    exception level changed last: instructions at EL1, and all others."""
    return gdb.register("PMEVCNTR0_EL0"), gdb.register("PMEVCNTR1_EL0")


def exits_to_the_end(gdb, process):
    """Lets a stopped machine run to its end. Returns the exits from here on, and the console's text.
    The kernel calls exit_message() once for each exit that it delivers.
    """
    address = symbol("kernel/kernel.aarch64.elf", "exit_message")
    exits = 0
    while gdb.run_to_or_end(address):
        exits += 1
    return exits, process.communicate(timeout=RUN_SECONDS)[0].decode(errors="replace")


def boot(description, folders):
    """Linux from its kernel's first instruction to /init's: instructions in the guest, outside it, and
    exits; and what the guest's counter says in /init's first instruction.
    """
    with stopped_at(description, folders, KERNEL_ENTRY, 1) as (gdb, _):
        guest_before, outside_before = instructions(gdb)
    second = symbol("tests/guests/init.aarch64.elf", "second_instruction")
    with stopped_at(description, folders, second, 0) as (gdb, process):
        guest, outside = instructions(gdb)
        counter = gdb.register("x19")
        later, text = exits_to_the_end(gdb, process)
    # The first exit of all comes before the kernel's first instruction.
    return {"guest": guest - guest_before, "outside": outside - outside_before,
            "exits": counts(text).exits - later - 1, "counter": counter}

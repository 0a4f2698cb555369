# SPDX-License-Identifier: BSD-2-Clause
"""Machines whose servers have a probe (tests/probe): what each of them found in its registers is read from their memory."""

import os
import struct

import arch
from machine import check

# The programs of a machine, as the host tool finds them in a build.
PROGRAMS = ("loader/root/root", "drivers-server/pl011", "drivers-server/pl031", "drivers-server/console",
            "shell/shell", "vmm-server/vmm-server", "vmm-server/device-server", "vmm-server/device-copy")
KERNEL = "kernel/kernel"
# tests/probe/probe.c has it inverted.
MAGIC = bytes(~byte & 0xff for byte in struct.pack("<QQ", 0x9a8d909d8f9a8d8f, 0x51c3a90de77f2b64))
# tests/probe/probe.h, and one of its classes.
HEAD = "<16s16sQ"
CLASS = "<16sQ"
CLASSES_MAX = 8


def program(name):
    return arch.built("tests", "probe", name)


def probed():
    """All programs, to be replaced by those with a probe."""
    return {name: program(f"probed-{os.path.basename(name)}") for name in PROGRAMS}


def leaky():
    """A kernel in which each switch leaks."""
    return program("leaky-kernel")


def text(content):
    return content.rstrip(b"\0").decode()


class Probes:
    """The probes of a machine's servers, by name and a number: a program can be several processes."""

    def __init__(self, memory):
        """Of a machine (watched.Memory) whose servers have all begun."""
        self.path = memory.path
        self.places = {}
        with open(self.path, "rb") as file:
            for place in sorted(memory.found(file.fileno(), MAGIC)):
                name = self.name(file.fileno(), place)
                number = sum(other == name for other, _ in self.places) + 1
                self.places[name, number] = place

    @staticmethod
    def name(file, place):
        return text(struct.unpack(HEAD, os.pread(file, struct.calcsize(HEAD), place))[1])

    def read(self):
        """By server: how often it looked, and by class how often it found what it had not put there."""
        with open(self.path, "rb") as file:
            return {server: self.read_one(file.fileno(), place) for server, place in self.places.items()}

    @staticmethod
    def read_one(file, place):
        size = struct.calcsize(HEAD)
        content = os.pread(file, size + CLASSES_MAX * struct.calcsize(CLASS), place)
        magic, _, looks = struct.unpack_from(HEAD, content)
        check(magic == MAGIC, "a server has begun anew")
        classes = {text(name): count for name, count in struct.iter_unpack(CLASS, content[size:])}
        classes.pop("", None)
        return looks, classes


def show(found):
    """A line for each server."""
    for (name, number), (looks, classes) in found.items():
        counts = ", ".join(f"{name} {count}" for name, count in classes.items())
        print(f"look: in {name} {number}: {looks} looks, of others: {counts}")

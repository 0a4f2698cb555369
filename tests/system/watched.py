# SPDX-License-Identifier: BSD-2-Clause
"""Machines whose guests leave a record in their memory (tests/guests/record), read from outside: QEMU
keeps the machine's memory in a file.
"""

import json
import os
import struct
import subprocess
import time

import arch
from image import Image, qemu
from machine import Failure, check, show

# tests/guests/record/record.c has it inverted.
MAGIC = bytes(~byte & 0xff for byte in struct.pack("<QQ", 0x9b8d908b8c969790, 0xda2f1c6e834b7905))
# tests/guests/record/record.h.
FORM = "<16s8s5Q"
FIELDS = ("magic", "name", "count", "result", "different", "begin", "end")
PIECE = 1 << 20
COUNTED = ("-icount", "shift=0,sleep=off", "-seed", "1")


def built(name):
    """The path of a guest of the build."""
    return arch.built("tests", "guests", name)


class Memory:
    """The memory of a running machine."""

    def __init__(self, path):
        self.path = path
        self.places = {}

    @staticmethod
    def pieces(file):
        """Offset and bytes of what was ever written, overlapping by a record."""
        end = 0
        while True:
            try:
                at = os.lseek(file, end, os.SEEK_DATA)
            except OSError:
                return
            end = os.lseek(file, at, os.SEEK_HOLE)
            for offset in range(at, end, PIECE):
                yield offset, os.pread(file, PIECE + struct.calcsize(FORM), offset)

    @classmethod
    def found(cls, file, magic):
        """All places where bytes are, of which none is cut by the end of a piece."""
        for offset, content in cls.pieces(file):
            at = content.find(magic)
            while 0 <= at < PIECE:
                yield offset + at
                at = content.find(magic, at + 1)

    def search(self, file):
        for at in self.found(file, MAGIC):
            record = self.parse(os.pread(file, struct.calcsize(FORM), at))
            self.places[record["name"]] = at

    @staticmethod
    def parse(content):
        record = dict(zip(FIELDS, struct.unpack(FORM, content)))
        record["name"] = record["name"].rstrip(b"\0").decode()
        return record

    def record(self, name):
        """The record of the guest that calls itself so, or None while it has none."""
        try:
            file = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            if name not in self.places:
                self.search(file)
            if name not in self.places:
                return None
            record = self.parse(os.pread(file, struct.calcsize(FORM), self.places[name]))
        finally:
            os.close(file)
        return record if record["magic"] == MAGIC else None

    def count(self, name):
        """The count in a guest's record, 0 while it has none."""
        record = self.record(name)
        return record["count"] if record else 0


def prepare(directory, description, *options, build=()):
    """The command that starts a machine with its memory in a file, and that memory. What is in `build` are
    options for the host tool."""
    path = os.path.join(directory, "system.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(description, file)
    image = Image.build(directory, path, "--seed", "1", *build)
    memory = Memory(os.path.join(directory, "memory"))
    backend = (f"memory-backend-file,id=memory,size={image.memory_mib()}M,share=on,"
               f"mem-path={memory.path}")
    return qemu(image.write(os.path.join(directory, "image")), image.memory_mib(), "-object", backend,
                "-machine", "memory-backend=memory", *options), memory


class Watched:
    """A machine whose console goes to a file, for a `with`; on failure the end of that is shown."""

    def __init__(self, command, directory, typed):
        self.command = command
        self.path = os.path.join(directory, "console")
        self.typed = typed

    def __enter__(self):
        with open(self.path, "wb") as console:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=console)
        self.process.stdin.write(self.typed.encode())
        self.process.stdin.flush()
        return self

    def __exit__(self, kind, failure, trace):
        self.process.kill()
        self.process.communicate()
        if kind is Failure:
            show(self.text())

    def text(self):
        with open(self.path, "rb") as console:
            return console.read().decode(errors="replace").replace("\r", "")

    def wait(self, condition, seconds):
        """Waits until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            check(self.process.poll() is None, "the machine ended")
            check(time.monotonic() < deadline, f"waited {seconds} s in vain")
            time.sleep(0.1)

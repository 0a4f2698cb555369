# SPDX-License-Identifier: BSD-2-Clause
"""Bootable images under the hands of a test: built, looked into, damaged, and started in QEMU.

Where things are in an image, the headers of the build say.
"""

import hashlib
import json
import os
import re
import struct
import subprocess

from arch import ARCH, options
from machine import check, environment, source

U32 = "<I"
U64 = "<Q"

BOARD = f"configs/boards/{ARCH.board}.json"
# Of the Linux Image header that an image begins with: how far into the memory it wants to be.
TEXT_OFFSET_AT = 8


def constants(interface):
    """The numbers of an interface, by the names that assembly has for them."""
    path = os.path.join(environment("CLOISTER_BUILD"), "idl", f"{interface}_asm.h")
    with open(path, encoding="ascii") as file:
        return {name: int(value, 0) for name, value in
                re.findall(r"^#define (\w+) (\w+)$", file.read(), re.MULTILINE)
                if value[0].isdigit()}


def tool(*arguments):
    """The command line of the host tool, which here needs no images of Debian's."""
    return [environment("CLOISTER_TOOL"), *options(arguments)]


class Image:
    """The bytes of an image. Positions are from its start."""

    def __init__(self, content):
        self.content = bytearray(content)
        self.names = constants("manifest")

    @classmethod
    def build(cls, directory, description, *more):
        path = os.path.join(directory, "built")
        subprocess.run(tool("build", *more, "-o", path, description), check=True,
                       stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            return cls(file.read())

    def copy(self):
        return Image(self.content)

    def write(self, path):
        with open(path, "wb") as file:
            file.write(self.content)
        return path

    def get(self, at, form):
        return struct.unpack_from(form, self.content, at)[0]

    def put(self, at, form, value):
        struct.pack_into(form, self.content, at, value)

    def header(self, field):
        """Where a field of the image's header is."""
        return self.names["LOADER_HEADER_OFFSET"] + self.names[f"OFFSET_IMAGE_HEADER_{field}"]

    def field(self, field):
        """Where a field of the manifest is."""
        manifest = self.get(self.header("MANIFEST_OFFSET"), U64)
        return manifest + self.names[f"OFFSET_MANIFEST_{field}"]

    def component(self, name, field):
        """Where a field of a component's record is."""
        at = self.field("COMPONENTS")
        table = self.field("MAGIC") + self.get(at + self.names["OFFSET_TABLE_OFFSET"], U32)
        for i in range(self.get(at + self.names["OFFSET_TABLE_COUNT"], U32)):
            record = table + i * self.names["SIZEOF_MANIFEST_COMPONENT"]
            text = self.content[record:record + self.names["NAME_SIZE"]]
            if text.split(b"\0")[0].decode() == name:
                return record + self.names[f"OFFSET_MANIFEST_COMPONENT_{field}"]
        check(False, f"the image has no component {name!r}")

    def content_of(self, name):
        """Where a component is."""
        return (self.get(self.component(name, "PHYSICAL"), U64) -
                self.get(self.field("IMAGE_ADDRESS"), U64))

    def flip(self, at):
        self.content[at] ^= 1

    def seal(self):
        """Puts the manifest's hash right, so that what is wrong in it is found by itself."""
        start = self.field("MAGIC")
        size = self.get(self.header("MANIFEST_SIZE"), U64)
        at = self.header("SHA256")
        digest = hashlib.sha256(self.content[start:start + size]).digest()
        self.content[at:at + len(digest)] = digest

    def memory_mib(self):
        """How much memory the machine must have."""
        start = self.get(self.field("IMAGE_ADDRESS"), U64) - self.get(TEXT_OFFSET_AT, U64)
        region = self.field("MEMORY")
        end = (self.get(region + self.names["OFFSET_MEMORY_REGION_ADDRESS"], U64) +
               self.get(region + self.names["OFFSET_MEMORY_REGION_SIZE"], U64))
        return end - start >> 20


def qemu(path, memory_mib, *more):
    """The command that boots an image; later options win over the board's."""
    with open(source(BOARD), encoding="utf-8") as file:
        board = json.load(file)["qemu"]
    return [board["program"], *board["arguments"], "-cpu", board["cpu"], "-m", str(memory_mib),
            "-display", "none", "-monitor", "none", "-serial", "stdio", *more, "-kernel", path]

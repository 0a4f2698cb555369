#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the loader refuses: the wrong machine, the wrong place, an image that is foreign or damaged.

Each refusal comes in words that say what to do, then the machine stops, and nothing of the image
has run. In the words below a * stands for a number.
"""

import re
import sys
import tempfile

from arch import ARCH
from image import TEXT_OFFSET_AT, U32, U64, Image, qemu
from machine import Failure, check, machine, source

DESCRIPTION = "configs/kernel-test.json"
STOPPED = r"Cloister: stopped in the loader\s+"
FOREIGN = 0x123456789abcdef0

IMAGE = ARCH.memory + 0x200000
# Where the board has no memory.
ELSEWHERE = 0x40200000 ^ 0x80200000 ^ IMAGE

# Machines that the image is not for: QEMU's options. On the first the loader cannot ask the firmware to power off.
MACHINES = {
    "aarch64": [
        (["-M", "virtualization=off"],
         "entered at EL1, needs EL2: start the machine with virtualization=on"),
        (["-cpu", "cortex-a57"],
         "this processor has no VHE (Armv8.1): use another, with QEMU -cpu max"),
        (["-M", "gic-version=2"],
         "no system registers of a GICv3: use a machine with one, with QEMU gic-version=3"),
    ],
    "riscv64": [
        (["-bios", "none"],
         "entered in M-mode, needs HS-mode: start it by SBI firmware, with QEMU -bios default"),
        (["-cpu", "rv64,h=false"],
         "this processor has no hypervisor extension: use another, with QEMU -cpu rv64,h=true"),
    ],
}[ARCH.name]
LESS_MEMORY = (["-m", "192"], f"no memory at {ARCH.memory + 0xffff000:#x}: the description needs 256 MiB; "
                              "start the machine with -m 256")

# `architecture` of the board and of the other.
MINE, OTHER = {"aarch64": (1, 2), "riscv64": (2, 1)}[ARCH.name]
# The first register that the loader touches of its UART.
UART_REGISTER = {"aarch64": 0x30, "riscv64": 3}[ARCH.name]

# Fields of the image's header with a wrong value.
HEADERS = [
    ("MAGIC", U64, FOREIGN,
     "not a Cloister image: magic 0x123456789abcdef0 behind the loader; build it with cloister"),
    ("VERSION", U32, 77,
     "manifest version 77, this loader reads *: build the image with the loader of its own"),
    ("MANIFEST_OFFSET", U64, 1 << 40,
     "the image is damaged: its header places the manifest outside of it; build it again"),
    ("MANIFEST_SIZE", U64, (1 << 64) - 0x1000,
     "the image is damaged: its header places the manifest outside of it; build it again"),
]

# Fields of the manifest with a wrong value, under a hash that is right.
MANIFESTS = [
    ("MAGIC", U64, FOREIGN,
     "not a Cloister image: manifest with magic 0x123456789abcdef0; build it with cloister build"),
    ("VERSION", U32, 77,
     "manifest version 77, this loader reads *: build the image with the loader of its own"),
    ("ARCHITECTURE", U32, OTHER,
     f"the image is for another architecture ({OTHER}, this loader is for {MINE}): build it for"),
    ("IMAGE_ADDRESS", U64, ELSEWHERE,
     f"the image is loaded at {IMAGE:#x}, it was made for {ELSEWHERE:#x}: load it there, or build it"),
    ("IMAGE_SIZE", U64, 1 << 30,
     "the manifest contradicts itself; build the image again"),
    ("MEMORY_COUNT", U32, 0xffffffff,
     "the manifest contradicts itself; build the image again"),
    ("KERNEL_COMPONENT", U32, 0xffffffff,
     "the manifest contradicts itself; build the image again"),
    ("KERNEL_ADDRESS", U64, 0x08000000,
     "the manifest gives the kernel no room: * bytes at 0x8000000; build the image again"),
    ("KERNEL_ADDRESS", U64, IMAGE,
     f"the manifest places the kernel ({IMAGE:#x}) inside the image; build the image again"),
    ("PLATFORM", U64, 0x0b000000,
     f"unexpected exception: syndrome *, pc *, address {0x0b000000 + UART_REGISTER:#x}; the machine is"),
]

# Fields of the record of the component "root" with a wrong value, under a hash that is right.
COMPONENTS = [
    ("PHYSICAL", U64, 0x1000,
     "the manifest places root outside of the image; build the image again"),
    ("SIZE", U64, (1 << 64) - 1,
     "the manifest places root outside of the image; build the image again"),
]

# One bit flipped, by where.
BITS = [
    (lambda image: image.field("ROOT_ENTRY"),
     "the image is damaged: the manifest does not have its SHA-256; copy or build it again"),
    (lambda image: image.content_of("kernel"),
     "the image is damaged: kernel does not have its SHA-256; copy or build it again"),
    (lambda image: image.content_of("root"),
     "the image is damaged: root does not have its SHA-256; copy or build it again"),
]


def pattern(words):
    return "Cloister: " + re.escape(words).replace(r"\*", r"(0x[0-9a-f]+|\d+)")


class Boots:
    """One boot after the other, and what was found."""

    def __init__(self, directory):
        self.good = Image.build(directory, source(DESCRIPTION))
        self.path = f"{directory}/image"
        self.count = 0
        self.failures = []

    def command(self, image, *options):
        return qemu(image.write(self.path), self.good.memory_mib(), *options)

    def accept(self):
        """The image is taken as it is: what is refused below is refused for its fault."""
        image = self.good.copy()
        image.seal()
        with machine(self.command(image)) as good:
            good.expect(r"Cloister: image verified: \d+ components")
            good.expect(r"Cloister: 0 guests, \d+ servers")

    def refuse(self, words, image, *options):
        self.count += 1
        try:
            with machine(self.command(image, *options)) as refused:
                refused.expect(pattern(words))
                refused.expect(STOPPED)
                self.stop(refused, options)
        except Failure as failure:
            self.failures.append(f"for {words!r}: {failure}")

    def stop(self, refused, options):
        """Where the loader cannot ask the firmware to power off, the machine sleeps."""
        if list(options) == MACHINES[0][0]:
            rest = refused.rest(1)
            check(not rest.strip(), f"the machine goes on: {rest!r}")
        else:
            status = refused.end()
            check(status == 0, f"QEMU's exit status is {status}")
            check(re.search(STOPPED + "$", refused.transcript), "the machine went on")


def refuse_all(boots):
    for options, words in [*MACHINES, LESS_MEMORY]:
        boots.refuse(words, boots.good, *options)
    if ARCH.name == "aarch64":
        # QEMU does so on this architecture only.
        image = boots.good.copy()
        image.put(TEXT_OFFSET_AT, U64, 0x600000)
        boots.refuse("the image is loaded at 0x40600000, it was made for 0x40200000: load it there",
                     image)
    for field, form, value, words in HEADERS:
        image = boots.good.copy()
        image.put(image.header(field), form, value)
        boots.refuse(words, image)
    for field, form, value, words in MANIFESTS:
        image = boots.good.copy()
        image.put(image.field(field), form, value)
        image.seal()
        boots.refuse(words, image)
    for field, form, value, words in COMPONENTS:
        image = boots.good.copy()
        image.put(image.component("root", field), form, value)
        image.seal()
        boots.refuse(words, image)
    for where, words in BITS:
        image = boots.good.copy()
        image.flip(where(image))
        boots.refuse(words, image)


def main():
    with tempfile.TemporaryDirectory() as directory:
        boots = Boots(directory)
        boots.accept()
        refuse_all(boots)
    for failure in boots.failures:
        print(failure, file=sys.stderr)
    print(f"{boots.count} refusals, {len(boots.failures)} not as they must be")
    return 1 if boots.failures else 0


if __name__ == "__main__":
    sys.exit(main())

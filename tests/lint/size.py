#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's size against its budget: size.py KERNEL ARCHITECTURE ELF.

Lines are those of its C, headers, assembly and linker script for one architecture that hold more than blanks and comments;
what the build makes of idl/ is not counted. Text is what is mapped executable.
"""

import glob
import os
import re
import struct
import sys

LINES = 8000
TEXT = 64 << 10
# A comment, or what looks like the beginning of one inside a string.
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def lines(path):
    """Of a file, the lines of code."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    code = COMMENT.sub(lambda match: match[0] if match[0][0] == '"' else
                       "\n" * match[0].count("\n"), text)
    return sum(1 for line in code.split("\n") if line.strip())


def sources(kernel, arch):
    """What is compiled for one architecture."""
    patterns = ["*.c", "include/*.h", f"arch/{arch}/*", f"arch/{arch}/arch/*"]
    return [path for pattern in patterns for path in glob.glob(os.path.join(kernel, pattern))
            if os.path.isfile(path)]


def text(path):
    """Bytes of an ELF file's executable segments (64 bits, little-endian; System V ABI, program header)."""
    with open(path, "rb") as file:
        elf = file.read()
    start, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    segments = [struct.unpack_from("<IIQQQQ", elf, start + i * size) for i in range(count)]
    return sum(segment[5] for segment in segments if segment[0] == 1 and segment[1] & 1)


def main():
    kernel, arch, elf = sys.argv[1:]
    found = {"lines of code": (sum(map(lines, sources(kernel, arch))), LINES),
             "bytes of text": (text(elf), TEXT)}
    for what, (value, budget) in found.items():
        print(f"{arch}: {value:,} {what}, of {budget:,}")
    return int(any(not 0 < value <= budget for value, budget in found.values()))


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: BSD-2-Clause
"""What a program in the machine executes, by the plugin beside this, in stretches and by function."""

import bisect
import collections
import re
import subprocess

Stretch = collections.namedtuple("Stretch", "begin end count length path")


class Program:
    """An ELF file: its instructions, and whose they are."""

    def __init__(self, path, objdump="aarch64-linux-gnu-objdump"):
        text = subprocess.run([objdump, "-d", path], stdout=subprocess.PIPE, check=True,
                              text=True).stdout
        self.symbols = [(int(address, 16), name) for address, name in
                        re.findall(r"^(\w+) <([^>]+)>:$", text, re.MULTILINE)]
        self.instructions = [(int(address, 16), " ".join(instruction.split("//")[0].split()))
                             for address, instruction in
                             re.findall(r"^\s*(\w+):\s+\w{8}\s+(.*)$", text, re.MULTILINE)]

    def addresses(self, pattern):
        """Of all instructions that a pattern matches, written as the disassembler does."""
        return [address for address, instruction in self.instructions
                if re.fullmatch(pattern, instruction)]

    def symbol(self, name):
        return next(address for address, other in self.symbols if other == name)

    def function(self, address):
        return self.symbols[bisect.bisect_right(self.symbols, (address, "\x7f")) - 1][1]

    def by_function(self, path):
        """How many of these instructions each function has, the most first."""
        return collections.Counter(self.function(address) for address in path).most_common()

    def mark(self, kind, pattern):
        """The plugin's arguments for all instructions that match: a stretch begins there, ends, or both."""
        addresses = self.addresses(pattern)
        assert addresses, f"there is no {pattern}"
        return [f"{kind}={address:x}" for address in addresses]

    def text(self):
        """The plugin's arguments for the program's place: only there it looks."""
        return [f"low={self.instructions[0][0]:x}", f"high={self.instructions[-1][0] + 4:x}"]


def plugin(path, arguments, out):
    """The options with which QEMU writes what a program executes to a file; `path` is of the plugin."""
    return ["-plugin", ",".join([path, f"out={out}", *arguments])]


def stretches(out):
    """What the plugin wrote: of each way to begin and to end how many there were, and the longest."""
    result = []
    with open(out, encoding="ascii") as file:
        for line in file:
            if line.startswith("stretch"):
                _, begin, end, count, length = line.split()
                result.append(Stretch(begin, end, int(count), int(length), []))
            else:
                result[-1].path.append(int(line, 16))
    return result

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The line between what is generic and what is an architecture's: twins.py SOURCE.

Fails on functions that stand in two architectures' folders of a room with the same body after renaming: what is the same for two
is generic. They are compared by their tokens, with names numbered in the order in which they first appear. Bodies of fewer than
LEAST statements are not looked at: what reads one register here reads another there. Prints the lines of code of each room,
generic and of each architecture.
"""

import collections
import os
import re
import sys

from size import lines

LEAST = 3
SKIPPED = {".git", "__pycache__"}
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*")', re.DOTALL)
# As clang-format leaves it: a function's name at the line's start or behind its type, its braces alone in the first column.
FUNCTION = re.compile(r"^(?:[\w*]+[\s*]+)+(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\d\w*|\S')
NAME = re.compile(r"[A-Za-z_]\w*")
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue", "return", "goto", "sizeof",
            "const", "static", "volatile", "struct", "union", "enum", "unsigned", "int", "char", "void", "bool", "register"}


def shape(body):
    """A body's tokens with its names numbered."""
    names = {}
    return tuple(token if token in KEYWORDS or not NAME.fullmatch(token) else names.setdefault(token, f"${len(names)}")
                 for token in TOKEN.findall(body))


def functions(path):
    """Of a file: (line, name, body) of each function."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    code = COMMENT.sub(lambda match: match[1] or "\n" * match[0].count("\n"), text)
    return [(code.count("\n", 0, match.start(1)) + 1, match[1], match[2]) for match in FUNCTION.finditer(code)]


def files(source):
    """C, headers, and assembly, which is only counted: (room, architecture or "generic", path)."""
    for directory, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and
                            not os.path.exists(os.path.join(directory, name, "meson-info")))
        place = os.path.relpath(directory, source)
        match = re.search(r"^(.*?)(?:^|/)arch/(\w+)", place)
        for name in sorted(names):
            if name.endswith((".c", ".h", ".S")):
                yield match[1] if match else place, match[2] if match else "generic", os.path.join(directory, name)


def print_lines(counts):
    """A table: a row a room that has architectures, a column an architecture."""
    columns = sorted({arch for _, arch in counts}, key=lambda arch: (arch != "generic", arch))
    rooms = sorted({room.split("/")[0] for room, arch in counts if arch != "generic"})
    print(f"{'lines of code':16}" + "".join(f"{arch:>10}" for arch in columns))
    for room in rooms:
        row = [sum(count for (place, arch), count in counts.items() if arch == column and place.split("/")[0] == room)
               for column in columns]
        print(f"{room:16}" + "".join(f"{count:10,}" for count in row))


def main():
    source = os.path.realpath(sys.argv[1])
    found = collections.defaultdict(list)
    counts = collections.Counter()
    compared = 0
    for room, arch, path in files(source):
        counts[room, arch] += lines(path)
        if arch == "generic" or path.endswith(".S"):
            continue
        for line, name, body in functions(path):
            compared += 1
            if body.count(";") >= LEAST:
                found[room, shape(body)].append((arch, f"{os.path.relpath(path, source)}:{line}: {name}()"))
    print_lines(counts)
    twins = [places for places in found.values() if len({arch for arch, _ in places}) > 1]
    for places in twins:
        print("the same in two architectures, so not theirs: " + ", ".join(place for _, place in places))
    print(f"{compared} functions in arch/ folders, {len(twins)} of them twins")
    return int(bool(twins) or not compared)


if __name__ == "__main__":
    sys.exit(main())

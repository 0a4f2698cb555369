#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The lint suite: lint.py CHECK SOURCE BUILD. Each check is a function below and a Meson test.

What is compiled how comes from Ninja's own commands, so a check sees each file with the flags that
the build gives it.
"""

import collections
import concurrent.futures
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

SCRIPT = re.compile(rb"#!.*\b(ba|da)?sh\b")
# Where generated or foreign files may lie.
SKIPPED = {".git", "__pycache__"}
FLAGS_WITH_VALUE = {"-I", "-D", "-U", "-include", "-isystem"}

FORBIDDEN = [
    (r"^#\s*(el)?if.*\b(__aarch64__|__riscv|__x86_64__)", r"\.[chS]$", r"(^|/)arch/",
     "an architecture's conditional outside arch/"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", r"", r"^tests/lint/", "a note of what is left to do"),
    (r"(^|[\s\"'=:(])/(home|root|work|Users)/", r"", r"^tests/lint/", "a path of somebody's machine"),
    (r"[ \t]+$", r"(\.([chS]|py|idl|json|ld)|meson\.build)$", r"$^", "a blank at the end of a line"),
]
NEEDS_LICENCE = re.compile(r"(\.([chS]|ld|py)|(^|/)meson\.build|meson_options\.txt)$")


class Lint:
    """The sources, and how they are compiled."""

    def __init__(self, source, build):
        self.source = os.path.realpath(source)
        self.build = os.path.realpath(build)
        self._entries = None

    def files(self, pattern=""):
        """The files of the checkout, relative to it; build directories are none of it."""
        found = []
        for directory, folders, names in os.walk(self.source):
            folders[:] = sorted(name for name in folders if name not in SKIPPED and
                                not os.path.exists(os.path.join(directory, name, "meson-info")))
            found += [os.path.relpath(os.path.join(directory, name), self.source)
                      for name in sorted(names)]
        return [name for name in found if re.search(pattern, name)]

    def entries(self):
        """One compile command a source file of ours: (file, arguments, is it for the target)."""
        if self._entries is None:
            entries = {}
            for entry in compdb(self.source).database(self.build):
                file = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
                if file.startswith(self.source + os.sep) and not file.startswith(self.build + os.sep):
                    arguments = shlex.split(entry["command"])
                    # Meson puts it before the compiler where it is installed.
                    if os.path.basename(arguments[0]) == "ccache":
                        arguments.pop(0)
                    target = "-ffreestanding" in arguments
                    # What is compiled for the target and for a test on the host is the target's; what is compiled again for a
                    # test in QEMU, behind the product in Ninja's list, is the product's.
                    if file not in entries or target > entries[file][2]:
                        entries[file] = (file, arguments, target)
            self._entries = [entries[file] for file in sorted(entries)]
        return self._entries

    def products(self):
        """The commands of what is delivered; tests are read by the compiler and the sanitizers."""
        tests = os.path.join(self.source, "tests", "")
        return [entry for entry in self.entries() if not entry[0].startswith(tests)]

    def flags(self, arguments):
        """What of a command the preprocessor must know, with absolute paths."""
        flags, rest = [], iter(arguments)
        for argument in rest:
            for flag in FLAGS_WITH_VALUE:
                if argument.startswith(flag):
                    value = argument[len(flag):] or next(rest)
                    if flag in ("-I", "-isystem", "-include"):
                        value = os.path.normpath(os.path.join(self.build, value))
                    flags.append(flag + value if len(flag) == 2 else f"{flag} {value}")
        return [part for flag in flags for part in flag.split(" ", 1)]


def compdb(source):
    """tools/compdb as a module."""
    loader = importlib.machinery.SourceFileLoader("compdb", os.path.join(source, "tools", "compdb"))
    spec = importlib.util.spec_from_loader("compdb", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def run(command, directory, text=None):
    """What is wrong according to a program: nothing when it succeeds in silence."""
    result = subprocess.run(command, cwd=directory, input=text, check=False, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout


def each(function, items):
    """Calls the function for the items on all processors; returns the complaints."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [complaint for complaint in pool.map(function, items) if complaint]


class Clean:
    """What a checker found nothing wrong with, kept in the build folder by the contents of all that it read."""

    def __init__(self, lint, checker):
        self.lint = lint
        self.folder = os.path.join(lint.build, "lint", checker)
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(lint.source, ".clang-tidy"), "rb") as file:
            self.how = hashlib.sha256(file.read())
        with open(__file__, "rb") as file:
            self.how.update(file.read())

    def stamp(self, entry):
        """Where it stands that this file is clean; None where the compiler does not say what it reads."""
        file, arguments, _ = entry
        status, output = run(["gcc", "-M", *self.lint.flags(arguments), file], self.lint.build)
        if status:
            return None
        content = self.how.copy()
        content.update("\0".join(arguments).encode())
        for name in output.replace("\\\n", " ").split(":", 1)[1].split():
            with open(os.path.join(self.lint.build, name), "rb") as part:
                content.update(hashlib.sha256(part.read()).digest())
        return os.path.join(self.folder, content.hexdigest())

    def check(self, entry, function):
        """The complaint of function(entry), which is not called for what it has found clean before."""
        stamp = self.stamp(entry)
        if stamp and os.path.exists(stamp):
            return ""
        complaint = function(entry)
        if stamp and not complaint:
            with open(stamp, "w", encoding="utf-8"):
                pass
        return complaint


def form(lint):
    """clang-format has nothing to change."""
    files = lint.files(r"\.[ch]$")
    status, output = run(["clang-format", "--dry-run", "--Werror", *files], lint.source)
    return [output + "mend it with: clang-format -i FILE"] if status else []


def triplet(arguments):
    """What a cross compiler's name begins with."""
    return os.path.basename(arguments[0]).rpartition("-")[0]


def clang_arguments(arguments, target):
    """A command of GCC as clang takes it."""
    dropped = "-fno-tree-"
    if triplet(arguments).startswith("riscv"):
        dropped = ("-fno-tree-", "-mstrict-align")
    # It knows the extensions of RISC-V by their letters only.
    kept = [re.sub(r"^(-march=rv\w*?)_.*", r"\1", argument) for argument in arguments[1:]
            if not argument.startswith(dropped)]
    return ["clang", *([f"--target={triplet(arguments)}", "-nostdlibinc"] if target else []), *kept]


def tidy(lint):
    """clang-tidy, with the checks of .clang-tidy."""
    rooms = "|".join(sorted({name.split("/")[0] for name in lint.files("/")}))
    with tempfile.TemporaryDirectory() as directory:
        database = [{"directory": lint.build, "file": file,
                     "arguments": clang_arguments(arguments, target)}
                    for file, arguments, target in lint.products()]
        with open(os.path.join(directory, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump(database, file)

        def one(entry):
            status, output = run(["clang-tidy", "--quiet", "-p", directory,
                                  f"--header-filter=^{lint.source}/({rooms})/", entry[0]],
                                 lint.source)
            return output if status else ""

        clean = Clean(lint, "tidy")
        return each(lambda entry: clean.check(entry, one), lint.products())


# What cppcheck misjudges here: registers that only assembly reads, memory that only assembly or a
# library fills, an index whose callers it does not know, a member's address taken for a local's.
CPPCHECK_MISTAKEN = ["constStatement", "ctuuninitvar", "legacyUninitvar",
                     "arrayIndexOutOfBoundsCond", "autoVariables", "missingInclude"]


def cppcheck(lint):
    """cppcheck's warnings."""
    options = ["--quiet", "--error-exitcode=1", "--std=c11",
               "--enable=warning,performance,portability",
               "-DcJSON_ArrayForEach(e,a)=while((e)=(a)?(a)->child:0)",
               *(f"--suppress={name}" for name in CPPCHECK_MISTAKEN)]

    def one(entry):
        file, arguments, _ = entry
        status, output = run(["cppcheck", *options, *lint.flags(arguments), file], lint.source)
        return output if status else ""

    clean = Clean(lint, "cppcheck")
    return each(lambda entry: clean.check(entry, one), lint.products())


def sparse(lint):
    """sparse: address spaces, bitwise types, and what else it finds in the target's code."""
    def one(entry):
        file, arguments, _ = entry
        _, compiler_headers = run([arguments[0], "-print-file-name=include"], lint.source)
        # Only so does the compiler's <stdint.h> not go on to the C library's.
        freestanding = ["-nostdinc", "-isystem", compiler_headers.strip(), "-U__STDC_HOSTED__",
                        "-D__STDC_HOSTED__=0"]
        _, output = run(["sparse", f"--arch={triplet(arguments).partition('-')[0]}", "-std=gnu11",
                         "-Wno-decl", *freestanding, *lint.flags(arguments), file], lint.source)
        return output

    return each(one, [entry for entry in lint.products() if entry[2]])


def neighbours(lint, header):
    """The compilers and flags of the commands whose sources are nearest to a header."""
    def nearness(file):
        return len(os.path.commonpath([file, header]))

    nearest = max(nearness(file) for file, _, _ in lint.entries())
    commands = [(arguments[0], *lint.flags(arguments), *(["-ffreestanding"] if target else []))
                for file, arguments, target in lint.entries() if nearness(file) == nearest]
    return list(dict.fromkeys(commands))


def headers(lint):
    """Each header compiles alone, with the flags of one of its neighbours."""
    def one(name):
        header = os.path.join(lint.source, name)
        for compiler, *flags in neighbours(lint, header):
            status, output = run([compiler, "-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra",
                                  "-Werror", *flags, "-x", "c", "-"], lint.source,
                                 f'#include "{header}"\n')
            if status == 0:
                return ""
        return f"{name} does not stand alone:\n{output}"

    def folder(name):
        found = re.search(r"^.*?\barch/\w+/", name)
        return found[0] if found else ""

    # Those of a room's architecture that this build is not for have nobody's flags.
    built = {folder(os.path.relpath(file, lint.source)) for file, _, _ in lint.entries()} | {""}
    return each(one, [name for name in lint.files(r"\.h$") if folder(name) in built])


def forbidden(lint):
    """What must not be in the sources, line by line."""
    complaints = []
    for name in lint.files():
        with open(os.path.join(lint.source, name), encoding="utf-8", errors="replace") as file:
            text = file.read()
        rules = [(re.compile(pattern), words) for pattern, where, but, words in FORBIDDEN
                 if re.search(where, name) and not re.search(but, name)]
        for number, line in enumerate(text.split("\n"), 1):
            complaints += [f"{name}:{number}: {words}: {line.strip()}"
                           for pattern, words in rules if pattern.search(line)]
        if NEEDS_LICENCE.search(name) and "SPDX-License-Identifier: BSD-2-Clause" not in text[:200]:
            complaints.append(f"{name}: no SPDX line at its top")
    return complaints


def shell(lint):
    """shellcheck on all scripts."""
    scripts = []
    for name in lint.files():
        with open(os.path.join(lint.source, name), "rb") as file:
            if SCRIPT.match(file.readline()) or name.endswith(".sh"):
                scripts.append(name)
    status, output = run(["shellcheck", "-x", *scripts], lint.source)
    return [output] if status else []


CHECKS = collections.OrderedDict((check.__name__, check) for check in
                                 (form, tidy, cppcheck, sparse, headers, forbidden, shell))


def main():
    name, source, build = sys.argv[1:]
    complaints = CHECKS[name](Lint(source, build))
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

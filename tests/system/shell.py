#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of the machine's shell, beside guests that do nothing but reset themselves
(tests/system/reset), or nothing at all.

Called with the name of one test, which is a function below.
"""

import contextlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

from arch import ARCH, built
from image import tool
from machine import SHELL_PROMPT, Failure, check, machine

SECONDS = 60
GARBAGE = 16 * 1024
# What the test's way to the machine takes for itself: QEMU's Ctrl-A, the console's Ctrl-T.
KEYS = b"\x01\x14"


# It waits for interrupts, for ever.
SILENT = struct.pack("<2I", *ARCH.silent)


@contextlib.contextmanager
def run_guests(guests):
    """A machine with these guests, of whom all but the name is said here."""
    with tempfile.TemporaryDirectory() as directory:
        silent = os.path.join(directory, "silent.bin")
        with open(silent, "wb") as file:
            file.write(SILENT)
        path = os.path.join(directory, "shell.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump({"board": "qemu-virt-aarch64", "guests": guests(silent)}, file)
        with machine(tool("run", path)) as running:
            yield running


def resetting(_):
    """Two guests that reset themselves for ever."""
    elf = built("tests", "system", "reset-guest")
    return [{"name": name, "memory": "4 MiB", "kernel": elf} for name in ("first", "second")]


def silent_one(silent):
    """A guest without devices that does nothing."""
    return [{"name": "silent", "memory": "2 MiB", "devices": [],
             "kernel": {"raw": silent, "load": "0x40000000"}}]


def says(shell, line, words):
    answer = shell.order(line)
    check(words in answer, f"{line!r} was answered by {answer!r}")


def states(shell):
    return {guest["name"]: guest["state"] for guest in shell.table("guest list")}


def resets(shell, name):
    return shell.table(f"guest info {name}")["resets"]


def wait_until(what, condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        check(time.monotonic() < deadline, f"waited {SECONDS} s in vain: {what}")


def off(shell):
    shell.type("poweroff\r")
    status = shell.end()
    check(status == 0, f"QEMU's exit status is {status}")


def machine_commands(shell):
    """What is told of the machine is the machine's."""
    version = subprocess.run(tool("--version"), check=True, capture_output=True).stdout.decode()
    check(shell.table("version")["version"] in version, f"the tool says {version!r}")
    says(shell, "version", "Cloister ")
    first = shell.table("uptime")["uptime_us"]
    check(shell.table("uptime")["uptime_us"] > first > 0, "the machine's clock stands still")
    memory = shell.table("mem")
    check(0 < memory["free_bytes"] < memory["memory_bytes"] and
          0 < memory["free_slots"] < memory["slots"], f"the memory is {memory}")
    says(shell, "mem", f"{memory['memory_bytes']} bytes")
    servers = {server["name"]: server for server in shell.table("server list")}
    check({"uart", "console", "shell", "vmm first", "vmm second"} <= set(servers),
          f"the servers are {servers}")
    check(all(server["state"] == "running" and server["restarts"] == 0
              for server in servers.values()), f"the servers are {servers}")
    says(shell, "server list", "vmm second")
    for line in ("help", "help guest stop", "guest info 1", "uptime"):
        says(shell, line, "\n")
    says(shell, "guest lst", 'did you mean "guest list"?')
    says(shell, "guest info frist", 'error: there is no guest "frist"; did you mean "first"?')
    says(shell, "guest info 2", 'error: there is no guest "2"; "guest list" shows them')


def guest_commands(shell):
    """Every guest does what it is told to, and no other does."""
    check(states(shell) == {"first": "running", "second": "running"}, "not all guests run")
    says(shell, "guest pause second", "guest second: paused")
    says(shell, "guest pause second", "error: guest second is paused;")
    still, moving = resets(shell, "second"), resets(shell, "first")
    wait_until("the other guest goes on", lambda: resets(shell, "first") > moving + 3)
    check(resets(shell, "second") == still, "a paused guest has gone on")
    says(shell, "guest resume 1", "guest second: resumed")
    wait_until("the guest goes on", lambda: resets(shell, "second") > still)
    says(shell, "guest stop first 0", "guest first: stopped")
    check(states(shell) == {"first": "stopped", "second": "running"}, "not the first is stopped")
    says(shell, "guest reset first", "error: guest first is stopped;")
    says(shell, "guest start first", "guest first: started")
    says(shell, "guest reset first", "guest first: begins anew")
    # It has a power button and does not look at it.
    says(shell, "guest stop second 2", "guest second: asked to power off, stopped in 2 s if")
    check(states(shell)["second"] == "stopping", "the guest was not asked")
    wait_until("the guest is stopped", lambda: states(shell)["second"] == "stopped")
    check(states(shell)["first"] == "running", "both are stopped")
    says(shell, "guest start second", "guest second: started")


def views(shell):
    """The shell chooses what is in view, and shows what is kept."""
    check(shell.order("log first").count("fresh") > 2, "nothing is kept of the first guest")
    check("fresh" in shell.order("log second"), "nothing is kept of the second guest")
    shell.type("log root\r")
    shell.expect(re.escape("[root] guest second: paused"))
    shell.expect(SHELL_PROMPT)
    says(shell, "log nobody", 'error: there is no console and no log "nobody"')
    says(shell, "console fist", 'error: there is no console "fist"; did you mean "first"?')
    shell.type("console second\r")
    shell.expect(re.escape("[cloister] guest 2 of 2: second;"))
    shell.expect("fresh\r")
    shell.type("\x14s")
    shell.expect(re.escape("[cloister] the shell;"))
    shell.expect(SHELL_PROMPT)
    shell.type("\x14s")
    shell.expect(re.escape("[cloister] guest 2 of 2: second;"))
    shell.shell()


def editing(shell):
    """Keys and lines typed ahead; every line is answered in its turn."""
    for keys, words in (("guest lits\x7f\x7fst", "second +running"), ("rsion\x1b[Hve", "Cloister  "),
                        ("\x1b[A\x1b[A", "second +running"), ("uptimes\x03version", "Cloister  ")):
        shell.type(keys + "\r")
        shell.expect(words)
        shell.expect(SHELL_PROMPT)
    lines = ["uptime --json", "mem --json", "version --json", "guest list --json"] * 5
    shell.type("".join(line + "\r" for line in lines))
    for _ in range(5):
        for key in ("uptime_us", "memory_bytes", "version", "restarts"):
            shell.expect(f'"{key}":')
    shell.expect(SHELL_PROMPT)


def commands():
    """All commands, on a machine with two guests."""
    with run_guests(resetting) as shell:
        shell.expect("fresh\r", SECONDS)
        shell.shell()
        machine_commands(shell)
        guest_commands(shell)
        views(shell)
        editing(shell)
        off(shell)


def alone():
    """Without a console of a guest the shell is what one sees, also when no guest runs."""
    with run_guests(silent_one) as shell:
        shell.expect(SHELL_PROMPT, SECONDS)
        says(shell, "console silent", 'error: there is no console "silent"')
        says(shell, "guest stop silent", "guest silent: stopped")
        says(shell, "guest start 0", "guest silent: started")
        off(shell)


def garbage():
    """16 KiB of anything leave the shell as it was."""
    source = random.Random(1)
    text = bytes(byte for byte in source.randbytes(GARBAGE) if byte not in KEYS)
    with run_guests(silent_one) as shell:
        shell.expect(SHELL_PROMPT, SECONDS)
        shell.paste(text.decode("latin-1"), SECONDS)
        # It ends whatever sequence it came to.
        shell.type("\x03\x03version\r")
        shell.expect("\nCloister +[0-9]", SECONDS)
        shell.expect(SHELL_PROMPT)
        check(states(shell) == {"silent": "running"}, "the guest does not run")
        off(shell)


TESTS = [commands, alone, garbage]


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

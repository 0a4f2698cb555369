#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of device servers: Linux's hvc0 by a process of its own, and what becomes of it when that
process fails. What else the device does is tested by virtio.py, which has it isolated too.

Called with the name of one test: what happens, and what the process sees of the guest's memory.
"""

import json
import os
import re
import sys
import tempfile
from random import Random

from gdb import Gdb
from killer import Killer, Server
from machine import PROMPT, Failure, check, cloister, machine, source

NAME = "device linux console"
PROGRAMS = {"all": "vmm-server/device-server.aarch64.elf",
            "copy": "vmm-server/device-copy.aarch64.elf"}
CAUSE = "jump to where nothing is mapped at 0x0"
DRIVER = "/sys/bus/virtio/drivers/virtio_console"
FIRST_KEY, SECOND_KEY = "\x141", "\x142"


def describe(directory, memory, restart):
    with open(source("configs/isolated.json"), encoding="ascii") as file:
        system = json.load(file)
    console = next(device for device in system["guests"][0]["devices"]
                   if device["type"] == "virtio-console")
    console.update(memory=memory, restart=restart)
    path = os.path.join(directory, "isolated.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(system, file)
    return path


def view_first(linux):
    linux.type(FIRST_KEY)
    linux.expect(r"\[cloister\] guest 1 of 2: linux;")
    linux.type("echo s$((1 + 1))n\r")
    linux.expect("s2n\r+\n")
    linux.expect(PROMPT)


def says(linux, word):
    """What Linux writes to hvc0 comes to its console."""
    linux.command(f"echo {word} >/dev/hvc0")
    linux.type(SECOND_KEY)
    linux.expect(word + "\r+\n")
    view_first(linux)


def states(linux):
    """The states of the machine's servers, by the shell; it is left again."""
    linux.shell()
    table = {entry["name"]: (entry["state"], entry["restarts"])
             for entry in linux.table("server list")}
    view_first(linux)
    return table


def kill(linux, killer, memory):
    """While something is typed for it: Linux spins for what it writes to a console, for ever if need be."""
    server = Server(NAME, PROGRAMS[memory], NAME)
    linux.type(SECOND_KEY)
    killer.kill(server, lambda: linux.type("k"))
    linux.expect(re.escape(f"server {NAME} crashed: {CAUSE}"))


def killed(linux, killer, memory):
    """Its successor says that the device needs a reset; bound again, its driver uses it."""
    says(linux, "before")
    kill(linux, killer, memory)
    linux.expect(rf"server {NAME}: restarted, number 1")
    view_first(linux)
    status = linux.command("cat /sys/bus/virtio/devices/virtio0/status")
    check("0x0000004f" in status, f"the device's status is {status!r}")
    check(states(linux)[NAME] == ("running", 1), "it is not restarted")
    linux.command(f"echo virtio0 >{DRIVER}/unbind; echo virtio0 >{DRIVER}/bind")
    says(linux, "again")


def given_up(linux, killer, memory):
    """The guest goes on; the device is as one without power."""
    kill(linux, killer, memory)
    view_first(linux)
    found = states(linux)
    check(found.pop(NAME) == ("failed", 0), "it is not given up")
    check(set(found.values()) == {("running", 0)}, f"the others are {found}")
    status = linux.command("cat /sys/bus/virtio/devices/virtio0/status")
    check("0x00000000" in status, f"the device's status is {status!r}")
    check("device: no answer at 0xa0000" in linux.transcript, "the log does not say it")


TESTS = {"killed-all": (killed, "all", {"limit": 3}),
         "killed-copy": (killed, "copy", {"limit": 3}),
         "given_up-all": (given_up, "all", "never")}


def main():
    name = sys.argv[1]
    test, memory, restart = TESTS[name]
    try:
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "gdb")
            command = cloister("run", describe(directory, memory, restart), "--", *Gdb.options(path))
            with machine(command) as linux:
                linux.boot()
                with Killer(path, Random(1)) as killer:
                    test(linux, killer, memory)
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System test of the power button: `guest stop` presses it, and forces who does not heed it."""

import re
import sys

from machine import BOOT_SECONDS, Failure, check, cloister, machine, source

TO_SHELL = "\x14s"
TO_GUEST = "\x141"
SHELL = "cloister> "
# Seconds.
PATIENCE = 3


def shell(linux, line):
    """Goes to the shell and types a line."""
    linux.type(TO_SHELL)
    linux.expect(SHELL)
    linux.type(line + "\r")


def ignored(linux):
    """Nobody in the guest listens: after a while it is stopped, and it can be started again."""
    linux.command("killall acpid")
    shell(linux, f"guest stop linux {PATIENCE}")
    linux.expect("guest linux: asked to power off\r")
    text = linux.expect("guest linux: stopped\r")
    check("powered off" not in text, f"the guest did something: {text!r}")
    linux.type("guest start linux\r")
    linux.expect("guest linux: started\r")
    linux.type(TO_GUEST)
    linux.expect("Booting Linux on physical CPU", BOOT_SECONDS)
    linux.boot()


def heeded(linux):
    """The guest's init ends all programs and powers off: long before its time is up."""
    shell(linux, f"guest stop linux {BOOT_SECONDS}")
    linux.expect("guest linux: asked to power off\r")
    linux.expect("guest linux: powered off\r")
    linux.type(TO_GUEST)
    for words in ("power button: powering off", "Sent SIGTERM to all processes",
                  "reboot: Power down"):
        linux.expect(re.escape(words))
    shell(linux, "guest list")
    linux.expect(r"linux +off ")


def main():
    try:
        with machine(cloister("run", source("configs/linux.json"))) as linux:
            linux.boot()
            ignored(linux)
            heeded(linux)
    except Failure as failure:
        print(f"power: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

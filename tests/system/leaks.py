#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Values of one that another finds in its registers: two guests (tests/guests/hostile) keep values of their own in all
of theirs while every server of the machine does (tests/probe), and somebody uses the shell.

With "tags" on a machine that has memory tags; with "planted" with a kernel that leaks, which all must find.
"""

import os
import re
import sys
import tempfile
import time

from arch import ARCH
from crash import programs
from hostile import (SECONDS, attacker, describe, judge_attack, judge_logs, judge_servers,
                     judge_worker)
from machine import Failure, check, machine
from probes import KERNEL, PROGRAMS, Probes, leaky, probed, show
from watched import built, prepare

ATTACKERS = ("attacker", "second")
ATTEMPTS = 78
PL011 = {"type": "pl011", "address": "0x09000000", "interrupt": 33}
CLOCK = {"type": "pl031", "address": "0x09010000", "interrupt": 34, "isolated": True}
CONSOLE = {"type": "virtio-console", "address": "0x0a000000", "interrupt": 48, "isolated": True}
# Has a device server that sees only copies at work.
TALKER = {"name": "talker", "memory": "4 MiB", "kernel": built("storm-hvc0-guest"),
          "devices": [PL011, CONSOLE], "budget": {"budget_us": 500, "period_us": 10000}}
# Time is that of instructions, of which a server has enough in its share however slow the machine is: eight
# nanoseconds each, so that seconds pass.
COUNTED = ("-icount", "shift=3,sleep=off")
# What each server looks at least, while both guests are at it. The clock's driver looks at it once or twice a second.
LOOKS = 5
# What a guest must find in the hands of the leaking kernel. Another class, which is the guests' alone, it finds if the other guest has
# had its turn in the middle of a round.
GUEST_CLASSES = {"v0 to v31", "FPCR and FPSR", "TPIDR_EL0"}
# What a server looks at (tests/probe).
SERVER_CLASSES = 7


def attackers_run(running):
    states = {guest["name"]: guest["state"] for guest in running.table("guest list")}
    return all(states[name] == "running" for name in ATTACKERS)


def attack(running, memory):
    """Uses the shell until a guest has done its work; gives what was found by then."""
    running.expect("of memory")
    running.shell()
    # The guests' first attempts have lines in the log, which would come between an order and its answer.
    running.pass_over(1)
    check(attackers_run(running), "the guests are not there")
    probes = Probes(memory)
    names = {name for name, _ in probes.places}
    check(names == {os.path.basename(name) for name in PROGRAMS}, f"only {names} have a probe")
    before = found = probes.read()
    deadline = time.monotonic() + SECONDS
    while attackers_run(running):
        found = probes.read()
        check(time.monotonic() < deadline, f"the guests are not done in {SECONDS} s")
    return {server: (looks - before[server][0], classes) for server, (looks, classes) in found.items()}


def sayings(running):
    """What each of the guests has said; its console has kept that."""
    for number, _ in enumerate(ATTACKERS, 1):
        running.type(f"\x14{number}")
        yield (running.expect(r"leaks: \d+ tried, .*\n") + running.child.after).replace("\r", "")


def judge(found):
    for (name, number), (looks, classes) in found.items():
        check(looks >= LOOKS, f"{name} {number} looked {looks} times in the attack")
        check(len(classes) == SERVER_CLASSES, f"{name} {number} looks at {list(classes)}")
        check(not any(classes.values()), f"{name} {number} found what is not its own")


def judge_planted(found, running):
    """Each server found each class, and each guest those that it could."""
    for (name, number), (_, classes) in found.items():
        check(len(classes) == SERVER_CLASSES, f"{name} {number} looks at {list(classes)}")
        check(all(classes.values()), f"{name} {number} has not found all that was planted")
    for text in sayings(running):
        leaks = re.findall(r"^look: (.*): of another guest or a server ([1-9]\d*) in ", text, re.MULTILINE)
        print("planted, in a guest:", ", ".join(f"{name} {count}" for name, count in leaks))
        check(GUEST_CLASSES <= {name for name, _ in leaks}, f"a guest found {leaks}")


def judge_rest(running, memory):
    """All others go on."""
    judge_worker(memory, running)
    # But for what the shell has said.
    judge_logs(re.sub(r"\[{.*", "", running.transcript.replace("\r", "")))
    running.shell()
    judge_servers(running, ATTACKERS)


def test(how=None):
    replaced = probed() | ({KERNEL: leaky()} if how == "planted" else {})
    with tempfile.TemporaryDirectory() as directory:
        command, memory = prepare(
            directory, describe(*(attacker(name, "leaks", devices=[PL011, CLOCK]) for name in ATTACKERS), TALKER),
            *COUNTED, *(ARCH.machines["tags"] if how == "tags" else ()), build=("--programs", programs(directory, replaced)))
        with machine(command) as running:
            found = attack(running, memory)
            show(found)
            if how == "planted":
                judge_planted(found, running)
                return
            judge(found)
            for text in sayings(running):
                judge_attack("leaks", ATTEMPTS, text)
            judge_rest(running, memory)


def main():
    try:
        test(*sys.argv[1:])
    except Failure as failure:
        print(f"leaks: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

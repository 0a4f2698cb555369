#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Attacks of guests (tests/guests/hostile) while another guest works beside them (tests/guests/work).

The attacker itself checks what comes of each attempt. Here it counts that it made all of them, that
the other comes to the results it has alone, and that every server and the kernel are as before.
Called with the name of an attack; with "tags" behind it on a machine that has memory tags.
"""

import re
import sys
import tempfile

from crash import programs
from machine import Failure, check, machine
from watched import built, prepare

SECONDS = 200
LOG_MAX = 4096
# What a round of tests/guests/work comes to.
RESULT = 0xf300918a67de13f5
# Rounds that the other has to do behind the attack's end.
ROUNDS = 2
# By the attack: how many attempts it is made of.
ATTACKS = {
    "registers": 2 * 8 * 16 * 16 * 8,
    "instructions": 8 * 16 * 16 * 8 * 4,
    "memory": 2248,
    "leaks": 80,
    "features": 705,
    "calls": 22061,
    "time": 13302,
}
TAGS = ("-machine", "mte=on")
# A clock that the attack's own server stands in for.
CLOCK = [{"type": "pl011", "address": "0x09000000", "interrupt": 33},
         {"type": "pl031", "address": "0x09010000", "interrupt": 34, "isolated": True}]
# Attacks of which there is a second one beside the first, each with such a clock.
PAIRS = ("leaks",)
ATTACKERS = ("attacker", "second")


def attacker(name, attack):
    guest = {"name": name, "memory": "4 MiB", "kernel": built(f"hostile-{attack}-guest")}
    return guest | ({"devices": CLOCK} if attack in PAIRS else {})


def describe(attack):
    others = [attacker("second", attack)] if attack in PAIRS else []
    return {
        "board": "qemu-virt-aarch64",
        "guests": [
            attacker("attacker", attack), *others,
            {"name": "work", "memory": "4 MiB", "kernel": built("work-guest"),
             "budget": {"budget_us": 1000, "period_us": 10000}},
        ],
    }


def judge_attack(attack, text):
    """What the attacker says of its attempts."""
    wrong = re.findall(r"^wrong: .*$", text, re.MULTILINE)
    said = re.search(rf"^{attack}: (\d+) tried, (\d+) as specified, (\d+) exempt$", text, re.MULTILINE)
    check(said, "the attacker does not tell its attempts")
    tried, good, exempt = map(int, said.groups())
    print(*re.findall(r"^(?:exempt|look): .*$", text, re.MULTILINE), said[0], sep="\n")
    check(tried == ATTACKS[attack], f"there are {ATTACKS[attack]} attempts to make")
    check(not wrong and good + exempt == tried, f"not as specified: {wrong}")


def judge_worker(memory, running):
    """The other guest goes on, with the right results only."""
    before = memory.count("work")
    while memory.count("work") < before + ROUNDS:
        running.rest(0.1)
    worker = memory.record("work")
    print(f"work: {worker['count']} rounds, {worker['different']} of them with another result")
    check(worker["result"] == RESULT and worker["different"] == 0,
          f"a round came to {worker['result']:#x}, and {worker['different']} others differ")


def judge_servers(running):
    """All servers run, and none was ever restarted."""
    servers = running.table("server list")
    check(len(servers) >= 5, f"the servers are {servers}")
    for server in servers:
        check(server["restarts"] == 0 and
              (server["state"] == "running" or set(server["name"].split()) & set(ATTACKERS)),
              f"a server did not outlive the attack: {server}")
    states = {guest["name"]: guest["state"] for guest in running.table("guest list")}
    check(states["work"] == "running", f"the guests are {states}")


def judge_logs(text):
    """The log is short, and nobody told of a crash."""
    log = [line for line in text.split("\n") if line.startswith("[vmm attacker] ")]
    check(sum(map(len, log)) < LOG_MAX, f"the log has {len(log)} lines")
    kernel = [line for line in text.split("\n") if line.startswith("Cloister:")]
    check(len(kernel) == 2, f"the kernel and the loader said: {kernel}")
    for word in ("crashed", "panic", "restart", "late"):
        check(word not in text, f"somebody said {word!r}")


def judge_second(attack, running):
    """The second attacker finds the same; its console has kept that."""
    running.type("\x142")
    running.expect(f"{attack}: {ATTACKS[attack]} tried, {ATTACKS[attack]} as specified, 0 exempt")


def test(attack, *tags):
    with tempfile.TemporaryDirectory() as directory:
        build = ()
        if attack in PAIRS:
            build = ("--programs", programs(directory, "vmm-server", "device-server",
                                            built("leak-server")))
        command, memory = prepare(directory, describe(attack), *(TAGS if tags else ()), build=build)
        with machine(command) as running:
            for _ in range(2 if attack in PAIRS else 1):
                running.expect(r"guest (attacker|second): powered off", SECONDS)
            judge_attack(attack, running.transcript.replace("\r", ""))
            judge_worker(memory, running)
            if attack in PAIRS:
                judge_second(attack, running)
            judge_logs(running.transcript.replace("\r", ""))
            running.shell()
            judge_servers(running)


def main():
    try:
        test(*sys.argv[1:])
    except Failure as failure:
        print(f"{sys.argv[1]}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Attacks of guests (tests/guests/hostile) while another guest works beside them (tests/guests/work).

The attacker itself checks what comes of each attempt. Here it counts that it made all of them, that
the other comes to the results it has alone, and that every server and the kernel are as before.
Called with the name of an attack; with that of a machine behind it on one that has more or less than
the board's.
"""

import re
import sys
import tempfile

from arch import ARCH
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
    "aarch64": {
        "registers": 2 * 8 * 16 * 16 * 8,
        "instructions": 8 * 16 * 16 * 8 * 4,
        "memory": 2248,
        "features": 705,
        "calls": 22061,
        "time": 13302,
    },
    "riscv64": {
        "registers": 4096,
        "instructions": 2 * 128 * 32 * (2 + 3),
        "memory": 4527,
        "features": 1060,
        "calls": 864,
        "time": 1083,
        "time-no_sstc": 710,
        "leaks": 22,
    },
}[ARCH.name]


# Attacks of which there is a second one beside the first.
PAIRS = ("leaks",)
SECOND = "second"


def attacker(name, attack, **keys):
    return {"name": name, "memory": "4 MiB", "kernel": built(f"hostile-{attack}-guest"), **keys}


def describe(*attackers):
    return {
        "board": "qemu-virt-aarch64",
        "guests": [
            *attackers,
            {"name": "work", "memory": "4 MiB", "kernel": built("work-guest"),
             "budget": {"budget_us": 1000, "period_us": 10000}},
        ],
    }


def judge_attack(attack, attempts, text):
    """What the attacker says of its attempts."""
    wrong = re.findall(r"^wrong: .*$", text, re.MULTILINE)
    said = re.search(rf"^{attack}: (\d+) tried, (\d+) as specified, (\d+) exempt$", text, re.MULTILINE)
    check(said, "the attacker does not tell its attempts")
    tried, good, exempt = map(int, said.groups())
    print(*re.findall(r"^(?:exempt|look): .*$", text, re.MULTILINE), said[0], sep="\n")
    check(tried == attempts, f"there are {attempts} attempts to make")
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


def judge_servers(running, attackers):
    """All servers run, and none was ever restarted."""
    servers = running.table("server list")
    check(len(servers) >= 5, f"the servers are {servers}")
    for server in servers:
        check(server["restarts"] == 0 and
              (server["state"] == "running" or set(server["name"].split()) & set(attackers)),
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


def judge_second(attack, attempts, running):
    """The second attacker finds the same; its console has kept that."""
    running.type("\x142")
    running.expect(f"{attack}: {attempts} tried, {attempts} as specified, 0 exempt")


def test(attack, kind=None):
    with tempfile.TemporaryDirectory() as directory:
        attempts = ATTACKS.get(f"{attack}-{kind}", ATTACKS[attack])
        names = ["attacker", SECOND] if attack in PAIRS else ["attacker"]
        command, memory = prepare(directory, describe(*(attacker(name, attack) for name in names)),
                                  *(ARCH.machines[kind] if kind else ()))
        with machine(command) as running:
            for _ in names:
                running.expect(rf"guest ({'|'.join(names)}): powered off", SECONDS)
            judge_attack(attack, attempts, running.transcript.replace("\r", ""))
            judge_worker(memory, running)
            if SECOND in names:
                judge_second(attack, attempts, running)
            judge_logs(running.transcript.replace("\r", ""))
            running.shell()
            judge_servers(running, names)


def main():
    try:
        test(*sys.argv[1:])
    except Failure as failure:
        print(f"{sys.argv[1]}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One guest computes, the other storms (tests/guests/work and storm): the first comes to the result
that it has beside a quiet one, and takes at most one percent more time than its budget promises.

Time is counted instructions. Called with the name of a storm.
"""

import re
import sys
import tempfile

from machine import Failure, check
from watched import COUNTED, Watched, built, prepare

BUDGET = {"budget_us": 400, "period_us": 1000}
SHARE = BUDGET["budget_us"] / BUDGET["period_us"]
STORM_BUDGET = {"budget_us": 200, "period_us": 1000}
TOLERANCE = 0.01
ROUNDS = 3
SECONDS = 100
LOW, MIDDLE, HIGH = 90, 100, 110
CONSOLES = [{"type": "pl011", "address": "0x09000000", "interrupt": 33},
            {"type": "virtio-console", "address": "0x0a000000", "interrupt": 48}]
# What is in view (Ctrl-T and this), and how many events there must be in a second of the storm's time.
# A second has 10^9 instructions. Resets are counted by the machine's log.
STORMS = {
    "exits": ("l", 300000),
    "console": ("1", 100000),
    "hvc0": ("2", 1000000),
    "resets": ("l", 100),
    "timers": ("l", 300000),
    "sgis": ("l", 100000),
}


def guest(name, elf, priority, budget):
    description = {"name": name, "memory": "4 MiB", "kernel": built(elf), "priority": priority}
    return description | ({"budget": budget} if budget else {})


def run(storm, key, budget, storm_priority, storm_budget):
    """A worker beside a storm: its record after some rounds, the storm's, and the console's text."""
    description = {
        "board": "qemu-virt-aarch64",
        "guests": [guest("storm", f"storm-{storm}-guest", storm_priority, storm_budget) |
                   {"devices": CONSOLES},
                   guest("work", "work-guest", MIDDLE, budget)],
    }
    with tempfile.TemporaryDirectory() as directory:
        command, memory = prepare(directory, description, *COUNTED)
        with Watched(command, directory, f"\x14{key}") as machine:
            machine.wait(lambda: memory.count("work") >= ROUNDS and
                         (storm != "resets" or resets(machine.text())), SECONDS)
            return memory.record("work"), memory.record(storm), machine.text()


def resets(text):
    """How many resets of the storm came in its first second, once the log tells: it has a line at
    the first, and one more a second later."""
    said = [int(number) for number in re.findall(r"guest storm: reset, number (\d+)", text)]
    return said[1] if len(said) > 1 else 0


def judge(what, worker, alone):
    """A worker with a budget, and the one that had the core for itself."""
    promised = alone["shortest"] / SHARE
    print(f"{what}: {worker['count']} rounds of {worker['shortest']} to {worker['longest']} ticks, "
          f"{worker['longest'] / promised - 1:+.2%}")
    check(worker["result"] == alone["result"] and worker["different"] == 0,
          f"{what}: the result is {worker['result']:016x}, not {alone['result']:016x}, and there are "
          f"{worker['different']} others")
    check(worker["longest"] <= (1 + TOLERANCE) * promised,
          f"{what}: a round took {worker['longest']} ticks, its budget promises {promised:.0f}")
    check(worker["shortest"] >= (1 - TOLERANCE) * promised,
          f"{what}: a round took {worker['shortest']} ticks, its budget allows {promised:.0f}")


def test(storm):
    key, rate = STORMS[storm]
    alone, _, _ = run("quiet", "l", None, MIDDLE, None)
    judge("quiet", run("quiet", "l", BUDGET, LOW, None)[0], alone)
    for what, priority, budget, share in (
            ("less urgent, unlimited", LOW, None, 1 - SHARE),
            ("more urgent, held to its budget", HIGH, STORM_BUDGET, 0.2)):
        worker, record, text = run(storm, key, BUDGET, priority, budget)
        if storm == "resets":
            events, seconds = resets(text), 1
        else:
            events, seconds = record["count"], worker["end"] / 1e9
        print(f"{what}: {events} events in {seconds:.3f} s")
        check(events >= rate * share * seconds, f"{what}: that is no storm: {events} events")
        judge(what, worker, alone)


def main():
    try:
        test(sys.argv[1])
    except Failure as failure:
        print(f"{sys.argv[1]}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

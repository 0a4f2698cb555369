#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers killed at random points: a debugger stops one at some instruction of its program and lets
it go on at address 0. It is reported and restarted as its description says, and but for a killed
VMM's own guest no guest notices more than bytes of its console that are lost or come twice: the work
of one has the same results, and takes the time that its budget promises, to one percent. Nobody runs
while a report is written, which is part of that percent.

Called with the name of one test, which is a function below, and, to choose as a run did, the seed
that it printed. What the machine does between two kills differs: it is typed to.
"""

import contextlib
import functools
import json
import os
import random
import re
import struct
import sys
import tempfile
import time

from arch import ARCH, program
from crash import crashed, expect
from gdb import Gdb, GdbError
from isolation import BUDGET, FREQUENCY, LOW, MIDDLE, ROUNDS, SHARE, TOLERANCE, guest, run, ticks
from killer import Killer, Server
from machine import BOOT_SECONDS, PROMPT, SHELL_KEY, Failure, check, images
from watched import Watched, prepare

LETTERS = "abcde"
NOISE = "x"
SECONDS = 60
FIRST_KEY = "\x141"
# As often as it takes, and at once or nearly so.
RESTART = {"limit": 1000, "within_ms": 1000, "back_off_ms": 1}
CAUSE = f"{ARCH.jumps_nowhere} at 0x0"
RESTARTED = r"\n  it is restarted in \d+ ms(?=\n)"
# Counted instructions are the clock. With "sleep=off" it would go on to some timer at each stop. Without,
# what a stop adds to it is known (Killer.ahead()) if the processor never idles: for that is SPIN.
COUNTED = ("-icount", "shift=0", "-nic", "none")
SPIN = struct.pack("<I", *ARCH.spin)
LEAST = 1
ATTEMPTS = 3
# A loop in Linux's shell, until Ctrl-C: how far it came, and to what.
LOOP = ("sh -c 'trap go= INT; go=1; i=0; s=1; while [ $go ]; do i=$((i + 1)); "
        "s=$(((s * 31 + i) % 1000003)); [ $((i % 500)) = 0 ] && printf .; done; echo sum=$i,$s'")


class Console(Watched):
    """A machine's console, read from a file: QEMU waits for nobody who reads it."""

    def __init__(self, command, directory):
        super().__init__(command, directory, "")
        self.position = 0

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def expect(self, pattern, seconds=SECONDS):
        """Waits for a pattern in what was not looked at yet, and gives what comes before it."""
        form = re.compile(pattern)
        try:
            self.wait(lambda: form.search(self.text(), self.position), seconds)
        except Failure as failure:
            raise Failure(f"{pattern!r}: {failure}") from None
        text = self.text()
        found = form.search(text, self.position)
        before = text[self.position:found.start()]
        self.position = found.end()
        return before


def servers():
    """Those that are killed."""
    return {"uart": Server("uart", program(f"drivers-server/{ARCH.uart_driver}")),
            "console": Server("console", program("drivers-server/console")),
            "vmm": Server("vmm echo", program("vmm-server/vmm-server"), "echo")}


def describe(guests, restart):
    return {"board": "qemu-virt-aarch64",
            "servers": {name: {"restart": restart} for name in ("uart", "console")},
            "guests": guests}


def echo(priority):
    return guest("echo", "echo-guest", priority, None) | {"restart": RESTART}


@contextlib.contextmanager
def killed(description, chance, *options):
    """A machine, its memory, and the function by which a killer comes to it."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "gdb")
        command, memory = prepare(directory, description, *Gdb.options(path), *options)
        with Console(command, directory) as running:
            try:
                yield running, memory, lambda: Killer(path, chance)
            except (OSError, GdbError) as error:
                raise Failure(f"the debugger: {error}") from None


@contextlib.contextmanager
def worker_beside_echo(chance, restart):
    """A machine whose first guest keeps its VMM and the console busy, and whose second computes; its
    memory, and who kills in it."""
    description = describe([echo(LOW), guest("work", "work-guest", MIDDLE, BUDGET)], restart)
    with tempfile.NamedTemporaryFile() as spin:
        spin.write(SPIN)
        spin.flush()
        description["guests"].append({
            "name": "spin", "memory": "2 MiB", "devices": [], "priority": LEAST,
            "kernel": {"raw": spin.name, "load": "0x40000000"}})
        with killed(description, chance, *COUNTED) as (running, memory, connect):
            running.expect("echo: fresh\n")
            with connect() as killer:
                yield running, memory, killer


def wait_for_rounds(memory, rounds):
    """Waits until the worker has done so many more."""
    wanted = memory.count("work") + rounds
    deadline = time.monotonic() + SECONDS
    while memory.count("work") < wanted:
        check(time.monotonic() < deadline, "the worker does not go on")
        time.sleep(0.05)


def expect_report(running, server, frames, fate):
    """The report of a crash: what, registers, at least so many callers, and what follows."""
    text = running.expect(fate)
    name = server.program.name
    callers = [rf"  #{depth} {name} 0x[0-9a-f]{{16}}" for depth in range(1, frames + 1)]
    check(text.count("\nserver ") == 1, "this is not the report of one crash")
    expect(text[text.index("\nserver "):] + "\n", *crashed(server.name, CAUSE),
           rf"  #0 {name} 0x0{{16}}", *callers)


def expect_restart(running, server, prefix=r"\[root\] "):
    """It says so, by a console that works."""
    who = f"guest {server.guest}: its VMM was" if server.guest else f"server {server.name}:"
    running.expect(rf"\n{prefix}{who} restarted, number {server.kills}\n")


def answers(running, letter):
    """What is typed comes to the guest in view, and back."""
    running.type(letter)
    running.expect(rf"\[{letter}\]")


def shell_counts(running, server):
    """The shell counts this server's restarts, and none of the others. Keys lead to it and back."""
    running.type(SHELL_KEY + "server list --json\r")
    running.expect(r"\[cloister\] the shell;")
    table = json.loads(running.expect(r"(?<=}\])\n").rpartition("\n")[2])
    check({entry["name"]: entry["restarts"] for entry in table if entry["restarts"]} ==
          {server.name: server.kills} and all(entry["state"] == "running" for entry in table),
          f"the shell's table is {table}")
    running.type(FIRST_KEY)
    running.expect(r"\[cloister\] guest 1 of 2: ")


def judge(what, worker, alone, added):
    """Whether a worker with a budget, beside which servers were killed, was in time, by the one that had
    the core for itself. False: not quite, but stops added enough to the clock to be why."""
    took = ticks(worker)
    most = (1 + TOLERANCE) * ticks(alone) / SHARE
    print(f"{what}: {worker['count']} rounds, {took * SHARE / ticks(alone) - 1:+.2%}, in stops "
          f"{added / FREQUENCY:.4f} s")
    check(worker["result"] == alone["result"] and worker["different"] == 0,
          f"{what}: the result is {worker['result']:016x}, not {alone['result']:016x}, and there are "
          f"{worker['different']} others")
    check(took - added / worker["count"] <= most,
          f"{what}: a round took {took:.0f} ticks, its budget allows {most:.0f}")
    return took <= most


def repeat(attempt, chance):
    """Until the worker's time is its own."""
    alone, _, _ = run("quiet", "l", None, MIDDLE, None)
    if not any(attempt(chance, alone) for _ in range(ATTEMPTS)):
        raise Failure(f"{ATTEMPTS} times stops may have taken the worker's time")


def kill_once(running, killer, server, letter):
    killer.kill(server, lambda: running.type(NOISE))
    expect_report(running, server, 1, RESTARTED)
    expect_restart(running, server)
    if server.guest:
        running.expect("echo: fresh\n")
    answers(running, letter)
    shell_counts(running, server)


def kill_twice(running, killer, server):
    """The second time while it starts, or soon after."""
    killer.kill(server, lambda: running.type(NOISE))
    killer.kill_at_start(server)
    expect_report(running, server, 1, RESTARTED)
    expect_report(running, server, 0, RESTARTED)
    expect_restart(running, server)
    answers(running, "z")
    shell_counts(running, server)


def survive(which, chance, alone):
    """One server is killed again and again, at most once in a round of the worker, at last twice."""
    server = servers()[which]
    with worker_beside_echo(chance, RESTART) as (running, memory, killer):
        ahead = killer.ahead()
        for letter in LETTERS:
            kill_once(running, killer, server, letter)
            wait_for_rounds(memory, 1)
        kill_twice(running, killer, server)
        wait_for_rounds(memory, max(2, ROUNDS - memory.count("work")))
        return judge(f"{server.name} killed {server.kills} times", memory.record("work"), alone,
                     killer.ahead() - ahead)


def stay_dead(chance, alone):
    """A driver that is not to be restarted stays dead. A VMM still is restarted, and what is to be said
    comes by the kernel's console.
    """
    driver, other = (servers()[which] for which in ("uart", "vmm"))
    with worker_beside_echo(chance, "never") as (running, memory, killer):
        ahead = killer.ahead()
        killer.kill(driver, lambda: running.type(NOISE))
        wait_for_rounds(memory, 1)
        begin = memory.record("echo")["begin"]
        killer.kill(other, lambda: running.type(NOISE))
        expect_report(running, driver, 1, r"(?=\nserver vmm echo )")
        expect_report(running, other, 1, RESTARTED)
        expect_restart(running, other, "")
        wait_for_rounds(memory, max(2, ROUNDS - memory.count("work")))
        check(memory.record("echo")["begin"] > begin, "the guest of the VMM does not begin anew")
        check("uart: restarted" not in running.text(), "the driver was restarted")
        return judge("the driver dead", memory.record("work"), alone, killer.ahead() - ahead)


def uart(chance):
    """The UART's driver."""
    repeat(functools.partial(survive, "uart"), chance)


def console(chance):
    """The console's multiplexer."""
    repeat(functools.partial(survive, "console"), chance)


def vmm(chance):
    """The VMM of the guest beside the worker."""
    repeat(functools.partial(survive, "vmm"), chance)


def never(chance):
    """A driver that is not to be restarted."""
    repeat(stay_dead, chance)


def expect_loop(running, kill):
    """A loop in Linux's shell, during which something is killed, comes to the right result."""
    running.type(LOOP + "\r")
    running.expect(r"\.\.")
    kill()
    running.expect(r"\.\.")
    running.type("\x03")
    running.expect("sum=")
    rounds, sum_found = (int(number) for number in running.expect("\n").split(","))
    sum_expected = 1
    for number in range(1, rounds + 1):
        sum_expected = (sum_expected * 31 + number) % 1000003
    check(sum_found == sum_expected,
          f"{rounds} rounds of a loop came to {sum_found}, not to {sum_expected}")
    running.expect(PROMPT)


def linux(chance):
    """A Linux in view, while the driver, the multiplexer and its neighbour's VMM are killed."""
    folder = os.path.join(images(), "debian-12-arm64")
    description = describe([
        {"name": "linux", "memory": "512 MiB", "kernel": os.path.join(folder, "Image"),
         "initrd": os.path.join(folder, "initrd.gz"), "command_line": "console=ttyAMA0"},
        echo(MIDDLE)], RESTART)
    with killed(description, chance) as (running, _, connect):
        running.expect(PROMPT, BOOT_SECONDS)
        with connect() as killer:
            for server in servers().values():
                def kill(server=server):
                    killer.kill(server, lambda: None)
                    expect_report(running, server, 1, RESTARTED)
                    expect_restart(running, server)
                expect_loop(running, kill)


TESTS = [uart, console, vmm, never, linux]


def main():
    name = sys.argv[1]
    test = {test.__name__: test for test in TESTS}[name]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"{name} {seed}", flush=True)
    try:
        test(random.Random(seed))
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

from arch import program
from gdb import Gdb
from killer import Killer, Server
from machine import PROMPT, Failure, check, cloister, machine, source

NAME = "device linux console"
PROGRAMS = {"all": program("vmm-server/device-server"),
            "copy": program("vmm-server/device-copy")}
CAUSE = "jump to where nothing is mapped at 0x0"
DRIVER = "/sys/bus/virtio/drivers/virtio_console"
FIRST_KEY, SECOND_KEY = "\x141", "\x142"
# Ctrl-U, which leaves nothing behind at a prompt.
CLEAR = "\x15"
# The device status (Virtual I/O Device 1.2, 2.1).
LIVE, NEEDS_RESET = 0x0f, 0x40
# Of a stream of numbers: so many must come, and so many may be cut by what else is shown.
STREAM_MIN = 50
HIDDEN_MAX = 3


def describe(directory, memory, restart, vcpus):
    with open(source("configs/isolated.json"), encoding="ascii") as file:
        system = json.load(file)
    guest = system["guests"][0]
    guest["vcpus"] = vcpus
    for device in guest["devices"]:
        if device["type"] == "virtio-console":
            device.update(memory=memory, restart=restart)
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


def status(linux):
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/status")
    found = re.search("^0x[0-9a-f]{8}$", answer, re.MULTILINE)
    check(found, f"the device's status is {answer!r}")
    return int(found[0], 16)


def bind_again(linux):
    linux.command(f"echo virtio0 >{DRIVER}/unbind; echo virtio0 >{DRIVER}/bind")


def killed_all(linux, killer):
    """Its successor says that the device needs a reset; bound again, its driver uses it."""
    says(linux, "before")
    kill(linux, killer, "all")
    linux.expect(rf"server {NAME}: restarted, number 1")
    view_first(linux)
    check(status(linux) == LIVE | NEEDS_RESET, "the device does not need a reset")
    check(states(linux)[NAME] == ("running", 1), "it is not restarted")
    bind_again(linux)
    says(linux, "again")


def check_numbers(text, what):
    """What came of a stream of numbers: reports that stand inside it may hide some."""
    numbers = {int(number) for number in re.findall(r"n(\d+)\.", text)}
    check(len(numbers) >= STREAM_MIN, f"{what}: {len(numbers)} numbers came")
    missing = max(numbers) - min(numbers) + 1 - len(numbers)
    check(missing <= HIDDEN_MAX, f"{what}: {missing} numbers are missing")
    return numbers


def goes_on(linux):
    """Twice as many as are judged: some came before the point where that begins, and had not been looked at."""
    for _ in range(2 * STREAM_MIN):
        linux.expect(r"n\d+\.")


def killed_copy(linux, killer):
    """In the middle of a stream its successor goes on with it, and its driver sees nothing of that."""
    says(linux, "before")
    linux.command("while [ ! -e /stop ]; do i=$((i + 1)); echo n$i.; done >/dev/hvc0 &")
    begin = len(linux.transcript)
    linux.type(SECOND_KEY)
    goes_on(linux)
    kill(linux, killer, "copy")
    linux.expect(rf"server {NAME}: restarted, number 1")
    end = len(linux.transcript)
    numbers = check_numbers(linux.transcript[begin:], "before its end")
    goes_on(linux)
    numbers |= check_numbers(linux.transcript[end:], "behind it")
    missing = max(numbers) - min(numbers) + 1 - len(numbers)
    check(missing <= 2 * HIDDEN_MAX, f"{missing} numbers are lost with it")
    view_first(linux)
    linux.command("touch /stop; wait")
    check(status(linux) == LIVE, "the device needs a reset")
    check(states(linux)[NAME] == ("running", 1), "it is not restarted")
    says(linux, "again")


def given_up(linux, killer, memory):
    kill(linux, killer, memory)
    view_first(linux)
    found = states(linux)
    check(found.pop(NAME) == ("failed", 0), "it is not given up")
    check(set(found.values()) == {("running", 0)}, f"the others are {found}")


def given_up_all(linux, killer):
    """The guest goes on; the device is as one without power."""
    given_up(linux, killer, "all")
    check(status(linux) == 0, "the device does something")
    check("device: no answer at 0xa0000" in linux.transcript, "the log does not say it")


def given_up_copy(linux, killer):
    """The guest goes on; the device says that it does not, to each driver that begins with it."""
    given_up(linux, killer, "copy")
    check(status(linux) == LIVE | NEEDS_RESET, "the device does not say it")
    bind_again(linux)
    check(status(linux) == LIVE | NEEDS_RESET, "the device does not say it again")


def lives(linux, killer):
    """The guest's life ends, by itself or with its VMM. What its driver knew to be written is shown, and the next
    life has the console."""
    linux.type("echo first life >/dev/hvc0; reboot -f\r")
    linux.boot()
    linux.type(SECOND_KEY)
    linux.expect("first life\r+\n")
    view_first(linux)
    says(linux, "second")
    linux.command("echo second life >/dev/hvc0")
    killer.kill(Server("vmm linux", program("vmm-server/vmm-server"), "linux"),
                lambda: linux.type(CLEAR))
    linux.boot()
    linux.type(SECOND_KEY)
    linux.expect("second life\r+\n")
    view_first(linux)
    says(linux, "third")
    check(states(linux)[NAME][0] == "running", "it does not run")


def counts(linux, device):
    """How many of the device's interrupts Linux has counted on each of two CPUs."""
    answer = linux.command("cat /proc/interrupts")
    found = re.search(rf"^ *(\d+): +(\d+) +(\d+) .* {device}$", answer, re.MULTILINE)
    check(found, f"{device} has no interrupt: {answer!r}")
    return found[1], [int(found[2]), int(found[3])]


def interrupts(linux, device, cause, cpu):
    """What causes the device's interrupts causes them on this CPU, and there alone."""
    number, _ = counts(linux, device)
    linux.command(f"echo {1 + cpu} >/proc/irq/{number}/smp_affinity")
    # Not before: what was on its way still comes to the other.
    _, before = counts(linux, device)
    cause(linux)
    _, after = counts(linux, device)
    check(after[cpu] > before[cpu] and after[1 - cpu] == before[1 - cpu],
          f"{device} had {before} interrupts, and has {after} when they are for CPU {cpu}")


def alarm(linux):
    clock = "/sys/class/rtc/rtc0"
    linux.command(f"echo +2 >{clock}/wakealarm; while grep -q . {clock}/wakealarm; do sleep 1; done")


def typed(linux):
    linux.command("{ head -n 1 >/tmp/in; read -r seen; } </dev/hvc0 &")
    linux.type(SECOND_KEY)
    linux.type("typed\r")
    linux.expect("typed\r+\n")
    linux.type("\r")
    view_first(linux)
    check("typed" in linux.command("wait; cat /tmp/in"), "what was typed was not read")


def routed(linux, killer):
    """Interrupts of device servers follow their routes, also of a new server's, and in the guest's next lives."""
    for life in range(3):
        for cpu in (1, 0, 1):
            interrupts(linux, "virtio0", typed, cpu)
            interrupts(linux, "rtc-pl031", alarm, cpu)
        if life == 0:
            linux.type("reboot -f\r")
        elif life == 1:
            killer.kill(Server("vmm linux", program("vmm-server/vmm-server"), "linux"),
                        lambda: linux.type(CLEAR))
        else:
            break
        linux.boot()
    kill(linux, killer, "all")
    linux.expect(rf"server {NAME}: restarted, number 1")
    view_first(linux)
    bind_again(linux)
    interrupts(linux, "virtio0", typed, 1)


LIMIT = {"limit": 3}
# What happens, what the server sees, how often it is restarted, and the guest's vCPUs.
TESTS = {"killed-all": (killed_all, "all", LIMIT, 1),
         "killed-copy": (killed_copy, "copy", LIMIT, 1),
         "killed-copy_vcpus": (killed_copy, "copy", LIMIT, 2),
         "given_up-all": (given_up_all, "all", "never", 1),
         "given_up-copy": (given_up_copy, "copy", "never", 1),
         "routed-all": (routed, "all", LIMIT, 2),
         "lives-all": (lives, "all", LIMIT, 1),
         "lives-copy": (lives, "copy", LIMIT, 1)}


def main():
    name = sys.argv[1]
    test, *system = TESTS[name]
    try:
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "gdb")
            command = cloister("run", describe(directory, *system), "--", *Gdb.options(path))
            with machine(command) as linux:
                linux.boot()
                with Killer(path, Random(1)) as killer:
                    test(linux, killer)
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

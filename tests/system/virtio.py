#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of virtio-console: Debian's Linux finds its ports, writes to them, reads from them.

Called with the name of one test, which is a function below.
"""

import json
import os
import re
import sys
import tempfile

from machine import BOOT_SECONDS, PROMPT, Failure, check, cloister, machine, source

KEY = "\x14"
NAMES = ["linux", "linux hvc0", "linux vport1"]
LINES = 4000
# QEMU's terminal adds a carriage return.
END = "\r+\n"


class Consoles:
    """The consoles of the machine's one guest, of which those of its ports follow the first."""

    def __init__(self, linux, ports):
        self.linux = linux
        self.count = 1 + ports

    def view(self, number):
        self.linux.type(f"{KEY}{1 + number}")
        self.linux.expect(re.escape(
            f"[cloister] guest {1 + number} of {self.count}: {NAMES[number]};") + f"[^\n]*{END}")

    def view_first(self):
        """Shows the UART's console, whose prompt comes again."""
        self.linux.type(f"{KEY}1")
        self.linux.expect(re.escape(f"[cloister] guest 1 of {self.count}: {NAMES[0]};"))
        self.linux.expect(PROMPT)

    def says(self, number, device, word):
        """What Linux writes to a port comes to its console."""
        self.linux.command(f"echo {word} >/dev/{device}")
        self.view(number)
        self.linux.expect(word + END)
        self.view_first()


def finds_it(linux, features):
    """Linux's own driver took the device and agreed with it."""
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/device")
    check("0x0003" in answer, f"the device's type is {answer!r}")
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/status")
    check("0x0000000f" in answer, f"the device's status is {answer!r}")
    answer = linux.command("cat /sys/bus/virtio/devices/virtio0/features")
    check(features in answer, f"the features are {answer!r}")


def writes_much(linux, consoles):
    """More than the line's ring holds, several times over, comes whole and in order."""
    linux.command(f"{{ read -r go; seq 1 {LINES} | sed 's/.*/line & end/'; }} <>/dev/hvc0 >&0 &")
    consoles.view(1)
    linux.type("\r")
    text = linux.expect(f"line {LINES} end{END}", BOOT_SECONDS).replace("\r", "")
    place = 0
    for number in range(1, LINES):
        line = f"line {number} end\n"
        place = text.find(line, place)
        check(place >= 0, f"{line!r} did not come, or not in its turn")
    consoles.view_first()


def reads_console(linux, consoles):
    """What is typed is read, and its echo seen while the reader has the terminal open: Linux drops
    what is left of it at the close."""
    linux.command("{ head -n 1 >/tmp/in; read -r seen; } </dev/hvc0 &")
    consoles.view(1)
    linux.type("typed for hvc0\r")
    linux.expect(f"typed for hvc0{END}")
    linux.type("\r")
    consoles.view_first()
    answer = linux.command("wait; cat /tmp/in")
    check("typed for hvc0" in answer, f"read was {answer!r}")


def reads_port(linux, consoles):
    """A port is no terminal: it echoes nothing, and what was typed before it was opened waits."""
    consoles.view(2)
    linux.type("typed for vport1\n")
    consoles.view_first()
    answer = linux.command("head -n 1 </dev/vport0p1")
    check("typed for vport1" in answer, f"read was {answer!r}")


def console(linux):
    """With one port there is nothing but hvc0, also after its driver has gone and come."""
    consoles = Consoles(linux, 1)
    # The 33rd is VERSION_1.
    finds_it(linux, "0" * 32 + "1" + "0" * 31)
    consoles.says(1, "hvc0", "hello")
    writes_much(linux, consoles)
    reads_console(linux, consoles)
    linux.command("modprobe -r virtio_console; modprobe virtio_console")
    consoles.says(1, "hvc0", "again")


def ports(linux):
    """A second port is a channel of its own, each way, also after its driver has gone and come."""
    consoles = Consoles(linux, 2)
    # The second is MULTIPORT.
    finds_it(linux, "01" + "0" * 30 + "1" + "0" * 31)
    for word in ("hello", "again"):
        answer = linux.command("cat /sys/class/virtio-ports/*/name")
        check(answer.split()[:2] == ["hvc0", "vport1"], f"the ports' names are {answer!r}")
        consoles.says(1, "hvc0", word)
        consoles.says(2, "vport0p1", f"port {word}")
        reads_console(linux, consoles)
        reads_port(linux, consoles)
        linux.command("modprobe -r virtio_console; modprobe virtio_console")


def describe(directory, count, isolation):
    """The description with so many ports of the virtio-console, and what it says of its isolation."""
    with open(source("tests/system/virtio.json"), encoding="ascii") as file:
        system = json.load(file)
    system["guests"][0]["devices"][1] |= {"ports": count} | isolation
    path = os.path.join(directory, "virtio.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(system, file)
    return path


ALL = {"isolated": True, "memory": "all"}
COPY = {"isolated": True, "memory": "copy"}
TESTS = {"console": (console, 1, {}), "ports": (ports, 2, {}),
         "console-all": (console, 1, ALL), "ports-all": (ports, 2, ALL),
         "console-copy": (console, 1, COPY), "ports-copy": (ports, 2, COPY)}


def main():
    name = sys.argv[1]
    test, count, isolation = TESTS[name]
    try:
        with tempfile.TemporaryDirectory() as directory, machine(
                cloister("run", describe(directory, count, isolation))) as linux:
            linux.boot()
            test(linux)
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of configs/linux.json: Debian's Linux as a guest, and what may go wrong before it.

Called with the name of one test, which is a function below.
"""

import base64
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

from arch import ARCH
from machine import (BOOT_SECONDS, PROMPT, Failure, check, cloister, environment, feed, images,
                     machine, show, source)

LINUX = "configs/linux.json"
POWERED_OFF = "guest linux: powered off"


def run_linux(*options):
    return cloister("run", *options, source(LINUX))


def commands():
    """Boots to a prompt and answers commands."""
    with machine(run_linux()) as linux:
        linux.boot()
        answer = linux.command("uname -m")
        check(ARCH.machine in answer, f"uname -m says {answer!r}")
        answer = linux.command("cat /proc/cpuinfo")
        check(ARCH.cpuinfo in answer, f"/proc/cpuinfo holds {answer!r}")
        answer = linux.command("cat /proc/interrupts")
        check(ARCH.timer in answer and ARCH.uart_interrupt in answer,
              f"/proc/interrupts holds {answer!r}")


def interrupt():
    """Ctrl-C ends what runs in the foreground, and nothing else."""
    with machine(run_linux()) as linux:
        linux.boot()
        interrupt_sleep(linux)
        answer = linux.command("echo $?")
        check("130" in answer, f"the status after Ctrl-C is {answer!r}")
        linux.command("sleep 1000 &")
        answer = linux.command("jobs")
        check("sleep 1000" in answer, f"jobs says {answer!r}")


def interrupt_sleep(linux):
    linux.type("sleep 1000\r")
    linux.expect("\r\n")
    # The shell makes the process and gives it the terminal in this time.
    time.sleep(1)
    linux.type("\x03")
    linux.expect(PROMPT)


def respawn():
    """A new shell comes after the old has gone."""
    with machine(run_linux()) as linux:
        linux.boot()
        first = linux.command("echo shell=$$")
        linux.command("exit")
        second = linux.command("echo shell=$$")
        numbers = [re.search(r"shell=(\d+)", text) for text in (first, second)]
        check(all(numbers) and numbers[0][1] != numbers[1][1],
              f"the shells are {first!r} and {second!r}")


def paste():
    """64 KiB pasted into a file arrive as they were."""
    content = base64.encodebytes(random.Random(1).randbytes(48 * 1024)).decode()
    digest = hashlib.sha256(content.encode()).hexdigest()
    check(len(content) >= 64 * 1024, "the text is too short")
    with machine(run_linux()) as linux:
        linux.boot()
        linux.type("cat >/tmp/f\r")
        linux.expect("\r\n")
        linux.paste(content + "\x04", BOOT_SECONDS)
        linux.boot()
        answer = linux.command("sha256sum /tmp/f")
        size = linux.command("wc -c </tmp/f")
        check(digest in answer, f"of {len(content)} bytes came {size!r}, sha256sum says {answer!r}")


def poweroff():
    """The guest powers off, the machine says so and ends with success."""
    with machine(run_linux()) as linux:
        linux.boot()
        linux.type("poweroff -f\r")
        linux.expect(POWERED_OFF)
        status = linux.end()
        check(status == 0, f"QEMU's exit status is {status}")


def pipe():
    """A standard input that is no terminal feeds the guest."""
    text, status = feed(run_linux(), "uname -m\npoweroff -f\n", BOOT_SECONDS)
    if status != 0 or f"\n{ARCH.machine}" not in text or POWERED_OFF not in text:
        show(text)
        raise Failure(f"QEMU's exit status is {status}, or the commands were not done")


def no_vhe():
    """A processor without VHE is refused in clear words."""
    with machine(run_linux("--cpu", "cortex-a57")) as refused:
        refused.expect(r"Cloister: [^\n]*VHE", BOOT_SECONDS)


def damaged():
    """An image of which one bit flipped is refused, and the part that is damaged named."""
    kernel = os.path.join(images(), ARCH.images, "Image")
    with open(kernel, "rb") as file:
        part = file.read()[1 << 20:][:64]
    with tempfile.TemporaryDirectory() as directory:
        image = os.path.join(directory, "image")
        subprocess.run(cloister("build", "-o", image, source(LINUX)), check=True)
        with open(image, "r+b") as file:
            content = file.read()
            place = content.find(part)
            check(place >= 0, "the guest's kernel is not in the image")
            file.seek(place)
            file.write(bytes([content[place] ^ 1]))
        with machine(run_linux("--image", image)) as refused:
            refused.expect(r"Cloister: the image is damaged: guest linux: kernel", BOOT_SECONDS)


def terminal():
    """tools/run leaves the terminal as it was: after Ctrl-C and Ctrl-A X, and when it is killed."""
    env = dict(os.environ, CLOISTER_BUILD=environment("CLOISTER_BUILD"), PS1="host> ")
    host = r"host> "
    with machine(["/bin/bash", "--norc", "--noprofile", "-i"], env) as shell:
        def settings():
            shell.type("stty -a\r")
            shell.expect("\r\n")
            return shell.expect(host).replace("\r", "")

        shell.expect(host)
        before = settings()
        check("isig" in before and "-isig" not in before, f"stty -a says {before!r}")
        for leave in (leave_by_key, leave_by_signal):
            shell.type(source("tools/run") + "\r")
            shell.boot()
            interrupt_sleep(shell)
            leave(shell)
            shell.expect(host)
            after = settings()
            check(after == before, f"stty -a says {after!r} now, before it was {before!r}")


def leave_by_key(shell):
    shell.type("\x01x")


def leave_by_signal(shell):
    """Ends tools/run, the leader of the group in the foreground, and nothing else."""
    os.kill(os.tcgetpgrp(shell.child.fileno()), signal.SIGTERM)


TESTS = [commands, interrupt, respawn, paste, poweroff, pipe, no_vhe, damaged, terminal]


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

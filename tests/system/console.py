#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""System tests of configs/two-guests.json: two Linux guests on one serial line, and the keys that
choose who is in view.

Called with the name of one test, which is a function below.
"""

import base64
import hashlib
import random
import re
import sys

from machine import BOOT_SECONDS, PROMPT, Failure, check, cloister, machine, source

PREFIX = "\x14"
FIRST = PREFIX + "1"
SECOND = PREFIX + "2"
PIECE = 4096
# QEMU's terminal adds a carriage return.
END = "\r+\n"


def run_guests():
    return cloister("run", source("configs/two-guests.json"))


def view(guests, key, words):
    """Types a key, and returns what comes between its notice and the prompt."""
    guests.type(key)
    guests.expect(re.escape(f"[cloister] {words}"))
    guests.expect(END)
    return guests.expect(PROMPT, 2 * BOOT_SECONDS)


def view_first(guests):
    return view(guests, FIRST, "guest 1 of 2: first;")


def view_second(guests):
    return view(guests, SECOND, "guest 2 of 2: second;")


def boot(guests):
    """Boots the first guest in view, and the second out of view."""
    guests.expect(re.escape("[cloister] guest 1 of 2: first;"), BOOT_SECONDS)
    guests.expect(PROMPT, 2 * BOOT_SECONDS)
    kept = view_second(guests)
    check("Run /init" in kept, f"of the boot out of view was kept {kept!r}")


def memory_mib(guests):
    """The memory of the guest in view, which tells who it is, rounded up to 256 MiB."""
    answer = guests.command("grep MemTotal /proc/meminfo")
    found = re.search(r"MemTotal: +(\d+) kB", answer)
    check(found, f"grep says {answer!r}")
    return -(-int(found[1]) // (256 << 10)) * 256


def guests():
    """Each guest answers when it is in view, and one goes on when the other has gone."""
    with machine(run_guests()) as both:
        boot(both)
        check(memory_mib(both) == 256, "the second key does not show the second guest")
        both.type("sleep 3; echo later=$((6 * 7))\r")
        both.expect("\r\n")
        view_first(both)
        check(memory_mib(both) == 512, "the first key does not show the first guest")
        both.command("sleep 6")
        kept = view_second(both)
        check("later=42" in kept, f"of the answer out of view was kept {kept!r}")
        all_in_view(both)
        view_second(both)
        both.type("poweroff -f\r")
        both.expect(re.escape("[root] guest second: powered off"))
        log_in_view(both)
        view_first(both)
        check(memory_mib(both) == 512, "the first guest does not answer alone")
        both.type("poweroff -f\r")
        both.expect(re.escape("[root] the last guest has ended: powering off"))
        status = both.end()
        check(status == 0, f"QEMU's exit status is {status}")


def all_in_view(both):
    """Lines behind names; what is typed goes to the guest that was in view before."""
    both.type(PREFIX + "a")
    both.expect(re.escape("[cloister] all guests; what is typed goes to second") + END)
    for _ in range(2):
        both.expect(rf"\[(first|second)\] {PROMPT}")
    both.type("echo $((5 * 5))\r")
    both.expect(r"\[second\] 25" + END)


def log_in_view(both):
    both.type(PREFIX + "l")
    both.expect(re.escape("[cloister] the machine's log; what is typed goes to nobody") + END)
    both.expect(re.escape("[root] guest second: powered off") + END)
    both.type("exit\r" + PREFIX + "h")
    both.expect(re.escape("[cloister] keys, each behind Ctrl-T:") + END)
    both.expect("guest 2: second" + END)


def pastes():
    """64 KiB into each guest, in pieces by turns with no pause between, arrive as they were."""
    contents = [base64.encodebytes(random.Random(seed).randbytes(48 * 1024)).decode()
                for seed in (1, 2)]
    check(min(map(len, contents)) >= 64 * 1024, "the texts are too short")
    with machine(run_guests()) as both:
        boot(both)
        for show in (view_second, view_first):
            show(both)
            both.type("cat >/tmp/f\r")
            both.expect("\r\n")
        both.paste(typed(contents), BOOT_SECONDS)
        for show, content in zip((view_first, view_second), contents):
            show(both)
            answer = both.command("sha256sum /tmp/f")
            size = both.command("wc -c </tmp/f")
            digest = hashlib.sha256(content.encode()).hexdigest()
            check(digest in answer,
                  f"of {len(content)} bytes came {size!r}, sha256sum says {answer!r}")


def typed(contents):
    """The keys: pieces by turns, each behind its guest's, and the ends of the two files."""
    pieces = []
    for at in range(0, max(map(len, contents)), PIECE):
        for key, content in zip((FIRST, SECOND), contents):
            pieces += [key, content[at:at + PIECE]]
    return "".join(pieces) + FIRST + "\x04" + SECOND + "\x04"


TESTS = [guests, pastes]


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

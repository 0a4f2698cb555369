# SPDX-License-Identifier: BSD-2-Clause
"""What a byte costs that a guest writes to its console: tests/guests/console."""

import contextlib
import json
import os
import tempfile

from counted import Failure, command, counts, run, show, source

# How often the guest writes, and bytes in its lines.
ROUNDS = 16
LINE = 64


@contextlib.contextmanager
def with_command_line(description, command_line):
    """A description as it is but for its guest's command line."""
    with open(source(os.path.join("tests/bench", description)), encoding="utf-8") as file:
        machine = json.load(file)
    machine["guests"][0]["command_line"] = command_line
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, description)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(machine, file)
        yield path


def written(description, folders, write, buffer):
    """The counts of a machine whose guest writes nothing, and of the same that writes so much in each round."""
    texts = []
    for size in (0, write):
        with with_command_line(description, f"write={size} buffer={buffer}") as path:
            texts.append(run(command(path, folders)))
    lines = texts[1].count("\n") - texts[0].count("\n")
    if lines != ROUNDS * write // LINE:
        show(texts[1])
        raise Failure(f"{description}: of {ROUNDS * write // LINE} lines {lines} came")
    return [counts(text) for text in texts]


def output(description, folders, write, buffer):
    """What one byte of output costs."""
    quiet, busy = written(description, folders, write, buffer)
    return {name: round((getattr(busy, name) - getattr(quiet, name)) / (ROUNDS * write), 3)
            for name in ("guest", "outside", "exits")}

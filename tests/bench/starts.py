# SPDX-License-Identifier: BSD-2-Clause
"""What the start of the machine and the reset of a guest cost: tests/guests/start."""

import collections
import json
import os

from counted import images, instructions, source, stopped_at, symbol

MIB = 1 << 20

Life = collections.namedtuple("Life", "loader kernel reset")


def life(description, folders):
    """Of tests/guests/start: instructions of the loader, from there to the guest's first, and outside the
    guest from its SYSTEM_RESET to its first again. The performance monitors count from the kernel's
    start, the counter that the guest's first instruction reads from the machine's reset.
    """
    outside = {}
    for label in ("started", "reset", "again"):
        address = symbol("tests/guests/start-guest.aarch64.elf", label)
        with stopped_at(description, folders, address, 1) as (gdb, _):
            _, outside[label] = instructions(gdb)
            if label == "started":
                total = gdb.register("x19")
    return Life(total - outside["started"], outside["started"], outside["again"] - outside["reset"])


def sizes(description):
    """MiB of the memory of a description's guest, and of the file that is put into it."""
    with open(source(os.path.join("tests/bench", description)), encoding="utf-8") as file:
        guest = json.load(file)["guests"][0]
    size = os.path.getsize(os.path.join(images(), guest["initrd"])) if "initrd" in guest else 0
    return int(guest["memory"].removesuffix(" MiB")), size / MIB


def starts(folders):
    """The start and the reset of a guest with memory and an image as those of Linux, and of guests without
    the image, with less memory: by the differences, what they cost for each MiB, and the rest.
    """
    names = ("start_small.json", "start_memory.json", "start_image.json")
    small, memory, image = (life(name, folders) for name in names)
    (mib_small, _), (mib, _), (_, mib_image) = (sizes(name) for name in names)
    start_clear = (memory.kernel - small.kernel) / (mib - mib_small)
    reset_clear = (memory.reset - small.reset) / (mib - mib_small)
    result = {
        "start": image.loader + image.kernel,
        "start_verify": (image.loader - memory.loader) / mib_image,
        "start_clear": start_clear,
        "start_copy": (image.kernel - memory.kernel) / mib_image,
        "start_rest": small.loader + small.kernel - start_clear * mib_small,
        "reset": image.reset,
        "reset_clear": reset_clear,
        # Where it is copied to nothing is cleared.
        "reset_copy": (image.reset - memory.reset) / mib_image + reset_clear,
        "reset_rest": small.reset - reset_clear * mib_small,
    }
    return {name: {"outside": round(value)} for name, value in result.items()}

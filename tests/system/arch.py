# SPDX-License-Identifier: BSD-2-Clause
"""What system tests know of the architecture whose machine they start: each is written once and runs on all.

Meson says which one it is by CLOISTER_ARCH. A name here that an architecture does not have is of no test of it.
"""

import json
import os
import tempfile
import types

VALUE = "[0-9a-f]{16}"


def device(kind, address, interrupt):
    """A device in the description of a guest."""
    return {"type": kind, "address": f"{address:#010x}", "interrupt": interrupt}


def rows(names):
    """The lines of a report with registers of these names, four in each."""
    return ["  " + " ".join(f"{name} {VALUE}" for name in names[first:first + 4])
            for first in range(0, len(names), 4)]


AARCH64 = types.SimpleNamespace(
    name="aarch64",
    board="qemu-virt-aarch64",
    # Names of programs.
    uart_driver="pl011",
    clock_driver="pl031",
    # A guest's devices, and the start of its memory.
    uart=device("pl011", 0x09000000, 33),
    rtc=device("pl031", 0x09010000, 34),
    virtio_console=device("virtio-console", 0x0a000000, 48),
    # The board's begins there as well, with what the firmware keeps of it.
    memory=0x40000000,
    firmware_mib=0,
    # Ticks of the counter in a second in which 10^9 instructions are counted.
    frequency=10 ** 9,
    # b . and wfi; b .-4 (Arm ARM C6.2.28, C6.2.453).
    spin=(0x14000000,),
    silent=(0xd503207f, 0x17ffffff),
    # Machines that have more or less than the board's: QEMU's options.
    machines={"tags": ("-machine", "mte=on")},
    # Linux as a guest: its folder of images, its console, and its words.
    images="debian-12-arm64",
    terminal="ttyAMA0",
    machine="aarch64",
    cpuinfo="CPU implementer",
    timer="arch_timer",
    uart_interrupt="uart-pl011",
    begins="Booting Linux on physical CPU",
    # What the VMM says of accesses that a clock does not take (tests/guests/window).
    not_taken=(),
    # The reports of crashes: causes in words, and registers.
    reads="read where nothing is mapped",
    writes="write to memory that is not writable",
    writes_nowhere="write where nothing is mapped",
    undefined="undefined instruction",
    frame_pointer="x29",
    jumps="jump to memory that is not executable",
    jumps_nowhere="jump to where nothing is mapped",
    registers=[*rows([f"x{n:02}" for n in range(31)]), f"  sp  {VALUE} pc  {VALUE} pstate [0-9a-f]{{8}}"],
)

RISCV64 = types.SimpleNamespace(
    name="riscv64",
    board="qemu-virt-riscv64",
    uart_driver="ns16550a",
    clock_driver="goldfish",
    uart=device("ns16550a", 0x10000000, 10),
    rtc=device("goldfish-rtc", 0x00101000, 11),
    virtio_console=device("virtio-console", 0x10001000, 1),
    memory=0x80000000,
    firmware_mib=2,
    frequency=10 ** 7,
    # j . and wfi; j .-4 (Unprivileged ISA, "Unconditional Jumps").
    spin=(0x0000006f,),
    silent=(0x10500073, 0xffdff06f),
    machines={"vectors": ("-cpu", "rv64,h=true,v=true,smstateen=true"),
              "no_sstc": ("-cpu", "rv64,h=true,sstc=false")},
    images="debian-13-riscv64",
    terminal="ttyS0",
    machine="riscv64",
    cpuinfo="isa",
    timer="riscv-timer",
    uart_interrupt="ttyS0",
    begins="Linux version",
    not_taken=("undecodable access to 0x101008",),
    reads="read where nothing is mapped, or of memory that is not readable",
    writes="write where nothing is mapped, or to memory that is not writable",
    writes_nowhere="write where nothing is mapped, or to memory that is not writable",
    undefined="illegal instruction",
    frame_pointer="x08",
    jumps="jump to where nothing is mapped, or to memory that is not executable",
    jumps_nowhere="jump to where nothing is mapped, or to memory that is not executable",
    registers=[*rows([f"x{n:02}" for n in range(32)]), f"  pc  {VALUE}"],
)

ARCH = {"aarch64": AARCH64, "riscv64": RISCV64}[os.environ.get("CLOISTER_ARCH", "aarch64")]


# Of adapted descriptions, as long as the test runs.
FOLDER = tempfile.TemporaryDirectory(prefix="cloister-")


def program(path):
    """A program of the build, without its folder: room/name."""
    return f"{path}.{ARCH.name}.elf"


def built(*path):
    """The path of a program of the build by its folders and its name."""
    return os.path.join(os.environ["CLOISTER_BUILD"], program(os.path.join(*path)))


def adapt(value):
    """A description of AArch64's board, or a part of one, as this architecture has it."""
    if isinstance(value, dict):
        if "type" in value:
            for mine, its in ((AARCH64.uart, ARCH.uart), (AARCH64.rtc, ARCH.rtc),
                              (AARCH64.virtio_console, ARCH.virtio_console)):
                if value["type"] == mine["type"]:
                    return value | its
        # A kernel is at a place in the memory that a guest has if nothing is said.
        return {key: part.replace(f"{AARCH64.memory:#x}", f"{ARCH.memory:#x}") if key in ("load", "entry")
                else adapt(part) for key, part in value.items()}
    if isinstance(value, list):
        return [adapt(part) for part in value]
    if isinstance(value, str):
        for mine, its in ((".aarch64.", f".{ARCH.name}."), (AARCH64.board, ARCH.board),
                          (AARCH64.images, ARCH.images), (AARCH64.terminal, ARCH.terminal)):
            value = value.replace(mine, its)
    return value


def description(path):
    """The file to be used for a description that is written for AArch64's board: a complete one has its like beside
    it, others are adapted."""
    folder, name = os.path.split(path)
    if ARCH is AARCH64:
        return path
    if os.path.basename(folder) == "configs":
        return f"{path.removesuffix('.json')}-{ARCH.name}.json"
    with open(path, encoding="utf-8") as file:
        adapted = adapt(json.load(file))
    path = os.path.join(FOLDER.name, name)
    with open(path, "w", encoding="ascii") as file:
        json.dump(adapted, file)
    return path


def options(arguments):
    """The host tool's arguments, with descriptions as this architecture has them."""
    return [description(argument) if argument.endswith(".json") else argument for argument in arguments]

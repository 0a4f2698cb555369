# SPDX-License-Identifier: BSD-2-Clause
"""Who kills servers of a running machine: a debugger that stops one at some instruction of its
program, and lets it go on at address 0.

It does no single steps, in which interrupts and the clock would be held back: where it has been, a
process is let go until it enters the kernel.
"""

import os
import socket
import struct
import time

from arch import program
from gdb import Gdb, GdbError
from image import constants
from machine import Failure, check, environment

# So many instructions are chosen, and the first that a server comes to is the one; it may have been
# there in some turns before, less than these.
CHOICES = 4
PASSES = 8
# One instruction of so many ends a server that starts, or does little, when it comes to it.
START_PART = 50
# Where the kernel is entered from below: exceptions, interrupts (Arm ARM D1.3.1.5).
LOWER_VECTORS = (0x400, 0x480)
# For how long they are waited for, before others are chosen; and for any at all.
HIT_SECONDS = 0.4
SECONDS = 60
# mrs x0, cntpct_el0 (Arm ARM C6.2.247, D24.12.16), and the bits that are the register's number.
READ_COUNTER = 0xd53be020
REGISTER = 0x1f
# What QEMU's stub reads in one command: its packets hold 4096 characters.
READ_MAX = 1024


class Program:
    """The code of a program of the build, as it is in each process that runs it."""

    def __init__(self, path):
        with open(os.path.join(environment("CLOISTER_BUILD"), path), "rb") as file:
            content = file.read()
        self.name = os.path.basename(path).split(".", maxsplit=1)[0]
        # ELF64: e_entry, e_phoff; e_phentsize, e_phnum. Of a program header p_flags, p_offset,
        # p_vaddr, p_filesz.
        self.entry, table = struct.unpack_from("<2Q", content, 24)
        size, count = struct.unpack_from("<2H", content, 54)
        headers = [struct.unpack_from("<4xI2Q8xQ", content, table + i * size) for i in range(count)]
        (_, offset, self.address, length), = (header for header in headers if header[0] & 1)
        self.code = content[offset:offset + length]

    def counter_reads(self):
        """The addresses behind instructions that read the counter, and the numbers of the registers that
        they read it to."""
        words = struct.unpack(f"<{len(self.code) // 4}I", self.code)
        return {self.address + 4 * i + 4: word & REGISTER for i, word in enumerate(words)
                if word & ~REGISTER == READ_COUNTER}

    def addresses(self):
        return range(self.address, self.address + len(self.code), 4)


class Server:
    """Who is killed: a server's name, its program, and, if others run it too, the name in its
    configuration: of a VMM that is its guest's."""

    def __init__(self, name, path, guest=None):
        self.name = name
        self.program = Program(path)
        self.guest = guest
        self.kills = 0


class Killer:
    """A debugger at a running machine, for a `with`."""

    def __init__(self, path, chance):
        self.gdb = Gdb(path, SECONDS)
        vectors = self.gdb.register("VBAR_EL2")
        self.kernel = [vectors + offset for offset in LOWER_VECTORS]
        self.chance = chance
        self.config = constants("root")["PROCESS_CONFIG"]
        self.counter_reads = Program(program("kernel/kernel")).counter_reads()

    def __enter__(self):
        self.gdb.send("c")
        return self

    def __exit__(self, *_):
        self.gdb.socket.close()

    def stop(self):
        self.gdb.socket.sendall(b"\x03")
        self.gdb.receive()

    def read(self, address, size):
        """Memory as the processor sees it at the moment; nothing where it sees none."""
        try:
            return bytes.fromhex("".join(
                self.gdb.command(f"m{address + at:x},{min(READ_MAX, size - at):x}")
                for at in range(0, size, READ_MAX)))
        except GdbError:
            return b""

    def runs(self, server):
        """Whether it is this server that runs. All programs are at the same address."""
        program = server.program
        return self.read(program.address, len(program.code)) == program.code and (
            not server.guest or
            self.read(self.config, len(server.guest) + 1) == server.guest.encode() + b"\0")

    def go_on(self, seconds):
        """Lets the machine run to the breakpoint. False: it did not come there."""
        self.gdb.send("c")
        self.gdb.socket.settimeout(seconds)
        try:
            if self.gdb.receive().startswith(b"W"):
                raise Failure("the machine ended")
            return True
        except socket.timeout:
            return False
        finally:
            self.gdb.socket.settimeout(SECONDS)

    def breakpoints(self, action, addresses):
        for address in addresses:
            self.gdb.command(f"{action}1,{address:x},4")

    def run_to(self, addresses, seconds=SECONDS):
        """Lets a stopped machine run to one of some instructions. False: it was not there soon."""
        self.breakpoints("Z", addresses)
        hit = self.go_on(seconds)
        if not hit:
            self.stop()
        self.breakpoints("z", addresses)
        return hit

    def reach(self, server, addresses, passes=0, seconds=SECONDS):
        """Lets a stopped machine run until the server comes to one of some instructions, having
        done so in so many of its turns before. False: that was not soon."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.run_to(addresses, seconds):
                return False
            passes -= self.runs(server)
            if passes < 0:
                return True
            self.run_to(self.kernel)
        return False

    def ahead(self):
        """By how many ticks the clock of a machine that counts instructions is ahead of those that
        were executed. While no processor idles it is only a stop that lets it gain: the real time
        until QEMU heeds that it stopped. The kernel starts the counters of instructions that are
        read here; they are those of when the kernel was entered, just before.
        """
        self.stop()
        self.run_to(list(self.counter_reads))
        clock = self.gdb.register(f"x{self.counter_reads[self.gdb.register('pc')]}")
        executed = sum(self.gdb.register(f"PMEVCNTR{n}_EL0") for n in (0, 1))
        self.gdb.send("c")
        return clock - executed

    def kill_here(self, server):
        print(f"kill {server.name} at {server.program.name} 0x{self.gdb.register('pc'):x}", flush=True)
        self.gdb.command(f"P{self.gdb.number('pc'):x}={bytes(8).hex()}")
        server.kills += 1
        self.gdb.send("c")

    def kill(self, server, type_text):
        """Kills it at any instruction of those that it comes to, while text is typed."""
        deadline = time.monotonic() + SECONDS
        self.stop()
        while True:
            check(time.monotonic() < deadline, f"{server.name} does nothing for {SECONDS} s")
            type_text()
            chosen = self.chance.sample(server.program.addresses(), CHOICES)
            if self.reach(server, chosen, self.chance.randrange(PASSES), HIT_SECONDS):
                break
        self.kill_here(server)

    def kill_in_turn(self, server, seconds):
        """Kills one that does little in its next turn, which comes in so many seconds."""
        addresses = server.program.addresses()
        chosen = self.chance.sample(addresses, len(addresses) // START_PART)
        self.stop()
        check(self.reach(server, chosen, seconds=seconds), f"{server.name} does nothing for {seconds} s")
        self.kill_here(server)

    def kill_at_start(self, server):
        """Kills it when it was restarted, most likely before it is ready."""
        addresses = server.program.addresses()
        chosen = self.chance.sample(addresses, len(addresses) // START_PART)
        self.stop()
        check(self.reach(server, [server.program.entry]) and self.reach(server, chosen),
              f"{server.name} does not start")
        self.kill_here(server)

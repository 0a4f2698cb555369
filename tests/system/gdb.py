# SPDX-License-Identifier: BSD-2-Clause
"""The part of GDB's remote serial protocol that stops a machine in QEMU at an address and looks at it.

(GDB manual, appendix E.) QEMU serves it on a socket; addresses are the processor's own at that moment,
virtual ones where its MMU is on.
"""

import contextlib
import re
import socket
import time

CONNECT_SECONDS = 30


class GdbError(Exception):
    """QEMU cannot do what was asked, in words for its reader."""


class Gdb:
    """A connection to the machine's stub; the machine stands still, but while it runs to an address."""

    def __init__(self, path, seconds):
        self.socket = self.connect(path)
        self.socket.settimeout(seconds)
        self.buffer = b""
        self.numbers = {}
        self.command("qSupported:xmlRegisters=aarch64")

    @staticmethod
    def options(path):
        """What QEMU is told."""
        return "-gdb", f"unix:{path},server=on,wait=off"

    @staticmethod
    def connect(path):
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                client = socket.socket(socket.AF_UNIX)
                client.connect(path)
                return client
            except OSError:
                client.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def byte(self):
        while not self.buffer:
            self.buffer = self.socket.recv(65536)
            if not self.buffer:
                raise GdbError("QEMU closed the connection")
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def receive(self):
        """The next packet, acknowledged; what stands before it are QEMU's acknowledgements."""
        while self.byte() != b"$":
            continue
        data = b""
        while (byte := self.byte()) != b"#":
            data += byte
        self.byte()
        self.byte()
        # After its last words QEMU does not wait for this.
        with contextlib.suppress(BrokenPipeError):
            self.socket.sendall(b"+")
        # The one form of escape that QEMU's answers to these commands have: binary data.
        return re.sub(rb"}(.)", lambda match: bytes([match[1][0] ^ 0x20]), data, flags=re.DOTALL)

    def command(self, text):
        self.send(text)
        answer = self.receive().decode("latin-1")
        if re.fullmatch("E[0-9a-f]{2}", answer) or not answer:
            raise GdbError(f"QEMU answers {answer!r} to the command {text!r}")
        return answer

    def file(self, name):
        """A description of the target, which comes in parts."""
        text = ""
        while True:
            part = self.command(f"qXfer:features:read:{name}:{len(text):x},800")
            text += part[1:]
            if part[0] == "l":
                return text

    def number(self, register):
        """The number of a register, from the target's description: numbers go on over its files."""
        if not self.numbers:
            number = 0
            for name in re.findall(r'<xi:include href="([^"]+)"', self.file("target.xml")):
                for entry in re.findall(r"<reg [^>]*>", self.file(name)):
                    given = re.search(r'regnum="(\d+)"', entry)
                    number = int(given[1]) if given else number
                    self.numbers[re.search(r'name="([^"]+)"', entry)[1]] = number
                    number += 1
        if register not in self.numbers:
            raise GdbError(f"QEMU does not show the register {register}")
        return self.numbers[register]

    def register(self, name):
        value = self.command(f"p{self.number(name):x}")
        return int.from_bytes(bytes.fromhex(value), "little")

    def run_to_or_end(self, address):
        """Runs at least one instruction, until one at the address is due. False: the machine ended."""
        self.command("s")
        self.command(f"Z1,{address:x},4")
        if self.command("c").startswith("W"):
            return False
        self.command(f"z1,{address:x},4")
        return True

    def run_to(self, address, accept):
        """Runs until an instruction at the address is due and accept() agrees."""
        while self.run_to_or_end(address):
            if accept():
                return
        raise GdbError(f"the machine ended before it came to 0x{address:x}")

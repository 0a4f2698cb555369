# SPDX-License-Identifier: BSD-2-Clause
"""A machine in QEMU under the hands of a test: what is typed, what must come, how it ends.

A machine that says nothing fails its test: whatever is waited for has a limit of time, and what
came instead is shown. QEMU never outlives the test.
"""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys

import pexpect

from arch import options

PROMPT = r"guest:/\S*# "
SHELL_KEY = "\x14s"
SHELL_PROMPT = "cloister> "
# Of a boot to a prompt under emulation on a busy machine, and of the answer to a command.
BOOT_SECONDS = 150
ANSWER_SECONDS = 30
SHOWN_LINES = 100


class Failure(Exception):
    """What a test found wrong, in words for its reader."""


def environment(name):
    """A variable that Meson sets for the tests."""
    value = os.environ.get(name)
    if value is None:
        raise Failure(f"{name} is not set: start the test by meson test")
    return value


def source(path):
    return os.path.join(environment("CLOISTER_SOURCE"), path)


def images():
    """The directory of guest images, which are fetched first if they are not there."""
    result = subprocess.run([source("tools/guest-images")], stdout=subprocess.PIPE, check=False)
    if result.returncode != 0:
        raise Failure("there are no guest images, see above")
    return result.stdout.decode().strip()


def cloister(*arguments):
    """The command line of the host tool for a description's run or build."""
    verb, *rest = options(arguments)
    return [environment("CLOISTER_TOOL"), verb, "--images", images(), *rest]


class Machine:
    """A program with the test's terminal as its own; also usable for a shell on the host."""

    def __init__(self, command, env=None):
        self.transcript = ""
        self.child = pexpect.spawn(command[0], command[1:], encoding="utf-8",
                                   codec_errors="replace", dimensions=(24, 200), env=env)
        self.child.logfile_read = self
        self.child.delaybeforesend = None

    def write(self, text):
        """For pexpect: takes what the machine says."""
        self.transcript += text

    def flush(self):
        """For pexpect."""

    def expect(self, pattern, seconds=ANSWER_SECONDS):
        """Waits for a pattern and returns what came before it."""
        try:
            self.child.expect(pattern, timeout=seconds)
        except pexpect.TIMEOUT:
            raise Failure(f"waited {seconds} s in vain for {pattern!r}") from None
        except pexpect.EOF:
            raise Failure(f"the machine ended before it said {pattern!r}") from None
        return self.child.before

    def type(self, text):
        self.child.send(text)

    def command(self, line, seconds=ANSWER_SECONDS):
        """Types a line at the prompt, and returns the answer when the prompt is back."""
        self.type(line + "\r")
        self.expect("\r\n")
        return self.expect(PROMPT, seconds).replace("\r", "")

    def boot(self):
        self.expect(PROMPT, BOOT_SECONDS)
        return self

    def shell(self):
        """Brings the machine's shell into view."""
        self.type(SHELL_KEY)
        self.expect(SHELL_PROMPT)

    def order(self, line, seconds=ANSWER_SECONDS):
        """A command to the shell, whose prompt was seen; gives the answer. Lines of the root server's
        log may stand before and behind it."""
        self.type(line + "\r")
        text = self.expect(SHELL_PROMPT, seconds).replace("\r", "")
        return re.sub(r"\n?\[root\] [^\n]*", "", text)

    def table(self, line):
        """What the shell's command tells with --json."""
        answer = self.order(line + " --json")
        lines = re.findall(r"^[\[{].*$", answer, re.MULTILINE)
        check(len(lines) == 1, f"not one line of JSON: {answer!r}")
        return json.loads(lines[0])

    def paste(self, text, seconds):
        """Writes as fast as the machine takes it, and reads what comes meanwhile."""
        descriptor = self.child.fileno()
        left = text.encode()
        os.set_blocking(descriptor, False)
        try:
            while left:
                _, writable, _ = select.select([], [descriptor], [], 0)
                if writable:
                    left = left[os.write(descriptor, left[:1024]):]
                with contextlib.suppress(pexpect.TIMEOUT):
                    self.child.read_nonblocking(65536, timeout=0 if writable else seconds)
        finally:
            os.set_blocking(descriptor, True)

    def end(self, seconds=ANSWER_SECONDS):
        """Waits for the end, and returns the exit status."""
        try:
            self.child.expect(pexpect.EOF, timeout=seconds)
        except pexpect.TIMEOUT:
            raise Failure(f"the machine still runs after {seconds} s") from None
        self.child.close()
        if self.child.signalstatus is not None:
            raise Failure(f"the machine was ended by signal {self.child.signalstatus}")
        return self.child.exitstatus

    def rest(self, seconds):
        """What else comes in this time, at whose end the machine must still be there."""
        if self.child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=seconds):
            raise Failure("the machine ended")
        return self.child.before

    def pass_over(self, seconds):
        """What comes, until nothing does for this time, is not waited for."""
        came = 0
        while came == 0:
            came = self.child.expect([".+", pexpect.TIMEOUT, pexpect.EOF], timeout=seconds)
        if came == 2:
            raise Failure("the machine ended")

    def kill(self):
        """Ends whatever still runs: the child leads a process group of its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.close(force=True)


@contextlib.contextmanager
def machine(command, env=None):
    """A machine for a `with`: on failure it shows the last lines of the console."""
    running = Machine(command, env)
    try:
        yield running
    except Failure:
        show(running.transcript)
        raise
    finally:
        running.kill()


def feed(command, text, seconds):
    """Runs a machine with a text for its standard input; returns its console and its status."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          start_new_session=True) as process:
        try:
            output, _ = process.communicate(text.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            show(process.communicate()[0].decode(errors="replace"))
            raise Failure(f"the machine still ran after {seconds} s") from None
    return output.decode(errors="replace"), process.returncode


def show(transcript):
    lines = transcript.replace("\r", "").split("\n")[-SHOWN_LINES:]
    print("---- the last lines of the console:", *lines, "----", sep="\n", file=sys.stderr)


def check(condition, words):
    if not condition:
        raise Failure(words)

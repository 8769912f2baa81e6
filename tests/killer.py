"""Kills a worker of this process in the middle of a stage, as a machine that runs out of memory does."""

import os
import signal

import psutil

from landbridge.study.prepare import Progress


class Killer:
    """A report of progress; ``killed`` is the process that it ended, once the first task of a stage is done."""

    def __init__(self, stage: str) -> None:
        self.stage, self.killed = stage, 0

    def __call__(self, step: Progress) -> None:
        """Kill one worker, once."""
        if step.stage == self.stage and step.done > 0 and not self.killed:
            workers = [
                child.pid
                for child in psutil.Process().children(recursive=True)
                if "spawn_main" in " ".join(child.cmdline())
            ]
            self.killed = workers[-1]
            os.kill(self.killed, signal.SIGKILL)

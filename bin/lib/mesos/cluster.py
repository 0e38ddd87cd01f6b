"""The real master, and a framework under it."""

import json
import os
import subprocess
import time

import agents


class Update:
    """What the framework heard of a task, and when by the host's monotonic clock."""

    def __init__(self, seconds, task, state, mark):
        self.seconds, self.task, self.state, self.mark = float(seconds), task, state, mark


class Cluster:
    """The real master, and a framework that launches what it is told to."""

    def __init__(self, tools, work):
        self.master = agents.Program([f"{tools}/start", "master", f"--work_dir={work}/master"], f"{work}/master.log")
        self.master.await_lines("Elected as the leading master")
        framework = os.path.join(os.path.dirname(os.path.abspath(__file__)), "framework.py")
        self.heard = f"{work}/framework.out"
        with open(self.heard, "wb") as file:
            self.framework = agents.Program(
                [framework, "127.0.0.1:5050"], f"{work}/framework.log", stdin=subprocess.PIPE, stdout=file)
        self.read = 0

    def launch(self, agent, tasks):
        order = json.dumps({"host": agent.name, "tasks": tasks}) + "\n"
        self.framework.process.stdin.write(order.encode())
        self.framework.process.stdin.flush()

    def hear(self):
        """What the framework has said since the last time, each line in words."""
        with open(self.heard, "rb") as file:
            file.seek(self.read)
            lines = file.read()
        lines = lines[: lines.rfind(b"\n") + 1]
        self.read += len(lines)
        if self.framework.process.poll() is not None:
            raise SystemExit(f"the framework has ended: {self.framework.log}")
        return [line.split() for line in lines.decode().splitlines()]

    def await_updates(self, count, is_meant=lambda update: True, limit=600):
        """What the framework says until it has heard so many updates of this kind."""
        heard, end = [], time.monotonic() + limit
        while sum(line[0] == "UPDATE" and is_meant(Update(*line[1:])) for line in heard) < count:
            if time.monotonic() > end:
                raise SystemExit(f"{count} updates did not come: {self.heard}")
            time.sleep(0.02)
            heard += self.hear()
        accepts = [float(line[1]) for line in heard if line[0] == "ACCEPT"]
        return accepts, [Update(*line[1:]) for line in heard if line[0] == "UPDATE"]

    def end(self):
        for program in (self.framework, self.master):
            program.end(kill=True)

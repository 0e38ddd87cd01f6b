"""Our agent and the real one under one real master, as bin/bench-master compares them."""

import os
import shutil
import subprocess

import agents
import cluster

# All are remembered, and none is given up because so many start at once.
FLAGS = (
    "--master=127.0.0.1:5050", "--executor_registration_timeout=10mins", "--max_completed_executors_per_framework=100000")


def words(values, form):
    return " ".join(format(value, form) for value in values)


class Sides:
    """The two, registered, and what they share."""

    def __init__(self, base, tools, work):
        self.tools, self.work = tools, work
        program, self.executor = self.install(base)
        self.under = cluster.Cluster(tools, work)
        self.ours = agents.Ours(program, work, *FLAGS)
        self.ours.agent.await_lines(": registered")
        self.mesos = self.real("Mesos", 5051, f"--launcher_dir={self.launcher_directory()}")
        self.both = (self.ours, self.mesos)

    def real(self, name, port, *flags):
        return agents.Mesos(self.tools, self.work, *FLAGS, *flags, name=name, port=port)

    def install(self, base):
        """Our agent and the static executor beside it, as docs/operations.md has it."""
        os.makedirs(f"{self.work}/bin")
        os.symlink(f"{base}/templates", f"{self.work}/bin/templates")
        names = {"bulkhead-agent": "release/bulkhead-agent", "bulkhead-executor": "bulkhead-executor-static"}
        return [shutil.copy(f"{base}/.build/{built}", f"{self.work}/bin/{name}") for name, built in names.items()]

    def launcher_directory(self):
        """A directory of the real agent's programs in which its command executor is ours."""
        cache = subprocess.run([f"{self.tools}/setup"], check=True, capture_output=True, text=True).stdout.strip()
        directory = f"{self.work}/launcher"
        os.makedirs(directory)
        for name in os.listdir(cache):
            if name != "mesos-executor":
                os.symlink(f"{cache}/{name}", f"{directory}/{name}")
        with open(f"{directory}/mesos-executor", "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write(f"#!/bin/sh\nexec {self.executor}\n")
        return directory

    def end(self):
        for one in (*self.both, self.under):
            one.end()


def show_memory(what, sides):
    for agent in sides:
        agent.agent.settle()
        print(f"memory {what}: {agent.name:20} {words(agent.agent.memory(), '5.1f')} MiB resident, own", flush=True)

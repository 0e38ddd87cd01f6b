"""Our agent and the real one, their master, and executors that tell their environment, so that load.py can speak for them."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

# Of an executor: into its file in a directory, renamed when it is complete.
COMMAND = 'cd "{0}"; me=$MESOS_EXECUTOR_ID; env | grep ^MESOS_ >"$me.new"; mv "$me.new" "$me"; exec sleep 3600'


def resources(**values):
    return [{"name": name, "type": "SCALAR", "scalar": {"value": value}} for name, value in values.items()]


SHARE = resources(cpus=0.1, mem=64)
# Of an agent: enough for everything.
HOST = "cpus:1000;mem:1000000;disk:100000"


class Program:
    """A process, and the log that it writes on its standard error; what else it is given is Popen's."""

    def __init__(self, words, log, **more):
        self.log, self.began = log, time.monotonic()
        with open(log, "wb") as file:
            self.process = subprocess.Popen(words, stderr=file, **more)

    def await_lines(self, text, count=1, limit=60):
        """Waits until the log has the text so often, and tells when that was, to a few milliseconds."""
        end = time.monotonic() + limit
        with open(self.log, encoding="utf-8", errors="replace") as log:
            found, rest = 0, ""
            while True:
                *lines, rest = (rest + log.read()).split("\n")
                found += sum(text in line for line in lines)
                now = time.monotonic()
                if found >= count:
                    return now
                if now > end or self.process.poll() is not None:
                    raise SystemExit(f"“{text}” {found} times instead of {count} in {self.log}")
                time.sleep(0.002)

    def end(self, kill=False):
        self.process.kill() if kill else self.process.terminate()
        self.process.wait()

    def memory(self):
        """MiB that are resident, and those of them that are its own and no file's."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as rollup:
            fields = {line.split(":")[0]: int(line.split()[1]) for line in rollup if line.endswith("kB\n")}
        return fields["Rss"] / 1024, fields["Anonymous"] / 1024

    def processor(self):
        """Seconds of processor that it took so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Waits until it has nothing to do."""
        while True:
            before = self.processor()
            time.sleep(0.5)
            if self.processor() - before < 0.02:
                return


def custom(name, executor, directory):
    """A task of an executor that does nothing but tell its environment, in a file of its name there."""
    info = {
        "type": "CUSTOM", "executor_id": {"value": executor}, "name": executor, "resources": SHARE,
        "command": {"value": COMMAND.format(directory)},
    }
    return {"name": name, "task_id": {"value": name}, "executor": info, "resources": SHARE}


class Agent:
    """What both have: a directory for files of the executors, and one process."""

    def __init__(self, name, work):
        self.name, self.directory = name, f"{work}/{name}"
        os.makedirs(f"{self.directory}/executors")

    def tasks(self, count, each=1):
        """Of so many executors; the first one of each bears its name."""
        names = [f"{self.name}-{number}" for number in range(count)]
        return [
            custom(name + (f".{number}" if number else ""), name, f"{self.directory}/executors")
            for number in range(each) for name in names]

    def end(self, kill=False):
        self.agent.end(kill)


class Ours(Agent):
    def __init__(self, program, work, *flags, name="ours"):
        super().__init__(name, work)
        self.program, self.flags, self.starts = program, flags, 0
        self.start()

    def start(self):
        self.starts += 1
        self.agent = Program(
            [self.program, f"--work_dir={self.directory}/work", "--isolation=process", "--port=5061", f"--resources={HOST}",
             f"--hostname={self.name}", *self.flags], f"{self.directory}/log{self.starts}")
        self.agent.await_lines("serving")

    def submit(self, task):
        request = urllib.request.Request(
            "http://127.0.0.1:5061/bulkhead/v1/tasks", json.dumps(task).encode(), {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=30).read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{error}: {error.read()}") from error

    def states(self):
        with urllib.request.urlopen("http://127.0.0.1:5061/bulkhead/v1/tasks", timeout=30) as answer:
            return [task["state"] for task in json.load(answer)["tasks"]]


class Mesos(Agent):
    def __init__(self, tools, work, *flags, name="Mesos", port=5051):
        super().__init__(name, work)
        self.agent = Program(
            [f"{tools}/start", "agent", f"--work_dir={self.directory}/agent", f"--resources={HOST}",
             f"--hostname={name}", f"--port={port}", *flags], f"{self.directory}/log")
        self.agent.await_lines("Registered with master")


def environments(agent, count, limit=90):
    """What the executors that an agent started were told."""
    directory, end = f"{agent.directory}/executors", time.monotonic() + limit
    while len(names := [name for name in os.listdir(directory) if not name.endswith(".new")]) < count:
        if time.monotonic() > end:
            raise SystemExit(f"{agent.name}: {len(names)} of {count} executors were started; logs in {agent.directory}")
        time.sleep(0.05)
    found = []
    for name in names:
        with open(f"{directory}/{name}", encoding="utf-8") as file:
            found.append(dict(line.rstrip("\n").split("=", 1) for line in file))
    return found

"""Which processors a process may use, and how much of them."""

import os

PROCESSORS = sorted(os.sched_getaffinity(0))
# In microseconds: how often what a group may use is counted anew.
PERIOD = 20_000


def place(pid, processors):
    """All threads of a process, and those that it will have, run on these alone."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), processors)


class Group:
    """A control group of one process, of version 1 or 2, for a share of one processor."""

    def __init__(self, pid):
        self.version = 2 if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else 1
        self.directory = f"/sys/fs/cgroup/{'cpu/' if self.version == 1 else ''}bench-{pid}"
        os.mkdir(self.directory)
        self.write("cgroup.procs", pid)

    def write(self, name, value):
        with open(f"{self.directory}/{name}", "w", encoding="ascii") as file:
            file.write(str(value))

    def limit(self, share):
        """None takes the limit away."""
        quota = int(share * PERIOD) if share else None
        if self.version == 2:
            self.write("cpu.max", f"{quota or 'max'} {PERIOD}")
        else:
            self.write("cpu.cfs_period_us", PERIOD)
            self.write("cpu.cfs_quota_us", quota or -1)

    def remove(self):
        """After the process' end."""
        os.rmdir(self.directory)

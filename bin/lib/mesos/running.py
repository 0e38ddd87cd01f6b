"""bin/bench-master running, inside its host: COUNT BASE TOOLS WORK"""

import sys
import uuid

import agents
import load
from sides import Sides, show_memory

count, (base, tools, work) = int(sys.argv[1]), sys.argv[2:]
EACH = 10


def run(side):
    """Tasks of custom executors, ten of each; all are running for the framework."""
    pair.under.launch(side, side.tasks(count // EACH, EACH))
    executors = [load.Executor(one, "protobuf", 1 + EACH) for one in agents.environments(side, count // EACH)]
    for executor in executors:
        for number in range(EACH):
            executor.say(executor.id + (f".{number}" if number else ""), uuid.uuid4().bytes)
    _, heard = pair.under.await_updates(count)
    if {update.state for update in heard} != {"TASK_RUNNING"} or len({update.task for update in heard}) != count:
        raise SystemExit(f"{side.name}: not all tasks run: {side.directory}")
    return executors


pair = Sides(base, tools, work)
show_memory("idle", pair.both)
connected = [run(side) for side in pair.both]
show_memory(f"with {count} running", pair.both)
pair.end()

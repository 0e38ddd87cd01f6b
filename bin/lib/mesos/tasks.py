"""bin/bench-master tasks, inside its host: COUNT ROUNDS BASE TOOLS WORK"""

import collections
import statistics
import sys

import agents
from sides import Sides, show_memory, words

count, rounds = (int(word) for word in sys.argv[1:3])
base, tools, work = sys.argv[3:]


def launch(agent, names, command, last):
    """Launches a task for each name by one ACCEPT; tells when that was, and what was heard until all were `last`."""
    share = agents.resources(cpus=0.1, mem=256)
    under.launch(agent, [
        {"name": name, "task_id": {"value": name}, "command": {"value": command}, "resources": share} for name in names])
    accepts, heard = under.await_updates(len(names), lambda update: update.state == last)
    states = collections.Counter(update.state for update in heard)
    wanted = {"TASK_STARTING", "TASK_RUNNING", last}
    if states != {state: len(names) for state in wanted}:
        raise SystemExit(f"{agent.name}: {states}; {agent.directory}")
    return accepts[0], heard


def ways(accept, heard):
    """Milliseconds from ACCEPT to TASK_RUNNING."""
    return [1000 * (update.seconds - accept) for update in heard if update.state == "TASK_RUNNING"]


def part(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def run_tasks():
    print(f"command tasks (`true`), {count} in {rounds} rounds")
    rates = {agent: [] for agent in sides}
    running = {agent: [] for agent in sides}
    alone = {agent: [] for agent in sides}
    spent = collections.Counter()
    for number in range(rounds):
        for agent in sides:
            names = [f"{agent.name}-t{number}-{one}" for one in range(count // rounds)]
            before = agent.agent.processor()
            accept, heard = launch(agent, names, "true", "TASK_FINISHED")
            rates[agent].append(len(names) / (heard[-1].seconds - accept))
            running[agent] += ways(accept, heard)
            agent.agent.settle()
            spent[agent] += agent.agent.processor() - before
            accept, heard = launch(agent, [f"{agent.name}-a{number}"], "true", "TASK_FINISHED")
            alone[agent] += ways(accept, heard)
            agent.agent.settle()
    for agent in sides:
        print(
            f"{agent.name:20} {statistics.median(rates[agent]):6.1f}/s (rounds: {words(rates[agent], '.1f')}); ACCEPT to "
            f"TASK_RUNNING {part(running[agent], 0.5):.0f} ms, 99 % {part(running[agent], 0.99):.0f} ms, alone "
            f"{part(alone[agent], 0.5):.0f} ms; the agent's processor {1e3 * spent[agent] / count:.1f} ms each", flush=True)


pair = Sides(base, tools, work)
under = pair.under
stand_in = pair.real("Mesos-stand-in", 5052)
sides = (*pair.both, stand_in)
show_memory("idle", sides)
run_tasks()
show_memory(f"with {count + rounds} ended", sides)
stand_in.end()
pair.end()

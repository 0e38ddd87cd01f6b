"""bin/bench-executors inside its host: COUNT ROUNDS EACH BASE TOOLS WORK"""

import os
import statistics
import sys
import time

import agents
import cluster
import load

count, rounds, each = (int(word) for word in sys.argv[1:4])
base, tools, work = sys.argv[4:]


def memory(both):
    print(f"{'memory, MiB':24} {'resident':>9} {'own':>7}")
    idle = {}
    for agent in both:
        agent.agent.settle()
        idle[agent] = agent.agent.memory()
    for task in ours.tasks(count):
        ours.submit(task)
    under.launch(mesos, mesos.tasks(count))
    told = {agent: agents.environments(agent, count) for agent in both}
    connected = {agent: [load.Executor(one, "json", 2) for one in told[agent]] for agent in both}
    for agent in both:
        # A task that was never spoken of would be lost with the connections.
        load.play(connected[agent], 1)
        agent.agent.settle()
        now = agent.agent.memory()
        grown = [after - before for after, before in zip(now, idle[agent])]
        for what, figures in (("idle", idle[agent]), (f"{count} executors", now), ("growth", grown)):
            print(f"{agent.name + ', ' + what:24} {figures[0]:9.1f} {figures[1]:7.1f}", flush=True)
    for executor in sum(connected.values(), []):
        executor.close()
    return told


def updates(both, told, form):
    connected = {agent: [load.Executor(one, form, 1) for one in told[agent]] for agent in both}
    rates = {agent: [] for agent in both}
    for number in range(rounds + 1):
        for agent in both:
            before = agent.agent.processor()
            figures = load.play(connected[agent], each)
            processor = agent.agent.processor() - before
            # What is left to do is not the next one's burden.
            agent.agent.settle()
            # The first round warms up.
            if number == 0:
                continue
            rates[agent].append(figures.rate)
            print(
                f"{form:8} {agent.name:5} {figures.rate:6.0f}/s; the agent's processor "
                f"{1e6 * processor / figures.count:4.0f} µs each, {100 * processor / figures.seconds:3.0f} %, "
                f"the load's {100 * figures.own / figures.seconds:3.0f} %; "
                f"answer {figures.way(0.5):.0f} ms, 99 % {figures.way(0.99):.0f} ms", flush=True)
    for executor in sum(connected.values(), []):
        executor.close()
    ours, theirs = (statistics.median(rates[agent]) for agent in both)
    ratios = " ".join(f"{a / b:.2f}" for a, b in zip(*(rates[agent] for agent in both)))
    print(f"{form}: median ours {ours:.0f}/s, Mesos {theirs:.0f}/s, ratio {ours / theirs:.2f}; each round {ratios}")


def reconnect(pause):
    """Real executors after SIGKILL of the agent, which starts again after a while."""
    agent = agents.Ours(program, work, name="reconnect")
    for number in range(count):
        task = {"task_id": {"value": f"t{number}"}, "command": {"value": "exec sleep 3600"}}
        agent.submit({**task, "resources": agents.resources(cpus=0.1, mem=256)})
    agent.agent.await_lines("executor subscribed", count)
    while agent.states() != ["TASK_RUNNING"] * count:
        time.sleep(0.1)
    for number in range(rounds):
        agent.agent.end(kill=True)
        time.sleep(pause[number % len(pause)])
        agent.start()
        serving = agent.agent.await_lines("serving")
        back = agent.agent.await_lines("executor subscribed", count)
        time.sleep(1)
        if agent.states() != ["TASK_RUNNING"] * count:
            raise SystemExit(f"tasks were lost: {agent.directory}")
        print(
            f"agent away {pause[number % len(pause)]} s: {count} executors back {back - agent.agent.began:.2f} s after "
            f"its start, {back - serving:.2f} s after it served", flush=True)
    agent.end()


program = f"{base}/.build/release/bulkhead-agent"
under = cluster.Cluster(tools, work)
ours, mesos = sides = agents.Ours(program, work), agents.Mesos(tools, work)
environments = memory(sides)
for name in load.TYPES:
    updates(sides, environments, name)
for side in sides:
    side.end()
under.end()
reconnect((0, 3))

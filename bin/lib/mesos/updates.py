"""bin/bench-master updates, inside its host: COUNT ROUNDS BASE TOOLS WORK"""

import base64
import collections
import os
import statistics
import sys

import agents
import load
import shares
from sides import Sides, words

count, rounds = (int(word) for word in sys.argv[1:3])
base, tools, work = sys.argv[3:]
EXECUTORS = 100
# What the agent that is measured may use, of a processor of its own; None: all share all processors.
SHARES = (None, 1, 0.5)


class Agent:
    """One side, with its executors connected."""

    def __init__(self, side):
        self.name, self.program = side.name, side.agent
        pair.under.launch(side, side.tasks(EXECUTORS))
        self.executors = [load.Executor(one, "protobuf", 2) for one in agents.environments(side, EXECUTORS)]
        self.group = shares.Group(self.program.process.pid)

    def play(self):
        """A round: updates per second to the framework, and µs of processor for each of agent, master, framework, load."""
        programs = (self.program, pair.under.master, pair.under.framework)
        before = [program.processor() for program in programs]
        figures = load.play(self.executors, count // EXECUTORS)
        _, came = pair.under.await_updates(figures.count)
        spent = [program.processor() - then for program, then in zip(programs, before)] + [figures.own]
        sent.extend(base64.b64encode(mark).decode() for mark in figures.marks)
        heard.extend(update.mark for update in came)
        self.program.settle()
        return figures.count / (came[-1].seconds - figures.begin), [1e6 * one / figures.count for one in spent]


def allot(share):
    """Gives the agents their processor, and all others the rest; or all of them all."""
    own, rest = ({shares.PROCESSORS[-1]}, set(shares.PROCESSORS[:-1])) if share else (shares.PROCESSORS,) * 2
    for agent in both:
        shares.place(agent.program.process.pid, own)
        agent.group.limit(share if share != 1 else None)
    for pid in (pair.under.master.process.pid, pair.under.framework.process.pid, os.getpid()):
        shares.place(pid, rest)


def measure(share):
    what = f"{share:.0%} of a processor of its own" if share else "all on all processors"
    allot(share)
    rates, spent = collections.defaultdict(list), collections.defaultdict(list)
    # The first round warms up.
    for number in range(rounds + 1):
        for agent in both:
            rate, each = agent.play()
            if number > 0:
                rates[agent.name].append(rate)
                spent[agent.name].append(each)
    print(f"updates, the agent has {what}:" if share else f"updates, {what}:")
    for agent in both:
        each = (statistics.median(column) for column in zip(*spent[agent.name]))
        print(
            f"{agent.name:6} {statistics.median(rates[agent.name]):6.0f}/s to the framework (rounds: "
            f"{words(rates[agent.name], '.0f')}); processor, µs each: agent, master, framework, load {words(each, '.0f')}")
    ratios = [ours / theirs for ours, theirs in zip(*(rates[agent.name] for agent in both))]
    ours, theirs = (statistics.median(rates[agent.name]) for agent in both)
    print(f"ratio of the medians {ours / theirs:.2f}; each round {words(ratios, '.2f')}", flush=True)


sent, heard = [], []
pair = Sides(base, tools, work)
both = [Agent(side) for side in pair.both]
for one in SHARES:
    measure(one)
heard += [line[-1] for line in pair.under.hear() if line[0] == "UPDATE"]
counts = collections.Counter(heard)
lost, doubled = sum(mark not in counts for mark in sent), sum(number > 1 for number in counts.values())
print(f"updates: {len(sent)} sent, {lost} lost, {doubled} doubled")
pair.end()
for one in both:
    one.group.remove()
if lost or doubled:
    raise SystemExit(1)

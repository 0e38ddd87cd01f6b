#!/usr/bin/env python3
"""A scheduler (v1, JSON, standard library only) that does what it is told and writes down what it hears.

usage: scheduler.py HOST:PORT[,HOST:PORT…] FRAMEWORK-INFO

Orders come as JSON lines on standard input:
  {"launch": [TaskInfo, …]}                     each as soon as an offer has room for it
  {"group": [TaskInfo, …], "executor": {…}}     all of them in one LAUNCH_GROUP
  {"call": {"type": "KILL", "kill": {…}}}       any other call
  {"hold": true}                                acknowledge nothing until {"hold": false}; then all that waits
What the master knows better is filled in: framework_id, agent_id. Every event but OFFERS, RESCIND and HEARTBEAT goes to
standard output as the master sent it, one JSON line each. When the master is gone, the framework subscribes again, with
the first one of those named that takes it.
It ends with its standard input, or when the master sends it an ERROR.
"""
import http.client
import json
import queue
import sys
import threading
import time

masters, framework = sys.argv[1].split(","), json.loads(sys.argv[2])
inbox = queue.Queue()


def say(event):
    print(json.dumps(event), flush=True)


class Stream:
    """One subscription. Its events come into the inbox, None at its end."""

    def __init__(self, master):
        body = {"type": "SUBSCRIBE", "subscribe": {"framework_info": framework}}
        if "id" in framework:
            body["framework_id"] = framework["id"]
        self.master = master
        self.connection = http.client.HTTPConnection(master)
        self.connection.request("POST", "/api/v1/scheduler", json.dumps(body), {
            "Content-Type": "application/json", "Accept": "application/json"})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise OSError(f"SUBSCRIBE: {self.answer.status} {self.answer.read()!r}")
        self.id = self.answer.getheader("Mesos-Stream-Id")
        self.calls = None
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while size := self.answer.readline():
                inbox.put(("event", json.loads(self.answer.read(int(size)))))
        except (OSError, ValueError, http.client.HTTPException):
            pass
        inbox.put(("closed", self))

    def call(self, body):
        """What fails is lost, as with any scheduler: the master asks or tells again."""
        headers = {"Content-Type": "application/json", "Mesos-Stream-Id": self.id}
        try:
            if self.calls is None:
                self.calls = http.client.HTTPConnection(self.master, timeout=10)
            self.calls.request("POST", "/api/v1/scheduler",
                               json.dumps({"framework_id": framework["id"], **body}), headers)
            answer = self.calls.getresponse()
            text = answer.read().decode()
            if answer.status != 202:
                say({"type": "REFUSED", "call": body["type"], "status": answer.status, "text": text})
        except (OSError, http.client.HTTPException) as error:
            self.calls = None
            say({"type": "LOST", "call": body["type"], "text": str(error)})


class Scheduler:
    def __init__(self):
        self.stream = None
        self.offers = {}
        self.orders = []
        self.unacknowledged = []
        self.holds = False

    def subscribe(self):
        while self.stream is None:
            try:
                self.stream = Stream(masters[0])
            except (OSError, http.client.HTTPException):
                masters.append(masters.pop(0))
                time.sleep(0.1)

    def take(self, event):
        kind = event["type"]
        if kind == "OFFERS":
            self.offers.update({o["id"]["value"]: o for o in event["offers"]["offers"]})
        elif kind == "RESCIND":
            self.offers.pop(event["rescind"]["offer_id"]["value"], None)
        elif kind != "HEARTBEAT":
            if kind == "SUBSCRIBED":
                framework["id"] = event["subscribed"]["framework_id"]
            say(event)
            if kind == "ERROR":
                sys.exit("the master wants nothing of us")
            if kind == "UPDATE" and "uuid" in event["update"]["status"]:
                self.unacknowledged.append(event["update"]["status"])
        self.acknowledge()

    def obey(self, order):
        if "call" in order:
            self.stream.call(order["call"])
        elif "hold" in order:
            self.holds = order["hold"]
            self.acknowledge()
        elif "group" in order:
            self.orders.append(order)
        else:
            self.orders += [{"launch": task} for task in order["launch"]]

    def acknowledge(self):
        while self.unacknowledged and not self.holds:
            status = self.unacknowledged.pop(0)
            self.stream.call({"type": "ACKNOWLEDGE", "acknowledge": {
                "agent_id": status["agent_id"], "task_id": status["task_id"], "uuid": status["uuid"]}})

    def launch(self):
        """As many of the orders as fit, the first ones first."""
        for key, offer in list(self.offers.items()):
            room = {}
            for resource in offer["resources"]:
                if resource["type"] == "SCALAR":
                    room[resource["name"]] = room.get(resource["name"], 0) + resource["scalar"]["value"]
            tasks, operations = [], []
            while self.orders and fits(self.orders[0], room):
                order = self.orders.pop(0)
                for task in order.get("group") or [order["launch"]]:
                    task["agent_id"] = offer["agent_id"]
                    if "executor" in task:
                        task["executor"]["framework_id"] = framework["id"]
                if "group" in order:
                    order["executor"]["framework_id"] = framework["id"]
                    operations.append({"type": "LAUNCH_GROUP", "launch_group": {
                        "executor": order["executor"], "task_group": {"tasks": order["group"]}}})
                else:
                    tasks.append(order["launch"])
            if tasks:
                operations.append({"type": "LAUNCH", "launch": {"task_infos": tasks}})
            if operations:
                del self.offers[key]
                self.stream.call({"type": "ACCEPT", "accept": {
                    "offer_ids": [offer["id"]], "operations": operations, "filters": {"refuse_seconds": 0}}})

    def run(self):
        self.subscribe()
        while True:
            kind, item = inbox.get()
            if kind == "end":
                return
            if kind == "closed":
                say({"type": "CLOSED"})
                self.stream, self.offers = None, {}
                self.subscribe()
            elif kind == "event":
                self.take(item)
            else:
                self.obey(item)
            self.launch()


def fits(order, room):
    """Takes its share of the room, if there is enough."""
    resources = []
    for task in order.get("group") or [order["launch"]]:
        resources += task["resources"] + task.get("executor", {}).get("resources", [])
    resources += order.get("executor", {}).get("resources", [])
    left = dict(room)
    for resource in resources:
        left[resource["name"]] = left.get(resource["name"], 0) - resource["scalar"]["value"]
    if min(left.values()) < -0.0001:
        return False
    room.update(left)
    return True


def read_orders():
    for line in sys.stdin:
        inbox.put(("order", json.loads(line)))
    inbox.put(("end", None))


threading.Thread(target=read_orders, daemon=True).start()
Scheduler().run()

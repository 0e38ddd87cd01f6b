#!/usr/bin/env python3
"""A framework of the v1 scheduler API that launches what it is told to, and acknowledges all that it hears.

usage: framework.py MASTER

Each line of standard input, {"host": …, "tasks": […]}, is one ACCEPT of the host's offers. Standard output says
“ACCEPT seconds”, and of each update “UPDATE seconds task state uuid”; the seconds are those of the host's monotonic clock.
"""

import json
import select
import socket
import sys
import time

import records

master = sys.argv[1]


class Calls:
    """Calls go one after another without waiting for their answers."""

    def __init__(self, stream_id, framework):
        self.connection = socket.create_connection(master.rsplit(":", 1))
        self.head = f"POST /api/v1/scheduler HTTP/1.1\r\nHost: {master}\r\nMesos-Stream-Id: {stream_id}\r\n"
        self.framework = framework

    def send(self, kind, members):
        body = json.dumps({"type": kind, "framework_id": self.framework, kind.lower(): members}).encode()
        self.connection.sendall(
            f"{self.head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )

    def drop_answers(self):
        data = self.connection.recv(1 << 16)
        if not data or b"HTTP/1.1 4" in data:
            sys.exit(f"calls: {data!r}")


def subscribe():
    """Its stream, what came of it beyond the head of the answer, and the stream's id."""
    info = {
        "user": "root", "name": "bench", "hostname": "localhost", "checkpoint": True, "roles": ["*"],
        "capabilities": [{"type": name} for name in ("MULTI_ROLE", "PARTITION_AWARE", "RESERVATION_REFINEMENT")],
    }
    body = json.dumps({"type": "SUBSCRIBE", "subscribe": {"framework_info": info}})
    stream = socket.create_connection(master.rsplit(":", 1))
    stream.sendall(
        f"POST /api/v1/scheduler HTTP/1.1\r\nHost: {master}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += stream.recv(1 << 16)
    head, rest = answer.split(b"\r\n\r\n", 1)
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"SUBSCRIBE: {answer!r}")
    return stream, rest, fields["Mesos-Stream-Id"]


class Framework:
    def __init__(self, stream_id):
        self.stream_id, self.calls, self.offers, self.orders = stream_id, None, {}, []

    def take(self, event):
        if event["type"] == "SUBSCRIBED":
            self.calls = Calls(self.stream_id, event["subscribed"]["framework_id"])
        elif event["type"] == "OFFERS":
            for offer in event["offers"]["offers"]:
                self.offers.setdefault(offer["hostname"], []).append(offer)
        elif event["type"] == "RESCIND":
            gone = event["rescind"]["offer_id"]
            self.offers = {host: [o for o in held if o["id"] != gone] for host, held in self.offers.items()}
        elif event["type"] == "UPDATE":
            now, status = time.monotonic(), event["update"]["status"]
            print("UPDATE", now, status["task_id"]["value"], status["state"], status.get("uuid"))
            if "uuid" in status:
                self.calls.send("ACKNOWLEDGE", {key: status[key] for key in ("agent_id", "task_id", "uuid")})
            if status["state"] not in ("TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"):
                print(f"framework: {status}", file=sys.stderr, flush=True)
        elif event["type"] == "ERROR":
            sys.exit(str(event))

    def launch(self):
        """What has been ordered, and has an offer."""
        for order in [order for order in self.orders if self.offers.get(order["host"])]:
            self.orders.remove(order)
            offers = self.offers.pop(order["host"])
            for task in order["tasks"]:
                task["agent_id"] = offers[0]["agent_id"]
                for part in (task, task.get("executor", {})):
                    for resource in part.get("resources", []):
                        resource["allocation_info"] = {"role": "*"}
            print("ACCEPT", time.monotonic())
            self.calls.send(
                "ACCEPT",
                {
                    "offer_ids": [offer["id"] for offer in offers], "filters": {"refuse_seconds": 0},
                    "operations": [{"type": "LAUNCH", "launch": {"task_infos": order["tasks"]}}],
                },
            )


stream, rest, stream_id = subscribe()
framework, parser = Framework(stream_id), records.Records()
while True:
    for record in parser.take(rest):
        framework.take(json.loads(record))
    framework.launch()
    sys.stdout.flush()
    rest = b""
    ready, _, _ = select.select([stream, sys.stdin] + ([framework.calls.connection] if framework.calls else []), [], [])
    for one in ready:
        if one is stream:
            rest = stream.recv(1 << 20)
            if not rest:
                sys.exit("the master closed the stream")
        elif one is sys.stdin:
            # One line at a time: what Python had read ahead would not be seen by select.
            line = sys.stdin.buffer.raw.readline()
            if not line:
                sys.exit()
            framework.orders.append(json.loads(line))
        else:
            framework.calls.drop_answers()

"""Speaks for many executors at once: the same load for any agent with Mesos' v1 executor API."""

import base64
import select
import socket
import struct
import time
import uuid

import records

TYPES = {"json": "application/json", "protobuf": "application/x-protobuf"}


def _field(number, value):
    """One field of a protobuf message: bytes or text, or a number as varint."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    size, length = len(value), b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


class Executor:
    """One executor's two connections: its stream, and one for its calls."""

    def __init__(self, environment, form, events):
        """Subscribes and waits for so many events: SUBSCRIBED, and the first time LAUNCH."""
        self.id, self.framework = environment["MESOS_EXECUTOR_ID"], environment["MESOS_FRAMEWORK_ID"]
        self.form = form
        host, port = environment["MESOS_AGENT_ENDPOINT"].rsplit(":", 1)
        token = environment.get("MESOS_EXECUTOR_AUTHENTICATION_TOKEN")
        self.head = (
            f"POST /api/v1/executor HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Content-Type: {TYPES[form]}\r\nAccept: {TYPES[form]}\r\n"
            + (f"Authorization: Bearer {token}\r\n" if token else "")
        )
        self.stream, self.calls = (socket.create_connection((host, int(port)), 10) for _ in range(2))
        for connection in (self.stream, self.calls):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer, self.parser, self.records = b"", records.Records(), []
        self.stream.sendall(self.request(self.subscribe()))
        while b"\r\n\r\n" not in self.answer:
            self.answer += self.read(self.stream)
        head, rest = self.answer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"SUBSCRIBE: {self.answer!r}")
        self.answer = b""
        self.take(rest)
        while len(self.records) < events:
            self.take(self.read(self.stream))

    @staticmethod
    def read(connection):
        data = connection.recv(1 << 16)
        if not data:
            raise SystemExit("the agent closed a connection")
        return data

    def request(self, body):
        return f"{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def subscribe(self):
        if self.form == "json":
            ids = f'"framework_id":{{"value":"{self.framework}"}},"executor_id":{{"value":"{self.id}"}}'
            return f'{{"type":"SUBSCRIBE",{ids},"subscribe":{{}}}}'.encode()
        return _field(1, _field(1, self.id)) + _field(2, _field(1, self.framework)) + _field(3, 1) + _field(4, b"")

    def update(self, mark, task=None):
        """A TASK_RUNNING, of the task that bears the executor's name or of another; `mark`: the update's 16 bytes."""
        task = task or self.id
        if self.form == "json":
            return (
                f'{{"type":"UPDATE","framework_id":{{"value":"{self.framework}"}},'
                f'"executor_id":{{"value":"{self.id}"}},"update":{{"status":{{"task_id":{{"value":"{task}"}},'
                f'"state":"TASK_RUNNING","source":"SOURCE_EXECUTOR","executor_id":{{"value":"{self.id}"}},'
                f'"timestamp":{time.time()},"uuid":"{base64.b64encode(mark).decode()}"}}}}}}'
            ).encode()
        status = (
            _field(1, _field(1, task)) + _field(2, 1) + b"\x31" + struct.pack("<d", time.time())
            + _field(7, _field(1, self.id)) + _field(9, 2) + _field(11, mark)
        )
        return (
            _field(1, _field(1, self.id)) + _field(2, _field(1, self.framework)) + _field(3, 2)
            + _field(5, _field(1, status))
        )

    def say(self, task, mark):
        """Sends an update and waits for its answer."""
        self.calls.sendall(self.request(self.update(mark, task)))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.read(self.calls)
        if not answer.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"UPDATE: {answer!r}")

    def take(self, data):
        self.records += self.parser.take(data)

    def close(self):
        self.stream.close()
        self.calls.close()


class Figures:
    """What one round showed: seconds in all, our own processor's part of them, each update's mark and its way to its 202."""

    def __init__(self, begin, own, ways, marks):
        self.begin, self.own, self.count = begin, own, len(ways)
        self.seconds = time.monotonic() - begin
        self.rate = self.count / self.seconds
        self.marks = marks
        self.ways = sorted(ways)

    def way(self, part):
        """Milliseconds that this part of the updates took at most."""
        return 1000 * self.ways[min(len(self.ways) - 1, int(part * len(self.ways)))]


def play(executors, each):
    """Every executor sends `each` updates, the next one at its answer; ends when all are answered and acknowledged."""
    poll, waiting = select.epoll(), {}
    marks = {e: [uuid.uuid4().bytes for _ in range(each)] for e in executors}
    requests = {e: [e.request(e.update(mark)) for mark in reversed(marks[e])] for e in executors}
    for executor in executors:
        executor.records = []
        for connection in (executor.stream, executor.calls):
            connection.setblocking(False)
            poll.register(connection, select.EPOLLIN)
            waiting[connection.fileno()] = (executor, connection is executor.stream)
    missing, ways, sent = 2 * each * len(executors), [], {}
    begin, own = time.monotonic(), time.process_time()
    for executor in executors:
        executor.calls.send(requests[executor].pop())
        sent[executor] = begin
    while missing:
        ready = poll.poll(30)
        if not ready:
            raise SystemExit(f"{missing} answers and events did not come")
        for descriptor, _ in ready:
            executor, is_stream = waiting[descriptor]
            if is_stream:
                before = len(executor.records)
                executor.take(executor.read(executor.stream))
                missing -= len(executor.records) - before
                continue
            executor.answer += executor.read(executor.calls)
            if not executor.answer.endswith(b"\r\n\r\n"):
                continue
            if not executor.answer.startswith(b"HTTP/1.1 202"):
                raise SystemExit(f"UPDATE: {executor.answer!r}")
            executor.answer, now = b"", time.monotonic()
            ways.append(now - sent[executor])
            missing -= 1
            if requests[executor]:
                executor.calls.send(requests[executor].pop())
                sent[executor] = now
    figures = Figures(begin, time.process_time() - own, ways, sum(marks.values(), []))
    poll.close()
    for executor in executors:
        check(executor, marks[executor])
    return figures


def check(executor, marks):
    """Each update was acknowledged, in its turn."""
    for record, mark in zip(executor.records, marks, strict=True):
        if (base64.b64encode(mark) if executor.form == "json" else mark) not in record:
            raise SystemExit(f"not the update's acknowledgement: {record!r}")

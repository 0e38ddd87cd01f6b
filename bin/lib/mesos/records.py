"""A stream of Mesos' v1 interfaces: HTTP chunks, and in them records, each led by its length."""


class Records:
    def __init__(self):
        self.chunks, self.bytes = b"", b""

    def take(self, data):
        """What is complete with this data."""
        self.chunks += data
        while (end := self.chunks.find(b"\r\n")) > 0:
            size = int(self.chunks[:end], 16)
            if len(self.chunks) < end + size + 4:
                break
            self.bytes += self.chunks[end + 2 : end + 2 + size]
            self.chunks = self.chunks[end + size + 4 :]
        complete = []
        while (end := self.bytes.find(b"\n")) > 0:
            size = int(self.bytes[:end])
            if len(self.bytes) <= end + size:
                break
            complete.append(self.bytes[end + 1 : end + 1 + size])
            self.bytes = self.bytes[end + 1 + size :]
        return complete

#!/usr/bin/env python3
"""Takes libprocess messages and answers 202; writes each down as a JSON line: name, receiver, sender, body.

usage: libprocess_peer.py PORT
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        to, name = self.path[1:].split("/", 1)
        heard = {"name": name, "to": to, "from": self.headers["Libprocess-From"], "body": body.hex()}
        sys.stdout.write(json.dumps(heard) + "\n")
        sys.stdout.flush()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Peer)
print("{}", flush=True)
server.serve_forever()

#!/usr/bin/env python3
"""Holds the connections of `gleaner serve` in every slow way and measures how soon others are answered.

Usage: scripts/bench_slow_clients.py [--program target/release/gleaner] [--clients 1000] [--token]

Exits with 1 if another client waits longer than a second. Everything is on loopback.
"""

import argparse
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS = 1.0
HOST = b"Host: localhost\r\n"
KINDS = {
    "slow head": b"GET / HTTP/1.1\r\nHost: loc",
    "nothing sent": b"",
    "slow body": b"PUT /api/v1/views/a HTTP/1.1\r\n" + HOST + b"X-Gleaner: 1\r\nContent-Length: 9000\r\n\r\n{",
    "never reading": b"GET /api/v1/export?format=jsonl HTTP/1.1\r\n" + HOST + b"\r\n",
    "idle": b"GET /api/v1/dataset HTTP/1.1\r\n" + HOST + b"\r\n",
    "event stream": b"GET /api/v1/live HTTP/1.1\r\n" + HOST + b"\r\n",
}


def crowd(port, sent, count):
    """Slow clients, which stay."""
    clients = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(sent)
        clients.append(client)
    return clients


def answered(port, cookie):
    """Seconds until another client has its answer."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(b"GET /api/v1/dataset HTTP/1.1\r\n" + HOST + cookie + b"Connection: close\r\n\r\n")
        said = b""
        while part := client.recv(65536):
            said += part
    if not said.startswith(b"HTTP/1.1 200"):
        sys.exit(f"the other client got {said[:200]!r}")
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "target/release/gleaner"))
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--token", action="store_true", help="with an admitted browser among strangers")
    args = parser.parse_args()
    wanted = args.clients * 2 + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, 4096), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HOME": folder, "PATH": "/usr/bin:/bin"}
        program = str(Path(args.program).resolve())
        demo = [program, "demo", "--no-serve"]
        subprocess.run(demo, cwd=folder, env=environment, check=True, capture_output=True)
        command = [program, "serve", "gleaner-demo", "--port", "0", "--json", "--no-open"]
        served = subprocess.Popen(
            command + ["--token"] * args.token, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        text = ""
        while not text.rstrip().endswith("}"):
            text += served.stdout.readline()
        url = urlsplit(json.loads(text)["url"])
        cookie = b""
        if args.token:
            with socket.create_connection(("127.0.0.1", url.port)) as client:
                path = f"{url.path}?{url.query}"
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                said = b""
                while part := client.recv(65536):
                    said += part
            line = next(line for line in said.decode().split("\r\n") if line.lower().startswith("set-cookie: "))
            cookie = f"Cookie: {line[12:].split(';')[0]}\r\n".encode()
        print(f"alone: {answered(url.port, cookie):.3f} s")
        for kind, sent in KINDS.items():
            clients = crowd(url.port, sent, args.clients)
            times = [answered(url.port, cookie) for _ in range(5)]
            print(f"{args.clients} clients, {kind}: answered in {max(times):.3f} s at most")
            missed |= max(times) > MOST_SECONDS
            for client in clients:
                client.close()
        served.terminate()
        served.wait()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()

"""A TCP proxy between a client and the server that can be as bad as networks are."""

import socket
import threading
import time
from contextlib import suppress


class Proxy:
    """`mode`: pass | refuse | hang | slow (about 1 byte a second back) | cut (the answer is lost) | a whole HTTP answer."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.mode = "pass"
        self.answer = b""
        self.requests = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answering(self, status: int, headers: str = "", body: str = "{}") -> None:
        text = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.answer = f"{text}Connection: close\r\n{headers}\r\n{body}".encode()
        self.mode = "answer"

    def close(self) -> None:
        self._closed = True
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.mode == "refuse":
                return
            if self.mode == "hang":
                time.sleep(30)
                return
            if self.mode == "answer":
                client.settimeout(2)
                _read_request(client)
                self.requests += 1
                client.sendall(self.answer)
                return
            self._pass(client)

    def _pass(self, client: socket.socket) -> None:
        mode = self.mode
        with socket.create_connection(("127.0.0.1", self.target_port), timeout=10) as server:
            back = threading.Thread(target=self._pump_back, args=(server, client, mode), daemon=True)
            back.start()
            while data := client.recv(65536):
                if self.mode != mode:
                    return
                server.sendall(data)

    def _pump_back(self, server: socket.socket, client: socket.socket, mode: str) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                self.requests += 1
                if mode == "cut":
                    client.shutdown(socket.SHUT_RDWR)
                    return
                if mode == "slow":
                    for byte in data:
                        client.sendall(bytes([byte]))
                        time.sleep(1)
                client.sendall(data)


def _read_request(client: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += client.recv(65536)

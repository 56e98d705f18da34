"""Stands where Lynex would stand and keeps what a client sends: every POST over HTTP, and OTLP over gRPC."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Caught:
    """A request; the body is decompressed. gRPC calls have the path of their method and the type application/grpc."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Catcher:
    def __init__(self) -> None:
        self.caught: list[Caught] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._take, methods=["GET", "POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        path = request.url.path
        if request.method == "POST":
            self.caught.append(Caught("POST", path, dict(request.headers), body))
        if path == "/api/public/projects":
            project = {"id": "proj_default", "name": "default", "metadata": {}}
            return JSONResponse({"data": [project | {"organization": {"id": "o", "name": "default"}}]})
        if path.startswith("/api/public/v2/prompts/"):
            return JSONResponse({"error": "LangfuseNotFoundError", "message": "Prompt not found"}, 404)
        if request.headers.get("content-type") == "application/x-protobuf":
            return Response(b"", media_type="application/x-protobuf")  # an empty message: all accepted
        return JSONResponse({})

    def grpc_server(self, port: int) -> grpc.Server:
        """Not yet started; takes any unary method and answers an empty message."""
        server = grpc.server(ThreadPoolExecutor(2))
        server.add_generic_rpc_handlers((_AnyMethod(self.caught),))
        server.add_insecure_port(f"127.0.0.1:{port}")
        return server


class _AnyMethod(grpc.GenericRpcHandler):
    def __init__(self, caught: list[Caught]) -> None:
        self._caught = caught

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        headers = {name: value for name, value in details.invocation_metadata if isinstance(value, str)}

        def take(body: bytes, _context: grpc.ServicerContext) -> bytes:
            self._caught.append(Caught("POST", details.method, headers | {"content-type": "application/grpc"}, body))
            return b""

        return grpc.unary_unary_rpc_method_handler(take)

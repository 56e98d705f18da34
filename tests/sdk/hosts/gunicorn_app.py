"""A WSGI application whose every answer is an event; the client is made before the workers are forked."""

import os

import lynex_sdk

lynex_sdk.init(flush_interval=60)  # so that only a good end brings what is left


def app(environ, start_response):
    lynex_sdk.custom("answered", {"path": environ["PATH_INFO"]}, tags=[os.environ["MARKER"]])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

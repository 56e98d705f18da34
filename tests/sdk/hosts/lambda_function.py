"""A function for AWS Lambda: frozen after its answer, so it flushes before."""

import os

import lynex_sdk

lynex_sdk.init()


@lynex_sdk.trace("handler")
def answer(event):
    lynex_sdk.custom("answered", {"number": event["number"]}, tags=[os.environ["MARKER"]])
    return {"number": event["number"]}


def handler(event, context):
    try:
        return answer(event)
    finally:
        lynex_sdk.flush(5)

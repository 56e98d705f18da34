"""Tasks on a broker of files."""

import os

import lynex_sdk
from celery import Celery

lynex_sdk.init(flush_interval=60)
folder = os.environ["BROKER_FOLDER"]
app = Celery("celery_tasks", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": folder, "data_folder_out": folder, "control_folder": os.path.join(folder, "control"),
}  # fmt: skip


@app.task
def answer(number):
    with lynex_sdk.span("answer"):
        lynex_sdk.custom("answered", {"number": number}, tags=[os.environ["MARKER"]])

"""Log lines: one an entry, whatever a sender put into it; JSON that parses."""

import json
import logging

import pytest

from lynex import logs


@pytest.fixture
def root():
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logging.captureWarnings(False)


def test_a_sender_cannot_start_a_line_or_reach_the_terminal(root, capsys):
    logs.set_up("info", "human")
    logging.getLogger("lynex.test").info("path %s", "/x\r\n12:00:00 ERROR forged\x1b[2J")
    written = capsys.readouterr().err
    assert written.count("\n") == 1 and "\x1b" not in written and "\\r\\n" in written


def test_json_lines_carry_the_request_and_the_facts(root, capsys):
    logs.set_up("info", "json")
    token = logs.request_id.set("abc")
    logging.getLogger("lynex.test").warning("answered %d", 422, extra={"facts": {"status": 422}})
    logging.getLogger("lynex.test").debug("not shown")
    logs.request_id.reset(token)
    entry = json.loads(capsys.readouterr().err)
    assert (entry["level"], entry["message"], entry["request_id"], entry["status"]) == (
        "warning",
        "answered 422",
        "abc",
        422,
    )
    assert entry["time"].endswith("Z")


def test_an_exception_is_kept_in_the_entry(root, capsys):
    logs.set_up("info", "json")
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("lynex.test").exception("failed")
    assert "ValueError: why" in json.loads(capsys.readouterr().err)["exception"]

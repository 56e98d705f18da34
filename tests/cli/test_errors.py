"""`lynex errors`: listed, shown, decided about."""

from lynex.cli.exit_codes import ExitCode


def test_errors_are_listed_shown_and_decided_about(here, server):
    stack = 'Traceback (most recent call last):\n  File "/app/till.py", line 7, in pay\nValueError: till empty'
    body = {"message": "till 7 empty", "error_type": "TillError", "stack": stack}
    server.post([{"type": "error", "context": {"release": "9.1"}, "body": body} for _ in range(3)])
    server.drain()
    listed = here("errors", "list", "--text", "till 7", "--json").json["items"]
    assert [(item["type"], item["count"], item["state"]) for item in listed] == [("TillError", 3, "open")]
    group = listed[0]["id"]
    table = here("errors", "list", "--text", "till 7").out
    assert "TillError: till 7 empty" in table and group in table and "State" not in table

    shown = here("errors", "show", group).out
    assert 'File "/app/till.py", line 7, in pay' in shown and "9.1 (first 9.1)" in shown

    assert here("errors", "resolve", group, "-m", "filled").err == "1 resolved.\n"
    assert group not in here("errors", "list").out
    assert "resolved" in here("errors", "list", "--all").out
    assert "filled" in here("errors", "show", group).out
    made = here("errors", "ignore", group, "--json").json["items"]
    assert [(one["id"], one["state"], one["changed_by"]) for one in made] == [(group, "ignored", "local")]
    assert [item["id"] for item in here("errors", "list", "-s", "ignored", "--json").json["items"]] == [group]
    assert here("errors", "reopen", group).err == "1 open.\n"
    assert group in here("errors", "list").out
    assert "No such errors" in here("errors", "list", "--from", "2001-01-01", "--to", "2001-01-02").err


def test_what_is_no_group_is_refused(here):
    gone = here("errors", "resolve", "0" * 16)
    assert gone.code == ExitCode.REFUSED and "0 resolved. 1 refused." in gone.err
    for wrong in ("x", "../events", "A" * 16):
        assert here("errors", "show", wrong).code == ExitCode.USAGE
    assert here("errors", "list", "--all", "--state", "open").code == ExitCode.USAGE

"""`lynex dead-letters` on events that could not be processed."""

from lynex.cli.exit_codes import ExitCode
from tests.running import Running


def test_what_could_not_be_processed_is_listed_shown_and_sent_again(lynex, tmp_path):
    poison = {"LYNEX_FAILPOINTS": "processor.event.poison-1=raise@1,processor.event.poison-2=raise@1"}
    server = Running(tmp_path / "data", settings=poison).start()
    where = ("--data-dir", str(server.data_dir))
    try:
        names = ["good-1", "poison-1", "good-2", "poison-2"]
        server.post([{"type": "log", "eventId": name, "body": {"message": f"I am {name}"}} for name in names])
        server.drain()
        listed = lynex("dead-letters", "list", "--json", *where).json["items"]
        assert [letter["event_id"] for letter in listed] == ["poison-2", "poison-1"]
        table = lynex("dead-letters", "list", *where).out
        assert "not_understood" in table and "poison-1" in table

        number = str(listed[0]["seq"])
        shown = lynex("dead-letters", "show", number, *where).out
        assert "I am poison-2" in shown and "not_understood" in shown
        assert lynex("dead-letters", "replay", number, *where).err == "1 sent again.\n"
        assert lynex("dead-letters", "replay", "--all", *where).err == "1 sent again.\n"
        server.drain()
        assert lynex("events", "poison-1", *where).code == 0
        assert lynex("events", "poison-2", *where).code == 0
        assert "No dead letters" in lynex("dead-letters", "list", *where).err
        assert "poison-1" in lynex("dead-letters", "list", "--all", *where).out

        gone = lynex("dead-letters", "replay", "999", *where)
        assert gone.code == ExitCode.REFUSED and "0 sent again. 1 refused." in gone.err
    finally:
        assert server.stop() == 0

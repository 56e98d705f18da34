"""The appliance's own small facts."""


def test_settings_are_written_together_and_overwritten(records):
    held = records.settings.all()
    records.settings.put({"a": "1", "b": "2"})
    records.settings.put({"b": "3"})
    records.settings.put({})
    assert records.settings.all() == {**held, "a": "1", "b": "3"}
    assert records.settings.get("c") is None


def test_the_first_value_stays_when_asked_so(records):
    assert records.settings.put_once("created_at", "1") == "1"
    assert records.settings.put_once("created_at", "2") == "1"

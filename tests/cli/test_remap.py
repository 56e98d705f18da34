"""`lynex remap`: what it tells, beside a running server and without one."""

from lynex.cli.exit_codes import ExitCode
from tests.running import Running
from tests.samples import a_call

PRICE = '[[prices]]\nmodel = "own-model"\ninput = 1.0\noutput = 2.0\n'


def test_prices_written_down_later_reach_history(lynex, tmp_path):
    server = Running(tmp_path / "data").start()
    at = ["--data-dir", str(server.data_dir)]
    server.post([a_call(f"c-{number}", seed=number, model="own-model") for number in range(20)])
    server.drain()
    never = lynex("remap", *at)
    assert never.code == ExitCode.REFUSED and "never mapped again" in never.err
    wrong = lynex("remap", "--since", "soon", *at)
    assert wrong.code == ExitCode.REFUSED and "from must be a time" in wrong.err
    assert "0 of 20 events would change" in lynex("remap", "--since", "-1d", "--dry-run", *at).err
    assert server.stop() == 0

    (tmp_path / "lynex.toml").write_text(PRICE)
    told = lynex("remap", "--since", "-1d", *at)
    assert told.code == 0 and "20 of 20 events changed" in told.err
    assert "unknown_model → computed" in told.out and "cost" in told.out
    assert lynex("remap", *at).code == ExitCode.USAGE  # nobody to be asked

    server.settings["LYNEX_CONFIG"] = str(tmp_path / "lynex.toml")
    server.start()
    last = lynex("remap", "--json", *at).json
    assert (last["state"], last["changes"]["changed"], last["days"]) == ("done", 20, 1)
    assert lynex("remap", "--since", "-1d", "--json", *at).json["changes"]["changed"] == 0
    assert server.metric("lynex_accounting_difference") == 0
    assert server.stop() == 0


def test_a_directory_that_is_not_there_is_not_made(lynex, tmp_path):
    said = lynex("remap", "--since", "-1d", "--data-dir", str(tmp_path / "nowhere"))
    assert said.code == ExitCode.NOT_RUNNING
    assert not (tmp_path / "nowhere").exists()

"""Settings: what wins, what is refused and how it is said."""

import re
import tomllib
from pathlib import Path

import pytest

from lynex.cli.example_file import example_file
from lynex.config import Config, ServerConfig
from lynex.effective import load_config
from lynex.errors import ConfigError
from lynex.settings import by_name, price_keys

ROOT = Path(__file__).parent.parent


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        file = tmp_path / "lynex.toml"
        file.write_text(text)
        return file

    return write


def faults_of(file=None, env=None, flags=None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(file, env or {}, flags or {})
    lines = caught.value.detail.split("\n")
    assert len(lines) == len(caught.value.faults)
    return lines


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(written):
    file = written('[server]\nhost = "localhost"\nport = 1001\nlog_level = "error"\n')
    env = {"LYNEX_SERVER_PORT": "1002", "LYNEX_SERVER_LOG_LEVEL": "debug"}
    effective = load_config(file, env, {"server.port": "1003"})
    assert effective.config.server == ServerConfig(host="localhost", port=1003, log_level="debug")
    assert effective.origins["server.host"] == str(file)
    assert effective.origins["server.log_level"] == "LYNEX_SERVER_LOG_LEVEL"
    assert effective.origins["server.port"] == "--port"
    assert effective.origins["ingest.rate_limit"] == "default"


def test_every_setting_can_be_given_by_variable(tmp_path):
    texts = {bool: "false", int: "70000000", float: "2.5", str: "4GB", tuple: "a.example, b.example"}
    special = {
        "server.host": "localhost", "server.port": "81", "server.health_port": "82",
        "server.otlp_port": "83", "server.otlp_grpc_port": "84", "server.public_url": "https://l.example",
        "server.max_connections": "9", "server.log_level": "error", "server.log_format": "json", "storage.readers": "3",
        "ingest.durability": "interval", "ingest.second_process": "never", "ingest.max_batch_events": "5", "ingest.max_depth": "5",
        "ingest.max_keys": "99", "ingest.cors_origins": "https://a.example, http://b.example:8080",
        "journal.max_bytes": "90000000", "retention.days": "9", "init.project": "proj_x",
        "init.api_key": "sk_live_" + "a" * 32, "storage.data_dir": str(tmp_path),
    }  # fmt: skip
    env = {one.variable: special.get(one.name, texts[type(one.default)]) for one in by_name().values()}
    effective = load_config(None, env, {})
    assert not effective.warnings
    for one in by_name().values():
        assert effective.origins[one.name] == one.variable
        assert getattr(getattr(effective.config, one.section), one.key) != one.default, one.name
    assert effective.config.server.allowed_hosts == ("a.example", "b.example")


def test_all_faults_of_a_file_are_said_at_once_one_line_each(written):
    file = written(
        '[server]\nprot = 80\nport = 70000\nlog_level = "loud"\nauth = 1\nbody_timeout_s = nan\n'
        '[retention]\ndays = -1\n[storag]\n[storage]\nmemory_limit = "lots"\nzebra = 1\n'
    )
    assert faults_of(file) == [
        f"{file}: server.prot: unknown key; nearest valid key: server.port",
        f"{file}: server.port: 70000 is not allowed; allowed: a whole number from 1 to 65535",
        f'{file}: server.log_level: "loud" is not allowed; allowed: debug, info, warning, error',
        f"{file}: server.auth: 1 is not allowed; allowed: true or false",
        f"{file}: server.body_timeout_s: nan is not allowed; allowed: a number, more than 0 up to 600",
        f"{file}: retention.days: -1 is not allowed; allowed: a whole number from 0 to 36500",
        f"{file}: storag: unknown section; nearest valid section: [storage]",
        f'{file}: storage.memory_limit: "lots" is not allowed; allowed: a size such as 512MB or 2GiB',
        f"{file}: storage.zebra: unknown key; valid keys: data_dir, memory_limit, min_free_bytes, query_timeout_s, "
        "readers, checkpoint_wal_bytes, checkpoint_seconds",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 1\n", "port: unknown section; nearest valid key: server.port (write it below [server])"),
        ("server = 3\n", "server: 3 is not a section; write [server]"),
        ("[[server]]\nport = 1\n", 'server: [{"port":1}] is not a section; write [server]'),
        ("[server]\nrate_limit = 1\n", "server.rate_limit: unknown key; nearest valid key: ingest.rate_limit"),
        ("[server\n", "not valid TOML: expected ']' at the end of a table declaration (at line 1, column 8)"),
        ('[server]\nport = "80"\n', 'server.port: "80" is not allowed; allowed: a whole number from 1 to 65535'),
        ("[server]\nport = 0\n", "server.port: 0 is not allowed; allowed: a whole number from 1 to 65535"),
        ('[server]\nhost = "http://x"\n', 'server.host: "http://x" is not allowed; allowed: a host name or an address, '
         "without scheme and port"),
        ('[server]\nhost = "0.0.0.0"\nauth = false\n', "server.auth: false is not allowed; allowed: true, unless "
         "server.host is loopback"),
        ("[journal]\nseal_bytes = 9000000000\n", "journal.seal_bytes: 9000000000 is not allowed; allowed: less than "
         "journal.max_bytes"),
        ('[storage]\ndata_dir = "/etc/passwd"\n', 'storage.data_dir: "/etc/passwd" is not allowed; allowed: '
         "a directory (made if it is missing)"),
        ('[storage]\ndata_dir = "/etc/passwd/x"\n', 'storage.data_dir: "/etc/passwd/x" is not allowed; allowed: a '
         "directory (made if it is missing)"),
        ('[init]\nproject = "x"\n', 'init.project: "x" is not allowed; allowed: proj_ and 1 to 64 '
         "of A-Z a-z 0-9 _ -"),
        ("prices = 3\n", "prices: write each price below a line [[prices]]"),
    ],
)  # fmt: skip
def test_a_wrong_file_names_the_file_the_key_and_what_is_allowed(written, text, said):
    file = written(text)
    assert faults_of(file) == [f"{file}: {said}"]


def test_faults_of_prices_name_the_row(written):
    file = written('[[prices]]\nmodel = ""\ninput = inf\noutptu = 3\nstarts = "soon"\n')
    assert [line.removeprefix(f"{file}: ") for line in faults_of(file)] == [
        "prices[0].output: missing; allowed: a number, 0 or more",
        'prices[0].model: "" is not allowed; allowed: a text that is not empty',
        "prices[0].input: inf is not allowed; allowed: a number, 0 or more",
        "prices[0].outptu: unknown key; nearest valid key: prices[0].output",
        'prices[0].starts: "soon" is not allowed; allowed: a day such as 2026-01-31',
    ]


def test_a_negative_price_is_refused_wherever_it_stands(written):
    file = written('[[prices]]\nmodel = "m"\ninput = 1\noutput = 1\ncache_read = -1\nreasoning = -0.5\n')
    assert len(faults_of(file)) == 2


def test_a_day_may_be_written_without_quotes(written):
    file = written('[[prices]]\nmodel = "m"\ninput = 1\noutput = 2.5\nstarts = 2026-01-31\n')
    (price,) = load_config(file, {}, {}).config.prices
    assert (price.input, price.output, price.starts) == (1.0, 2.5, "2026-01-31")


@pytest.mark.parametrize("path", ["missing.toml", "."])
def test_a_named_file_that_cannot_be_read_is_said(tmp_path, path):
    (line,) = faults_of(tmp_path / path)
    assert "cannot be read" in line and "\n" not in line


def test_wrong_variables_and_flags_are_named_as_they_were_given(tmp_path):
    assert faults_of(None, {"LYNEX_SERVER_PORT": "0"}, {"ingest.rate_limit": "-1"}) == [
        'LYNEX_SERVER_PORT: "0" is not allowed; allowed: a whole number from 1 to 65535',
        '--rate-limit: "-1" is not allowed; allowed: a whole number, 0 or more',
    ]
    (tmp_path / "file").touch()
    (line,) = faults_of(None, {}, {"storage.data_dir": str(tmp_path / "file")})
    assert line.startswith("--data-dir: ")


def test_unknown_variables_only_warn_and_those_of_the_sdks_are_ignored():
    env = {"LYNEX_SERVER_PROT": "1", "LYNEX_API_KEY": "x", "LYNEX_FAILPOINTS": "", "LYNEX_PRICES": "1"}
    assert load_config(None, env, {}).warnings == (
        "LYNEX_PRICES is ignored: prices can only be set in the file, below [[prices]]",
        "LYNEX_SERVER_PROT is ignored: did you mean LYNEX_SERVER_PORT?",
    )


def test_an_empty_variable_is_not_given():
    assert load_config(None, {"LYNEX_SERVER_PORT": ""}, {}).config == Config()


def test_a_secret_may_come_from_a_file_beside_the_settings(written, tmp_path):
    (tmp_path / "key").write_text("sk_live_" + "a" * 32 + "\n")
    effective = load_config(written('[init]\napi_key_file = "key"\n'), {}, {})
    assert effective.config.init.api_key == "sk_live_" + "a" * 32
    effective = load_config(None, {"LYNEX_INIT_API_KEY_FILE": str(tmp_path / "key")}, {})
    assert effective.origins["init.api_key"] == f"LYNEX_INIT_API_KEY_FILE ({tmp_path / 'key'})"


def test_a_secret_is_never_repeated_and_not_given_twice(written, tmp_path):
    (tmp_path / "key").write_text("hunter2")
    file = written('[init]\napi_key_file = "key"\n')
    (line,) = faults_of(file)
    assert "hunter2" not in line and "the value is not allowed; allowed: sk_live_" in line
    file = written('[init]\napi_key_file = "key"\napi_key = "sk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"\n')
    assert faults_of(file) == [f"{file}: init.api_key_file: init.api_key is given as well; write only one of them"]


def test_the_example_file_is_up_to_date():
    assert (ROOT / "lynex.toml.example").read_text() == example_file(), "run tools/example-config"


def test_the_example_file_names_every_setting_and_shows_the_defaults(written):
    text = example_file()
    uncommented = re.sub(r"^# (\w+ = |\[\[)", r"\1", text, flags=re.MULTILINE)
    uncommented = re.sub(r"^\w+_file = .*$", "", uncommented, flags=re.MULTILINE)
    tables = tomllib.loads(uncommented)
    named = {f"{section}.{key}" for section, table in tables.items() if section != "prices" for key in table}
    assert named == set(by_name())
    assert set(tables["prices"][0]) == {key.key for key in price_keys()}
    assert load_config(written(uncommented), {}, {}).config.server == ServerConfig()
    assert load_config(written(text), {}, {}).config == Config()


def test_every_setting_has_a_sentence():
    for setting in (*by_name().values(), *price_keys()):
        assert setting.sentence.endswith("."), setting.name

"""The appliance: every part, opened in order and closed in reverse. A record; what the parts do is their own affair."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from lynex.accounting import Accounting
from lynex.auth.credentials import Credentials
from lynex.auth.keyring import KeyRing
from lynex.auth.session_ring import SessionRing
from lynex.clock import Clock, SystemClock
from lynex.config import Config
from lynex.control.appliance_settings import ApplianceSettings
from lynex.control.database import Database
from lynex.control.dead_letters import DeadLetters
from lynex.control.error_states import ErrorStates
from lynex.control.first_run import FirstRun, set_up
from lynex.control.key_usage import KeyUsage
from lynex.control.keys import Keys
from lynex.control.projects import Projects
from lynex.control.receipts import Receipts
from lynex.control.saved_items import SavedItems
from lynex.control.secrets import ServerSecret
from lynex.control.sessions import Sessions
from lynex.data_directory import DataDirectory
from lynex.errors import StorageFull, Unavailable
from lynex.ids import new_token
from lynex.ingest.announcer import Announcer
from lynex.ingest.backlog import Backlog
from lynex.ingest.disk import RealDisk
from lynex.ingest.intake import Intake
from lynex.ingest.journal import Journal
from lynex.ingest.langfuse_batches import LangfuseBatches
from lynex.ingest.otlp_intake import OtlpIntake
from lynex.ingest.own_frame import own_frame
from lynex.ingest.preparer import Preparer
from lynex.ingest.processor import Processor
from lynex.ingest.understanding import Understanding
from lynex.ingest.workshop import Workshop
from lynex.jobs.remapping import Remapping
from lynex.jobs.sealing import Sealing
from lynex.jobs.timetable import KEY_USAGE_SECONDS, RECEIPTS_SECONDS, SEAL_SECONDS, Timetable
from lynex.live import Live
from lynex.metrics import Metrics
from lynex.pricing.book import PriceBook
from lynex.query.cursors import Cursors
from lynex.query.queries import Queries
from lynex.store.hot import HotStore

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Appliance:
    config: Config
    clock: Clock
    metrics: Metrics
    directory: DataDirectory
    local_token: str
    database: Database
    settings: ApplianceSettings
    projects: Projects
    keys: Keys
    key_usage: KeyUsage
    receipts: Receipts
    sessions: Sessions
    dead_letters: DeadLetters
    error_states: ErrorStates
    saved_items: SavedItems
    keyring: KeyRing
    credentials: Credentials
    prices: PriceBook
    store: HotStore
    journal: Journal
    live: Live
    announcer: Announcer
    backlog: Backlog
    processor: Processor
    intake: Intake
    langfuse_batches: LangfuseBatches
    otlp: OtlpIntake
    queries: Queries
    sealing: Sealing
    remapping: Remapping
    timetable: Timetable
    readers: ThreadPoolExecutor
    first_run: FirstRun | None

    async def ask(self, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer a blocking question in a reader thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.readers, lambda: question(*args, **kwargs))

    async def maintain(self, work: Callable[[], R]) -> R:
        """Run `work` in the processor's thread, alone with the store."""
        future: Future[Any] = self.processor.call(work)
        result: R = await asyncio.wrap_future(future)
        return result

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to process; from now on what is in the journal becomes visible."""
        self.announcer.attach(loop)
        self.journal.on_durable = self.backlog.put
        self.metrics.report(Accounting(self.journal, self.store, self.processor).figures)
        self.processor.start()
        self.timetable.every(SEAL_SECONDS, "seal", self.sealing.run_if_due)
        self.timetable.every(KEY_USAGE_SECONDS, "key usage", self.key_usage.flush)
        self.timetable.every(RECEIPTS_SECONDS, "receipts", self.receipts.flush)
        self.timetable.start()
        self.remapping.resume()

    @property
    def ready(self) -> bool:
        """Whether everything accepted before the start is visible and the store answers."""
        return self.store.state == "ready" and self.processor.caught_up and self.journal.refusing is None

    async def close(self, timeout: float) -> int:
        """Stop in reverse; the backlog stays in the journal. Answers how many events wait there for the next start."""
        self.live.close()
        self.sealing.stop()
        await self.journal.close()
        await asyncio.to_thread(self.remapping.close)
        await asyncio.to_thread(self.processor.stop, timeout)
        waiting = self.processor.queue_depth
        await asyncio.to_thread(self.timetable.stop)
        self.readers.shutdown(wait=True, cancel_futures=True)
        self.store.close()
        with contextlib.suppress(Unavailable):  # a busy control database costs the last counts, not the stop
            self.key_usage.flush()
            self.receipts.flush()
        self.keyring.close()
        self.database.close()
        self.directory.release()
        return waiting


def open_appliance(config: Config, clock: Clock | None = None) -> Appliance:
    """Open every part on the configured data directory. Raises `StartRefused` with the cure."""
    clock = clock if clock is not None else SystemClock()
    with contextlib.ExitStack() as undo:
        directory = DataDirectory.claim(config.data_dir)
        undo.callback(directory.release)
        accounts = _open_accounts(config, clock, directory)
        undo.callback(accounts.database.close)
        metrics = Metrics()
        store = HotStore.open(directory.root, config.storage, clock)
        undo.callback(store.close)
        appliance = _assemble(config, clock, metrics, directory, accounts, store)
        undo.pop_all()
    return appliance


@dataclass(frozen=True, slots=True)
class _Accounts:
    """The parts that know who and what is set up."""

    secret: ServerSecret
    database: Database
    settings: ApplianceSettings
    projects: Projects
    keys: Keys
    sessions: Sessions
    first_run: FirstRun | None


def _open_accounts(config: Config, clock: Clock, directory: DataDirectory) -> _Accounts:
    secret = ServerSecret.open(directory.root / "secret.key")
    database = Database.open(directory.control / "lynex.sqlite")
    settings = ApplianceSettings(database)
    projects, keys = Projects(database, clock), Keys(database, clock, secret)
    try:
        settings.belongs_to(secret)
        first_run = set_up(projects, keys, config.init)
    except BaseException:
        database.close()
        raise
    return _Accounts(secret, database, settings, projects, keys, Sessions(database, clock, secret), first_run)


def _assemble(
    config: Config, clock: Clock, metrics: Metrics, directory: DataDirectory, accounts: _Accounts, store: HotStore
) -> Appliance:
    local_token = new_token()
    journal = _open_journal(config, clock, directory, metrics, store.known_through)
    live, prices = Live(dropped=metrics.live_dropped.inc), PriceBook(config.prices)
    announcer, backlog = Announcer(live), Backlog(journal, config.journal.queue_bytes)
    keyring, key_usage = KeyRing(accounts.keys, clock), KeyUsage(accounts.keys)
    dead_letters, error_states = DeadLetters(accounts.database, clock), ErrorStates(accounts.database, clock)
    receipts = Receipts(accounts.database, clock)
    intake = Intake(journal, backlog, store, key_usage, receipts, config, clock, metrics)
    processor = _processor(config, clock, metrics, store, journal, backlog, prices, dead_letters, announcer)
    sealing = Sealing(journal, store, config.journal, clock, waiting=lambda: processor.queue_depth)
    return Appliance(
        config=config,
        clock=clock,
        metrics=metrics,
        directory=directory,
        local_token=local_token,
        database=accounts.database,
        settings=accounts.settings,
        projects=accounts.projects,
        keys=accounts.keys,
        key_usage=key_usage,
        receipts=receipts,
        sessions=accounts.sessions,
        dead_letters=dead_letters,
        error_states=error_states,
        saved_items=SavedItems(accounts.database, clock),
        keyring=keyring,
        credentials=_credentials(config, clock, keyring, accounts, local_token),
        prices=prices,
        store=store,
        journal=journal,
        live=live,
        announcer=announcer,
        backlog=backlog,
        processor=processor,
        intake=intake,
        langfuse_batches=LangfuseBatches(intake, clock),
        otlp=OtlpIntake(intake, metrics),
        queries=Queries.over(store, Cursors(accounts.secret.derive("cursors")), error_states, own_frame, prices),
        sealing=sealing,
        remapping=Remapping(
            directory.cold / "remap.json", store, processor, sealing, prices, clock, config.storage.min_free_bytes
        ),
        timetable=Timetable(),
        readers=ThreadPoolExecutor(config.storage.readers, thread_name_prefix="reader"),
        first_run=accounts.first_run,
    )


def _processor(
    config: Config,
    clock: Clock,
    metrics: Metrics,
    store: HotStore,
    journal: Journal,
    backlog: Backlog,
    prices: PriceBook,
    dead_letters: DeadLetters,
    announcer: Announcer,
) -> Processor:
    workshop = Workshop(Understanding(prices), config.prices, clock, metrics, config.ingest.second_process)
    return Processor(
        backlog,
        store,
        Preparer(backlog, workshop, clock),
        dead_letters,
        clock,
        metrics,
        announcer,
        has_room=lambda: not isinstance(journal.refusing, StorageFull),
    )


def _open_journal(config: Config, clock: Clock, directory: DataDirectory, metrics: Metrics, next_after: int) -> Journal:
    return Journal.open(
        RealDisk(),
        directory.journal,
        config.journal,
        config.storage.min_free_bytes,
        clock,
        metrics,
        next_after=next_after,
        durability=config.ingest.durability,
    )


def _credentials(config: Config, clock: Clock, keyring: KeyRing, accounts: _Accounts, local_token: str) -> Credentials:
    return Credentials(
        keyring,
        SessionRing(accounts.sessions, clock),
        local_token=local_token,
        open_to_all=not config.server.auth,
        public_url=config.url,
    )

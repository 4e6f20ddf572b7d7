"""Puts an adapter together from its system and its settings, and runs it until it is told to stop."""

import asyncio
import signal
from contextlib import closing
from pathlib import Path

from adapters.client.feed import FeedLink
from adapters.client.inventory import InventoryLink
from adapters.client.link import Link
from adapters.client.native import System
from adapters.client.running.folder_in import FolderSource
from adapters.client.running.folder_out import FolderTarget
from adapters.client.running.hook import hook_app, listen, serve_hook
from adapters.client.running.http_out import HttpTarget
from adapters.client.running.process import Adapter, Bells, Source, run
from adapters.client.running.reconciling import Reconciled, Reconciling
from adapters.client.running.store import Store, held_alone
from adapters.client.running.target import Target
from adapters.client.running.topic_in import TopicSource
from adapters.client.settings import AdapterSettings
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from hub.clock import utc_now
from hub.domain.errors import Halt
from hub.spec.registry import Registry


async def run_adapter(system: System, settings: AdapterSettings) -> None:
    """Run until SIGTERM or SIGINT; what is under way is finished, the rest stands in the store.

    Raises:
        Halt: a setting is missing or wrong, or an operator must act.
    """
    settings.check_can_run()
    path, registry = store_path(system, settings), Registry.load(settings.schemas)
    bells = Bells()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, bells.stop.set)
    with held_alone(path), closing(Store(path)) as store:
        agency, target = settings.agency or system.agency, _target(settings)
        adapter = Adapter(
            system,
            agency,
            registry,
            store,
            _link(settings, agency),
            _sources(settings, store, agency),
            target,
            utc_now,
            None if target is None else _every(settings, store, system, target),
            settings.reconcile_minutes,
        )
        await run(adapter, bells)


async def reconcile(system: System, settings: AdapterSettings) -> Reconciled:
    """Make one round, beside the running adapter or without one.

    Raises:
        Halt: a setting is missing, or there is no store yet.
        Unavailable, Rejected: as `Reconciling.round`.
    """
    target = _target(settings)
    if target is None:
        raise Halt("set ADAPTER_NATIVE or ADAPTER_TO_FOLDER, where the native system holds what was released")
    with closing(existing_store(system, settings)) as store:
        reconciling = _reconciling(settings, store, system, target)
        try:
            return await reconciling.round()
        finally:
            await reconciling.close()
            await target.close()


def existing_store(system: System, settings: AdapterSettings) -> Store:
    """The store of an adapter that runs or ran. Raises `Halt`: there is none."""
    path = store_path(system, settings)
    if not path.is_file():
        raise Halt("there is no such store yet; set ADAPTER_STORE to the one the adapter runs on")
    return Store(path)


def store_path(system: System, settings: AdapterSettings) -> Path:
    """The file in which the adapter keeps everything."""
    return settings.store or Path(f"adapter-{system.name}.db")


def _link(settings: AdapterSettings, agency: str) -> Link:
    if settings.kafka_bootstrap is not None:
        return StreamLink(_broker(settings, settings.kafka_bootstrap), agency)
    if settings.hub is None or settings.client_id is None or settings.client_secret is None:
        raise Halt("ADAPTER_HUB, ADAPTER_CLIENT_ID and ADAPTER_CLIENT_SECRET must be set")
    return FeedLink(settings.hub.rstrip("/"), agency, settings.client_id, settings.client_secret.get_secret_value())


def _every(settings: AdapterSettings, store: Store, system: System, target: Target) -> Reconciling | None:
    return None if settings.reconcile_minutes is None else _reconciling(settings, store, system, target)


def _reconciling(settings: AdapterSettings, store: Store, system: System, target: Target) -> Reconciling:
    if settings.hub is None or settings.client_id is None or settings.client_secret is None:
        raise Halt("set ADAPTER_HUB, ADAPTER_CLIENT_ID and ADAPTER_CLIENT_SECRET: inventories travel over HTTP")
    secret = settings.client_secret.get_secret_value()
    return Reconciling(store, system, target, InventoryLink(settings.hub.rstrip("/"), settings.client_id, secret))


def _broker(settings: AdapterSettings, bootstrap: str) -> Broker:
    password = settings.kafka_password
    return Broker(
        bootstrap, settings.kafka_user, password.get_secret_value() if password else None, settings.kafka_ca_file
    )


def _sources(settings: AdapterSettings, store: Store, agency: str) -> tuple[Source, ...]:
    sources: list[Source] = []
    if settings.from_folder is not None:
        folder = FolderSource(store, settings.from_folder, utc_now)
        sources.append(lambda bells: folder.run(bells.stop, bells.came, bells.settled))
    if settings.hook_port is not None:
        listening = listen(settings.hook_port)
        sources.append(
            lambda bells: serve_hook(
                hook_app(store, utc_now, bells.came.set, bells.applied.set), listening, bells.stop
            ),
        )
    if settings.from_topic is not None and settings.kafka_bootstrap is not None:
        broker = _broker(settings, settings.kafka_bootstrap)
        topic = TopicSource(store, broker, settings.from_topic, agency, utc_now)
        sources.append(lambda bells: topic.run(bells.stop, bells.came))
    return tuple(sources)


def _target(settings: AdapterSettings) -> Target | None:
    if settings.native is not None:
        token = settings.native_token
        return HttpTarget(settings.native, token.get_secret_value() if token else None)
    return FolderTarget(settings.to_folder) if settings.to_folder is not None else None

"""A free port is free, and stays out of the range that systems hand out to clients."""

import socket

import pytest

from deploy.servers import free_port, ports


def test_a_free_port_can_be_listened_on_and_is_none_a_client_may_be_given() -> None:
    port = free_port()
    assert port < 32_768
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_port_someone_listens_on_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(ports, "_CANDIDATES", [taken.getsockname()[1]])
        with pytest.raises(OSError, match="no free port"):
            free_port()

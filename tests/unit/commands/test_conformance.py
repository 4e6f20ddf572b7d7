from typer.testing import CliRunner

from deploy.servers.ports import free_port
from hub.__main__ import commands
from hub.domain.errors import Unavailable


def test_a_driver_that_does_not_answer_is_said_in_a_sentence() -> None:
    driver = f"http://127.0.0.1:{free_port()}"
    ended = CliRunner().invoke(commands, ["conformance", "--driver", driver, "--no-wait"])
    assert isinstance(ended.exception, Unavailable)
    assert str(ended.exception) == "GET /: the driver does not answer (ConnectError)"
    assert "Start your adapter with: hub http://127.0.0.1:" in ended.stderr

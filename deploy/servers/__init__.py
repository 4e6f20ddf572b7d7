"""Real servers from ordinary packages: a PostgreSQL and an Apache Kafka for the tests and the full demo.

Neither root nor containers, nor a Java or a database on the machine, are needed. They listen on 127.0.0.1 only.
"""

from deploy.servers.errors import ServerFailed, ServerMissing
from deploy.servers.kafka import Kafka
from deploy.servers.ports import free_port
from deploy.servers.postgres import Postgres

__all__ = ["Kafka", "Postgres", "ServerFailed", "ServerMissing", "free_port"]

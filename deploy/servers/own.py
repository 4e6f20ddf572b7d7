"""Servers that whoever runs the tests brings along, in the shape of those started here."""

from dataclasses import dataclass

from deploy.servers.databases import EMPTY, create_database


@dataclass(frozen=True, slots=True)
class OwnPostgres:
    """A PostgreSQL at `url` (for SQLAlchemy with asyncpg), whose role may create databases."""

    url: str

    def create_database(self, name: str, template: str = EMPTY) -> str:
        """Create a database, a copy of another one or empty, and return its address."""
        return create_database(self.url, name, template)


@dataclass(frozen=True, slots=True)
class OwnKafka:
    """A Kafka at `bootstrap` (`host:port`, with commas), on which topics may be created and deleted."""

    bootstrap: str

"""Where everything is kept: SQLAlchemy Core over PostgreSQL or SQLite, one module per table family."""

"""all tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "acknowledged",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_acknowledged")),
    )
    op.create_table(
        "agency",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("contract_digest", sa.Text(), nullable=True),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("rejections", sa.Integer(), nullable=False),
        sa.Column("paused", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_agency")),
        sa.UniqueConstraint("client_id"),
    )
    op.create_table(
        "alert",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency", "person", "type", "key", "number", "why", "due", "review", name=op.f("pk_alert")
        ),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_alert_agency", "alert", ["agency", "id"], unique=False)
    op.create_index(
        "ix_alert_open",
        "alert",
        ["agency", "why", "raised"],
        unique=False,
        postgresql_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
        sqlite_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
    )
    op.create_index(
        "ix_alert_open_id",
        "alert",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
        sqlite_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
    )
    op.create_table(
        "announced",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "local", "event", "day", name=op.f("pk_announced")),
    )
    op.create_index(op.f("ix_announced_at"), "announced", ["at"], unique=False)
    op.create_table(
        "assertion",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_assertion")),
    )
    op.create_index(op.f("ix_assertion_slot"), "assertion", ["slot"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_agency_at", "audit", ["agency", "at"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_person_at", "audit", ["person", "at"], unique=False)
    op.create_table(
        "blocking",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_blocking")),
    )
    op.create_index(op.f("ix_blocking_number"), "blocking", ["number"], unique=False)
    op.create_table(
        "claim",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "local", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_local"), "claim", ["local"], unique=False)
    op.create_table(
        "convergence",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("measured", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("agreeing", sa.BigInteger(), nullable=False),
        sa.Column("oldest", sa.BigInteger(), nullable=True),
        sa.Column("conflicts", sa.BigInteger(), nullable=False),
        sa.Column("reviews", sa.BigInteger(), nullable=False),
        sa.Column("risks", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        sa.Column("slowest", sa.BigInteger(), nullable=True),
        sa.Column("properties", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "day", name=op.f("pk_convergence")),
    )
    op.create_index("ix_convergence_day", "convergence", ["day", "agency"], unique=False)
    op.create_table(
        "crowd",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("holders", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_crowd")),
    )
    op.create_index("ix_crowd_since", "crowd", ["since", "digest"], unique=False)
    op.create_table(
        "dead_letter",
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("notified", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_dead_letter")),
    )
    op.create_index("ix_dead_letter_agency_at", "dead_letter", ["agency", "at"], unique=False)
    op.create_index("ix_dead_letter_agency_state_at", "dead_letter", ["agency", "state", "at"], unique=False)
    op.create_index("ix_dead_letter_state_at", "dead_letter", ["state", "at", "position"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("passed_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("agency", "number", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_record", "delivery", ["agency", "person", "type", "key", "number"], unique=False)
    op.create_table(
        "described",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_described")),
        sa.UniqueConstraint("local"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "difference",
        sa.Column("inventory", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("inventory", "person", "type", "key", name=op.f("pk_difference")),
    )
    op.create_table(
        "filled",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "type", "property", name=op.f("pk_filled")),
    )
    op.create_table(
        "handling",
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", "number", name=op.f("pk_handling")),
    )
    op.create_index("ix_handling_job_position", "handling", ["job", "position"], unique=False)
    op.create_table(
        "held",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("applied_number", sa.BigInteger(), nullable=True),
        sa.Column("applied_digest", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("awaited", sa.BigInteger(), nullable=False),
        sa.Column("last_due", sa.BigInteger(), nullable=True),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "person", "type", "key", name=op.f("pk_held")),
    )
    op.create_index("ix_held_agency_bucket", "held", ["agency", "bucket"], unique=False)
    op.create_index("ix_held_agency_number", "held", ["agency", "number"], unique=True)
    op.create_index(
        "ix_held_due",
        "held",
        ["due"],
        unique=False,
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.create_index(
        "ix_held_unacknowledged",
        "held",
        ["agency", "number"],
        unique=False,
        postgresql_where=sa.text("(applied_number IS NULL AND NOT withdrawn) OR applied_number < number"),
        sqlite_where=sa.text("(applied_number IS NULL AND NOT withdrawn) OR applied_number < number"),
    )
    op.create_table(
        "inventory",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("buckets", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Text(), nullable=False),
        sa.Column("awaited", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("diverging", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("in_flight", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory")),
    )
    op.create_index("ix_inventory_agency_id", "inventory", ["agency", "id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("runner", sa.Text(), nullable=True),
        sa.Column("runs_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    op.create_table(
        "lead",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    op.create_table(
        "likeness",
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Boolean(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("local", "other", name=op.f("pk_likeness")),
    )
    op.create_index(op.f("ix_likeness_found_by"), "likeness", ["found_by"], unique=False)
    op.create_table(
        "local_id",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_local_id")),
    )
    op.create_index(op.f("ix_local_id_person"), "local_id", ["person"], unique=False)
    op.create_table(
        "mended",
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", "version", name=op.f("pk_mended")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_next"), "notice", ["next"], unique=False)
    op.create_table(
        "outlet",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=True),
        sa.Column("topic_start", sa.BigInteger(), nullable=False),
        sa.Column("topic_end", sa.BigInteger(), nullable=False),
        sa.Column("refill", sa.Boolean(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_outlet")),
    )
    op.create_table(
        "owed",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("later", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("agency", "person", "type", "key", name=op.f("pk_owed")),
    )
    op.create_index("ix_owed_agency_since", "owed", ["agency", "since"], unique=False)
    op.create_index("ix_owed_later_since", "owed", ["later", "since"], unique=False)
    op.create_table(
        "parked",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.LargeBinary(), nullable=False),
        sa.Column("retried", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agency", "person", "type", "key", name=op.f("pk_parked")),
    )
    op.create_index("ix_parked_agency_number", "parked", ["agency", "number"], unique=True)
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("survivor", sa.Text(), nullable=True),
        sa.Column("parted_from", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_survivor"), "person", ["survivor"], unique=False)
    op.create_table(
        "record",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("contested", sa.Text(), nullable=False),
        sa.Column("ruled", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("under_review", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person", "type", "key", name=op.f("pk_record")),
    )
    op.create_index(
        "ix_record_differing",
        "record",
        ["person", "type", "key"],
        unique=False,
        postgresql_where=sa.text("contested <> '' OR ruled <> ''"),
        sqlite_where=sa.text("contested <> '' OR ruled <> ''"),
    )
    op.create_table(
        "review",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("doubt", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_other"), "review", ["other"], unique=False)
    op.create_index("ix_review_since", "review", ["since", "one", "other"], unique=False)
    op.create_table(
        "risk_review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("said_since", sa.BigInteger(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("closed_as", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_review")),
    )
    op.create_index("ix_risk_review_agency", "risk_review", ["agency", "id"], unique=False)
    op.create_index("ix_risk_review_author", "risk_review", ["author", "id"], unique=False)
    op.create_index(
        "ix_risk_review_due",
        "risk_review",
        ["due"],
        unique=False,
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.create_index(op.f("ix_risk_review_local"), "risk_review", ["local"], unique=False)
    op.create_index(
        "ix_risk_review_open",
        "risk_review",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed IS NULL"),
        sqlite_where=sa.text("closed IS NULL"),
    )
    op.create_index(op.f("ix_risk_review_person"), "risk_review", ["person"], unique=False)
    op.create_table(
        "ruling",
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("settles", sa.Text(), nullable=False),
        sa.Column("stands", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("over_by", sa.Text(), nullable=True),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.Column("over_reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("local", "id", name=op.f("pk_ruling")),
    )
    op.create_table(
        "settled",
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("local", name=op.f("pk_settled")),
    )
    op.create_table(
        "sighting",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("awaited", sa.BigInteger(), nullable=False),
        sa.Column("last_due", sa.BigInteger(), nullable=True),
        sa.Column("seen_number", sa.BigInteger(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agency", "person", "type", "key", name=op.f("pk_sighting")),
    )
    op.create_index(
        "ix_sighting_due",
        "sighting",
        ["due"],
        unique=False,
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "standing",
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("since", sa.LargeBinary(), nullable=True),
        sa.Column("level_subject", sa.Text(), nullable=True),
        sa.Column("level_path", sa.Text(), nullable=True),
        sa.Column("level_since", sa.BigInteger(), nullable=True),
        sa.Column("level_review", sa.Text(), nullable=True),
        sa.Column("level_ends", sa.Text(), nullable=True),
        sa.Column("level_said", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_local_rid", "standing", ["local", "rid"], unique=False)
    op.create_table(
        "unmatched",
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("local", name=op.f("pk_unmatched")),
    )
    op.create_index("ix_unmatched_later_since", "unmatched", ["later", "since"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("local", "other", name=op.f("pk_verdict")),
    )
    op.create_table(
        "watch",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_watch")),
    )
    op.create_index(op.f("ix_watch_due"), "watch", ["due"], unique=False)
    op.create_table(
        "withheld",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "person", "type", "key", name=op.f("pk_withheld")),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("withheld")
    op.drop_index(op.f("ix_watch_due"), table_name="watch")
    op.drop_table("watch")
    op.drop_table("verdict")
    op.drop_index("ix_unmatched_later_since", table_name="unmatched")
    op.drop_table("unmatched")
    op.drop_index("ix_standing_local_rid", table_name="standing")
    op.drop_table("standing")
    op.drop_table("signing_key")
    op.drop_index(
        "ix_sighting_due",
        table_name="sighting",
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.drop_table("sighting")
    op.drop_table("settled")
    op.drop_table("ruling")
    op.drop_index(op.f("ix_risk_review_person"), table_name="risk_review")
    op.drop_index(
        "ix_risk_review_open",
        table_name="risk_review",
        postgresql_where=sa.text("closed IS NULL"),
        sqlite_where=sa.text("closed IS NULL"),
    )
    op.drop_index(op.f("ix_risk_review_local"), table_name="risk_review")
    op.drop_index(
        "ix_risk_review_due",
        table_name="risk_review",
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.drop_index("ix_risk_review_author", table_name="risk_review")
    op.drop_index("ix_risk_review_agency", table_name="risk_review")
    op.drop_table("risk_review")
    op.drop_index("ix_review_since", table_name="review")
    op.drop_index(op.f("ix_review_other"), table_name="review")
    op.drop_table("review")
    op.drop_index(
        "ix_record_differing",
        table_name="record",
        postgresql_where=sa.text("contested <> '' OR ruled <> ''"),
        sqlite_where=sa.text("contested <> '' OR ruled <> ''"),
    )
    op.drop_table("record")
    op.drop_index(op.f("ix_person_survivor"), table_name="person")
    op.drop_table("person")
    op.drop_index("ix_parked_agency_number", table_name="parked")
    op.drop_table("parked")
    op.drop_index("ix_owed_later_since", table_name="owed")
    op.drop_index("ix_owed_agency_since", table_name="owed")
    op.drop_table("owed")
    op.drop_table("outlet")
    op.drop_index(op.f("ix_notice_next"), table_name="notice")
    op.drop_table("notice")
    op.drop_table("mended")
    op.drop_index(op.f("ix_local_id_person"), table_name="local_id")
    op.drop_table("local_id")
    op.drop_index(op.f("ix_likeness_found_by"), table_name="likeness")
    op.drop_table("likeness")
    op.drop_table("lead")
    op.drop_index(op.f("ix_job_state"), table_name="job")
    op.drop_table("job")
    op.drop_index("ix_inventory_agency_id", table_name="inventory")
    op.drop_table("inventory")
    op.drop_index(
        "ix_held_unacknowledged",
        table_name="held",
        postgresql_where=sa.text("(applied_number IS NULL AND NOT withdrawn) OR applied_number < number"),
        sqlite_where=sa.text("(applied_number IS NULL AND NOT withdrawn) OR applied_number < number"),
    )
    op.drop_index(
        "ix_held_due",
        table_name="held",
        postgresql_where=sa.text("due IS NOT NULL"),
        sqlite_where=sa.text("due IS NOT NULL"),
    )
    op.drop_index("ix_held_agency_number", table_name="held")
    op.drop_index("ix_held_agency_bucket", table_name="held")
    op.drop_table("held")
    op.drop_index("ix_handling_job_position", table_name="handling")
    op.drop_table("handling")
    op.drop_table("filled")
    op.drop_table("difference")
    op.drop_table("described")
    op.drop_index("ix_delivery_record", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_dead_letter_state_at", table_name="dead_letter")
    op.drop_index("ix_dead_letter_agency_state_at", table_name="dead_letter")
    op.drop_index("ix_dead_letter_agency_at", table_name="dead_letter")
    op.drop_table("dead_letter")
    op.drop_index("ix_crowd_since", table_name="crowd")
    op.drop_table("crowd")
    op.drop_index("ix_convergence_day", table_name="convergence")
    op.drop_table("convergence")
    op.drop_index(op.f("ix_claim_local"), table_name="claim")
    op.drop_table("claim")
    op.drop_index(op.f("ix_blocking_number"), table_name="blocking")
    op.drop_table("blocking")
    op.drop_index("ix_audit_person_at", table_name="audit")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_agency_at", table_name="audit")
    op.drop_table("audit")
    op.drop_index(op.f("ix_assertion_slot"), table_name="assertion")
    op.drop_table("assertion")
    op.drop_index(op.f("ix_announced_at"), table_name="announced")
    op.drop_table("announced")
    op.drop_index(
        "ix_alert_open_id",
        table_name="alert",
        postgresql_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
        sqlite_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
    )
    op.drop_index(
        "ix_alert_open",
        table_name="alert",
        postgresql_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
        sqlite_where=sa.text("closed IS NULL AND acknowledged IS NULL"),
    )
    op.drop_index("ix_alert_agency", table_name="alert")
    op.drop_table("alert")
    op.drop_table("agency")
    op.drop_table("acknowledged")

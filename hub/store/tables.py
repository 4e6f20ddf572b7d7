"""Every table of the hub. Identifiers stand here as keyed digests, bodies as sealed bytes.

Times are whole microseconds since 1970 in UTC: one representation on both databases, and it sorts.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)

# --- people ------------------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("survivor", Text, index=True),
    Column("parted_from", Text),
    Column("since", BigInteger, nullable=False),
)

local_id = Table(
    "local_id",
    metadata,
    Column("key", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("features", LargeBinary),
    Column("restricted", Boolean, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("local", Text, primary_key=True, index=True),
    Column("verified", Boolean, nullable=False),
)

# Identifiers that more local ids hold than one person can have.
crowd = Table(
    "crowd",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("holders", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_crowd_since", "since", "digest"),
)

review = Table(
    "review",
    metadata,
    Column("one", Text, primary_key=True),
    Column("other", Text, primary_key=True, index=True),
    Column("doubt", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_review_since", "since", "one", "other"),
)

# Each decision stands twice, once from either side, so that it is found from both by the key.
verdict = Table(
    "verdict",
    metadata,
    Column("local", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("apart", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", LargeBinary, nullable=False),
)

# Each ruling stands once for every local id that it names, so that it is found from all of them by the key.
ruling = Table(
    "ruling",
    metadata,
    Column("local", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rid", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("settles", Text, nullable=False),
    Column("stands", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("over_by", Text),
    Column("over_at", BigInteger),
    Column("over_reason", LargeBinary),
)

# What likelihood says of two local ids stands twice, too; once where it says it of a local id and itself. The key by
# which two were found is written in hexadecimal digits.
likeness = Table(
    "likeness",
    metadata,
    Column("local", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("weight", BigInteger, nullable=False),
    Column("link", Boolean, nullable=False),
    Column("found_by", Text, nullable=False, index=True),
)

# The description of a local id that somebody has found right, though it is of somebody else than those before it.
settled = Table(
    "settled",
    metadata,
    Column("local", Text, primary_key=True),
    Column("micros", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", LargeBinary, nullable=False),
)

# --- matching by likelihood ----------------------------------------------------------------------------------

# What is compared of a local id. Its number is another with every description, and by it its blocking keys are found.
described = Table(
    "described",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("local", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # or SQLite would give the last number out again
)

# A row for each ladder of keys: the digest of the longest, which begins with those of the shorter ones. There are many
# of these rows, so they are kept narrow.
blocking = Table(
    "blocking",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("number", BigInteger, primary_key=True, index=True),
)

# Local ids whose description is not what was said last, or who have not been compared with the others since.
unmatched = Table(
    "unmatched",
    metadata,
    Column("local", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("later", Boolean, nullable=False),
    Column("taker", Text),
    Column("until", BigInteger),
    Index("ix_unmatched_later_since", "later", "since"),
)

# --- what was said -----------------------------------------------------------------------------------------

assertion = Table(
    "assertion",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("micros", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("slot", Text, nullable=False, index=True),
    Column("local", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("rid", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary),
    Column("traceparent", Text),
)

standing = Table(
    "standing",
    metadata,
    Column("slot", Text, primary_key=True),
    Column("local", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("micros", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("rid", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("since", LargeBinary),
    Column("level_subject", Text),
    Column("level_path", Text),
    Column("level_since", BigInteger),
    Column("level_review", Text),
    Column("level_ends", Text),
    Column("level_said", Text),
    Index("ix_standing_local_rid", "local", "rid"),
)

# --- what is shared ----------------------------------------------------------------------------------------

DIFFERING = "contested <> '' OR ruled <> ''"
"""Of shared records: agencies differ in them; word for word what their index says of itself."""
_DIFFERING = text(DIFFERING)

record = Table(
    "record",
    metadata,
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("rid", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary),
    Column("contested", Text, nullable=False),
    Column("ruled", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("under_review", Text),
    Index("ix_record_differing", "person", "type", "key", postgresql_where=_DIFFERING, sqlite_where=_DIFFERING),
)

owed = Table(
    "owed",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("later", Boolean, nullable=False, server_default=text("false")),
    Column("again", Boolean, nullable=False, server_default=text("false")),
    Index("ix_owed_later_since", "later", "since"),
    Index("ix_owed_agency_since", "agency", "since"),
)

# Who is told that a record is gone of which it never acknowledged anything may never have held it, and says nothing.
_UNACKNOWLEDGED = text("(applied_number IS NULL AND NOT withdrawn) OR applied_number < number")
_DUE = text("due IS NOT NULL")

held = Table(
    "held",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("applied_number", BigInteger),
    Column("applied_digest", Text),
    Column("applied_at", BigInteger),
    Column("known_as", Text, nullable=False),
    Column("due", BigInteger),
    Column("awaited", BigInteger, nullable=False),
    Column("last_due", BigInteger),
    Index("ix_held_due", "due", postgresql_where=_DUE, sqlite_where=_DUE),
    Column("bucket", Text, nullable=False),
    Index("ix_held_agency_number", "agency", "number", unique=True),
    Index("ix_held_agency_bucket", "agency", "bucket"),
    Index(
        "ix_held_unacknowledged",
        "agency",
        "number",
        postgresql_where=_UNACKNOWLEDGED,
        sqlite_where=_UNACKNOWLEDGED,
    ),
)

sighting = Table(
    "sighting",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("awaited", BigInteger, nullable=False),
    Column("last_due", BigInteger),
    Column("seen_number", BigInteger),
    Column("seen_by", Text),
    Column("seen_at", BigInteger),
    Index("ix_sighting_due", "due", postgresql_where=_DUE, sqlite_where=_DUE),
)

convergence = Table(
    "convergence",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("measured", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("agreeing", BigInteger, nullable=False),
    Column("oldest", BigInteger),
    Column("conflicts", BigInteger, nullable=False),
    Column("reviews", BigInteger, nullable=False),
    Column("risks", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("staff", BigInteger, nullable=False),
    Column("slowest", BigInteger),
    Column("properties", Integer, nullable=False),
    Column("filled", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("announced", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("missed", BigInteger, nullable=False),
    Index("ix_convergence_day", "day", "agency"),
)

filled = Table(
    "filled",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("property", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False),
)

# Persons whose risk is to be looked at again, and when.
watch = Table(
    "watch",
    metadata,
    Column("person", Text, primary_key=True),
    Column("due", BigInteger, nullable=False, index=True),
)

# Notices that an agency was given, each once for every local id of its own and day announced; late: not in time;
# missed: it was given none, and should have been.
announced = Table(
    "announced",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("local", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("late", Boolean, nullable=False),
    Column("missed", Boolean, nullable=False),
)

_NOT_CLOSED = text("closed IS NULL")

risk_review = Table(
    "risk_review",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slot", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("said_since", BigInteger, nullable=False),
    Column("local", Text, nullable=False, index=True),
    Column("person", Text, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("closed", BigInteger),
    Column("closed_as", Text),
    Column("closed_by", Text),
    Column("reason", Text),
    Index("ix_risk_review_due", "due", postgresql_where=_DUE, sqlite_where=_DUE),
    Index("ix_risk_review_agency", "agency", "id"),
    Index("ix_risk_review_author", "author", "id"),
    Index("ix_risk_review_open", "id", postgresql_where=_NOT_CLOSED, sqlite_where=_NOT_CLOSED),
)

_OPEN = text("closed IS NULL AND acknowledged IS NULL")

alert = Table(
    "alert",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("why", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("due", BigInteger, primary_key=True),
    Column("raised", BigInteger, nullable=False),
    Column("acknowledged", BigInteger),
    Column("acknowledged_by", Text),
    Column("reason", Text),
    Column("closed", BigInteger),
    Column("closed_by", Text),
    Column("review", Text, primary_key=True),
    Index("ix_alert_agency", "agency", "id"),
    Index("ix_alert_open", "agency", "why", "raised", postgresql_where=_OPEN, sqlite_where=_OPEN),
    Index("ix_alert_open_id", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next", BigInteger, nullable=False, index=True),
)

acknowledged = Table(
    "acknowledged",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("person", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("passed_over", Boolean, nullable=False, server_default=text("false")),
    Index("ix_delivery_record", "agency", "person", "type", "key", "number"),
)

parked = Table(
    "parked",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("faults", LargeBinary, nullable=False),
    Column("retried", BigInteger),
    Index("ix_parked_agency_number", "agency", "number", unique=True),
)

inventory = Table(
    "inventory",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("types", Text, nullable=False),
    Column("buckets", Integer, nullable=False),
    Column("differing", Text, nullable=False),
    Column("awaited", Text, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("stale", Integer, nullable=False),
    Column("diverging", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("parked", Integer, nullable=False),
    Index("ix_inventory_agency_id", "agency", "id"),
)

difference = Table(
    "difference",
    metadata,
    Column("inventory", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("after", BigInteger, nullable=False),
)

withheld = Table(
    "withheld",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("key", Text, primary_key=True),
)

outlet = Table(
    "outlet",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("topic_id", Text),
    Column("topic_start", BigInteger, nullable=False),
    Column("topic_end", BigInteger, nullable=False),
    Column("refill", Boolean, nullable=False),
    Column("contract", Text),
)

lead = Table(
    "lead",
    metadata,
    Column("id", Text, primary_key=True),
    Column("term", BigInteger, nullable=False),
)

# --- who may, and who did ----------------------------------------------------------------------------------

agency = Table(
    "agency",
    metadata,
    Column("name", Text, primary_key=True),
    Column("client_id", Text, nullable=False, unique=True),
    Column("secret", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("contract_digest", Text),
    Column("added", BigInteger, nullable=False),
    Column("rejections", Integer, nullable=False),
    Column("paused", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Index("ix_audit_person_at", "person", "at"),
    Index("ix_audit_agency_at", "agency", "at"),
    Index("ix_audit_at", "at"),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("position", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("faults", Text, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    Column("notified", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_dead_letter_agency_at", "agency", "at"),
    Index("ix_dead_letter_agency_state_at", "agency", "state", "at"),
    Index("ix_dead_letter_state_at", "state", "at", "position"),
)

mended = Table(
    "mended",
    metadata,
    Column("position", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("value", LargeBinary),
)

handling = Table(
    "handling",
    metadata,
    Column("position", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("faults", Text, nullable=False),
    Column("job", Text),
    Index("ix_handling_job_position", "job", "position"),
)

# --- what takes longer than a request --------------------------------------------------------------------------

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("total", BigInteger),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("cursor", Text),
    Column("state", Text, nullable=False, index=True),
    Column("why", Text),
    Column("updated", BigInteger, nullable=False),
    Column("runner", Text),
    Column("runs_until", BigInteger),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
)

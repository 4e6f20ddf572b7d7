"""Jobs as operators see them."""

from hub.api.shaping import Schema, count_of, maybe, shape, text, time
from hub.store.jobs import JobState

_TIME = "2026-03-01T09:30:00.250000Z"
JOB = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "kind": "replay",
    "by": "anna",
    "asked": _TIME,
    "parameters": {"agency": "prison", "reason": "unknown-code", "since": None, "until": None, "limit": 10_000},
    "state": "running",
    "total": 340,
    "done": 180,
    "failed": 20,
    "why": None,
    "updated": _TIME,
}
"""A job, for examples."""

SHAPES: dict[str, Schema] = {
    "Job": shape(
        "Work that takes longer than a request.",
        {
            "id": text("Ids sort by when the jobs were asked for.", format="uuid"),
            "kind": text("What it does."),
            "by": text("Who asked for it."),
            "asked": time("When."),
            "parameters": {"type": "object", "description": "Of its kind's own."},
            "state": {
                "enum": [each.value for each in JobState],
                "description": "`running`: begun; it goes on after a crash. `failed`: given up, see `why`.",
            },
            "total": maybe(count_of("Items there are to do, where that is known.")),
            "done": count_of("Items that came to a good end."),
            "failed": count_of("Items that did not."),
            "why": maybe(text("Why it was given up.")),
            "updated": time("When it last got on."),
        },
        JOB,
    ),
}

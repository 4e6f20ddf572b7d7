import hashlib

import pytest

from hub.domain.inventory import (
    Difference,
    Expected,
    Found,
    Named,
    bucket_digest,
    bucket_of,
    difference,
    in_flight,
    line,
    nothing,
)

RECORD = Named("0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "assessment", "9630348")


def test_bucket_and_digest_are_what_partners_are_told() -> None:
    name = b'["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","assessment","9630348"]'
    lines = [b'["b","c","d","1"]\n', b'["a","c","d","2"]\n']
    assert bucket_of(RECORD) == hashlib.sha256(name).hexdigest()[:3]
    assert [line(Named("b", "c", "d"), "1"), line(Named("a", "c", "d"), "2")] == lines
    assert bucket_digest(lines) == hashlib.sha256(lines[1] + lines[0]).hexdigest()


def test_nothing_is_the_release_that_withdraws() -> None:
    release = b'{"key":"9630348","type":"assessment","withdrawn":true}'
    assert nothing(RECORD) == hashlib.sha256(release).hexdigest()


@pytest.mark.parametrize(
    ("expected", "found", "kind"),
    [
        (None, None, None),
        (Expected(RECORD, 5, "d"), Found(RECORD, 5, "d"), None),
        (Expected(RECORD, 5, "d"), Found(RECORD, 3, "d"), None),
        (Expected(RECORD, 5, "d"), None, Difference.MISSING),
        (Expected(RECORD, 5, "d"), Found(RECORD, 3, "e"), Difference.STALE),
        (Expected(RECORD, 5, "d"), Found(RECORD, 5, "e"), Difference.DIVERGING),
        (Expected(RECORD, 5, "d"), Found(RECORD, None, "e"), Difference.DIVERGING),
        (None, Found(RECORD, 5, "d"), Difference.UNKNOWN),
    ],
)
def test_how_a_copy_may_differ(expected: Expected | None, found: Found | None, kind: Difference | None) -> None:
    assert difference(expected, found) == kind


@pytest.mark.parametrize(
    ("expected", "found", "flying"),
    [
        (Expected(RECORD, 5, "d"), Found(RECORD, 8, "e"), False),
        (Expected(RECORD, 5, "d"), Found(RECORD, 9, "e"), True),
        (None, Found(RECORD, 9, "e"), True),
        (Expected(RECORD, 5, None), None, True),
        (Expected(RECORD, 5, "d", gone=True), None, True),
        (Expected(RECORD, 5, "d", gone=True), Found(RECORD, 5, "e"), False),
        (Expected(RECORD, 5, "d"), None, False),
    ],
)
def test_what_is_in_flight_when_eight_was_read(expected: Expected | None, found: Found | None, flying: bool) -> None:
    assert in_flight(expected, found, 8) is flying

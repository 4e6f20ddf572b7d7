"""Days and times. Native local times are of the table's zone; shared times have their offset."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.converters import text_of
from hub.spec.lens.found import Found, Unsayable


@dataclass(frozen=True, slots=True)
class Day:
    """A day. pattern: as of strptime, else ISO 8601. A native time keeps its day only, that of the zone."""

    pattern: str | None = None
    zone: ZoneInfo | None = None

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002 - as every converter
        """Raises Unsayable: no day of this form, or none of the years 1000 to 2999."""
        moment = _parsed(raw, self.pattern, "date")
        if moment.tzinfo is not None and self.zone is not None:
            moment = _moved(moment, self.zone)
        return _in_our_days(moment.date().isoformat(), "date")

    def write(self, value: Json, old: Json) -> Json:
        """Raises Unsayable: no day, YYYY-MM-DD, or one that the native pattern cannot say."""
        text = text_of(value)
        day = _parsed(text, None, "date")
        if day.date().isoformat() != text:
            raise Unsayable("date", "must be a date, YYYY-MM-DD")
        if self.pattern is not None:
            return day.strftime(self.pattern)
        return f"{text}T00:00:00" if old.__class__ is str and len(old.strip()) > len("2000-01-01") else text

    def meaning(self, value: Json) -> Json:
        """Days are spelled in one way."""
        return value


@dataclass(frozen=True, slots=True)
class Moment:
    """A time. pattern: as of strptime, else ISO 8601. Without an offset it is local in the zone."""

    pattern: str | None = None
    zone: ZoneInfo | None = None

    def read(self, raw: Json, path: str, found: Found) -> Json:
        """Raises Unsayable: no time of this form, a local one that does not exist, or without a zone to be local in."""
        moment = _parsed(raw, self.pattern, "datetime")
        if self.pattern is None and ":" not in raw:
            raise Unsayable("datetime", "must be a time, not a day alone")
        if moment.tzinfo is None:
            moment = self._local(moment, path, found)
        offset = moment.utcoffset()
        if offset is None or offset.total_seconds() % 60:
            raise Unsayable("datetime", "must have an offset of whole minutes")
        return _in_our_days(moment.isoformat(), "datetime")

    def _local(self, moment: datetime, path: str, found: Found) -> datetime:
        if self.zone is None:
            raise Unsayable("offset", "must have its offset")
        first = moment.replace(tzinfo=self.zone)
        before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
        if before is None or after is None or before < after:
            raise Unsayable("local-time", "does not exist in local time: the clock went forward over it")
        if before > after:
            found.notices.append(Fault(path, "local-time", "comes twice in local time; taken as the first"))
        return first

    def write(self, value: Json, old: Json) -> Json:
        """Raises Unsayable: no time with its offset, or one that the native form cannot say."""
        moment = _parsed(text_of(value), None, "datetime")
        if moment.tzinfo is None:
            raise Unsayable("datetime", "must be a time with its offset")
        if self.zone is None or "%z" in (self.pattern or "") or _has_offset(old, self.pattern):
            return moment.strftime(self.pattern) if self.pattern else moment.isoformat()
        local = _moved(moment, self.zone).replace(tzinfo=None)
        return local.strftime(self.pattern) if self.pattern else local.isoformat()

    def meaning(self, value: Json) -> Json:
        """The instant, since one is spelled with many offsets."""
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo is not None else value
        except (TypeError, ValueError, OverflowError):
            return value


def _parsed(raw: Json, pattern: str | None, rule: str) -> datetime:
    text = text_of(raw).strip()
    try:
        if pattern is not None:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - a local time gets its zone where it is read
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        form = "as ISO 8601 writes it" if pattern is None else f"of the form {pattern}"
        raise Unsayable(rule, f"must be a {'date' if rule == 'date' else 'time'} {form}") from None


def _moved(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise Unsayable("date", "must be of the years 1000 to 2999") from None


def _in_our_days(text: str, rule: str) -> str:
    if text[0] not in "12":
        raise Unsayable(rule, "must be of the years 1000 to 2999")
    return text


def _has_offset(old: Json, pattern: str | None) -> bool:
    try:
        return _parsed(old, pattern, "datetime").tzinfo is not None
    except Unsayable:
        return False


def plain_day(raw: str) -> str | None:
    """A day that is already spelled as a shared one; None: look closer."""
    try:
        date.fromisoformat(raw)
    except ValueError:
        return None
    return raw if len(raw) == 10 and raw[4] == "-" != raw[5] and raw[5] in "01" and raw[0] in "12" else None


def plain_moment(raw: str, zone: ZoneInfo) -> str | None:
    """A local time of which there is no doubt, with its offset; None: look closer."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if moment.tzinfo is not None or ":" not in raw or not 1900 <= moment.year < 3000:
        return None
    first = moment.replace(tzinfo=zone)
    offset = first.utcoffset()
    if offset is None or offset != first.replace(fold=1).utcoffset() or offset.seconds % 60:
        return None
    return first.isoformat()

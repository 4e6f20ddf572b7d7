"""Other spellings of the same native fields, and documents that number their questions, brought to what tables know."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.domain.canonical import Json, escaped
from hub.spec.lens.found import has_value

_DAYS = frozenset({"initialSpDate", "reviewSpDate"})
"""Days that some releases of OASys write as 31/12/2025."""
_BRITISH = re.compile("([0-9]{2})/([0-9]{2})/([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Spellings:
    """Of fields within an assessment.

    names: given path -> the path the tables know, of one or two names. questions: number of a question -> its field.
    several: fields that hold a list of answers.
    """

    names: Mapping[str, str]
    questions: Mapping[str, str]
    several: frozenset[str]

    def respelled(self, given: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
        """The object as the tables know it, and JSON Pointers in it -> in what was given, where they differ.

        The given object is left as it is. A field that stands there under both spellings keeps both.
        """
        fields, pointers = self._answered(given)
        for other, known in self.names.items():
            holder, name = _holder(fields, other)
            target = known.rsplit("/", 1)[-1]
            if holder is not None and name in holder and target not in holder:
                _rename(fields, other, name, target)
                pointers[f"/{known}"] = f"/{other}"
        for name in _DAYS & fields.keys():
            fields[name] = _iso(fields[name])
        return fields, pointers

    def _answered(self, given: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
        """Answers by the number of their question, each as the field that other documents have for it."""
        if not isinstance(given.get("sections"), list):
            return dict(given), {}
        fields = {name: value for name, value in given.items() if name != "sections"}
        pointers: dict[str, str] = {}
        if "victims" in fields and "victimDetails" not in fields:
            fields["victimDetails"] = fields.pop("victims")
            pointers["/victimDetails"] = "/victims"
        for question, answers, place in _answers(given["sections"]):
            field = self.questions.get(question, question)
            if field in fields:
                field = question
            is_alone = field not in self.several and isinstance(answers, list) and len(answers) == 1
            fields[field] = answers if field in self.several else _alone(answers)
            pointers[f"/{field}"] = f"{place}/0" if is_alone else place
        return fields, pointers


def load_spellings(folder: Path, several: frozenset[str]) -> Spellings:
    """From `spellings.toml` and `questions.toml`."""
    names = tomllib.loads((folder / "spellings.toml").read_text(encoding="utf-8"))["spellings"]
    questions = tomllib.loads((folder / "questions.toml").read_text(encoding="utf-8"))["questions"]
    return Spellings(names, questions, several)


def _answers(sections: list[Json]) -> Iterator[tuple[str, Json, str]]:
    """Question, what was answered, and where that stands. What has no such shape is its own question."""
    for index, section in enumerate(sections):
        answers = section.get("answers") if isinstance(section, dict) else None
        if not isinstance(answers, list):
            yield f"sections-{index}", section, f"/sections/{index}"
            continue
        yield from _further(section, {"section", "answers"}, f"sections-{index}", f"/sections/{index}")
        for number, each in enumerate(answers):
            place = f"/sections/{index}/answers/{number}"
            if isinstance(each, dict) and isinstance(each.get("question"), str):
                yield each["question"], each.get("answer"), f"{place}/answer"
                yield from _further(each, {"question", "answer"}, f"sections-{index}-{number}", place)
            else:
                yield f"sections-{index}-{number}", each, place


def _further(native: Mapping[str, Json], known: set[str], name: str, place: str) -> Iterator[tuple[str, Json, str]]:
    """What an object says beyond what is known of its kind: each a question of its own, which no table has."""
    for other, value in native.items():
        if other not in known and has_value(value):
            yield f"{name}-{other}", value, f"{place}/{escaped(other)}"


def _iso(value: Json) -> Json:
    """A day written the British way, as YYYY-MM-DD; anything else as it is."""
    found = _BRITISH.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{found[3]}-{found[2]}-{found[1]}" if found else value


def _alone(answers: Json) -> Json:
    if isinstance(answers, list) and len(answers) <= 1:
        return answers[0] if answers else None
    return answers


def _holder(fields: Mapping[str, Json], path: str) -> tuple[Mapping[str, Json] | None, str]:
    """The object in which the last name of the path stands."""
    first, _, second = path.partition("/")
    if not second:
        return fields, first
    inner = fields.get(first)
    return (inner if isinstance(inner, dict) else None), second


def _rename(fields: dict[str, Json], path: str, name: str, target: str) -> None:
    first, _, second = path.partition("/")
    holder = fields
    if second:
        holder = fields[first] = dict(fields[first])
    holder[target] = holder.pop(name)

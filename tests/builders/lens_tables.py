"""Tables that together use every option of the vocabulary, over invented systems and code lists."""

import tomllib
from collections.abc import Mapping

from hub.spec.codes import Code, CodeList
from hub.spec.lens.lens import Lens, compile_lens
from hub.spec.lens.parsing import table_of


def _list(name: str, codes: Mapping[str, tuple[str, ...]], *, is_open: bool) -> CodeList:
    entries = tuple(Code(code, code.title(), {"ward": own, "other": own[:1]}) for code, own in codes.items())
    return CodeList(name, name, "invented", ordered=False, open=is_open, codes=entries)


LISTS = {
    each.name: each
    for each in (
        _list("colours", {"red": ("R", "Red", "crimson"), "green": ("G",), "grey": ()}, is_open=True),
        _list("levels", {"low": ("L", "1"), "high": ("H",), "unheard": ()}, is_open=False),
    )
}

PERSON = """
system = "ward"
record = "offender"
version = "1.0.0"
about = "A person of the ward system"
zone = "Europe/London"
fields = [
  { native = "surname", shared = "names/surname", blank = "refused" },
  { native = ["first", "second", "more/*"], shared = "names/forenames" },
  { native = "born", shared = "dateOfBirth", as = "date" },
  { native = "died", shared = "dateOfDeath", as = "date", format = "%d/%m/%Y", blank = "none" },
  { native = "sex", shared = "sex", codes = "colours", blank = "none", label = "sexWords" },
  { native = "ids/crn", shared = "identifiers[scheme=crn]/value", as = "token", required = true },
  { native = "ids/pnc", shared = "identifiers[scheme=pnc]/value", max = 40 },
  { native = "facts[type=NAT][of/kind=a]/value", shared = "nationality" },
  { native = "facts[type=NAT][of/kind=a]/since", shared = "nationalitySince", as = "date" },
  { native = "facts[type=NAT]/value", shared = "secondNationality", blank = "none" },
  { native = "facts[type=EYE]", none = "is of no use to others" },
  { native = "facts", none = "facts of other kinds" },
  { native = "links/harm", shared = "sections[number=3]/linked", as = "flag", yes = ["Yes", "Y"], no = ["No"] },
  { native = "links/money", shared = "sections[number=5]/linked", as = "flag" },
  { native = "lines", shared = "lines", split = ", " },
  { native = ["lineA", "lineB"], shared = "wholeLine", join = " ", into = "first" },
  { native = ["houseName", "street", "rest"], shared = "address/lines", split = "; ", max = 100 },
  { native = ["a", "b"], shared = "pair", blank = "none", as = "token" },
  { native = "weeks", shared = "days", as = "integer", scale = 7 },
  { native = "count", shared = "count", as = "digits", blank = "none" },
  { native = "row", shared = "number", as = "numeral" },
  { native = "score", shared = "score", as = "number" },
  { native = "done", shared = "done/at", as = "datetime" },
  { native = "printed", shared = "done/printed", as = "datetime", format = "%d/%m/%Y %H:%M" },
  { native = "exact", shared = "done/exact", as = "datetime", format = "%Y-%m-%d %H:%M:%S%z" },
  { native = "level", shared = "risk/level", codes = "levels" },
  { native = "level", shared = "risk/isHigh", table = { L = "no", 1 = "no", H = "yes" }, also = true },
  { native = "mood", shared = "mood", table = { G = 3, B = 1, "?" = true }, blank = "refused" },
  { native = "tags/*", shared = "tags", codes = "colours", from = "other" },
  { native = "words/*", shared = "words", as = "token", blank = "none", max = 80 },
  { native = "colour", none = "a display" },
  { native = "deep/inner", none = "a display" },
  { native = "deep", none = "all else there" },
  { native = "deep/kept/here", shared = "kept" },
]

[[lists]]
native = "contact/addresses"
shared = "addresses"
key = ["from", "status"]
fields = [
  { native = "status/code", shared = "status", codes = "levels", label = "status/words", required = true },
  { native = "from", shared = "from", as = "date" },
  { native = ["line1", "line2"], shared = "lines" },
  { native = "id", none = "the system's own row number" },
]
  [[lists.lists]]
  native = "stays/list"
  shared = "stays"
  key = ["number"]
  blank = "none"
  fields = [
    { native = "number", shared = "number", as = "integer", required = true },
    { native = "why", shared = "why/text", blank = "none" },
  ]

[[lists]]
native = "otherIds"
shared = "identifiers"
key = ["value"]
fields = [
  { native = "type", shared = "scheme", required = true },
  { native = "value", shared = "value", required = true },
  { native = "ok", shared = "ok", as = "flag" },
]

[[lists]]
native = "officers[role=com]"
shared = "people[is=officer]"
key = ["name"]
fields = [{ native = "name", shared = "name", required = true }, { native = "team", shared = "team" }]

[[lists]]
native = "officers[role=pom]"
shared = "people[is=prison officer]"
key = ["name"]
fields = [{ native = "name", shared = "name", required = true }]

[[lists]]
native = "officers"
shared = "others"
key = ["name"]
blank = "none"
fields = [{ native = "name", shared = "name", blank = "none" }, { native = "role", shared = "role" }]

[[lists]]
native = "mails"
shared = "emails"
fields = [{ native = "address", shared = "" }, { native = "from", none = "is not shared" }]

[[lists]]
native = "phones"
shared = "phones"
key = ["number"]
fields = [{ native = "", shared = "number", as = "token" }]
"""


def lens_of(text: str) -> Lens:
    """The lens of a table in TOML."""
    return compile_lens(table_of(tomllib.loads(text), "test.toml", LISTS))


def small(fields: str, head: str = "", lists: str = "") -> Lens:
    """The lens of one or a few rows."""
    return lens_of(
        f'system = "ward"\nrecord = "r"\nversion = "1.0.0"\nabout = "a"\n{head}\nfields = [{fields}]\n{lists}'
    )

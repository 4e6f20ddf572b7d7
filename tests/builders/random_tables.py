"""Tables made by chance out of the whole vocabulary; some contradict themselves and are refused at load."""

from random import Random

from hub.domain.canonical import Json

_HOW: tuple[Json, ...] = (
    {},
    {},
    {"as": "token"},
    {"as": "integer"},
    {"as": "integer", "scale": 7},
    {"as": "digits"},
    {"as": "numeral"},
    {"as": "number"},
    {"as": "flag"},
    {"as": "flag", "yes": ["Y", 1], "no": ["N", False]},
    {"as": "date"},
    {"as": "date", "format": "%d/%m/%Y"},
    {"as": "datetime"},
    {"as": "datetime", "format": "%d/%m/%Y %H:%M"},
    {"codes": "colours"},
    {"codes": "levels"},
    {"codes": "colours", "from": "other"},
    {"table": {"A": 1, "B": "b", "C": True, "2": "b"}},
)


def random_table(random: Random) -> Json:
    """The content of a table, as its TOML would be parsed."""
    head = {"system": "ward", "record": "r", "version": "1.0.0", "about": "made by chance", "zone": "Europe/London"}
    return {**head, "blank": random.choice(["absent", "none", "absent"]), **_Rows(random).level(2)}


class _Rows:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._number = 0

    def level(self, depth: int) -> Json:
        if depth < 2 and self._random.random() < 0.2:
            return {"fields": [self._scalar_row()]}
        level: Json = {"fields": [self._field() for _ in range(self._random.randrange(1, 7))]}
        if self._random.random() < 0.3:
            level["fields"].append({"native": self._random.choice(["o1", "l1", "l2", "gone"]), "none": "theirs"})
        if depth:
            level["lists"] = [self._list(depth) for _ in range(self._random.randrange(3))]
        return level

    def _new(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self._number}"

    def _path(self, letter: str) -> str:
        """A place of its own, alone, in an object, or in an element of a list that others may share."""
        name = self._new(letter)
        kind, which = self._random.randrange(6), self._random.randrange(1, 3)
        if kind == 0:
            return f"o{which}/{name}"
        if kind == 1:
            return f"l{which}[t=k{self._random.randrange(2)}]/{name}"
        if kind == 2:
            return f"l{which}[t=k1][u/v=3]/{name}"
        return f"o1/o2/l3[t=true]/o/{name}" if kind == 3 and which == 1 else name

    def _options(self) -> Json:
        options: Json = {}
        if self._random.random() < 0.4:
            options["blank"] = self._random.choice(["absent", "none", "refused"])
        if self._random.random() < 0.1:
            options["required"] = True
        if self._random.random() < 0.1:
            options["max"] = 60
        return options

    def _scalar_row(self) -> Json:
        native, shared = self._random.choice([("", self._new("s")), (self._new("n"), ""), ("", "")])
        return {"native": native, "shared": shared, **self._random.choice(_HOW), **self._options()}

    def _field(self) -> Json:
        row = {"shared": self._path("s"), **self._options()}
        kind = self._random.randrange(8)
        if kind == 0:
            last = self._path("n") + self._random.choice(["", "/*"])
            return {**row, "native": [self._path("n"), self._path("n"), last], **self._random.choice(_HOW)}
        if kind == 1:
            return {**row, "native": self._path("n") + "/*", **self._random.choice(_HOW)}
        if kind == 2:
            how = self._random.choice([{}, {"as": "token"}, {"codes": "colours"}, {"as": "digits"}])
            return {
                **row,
                "native": [self._path("n"), self._path("n")],
                "split": self._random.choice([" ", ", "]),
                **how,
            }
        if kind == 3:
            return {**row, "native": [self._path("n"), self._path("n")], "join": " ", "into": "first"}
        row = {**row, "native": self._path("n"), **self._random.choice(_HOW)}
        if "codes" in row and self._random.random() < 0.5:
            row["label"] = self._path("n")
        return row

    def _list(self, depth: int) -> Json:
        level = self.level(depth - 1)
        key = [field["shared"] for field in level["fields"] if field.get("shared")][:2]
        return {
            "native": self._list_path("n"),
            "shared": self._list_path("s"),
            "key": key if self._random.random() < 0.7 else [],
            **({"blank": self._random.choice(["absent", "none"])} if self._random.random() < 0.4 else {}),
            **level,
        }

    def _list_path(self, letter: str) -> str:
        kind = self._random.randrange(6)
        if kind == 0:
            return self._random.choice(["l1", "l2"])
        if kind == 1:
            return f"l{self._random.randrange(1, 3)}[t=k{self._random.randrange(4)}]"
        return self._new("o1/q") if kind == 2 else self._new(letter)

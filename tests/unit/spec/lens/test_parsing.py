from pathlib import Path

import pytest

from hub.domain.errors import Halt
from hub.spec.lens.lens import load_lens
from tests.builders.lens_tables import LISTS, small

LIST = '[[lists]]\nnative="l"\nshared="m"\n{0}\nfields=[{1}]\n'


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ('{native="a", shared="a", blnk="none"}', "the option blnk is not known"),
        ('{native="a", shared="a", as="word"}', "as = 'word' is not known"),
        ('{native="a", shared="a", codes="shapes"}', "there is no code list shapes"),
        ('{native="a", shared="a", codes="levels", from="mars"}', "has no code of the system mars"),
        ('{native="a", shared="a", blank="maybe"}', "blank = 'maybe' is not known"),
        ('{native="a"}', "shared is missing"),
        ('{shared="a"}', "native is missing"),
        ('{native="a[b", shared="a"}', "'a\\[b' is no path"),
        ('{native="a", shared="s"}, {native="b", shared="s"}', "another row writes s, too"),
        ('{native="a", shared="s"}, {native="a", shared="t"}', "another row writes a, too"),
        ('{native="a", shared="s", also=true}', "no other row writes a"),
        ('{native="a", shared="s"}, {native="a/b", shared="t"}', "something else in another row"),
        ('{native="a", shared="s"}, {native="b", shared="s/t"}', "something else in another row"),
        ('{native="a[k=1]/b", shared="s"}, {native="a/b", shared="t"}', "something else in another row"),
        ('{native="a[k=1]/k", shared="s"}', "another row writes k, too"),
        ('{native="a[k=1]", shared="s"}', "names an element of a list"),
        ('{native="a", shared="s"}, {native="a", none="no"}', "another row gives it a home"),
        ('{native=["a/*", "b"], shared="s"}', "only the last native column"),
        ('{native=["a"], shared="s", join=" "}', "join needs several"),
        ('{native=["a", "b"], shared="s", join=" ", into="last"}', "into can only be first"),
        ('{native="a", shared="s", into="first"}', "into stands beside join"),
        ('{native="a", shared="s", scale=7}', "the option scale is not known"),
        ('{native="a", shared="s", as="integer", scale=0}', "scale must be"),
        ('{native="a", shared="s", max=0}', "max must be"),
        ('{native=["a", "b"], shared="s", codes="colours", label="c"}', "label needs one native column"),
    ],
)
def test_a_wrong_row_stops_the_load_with_its_place(fields: str, wrong: str) -> None:
    with pytest.raises(Halt, match=rf"lens test.toml: fields \d+ \(.*\): .*{wrong}"):
        small(fields)


@pytest.mark.parametrize(
    ("lists", "wrong"),
    [
        (LIST.format('kee=["a"]', '{native="a", shared="a"}'), "the option kee is not known"),
        (LIST.format("", '{native="a", shared="a"}') * 2, "another row takes the same elements"),
        (LIST.format("", '{native="", shared="a"}, {native="b", shared="b"}'), "there can be but one row"),
        (LIST.format("", '{native="a", shared="a"}, {native="b", shared="a"}'), "another row writes a, too"),
    ],
)
def test_a_wrong_list_stops_the_load_with_its_place(lists: str, wrong: str) -> None:
    with pytest.raises(Halt, match=rf"lens test.toml: .*{wrong}"):
        small('{native="x", shared="x"}', lists=lists)


def test_a_wrong_head_stops_the_load() -> None:
    with pytest.raises(Halt, match=r"lens test.toml: zone is not known"):
        small('{native="x", shared="x"}', head='zone="Europe/Nowhere"')


def test_what_is_no_toml_stops_the_load(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("fields = [")
    with pytest.raises(Halt, match=r"lens .*/bad.toml: "):
        load_lens(tmp_path / "bad.toml", LISTS)
    with pytest.raises(Halt, match=r"lens .*/none.toml: "):
        load_lens(tmp_path / "none.toml", LISTS)

import pytest

from hub.spec.lens.paths import MISSING, fits, look_up, parse_path, stamped
from tests.builders.lens_tables import small


@pytest.mark.parametrize(
    "text", ["a", "a/b", "a[k=v]/b", "a[k=v][l=w]/b/*", "a[b/c=d]/e", "a b/c.d", "a[k='03']/b", "a[k=]/b"]
)
def test_a_path_is_names_keys_and_a_star(text: str) -> None:
    assert parse_path(text).text == text


@pytest.mark.parametrize("text", ["/a", "a/", "a//b", "a[k]", "a[k=v", "a]b", "*", "a/*/b", "a[k=v]x"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        parse_path(text)


def test_keys_are_compared_as_they_are_spelled_in_json() -> None:
    keys = parse_path("a[n=3][t=true][x/y=z]/b").steps[0].keys
    assert fits({"n": 3, "t": True, "x": {"y": "z"}}, keys)
    assert fits({"n": "3", "t": "true", "x": {"y": "z"}}, keys)
    assert not fits({"n": 3, "t": True, "x": "z"}, keys)
    assert not fits("abc", keys)


def test_a_made_element_has_its_keys_first_and_what_lies_beside_them() -> None:
    keys = parse_path("a[n=3][x/y=z]/b").steps[0].keys
    assert list(stamped(keys, {"b": 1, "x": {"w": 2}}).items()) == [("n", 3), ("x", {"y": "z", "w": 2}), ("b", 1)]


def test_looking_up_gives_the_first_that_fits_or_nothing() -> None:
    assert look_up({"a": [{"k": "v", "b": 1}, {"k": "v", "b": 2}]}, parse_path("a[k=v]/b")) == 1
    assert look_up({"a": "text"}, parse_path("a/b")) is MISSING


@pytest.mark.parametrize(
    "name", ["it's", 'say "so"', "br{ace}s", "back\\slash", "new\nline", "til~de", "ünï", "{at}", "\"\"\"'''"]
)
def test_no_name_can_break_out_of_the_code_it_is_compiled_to(name: str) -> None:
    toml = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lens = small(f'{{native="{toml}/{toml}", shared="{toml}/{toml}"}}')
    native = {name: {name: "x"}}
    assert lens.read(native).body == native
    assert lens.write(native).native == native
    (fault,) = lens.read({name: {name: 5}}).faults
    assert fault.path == f"/{name.replace('~', '~0')}" * 2

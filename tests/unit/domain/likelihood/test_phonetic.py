"""Soundex, by the examples of the census archives."""

import pytest

from hub.domain.likelihood.phonetic import sound


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("washington", "w252"),
        ("lee", "l000"),
        ("gutierrez", "g362"),
        ("pfister", "p236"),
        ("jackson", "j250"),
        ("tymczak", "t522"),
        ("ashcraft", "a261"),
        ("robert", "r163"),
        ("rupert", "r163"),
        ("", ""),
    ],
)
def test_names_have_the_code_the_archives_give(name: str, code: str) -> None:
    assert sound(name) == code

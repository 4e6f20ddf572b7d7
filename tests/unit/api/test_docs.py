"""The page for reading: every operation, nothing from elsewhere, nothing unescaped."""

from html.parser import HTMLParser

from hub.api.docs import page
from tests.rest import api_document


class Reader(HTMLParser):
    """Collects what a page loads and links to, and whether its elements are nested as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_operation_is_on_the_page_and_nothing_comes_from_elsewhere() -> None:
    document = api_document()
    written = page(document)
    reader = Reader()
    reader.feed(written)

    assert reader.open == []
    assert reader.addresses == ["/openapi.json"]
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in written


def test_what_the_description_says_is_text_not_markup() -> None:
    document = {
        "info": {"title": "<b>", "description": "a `<i>` b"},
        "paths": {
            "/<p>": {
                "get": {
                    "tags": ["<t>"],
                    "summary": "<s>",
                    "description": "<d>",
                    "responses": {"200": {"description": "<r>"}},
                }
            }
        },
        "components": {"schemas": {}},
    }
    written = page(document)

    for raw in ("<b>", "<i>", '<p>"', "<t>", "<s>", "<d>", "<r>", "/<p>"):
        assert raw not in written
    assert "<code>&lt;i&gt;</code>" in written

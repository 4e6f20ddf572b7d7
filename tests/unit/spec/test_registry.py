import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Halt, Reason, Rejected
from hub.spec.registry import Registry, schemas_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the founding set, to be broken."""
    return shutil.copytree(schemas_folder(), tmp_path / "schemas")


def _change(folder: Path, change: Callable[[Json], None], record_type: str = "registration") -> None:
    path = folder / record_type / "1.0.0" / "schema.json"
    schema = orjson.loads(path.read_bytes())
    change(schema)
    path.write_bytes(orjson.dumps(schema))


def test_the_founding_set_has_what_agencies_say_and_the_hub_s_notices() -> None:
    registry = Registry.load(schemas_folder())
    assert registry.types() == ("assessment", "movement", "notice", "offender", "registration")
    assert registry.versions("offender") == ("1.0.0",)


def test_versions_are_ordered_as_numbers_and_the_last_is_the_newest(folder: Path) -> None:
    for version in ("1.10.0", "1.9.0"):
        shutil.copytree(folder / "movement" / "1.0.0", folder / "movement" / version)
    registry = Registry.load(folder)
    assert registry.versions("movement") == ("1.0.0", "1.9.0", "1.10.0")
    assert registry.newest("movement").version == "1.10.0"
    assert registry.get("movement", "1.9.0").version == "1.9.0"


def test_an_unknown_type_or_version_is_refused_with_its_reason() -> None:
    registry = Registry.load(schemas_folder())
    for refused in (registry.versions, registry.newest, lambda name: registry.get(name, "1.0.0")):
        with pytest.raises(Rejected) as refusal:
            refused("warrant")
        assert refusal.value.reason is Reason.UNKNOWN_TYPE
    with pytest.raises(Rejected) as refusal:
        registry.get("offender", "9.0.0")
    assert refusal.value.reason is Reason.UNKNOWN_VERSION


def test_no_schema_at_all_halts_the_hub(tmp_path: Path) -> None:
    with pytest.raises(Halt, match="no schema was found"):
        Registry.load(tmp_path)


def test_a_schema_that_is_no_json_halts_the_hub(folder: Path) -> None:
    (folder / "movement" / "1.0.0" / "schema.json").write_text("{")
    with pytest.raises(Halt, match=r"movement 1\.0\.0 is not JSON"):
        Registry.load(folder)


def test_a_version_of_another_form_halts_the_hub(folder: Path) -> None:
    shutil.copytree(folder / "movement" / "1.0.0", folder / "movement" / "draft")
    with pytest.raises(Halt, match="the version draft"):
        Registry.load(folder)


def _without_rule(schema: Json) -> None:
    del schema["properties"]["notes"]["x-converge"]


def _unknown_rule(schema: Json) -> None:
    schema["properties"]["notes"]["x-converge"] = {"rule": "loudest"}


def _unknown_fallback(schema: Json) -> None:
    schema["properties"]["notes"]["x-converge"] = {"rule": "agree", "fallback": {"rule": "loudest"}}


def _nobody_with_authority(schema: Json) -> None:
    schema["properties"]["notes"]["x-converge"] = {"rule": "authority", "order": []}


def _order_within_a_kind(schema: Json) -> None:
    schema["properties"]["notes"]["x-converge"] = {"rule": "authority", "order": ["prison"], "within": "loudest"}


def _holder_of_no_kind(schema: Json) -> None:
    schema["x-holder"] = {"circus": {}}


def _holder_by_no_schema(schema: Json) -> None:
    schema["x-holder"] = {"prison": {"type": 7}}


def _order_the_wrong_way(schema: Json) -> None:
    schema["properties"]["riskLevel"]["x-converge"]["order"].reverse()


def _joined_list_with_a_limit(schema: Json) -> None:
    rule = {"rule": "union", "key": [], "equal": {"rule": "latest"}}
    schema["properties"]["notes"] = {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": 3,
        "x-converge": rule,
        "x-sensitivity": "personal",
    }


def _key_that_items_may_lack(schema: Json) -> None:
    rule = {"rule": "union", "key": ["by"], "equal": {"rule": "latest"}}
    items = {"type": "object", "properties": {"by": {"type": "string"}}}
    schema["properties"]["notes"] = {
        "type": "array",
        "items": items,
        "x-converge": rule,
        "x-sensitivity": "personal",
    }


def _merged_object_that_may_be_null(schema: Json) -> None:
    schema["properties"]["mappa"]["type"] = ["object", "null"]


def _without_sensitivity(schema: Json) -> None:
    del schema["properties"]["notes"]["x-sensitivity"]


def _unknown_sensitivity(schema: Json) -> None:
    schema["properties"]["notes"]["x-sensitivity"] = "secret"


def _unknown_list(schema: Json) -> None:
    schema["properties"]["riskLevel"]["x-codes"] = "moods"


def _enum_beside_its_list(schema: Json) -> None:
    schema["properties"]["scheme"]["enum"].append("visor")


def _open_beside_a_closed_list(schema: Json) -> None:
    scheme = schema["properties"]["scheme"]
    scheme["anyOf"] = [{"enum": scheme.pop("enum")}, {"$ref": "#/$defs/unlisted"}]


def _unknown_check(schema: Json) -> None:
    schema["x-rules"].append("full-moon")


def _unknown_preparation(schema: Json) -> None:
    schema["x-prepare"] = ["sums"]


def _key_of_nothing(schema: Json) -> None:
    schema["x-key"][0]["parts"] = ["number"]


def _keys_that_meet(schema: Json) -> None:
    schema["x-key"][1]["parts"] = ["code"]


def _reference_that_may_be_null(schema: Json) -> None:
    schema["properties"]["reference"]["type"] = ["string", "null"]


def _without_id(schema: Json) -> None:
    del schema["$id"]


def _no_json_schema(schema: Json) -> None:
    schema["properties"]["notes"]["type"] = "words"


def _no_regular_expression(schema: Json) -> None:
    schema["properties"]["notes"]["pattern"] = "("


def _reference_to_nothing(schema: Json) -> None:
    schema["properties"]["notes"]["$ref"] = "#/$defs/nothing"


def _reference_to_no_definition(schema: Json) -> None:
    schema["properties"]["notes"]["$ref"] = "#/properties/reference"


def _of_another_dialect(schema: Json) -> None:
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"


def _without_dialect(schema: Json) -> None:
    del schema["$schema"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without_rule, "/notes: x-converge is missing"),
        (_order_within_a_kind, "/notes: authority puts nobody first within a kind, or of all, but the holder"),
        (_holder_of_no_kind, "x-holder names circus, which is no kind of agency"),
        (_holder_by_no_schema, "x-holder of prison is not a JSON Schema"),
        (_unknown_rule, "/notes: the convergence rule loudest is not known"),
        (_unknown_fallback, "/notes: the convergence rule loudest is not known"),
        (_nobody_with_authority, "/notes: authority names no kind"),
        (_order_the_wrong_way, "/riskLevel: the order of highest"),
        (_joined_list_with_a_limit, "/notes: lists that are joined"),
        (_key_that_items_may_lack, "/notes: the key by of the union is not required"),
        (_merged_object_that_may_be_null, "/mappa: .* never null"),
        (_without_sensitivity, "/notes: x-sensitivity is missing"),
        (_unknown_sensitivity, "/notes: secret is no sensitivity"),
        (_unknown_list, "the code list moods does not exist"),
        (_open_beside_a_closed_list, "the enum differs from the code list registration-schemes"),
        (_enum_beside_its_list, "the enum differs from the code list registration-schemes"),
        (_unknown_check, "x-rules names full-moon"),
        (_unknown_preparation, "x-prepare names sums"),
        (_key_of_nothing, "x-key names number"),
        (_keys_that_meet, "two alternatives could give the same key"),
        (_reference_that_may_be_null, "reference names the record"),
        (_without_id, r"\$id is missing"),
        (_no_json_schema, "not a JSON Schema: /properties/notes/type "),
        (_no_regular_expression, "not a JSON Schema: /properties/notes/pattern "),
        (_reference_to_no_definition, r"not a JSON Schema: /properties/notes/\$ref leads out of the schema, or not"),
        (_of_another_dialect, r"not a JSON Schema: /\$schema leads out of the schema"),
        (_without_dialect, r"\$schema is missing"),
        (_reference_to_nothing, r"not a JSON Schema: .*/\$defs/nothing"),
    ],
)
def test_a_broken_schema_halts_the_hub_and_names_the_place(
    folder: Path, change: Callable[[Json], None], told: str
) -> None:
    _change(folder, change)
    with pytest.raises(Halt, match=told):
        Registry.load(folder)


@pytest.mark.parametrize(
    "place", [("properties", "notes", "$ref"), ("x-holder", "prison", "$dynamicRef"), ("$schema",)]
)
def test_a_schema_that_refers_to_another_host_halts_the_hub_which_never_asks_that_host(
    folder: Path, place: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.setblocking(False)

        def refer(schema: Json) -> None:
            for name in place[:-1]:
                schema = schema.setdefault(name, {})
            schema[place[-1]] = f"http://127.0.0.1:{host.getsockname()[1]}/notes.json"

        _change(folder, refer)
        with pytest.raises(Halt, match="leads out of the schema") as halt:
            Registry.load(folder)
        assert "http" not in str(halt.value)
        with pytest.raises(BlockingIOError):
            host.accept()

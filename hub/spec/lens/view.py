"""What a body says within a lens, for comparing: the table's shared paths with the meaning of what stands there."""

from hub.domain.canonical import Json
from hub.spec.lens.paths import MISSING, Path, Step, fits, look_up
from hub.spec.lens.plan import FieldPlan, LevelPlan, ListPlan

View = Json
"""Shared path of a row -> its value; times as instants, so that two spellings of one are equal."""


def view(plan: LevelPlan, body: Json) -> View:
    """What the body says through the rows of this level; what lies outside is not in it."""
    if plan.shared_scalar:
        return _meaning(plan.fields[0], body)
    said = {each.field.shared.text: look_up(body, each.field.shared) for each in plan.fields}
    seen = {
        text: _meaning(each, said[text]) for each in plan.fields if said[text := each.field.shared.text] is not MISSING
    }
    for listing in plan.lists:
        value = _listed(listing, body)
        if value is not MISSING:
            seen[listing.listing.shared.text] = value
    return seen


def is_mine(listing: ListPlan, item: Json) -> bool:
    """Whether an item of a shared list is one of this list's."""
    if any(fits(item, keys) for keys in listing.shared_before):
        return False
    return not listing.shared_keys or fits(item, listing.shared_keys)


def _listed(listing: ListPlan, body: Json) -> View:
    *before, last = listing.listing.shared.steps
    value = look_up(body, Path("", (*before, Step(last.name))))
    if value.__class__ is not list:
        return MISSING if listing.shared_keys else value
    items = [view(listing.level, item) for item in value if is_mine(listing, item)]
    return MISSING if not items and (listing.shared_keys or value) else items


def _meaning(row: FieldPlan, value: Json) -> Json:
    meaning = row.field.row.convert.meaning
    return [meaning(each) for each in value] if value.__class__ is list else meaning(value)

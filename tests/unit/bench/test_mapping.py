from hub.domain.canonical import Json
from tests.bench.mapping import both, changed, person


def test_the_lens_and_the_hand_do_the_same_work() -> None:
    lens, by_hand = both()
    native = person()
    read, by_hand_read = lens.read(native), by_hand.read(native)
    assert read.faults == by_hand_read.faults == ()
    assert read.body == by_hand_read.body
    assert sorted(map(str, read.homeless)) == sorted(map(str, by_hand_read.homeless))
    for body, onto in ((read.body, None), (read.body, native), (changed(read.body), native)):
        written, by_hand_written = lens.write(body, onto), by_hand.write(body, onto)
        assert written.faults == by_hand_written.faults == ()
        assert written.native == by_hand_written.native


def test_the_lens_and_the_hand_find_the_same_wrong() -> None:
    lens, by_hand = both()
    cases: tuple[Json, ...] = (
        {"surname": " "},
        {"dateOfBirth": "1981-02-30"},
        {"gender": "Z9"},
        {"otherIds": {}},
        {"profile": []},
        {"contactDetails": {"addresses": [5, {"status": {"code": "??"}}]}},
        {"profile": {"languages": {"interpreter": "No"}}},
    )
    for wrong in cases:
        native = {**person(), **wrong}
        found = {(fault.path, fault.rule) for fault in lens.read(native).faults}
        assert found == {(fault.path, fault.rule) for fault in by_hand.read(native).faults}

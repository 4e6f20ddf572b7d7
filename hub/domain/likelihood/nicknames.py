"""Short and familiar forms of English forenames."""

_FORMS = (
    "alexander alex alec sandy xander", "alexandra alex sandra sandy", "andrew andy drew", "anthony tony",
    "barbara barb babs", "benjamin ben benny", "catherine katherine kathryn cathy kathy kate katie kitty kath",
    "charles charlie chas chuck", "christine christina chris chrissie tina", "christopher chris kit",
    "daniel dan danny", "david dave davy", "deborah deb debbie", "dorothy dot dolly", "edward ed eddie ted teddy ned",
    "elizabeth beth betty eliza lisa liz lizzie libby betsy", "francis frank frankie", "frederick fred freddie",
    "gerald gerry jerry", "gregory greg", "harold harry hal", "henry harry hank", "isabella bella isabel izzy",
    "jacob jake", "james jim jimmy jamie", "jennifer jen jenny", "jessica jess jessie", "john jack johnny",
    "jonathan jon jonny", "joseph joe joey", "joshua josh", "kenneth ken kenny", "lawrence laurence larry laurie",
    "leonard len lenny leo", "margaret maggie meg peggy marge", "mary molly polly may", "matthew matt",
    "michael mick mike mickey micky", "nathaniel nathan nat", "nicholas nick nicky", "oliver ollie",
    "pamela pam", "patricia pat patsy trish tricia", "patrick pat paddy", "peter pete", "philip phillip phil",
    "rebecca becky becca", "richard rick ricky dick rich richie", "robert rob bob bobby robbie bert",
    "ronald ron ronnie", "samantha sam", "samuel sam sammy", "sarah sally sadie", "stephen steven steve stevie",
    "susan sue susie", "terence terry", "theodore theo ted", "theresa teresa terry tess", "thomas tom tommy",
    "timothy tim", "victoria vicky vic", "vincent vince", "william will bill billy willie liam", "zachary zach zac",
)  # fmt: skip
_GROUPS: dict[str, set[int]] = {}
for _number, _names in enumerate(_FORMS):
    for _name in _names.split():
        _GROUPS.setdefault(_name, set()).add(_number)


def familiar(one: str, other: str) -> bool:
    """Whether both folded forenames are forms of one name."""
    return not _GROUPS.get(one, set()).isdisjoint(_GROUPS.get(other, set()))

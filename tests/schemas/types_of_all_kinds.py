"""Sixty types that users write, each with a value of it and the JSON of that value. The tests of `parse` use them, too."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypeVar

import attrs
import msgspec
import pydantic
import pydantic.dataclasses
from typing_extensions import Doc, NotRequired, TypedDict

T = TypeVar("T")


class Colour(enum.Enum):
    """A colour."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Level(enum.IntEnum):
    HIGH = 3
    LOW = 1


class Mood(str, enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Person(msgspec.Struct):
    """A person."""

    name: Annotated[str, "The full name"]
    age: int


class Address(msgspec.Struct, rename="camel"):
    street_name: str
    zip_code: str | None = None


class Closed(msgspec.Struct, forbid_unknown_fields=True):
    a: int


class Cat(msgspec.Struct, tag=True):
    lives: int


class Dog(msgspec.Struct, tag=True):
    name: str
    friends: list[Cat | Dog] = []


class Numbered(msgspec.Struct, tag_field="kind", tag=7):
    a: int


class Row(msgspec.Struct, array_like=True):
    a: int
    b: int


class Node(msgspec.Struct):
    value: int
    children: list[Node] = []


class Left(msgspec.Struct):
    right: Right | None


class Right(msgspec.Struct):
    left: Left | None


class Page(msgspec.Struct, Generic[T]):
    items: list[T]
    next_page: int | None = None


class People(Page[Person]):
    total: int = 0


class Limits(msgspec.Struct):
    percent: Annotated[int, msgspec.Meta(ge=0, le=100, description="From 0 to 100")]
    code: Annotated[str, msgspec.Meta(pattern="^[a-z]+$", min_length=2)]
    tags: Annotated[list[str], msgspec.Meta(max_length=3)]


class Everything(msgspec.Struct):
    when: datetime.datetime
    day: datetime.date
    hour: datetime.time
    lasts: datetime.timedelta
    id: uuid.UUID
    price: decimal.Decimal
    raw: bytes
    colour: Colour


class WithUnset(msgspec.Struct):
    a: int | msgspec.UnsetType = msgspec.UNSET


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Line:
    """A line."""

    start: Point
    end: Point
    labels: list[str] = field(default_factory=list)


@dataclass
class Square:
    side: float
    area: float = field(init=False)

    def __post_init__(self) -> None:
        self.area = self.side**2


@dataclass
class Circle:
    radius: float


@dataclass
class Drawing:
    shapes: list[Circle | Point]
    main: Circle | Point | None = None


@dataclass
class Box(Generic[T]):
    content: Annotated[T, Doc("What is in it")]


@dataclass
class Tree:
    left: Tree | None = None
    right: Tree | None = None


class Film(TypedDict):
    """A film."""

    title: str
    year: Annotated[int, Doc("The year of the first showing")]
    rating: NotRequired[float]


class Coordinates(NamedTuple):
    lat: float
    lon: float


class Entry(NamedTuple):
    name: str
    count: int = 0


@attrs.define
class Part:
    number: int
    name: str = "part"


@attrs.frozen
class Machine:
    parts: list[Part]


class Model(pydantic.BaseModel):
    """A model."""

    name: str = pydantic.Field(description="The name")
    age: Annotated[int, "In years"] = pydantic.Field(ge=0)


class Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)

    when: datetime.datetime
    id: uuid.UUID
    pair: tuple[int, int]


class Aliased(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")
    last_name: str = pydantic.Field(validation_alias="lastName", serialization_alias="surname")


class Branch(pydantic.BaseModel):
    name: str
    branches: list[Branch] = []


class Company(pydantic.BaseModel):
    boss: Model
    staff: list[Model]
    branch: Branch | None = None


class Result(pydantic.BaseModel, Generic[T]):
    value: T


class Names(pydantic.RootModel[list[str]]):
    pass


class Rabbit(pydantic.BaseModel):
    kind: Literal["rabbit"]
    ears: int


class Snake(pydantic.BaseModel):
    kind: Literal["snake"]
    length: float


class Zoo(pydantic.BaseModel):
    animals: list[Annotated[Rabbit | Snake, pydantic.Field(discriminator="kind")]]


@pydantic.dataclasses.dataclass
class Checked:
    a: int = pydantic.Field(ge=1)


@dataclass
class Team:
    lead: Model
    others: list[Model]


class Office(msgspec.Struct):
    team: list[Model]
    tree: Branch


@dataclass
class Described:
    size: Annotated[int, pydantic.Field(ge=1, description="In metres")]


UserId = NewType("UserId", int)

EVERYTHING = Everything(
    datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc),
    datetime.date(2026, 1, 31),
    datetime.time(12, 30, tzinfo=datetime.timezone.utc),
    datetime.timedelta(hours=1),
    uuid.UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    decimal.Decimal("12.30"),
    b"ab",
    Colour.BLUE,
)
EVERYTHING_JSON = (
    '{"when":"2026-01-31T12:00:00Z","day":"2026-01-31","hour":"12:30:00Z","lasts":"PT1H",'
    '"id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","price":12.30,"raw":"YWI=","colour":"blue"}'
)
ANNA = Person("Anna", 30)
ANNA_JSON = '{"name":"Anna","age":30}'
MODEL = Model(name="Anna", age=30)


@dataclass
class Case:
    """A type, a value of it, and the JSON of the value."""

    type: Any
    value: Any
    json: str
    is_strict: bool = True
    """Whether strict mode can express the type."""


CASES: dict[str, Case] = {
    "struct": Case(Person, ANNA, ANNA_JSON),
    "struct with renamed fields": Case(
        Address, Address("High Street", None), '{"streetName":"High Street","zipCode":null}'
    ),
    "closed struct": Case(Closed, Closed(1), '{"a":1}'),
    "tagged struct": Case(Cat, Cat(9), '{"type":"Cat","lives":9}'),
    "tagged union": Case(
        Cat | Dog,
        Dog("Rex", [Cat(9)]),
        '{"result":{"type":"Dog","name":"Rex","friends":[{"type":"Cat","lives":9}]}}',
    ),
    "numeric tag": Case(Numbered, Numbered(1), '{"kind":7,"a":1}'),
    "struct as an array": Case(Row, Row(1, 2), '{"result":[1,2]}'),
    "recursive struct": Case(
        Node, Node(1, [Node(2, [])]), '{"value":1,"children":[{"value":2,"children":[]}]}'
    ),
    "mutual recursion": Case(Left, Left(Right(None)), '{"right":{"left":null}}'),
    "generic struct": Case(Page[int], Page([1, 2], None), '{"items":[1,2],"next_page":null}'),
    "generic struct of structs": Case(
        Page[Person], Page([ANNA], 2), f'{{"items":[{ANNA_JSON}],"next_page":2}}'
    ),
    "subclass of a generic struct": Case(
        People, People([ANNA], None, 1), f'{{"items":[{ANNA_JSON}],"next_page":null,"total":1}}'
    ),
    "limits": Case(Limits, Limits(50, "ab", ["x"]), '{"percent":50,"code":"ab","tags":["x"]}'),
    "scalars of every kind": Case(Everything, EVERYTHING, EVERYTHING_JSON),
    "unset": Case(WithUnset, WithUnset(1), '{"a":1}'),
    "dataclass": Case(Point, Point(1.5, 2.0), '{"x":1.5,"y":2.0}'),
    "nested dataclass": Case(
        Line,
        Line(Point(0.0, 0.0), Point(1.0, 1.0), ["a"]),
        '{"start":{"x":0.0,"y":0.0},"end":{"x":1.0,"y":1.0},"labels":["a"]}',
    ),
    "dataclass with a computed field": Case(Square, Square(3.0), '{"side":3.0}'),
    "dataclass with a union of dataclasses": Case(
        Drawing,
        Drawing([Circle(1.0), Point(1.0, 2.0)], None),
        '{"shapes":[{"radius":1.0},{"x":1.0,"y":2.0}],"main":null}',
    ),
    "union of dataclasses": Case(Circle | Point, Point(1.0, 2.0), '{"result":{"x":1.0,"y":2.0}}'),
    "generic dataclass": Case(Box[int], Box(3), '{"content":3}'),
    "generic dataclass of a union": Case(Box[Person | None], Box(None), '{"content":null}'),
    "recursive dataclass": Case(
        Tree, Tree(Tree(None, None), None), '{"left":{"left":null,"right":null},"right":null}'
    ),
    "TypedDict": Case(
        Film,
        {"title": "M", "year": 1931, "rating": 8.3},
        '{"title":"M","year":1931,"rating":8.3}',
    ),
    "list of TypedDicts": Case(
        list[Film],
        [{"title": "M", "year": 1931, "rating": 8.3}],
        '{"result":[{"title":"M","year":1931,"rating":8.3}]}',
    ),
    "NamedTuple of one type": Case(Coordinates, Coordinates(1.0, 2.0), '{"result":[1.0,2.0]}'),
    "NamedTuple": Case(Entry, Entry("a", 2), '{"result":["a",2]}', is_strict=False),
    "attrs": Case(Part, Part(1, "wheel"), '{"number":1,"name":"wheel"}'),
    "nested attrs": Case(Machine, Machine([Part(1, "wheel")]), '{"parts":[{"number":1,"name":"wheel"}]}'),
    "pydantic model": Case(Model, MODEL, ANNA_JSON),
    "strict pydantic model": Case(
        Strict,
        Strict(when=EVERYTHING.when, id=EVERYTHING.id, pair=(1, 2)),
        '{"when":"2026-01-31T12:00:00Z","id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","pair":[1,2]}',
    ),
    "pydantic aliases": Case(
        Aliased,
        Aliased(firstName="Anna", lastName="Lee"),
        '{"firstName":"Anna","lastName":"Lee"}',
    ),
    "recursive pydantic model": Case(
        Branch,
        Branch(name="a", branches=[Branch(name="b")]),
        '{"name":"a","branches":[{"name":"b","branches":[]}]}',
    ),
    "nested pydantic model": Case(
        Company,
        Company(boss=MODEL, staff=[MODEL], branch=Branch(name="b")),
        f'{{"boss":{ANNA_JSON},"staff":[{ANNA_JSON}],"branch":{{"name":"b","branches":[]}}}}',
    ),
    "generic pydantic model": Case(Result[int], Result[int](value=3), '{"value":3}'),
    "root model": Case(Names, Names(["a"]), '{"result":["a"]}'),
    "union of pydantic models": Case(
        Rabbit | Snake, Snake(kind="snake", length=2.5), '{"result":{"kind":"snake","length":2.5}}'
    ),
    "list of pydantic models": Case(list[Model], [MODEL], f'{{"result":[{ANNA_JSON}]}}'),
    "discriminated pydantic union": Case(
        Zoo,
        Zoo(animals=[Rabbit(kind="rabbit", ears=2)]),
        '{"animals":[{"kind":"rabbit","ears":2}]}',
    ),
    "pydantic dataclass": Case(Checked, Checked(3), '{"a":3}'),
    "list of pydantic dataclasses": Case(list[Checked], [Checked(3)], '{"result":[{"a":3}]}'),
    "models in a dataclass": Case(
        Team, Team(MODEL, [MODEL]), f'{{"lead":{ANNA_JSON},"others":[{ANNA_JSON}]}}'
    ),
    "models in a struct": Case(
        Office,
        Office([MODEL], Branch(name="a")),
        f'{{"team":[{ANNA_JSON}],"tree":{{"name":"a","branches":[]}}}}',
    ),
    "pydantic's Field in a dataclass": Case(Described, Described(2), '{"size":2}'),
    "model or struct": Case(Model | Address, MODEL, f'{{"result":{ANNA_JSON}}}'),
    "literal": Case(Literal["good", "bad"], "bad", '{"result":"bad"}'),
    "mixed literal": Case(Literal["auto", 1, None], 1, '{"result":1}'),
    "boolean literal": Case(Literal[True, "maybe"], True, '{"result":true}'),
    "enum": Case(Colour, Colour.GREEN, '{"result":"green"}'),
    "integer enum": Case(Level, Level.LOW, '{"result":1}'),
    "string enum": Case(list[Mood], [Mood.BAD], '{"result":["bad"]}'),
    "text": Case(str, "a", '{"result":"a"}'),
    "number": Case(int, 3, '{"result":3}'),
    "optional": Case(int | None, None, '{"result":null}'),
    "new type": Case(UserId, 3, '{"result":3}'),
    "union of scalars": Case(int | str | None, "a", '{"result":"a"}'),
    "described scalar": Case(Annotated[float, "In degrees"], 1.5, '{"result":1.5}'),
    "list of lists": Case(list[list[int]], [[1], []], '{"result":[[1],[]]}'),
    "set": Case(set[int], {1, 2}, '{"result":[1,2]}'),
    "sequence": Case(Sequence[Person], [ANNA], f'{{"result":[{ANNA_JSON}]}}'),
    "tuple of any length": Case(tuple[int, ...], (1, 2), '{"result":[1,2]}'),
    "tuple of one type": Case(tuple[int, int], (1, 2), '{"result":[1,2]}'),
    "mixed tuple": Case(tuple[int, str], (1, "a"), '{"result":[1,"a"]}', is_strict=False),
    "mapping": Case(dict[str, int], {"a": 1}, '{"a":1}', is_strict=False),
    "mapping of structs": Case(Mapping[str, Person], {"a": ANNA}, f'{{"a":{ANNA_JSON}}}', is_strict=False),
    "any": Case(Any, {"a": [1]}, '{"result":{"a":[1]}}', is_strict=False),
    "bare list": Case(list, [1, "a"], '{"result":[1,"a"]}', is_strict=False),
}

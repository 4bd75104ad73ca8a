"""The base of every mapping in librechat.yaml."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Number: TypeAlias = int | float
Amount: TypeAlias = Annotated[Number, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
NonEmpty: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Trimmed: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Url: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*://\S+$"),
]


class Section(BaseModel):
    """A mapping of librechat.yaml; keys it does not know have no effect and can be listed."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        strict=True,
        frozen=True,
        extra="allow",  # set aside by pydantic: that is how unknown keys are found
        protected_namespaces=(),
    )


class StrictSection(Section):
    """A mapping in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class SnakeSection(Section):
    """A mapping whose keys are spelled with underscores in the file, too."""

    model_config = ConfigDict(alias_generator=None)

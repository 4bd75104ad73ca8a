"""Names the relay serves, wherever they were written down, and the models behind them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from accounts.models import User
from agents import config
from agents.config import RelayAliasConfig, RelayDeploymentConfig
from agents.llm import available
from agents.models import Match, RelayAlias


@dataclass(frozen=True, slots=True)
class Alias:
    """A name the relay serves, wherever it was written down."""

    name: str
    match: str
    deployments: tuple[RelayDeploymentConfig, ...]
    parameters: Mapping[str, object] = field(default_factory=dict)
    capabilities: Mapping[str, object] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    description: str = ""

    def fits(self, model: str) -> bool:
        """Return whether a client's name means this alias."""
        match self.match:
            case Match.PREFIX:
                return model.startswith(self.name)
            case Match.REGEX:
                return bool(_pattern(self.name).fullmatch(model))
            case _:
                return model == self.name


@dataclass(frozen=True, slots=True)
class Name:
    """A name that somebody's keys may use, and the model that is asked first for it.

    ``owner``: who serves it, as shown. ``capabilities``: what the alias itself says.
    """

    name: str
    owner: str
    endpoint: str
    model: str
    capabilities: Mapping[str, object] = field(default_factory=dict)


def aliases() -> list[Alias]:
    """Return the aliases: the file's before the administration's, exact names first."""
    kept = RelayAlias.objects.filter(is_active=True).prefetch_related("deployments")
    found = [*map(_from_file, config.relay().aliases), *map(_from_row, kept)]
    return sorted(found, key=lambda alias: alias.match != Match.EXACT)


def alias_for(model: str) -> Alias | None:
    """Return the alias that a client's name means; None where there is none."""
    return next((one for one in aliases() if one.fits(model)), None)


def filled(alias: Alias, model: str, asked: str) -> str:
    """Return a deployment's model; ``*`` stands for what follows an alias that is a beginning."""
    if alias.match == Match.PREFIX and "*" in model:
        return model.replace("*", asked.removeprefix(alias.name))
    return model


def names_served(user: User) -> list[tuple[str, str]]:
    """Return the names a person's keys may use, each with who serves it, aliases first."""
    return [(one.name, one.owner) for one in served(user)]


def served(user: User) -> list[Name]:
    """Return the names a person's keys may use, aliases first."""
    listed = [_named(alias) for alias in aliases() if alias.match == Match.EXACT]
    models = available.models_for(user)
    seen = {one.name for one in listed}
    for endpoint, names in models.items():
        for name in names:
            # The first endpoint has the plain name; every other is told apart by its own.
            plain = name if name not in seen else f"{endpoint}/{name}"
            listed.append(Name(plain, endpoint, endpoint, name))
            seen.add(name)
    return listed


def _named(alias: Alias) -> Name:
    first = min(alias.deployments, key=lambda one: one.tier, default=None)
    endpoint, model = (first.endpoint, first.model) if first else ("", alias.name)
    return Name(alias.name, "relay", endpoint, model, alias.capabilities)


def _from_file(written: RelayAliasConfig) -> Alias:
    return Alias(
        name=written.name,
        match=written.match,
        deployments=tuple(written.deployments),
        parameters=written.parameters,
        capabilities=written.capabilities,
        rates={name: float(rate) for name, rate in written.rates.items()},
        description=written.description,
    )


def _from_row(row: RelayAlias) -> Alias:
    deployments: Iterable[RelayDeploymentConfig] = (
        RelayDeploymentConfig(
            endpoint=one.endpoint,
            model=one.model,
            tier=one.tier,
            weight=one.weight,
            timeout_seconds=one.timeout_seconds,
        )
        for one in row.deployments.all()
    )
    return Alias(
        name=row.name,
        match=row.match,
        deployments=tuple(deployments),
        parameters=row.parameters,
        capabilities=row.capabilities,
        rates=row.rates,
        description=row.description,
    )


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    """Return an administrator's pattern; one that is none fits nothing."""
    try:
        return re.compile(text)
    except re.error:
        return re.compile(r"(?!)")

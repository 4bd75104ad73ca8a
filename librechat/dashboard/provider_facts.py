"""What the pages about providers and models show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Group, PrincipalType, User
from agents import config
from agents.llm import available
from agents.llm.configured import configured
from agents.llm.endpoint import Endpoint
from agents.llm.health import Health, health_known
from agents.llm.variables import is_listed
from agents.llm.why import models_known
from agents.visibility import Principal, Rules, rules_now
from conversations.models import Generation
from librechat.dashboard.activity import HEALTH_SECONDS, provider_health
from librechat.dashboard.activity import Health as Record
from librechat.dashboard.health_words import state_in_words
from librechat.dashboard.kept import kept

LAST_LETTERS = 4
SHORTEST_KEY = 12  # of a shorter one four letters would tell too much
# The built-in endpoints → the variable that switches each on.
KEY_VARIABLES: Mapping[str, str] = {
    "openAI": "OPENAI_API_KEY",
    "azureOpenAI": "AZURE_API_KEY",
    "google": "GOOGLE_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "bedrock": "BEDROCK_AWS_SECRET_ACCESS_KEY",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An endpoint; ``who``: the roles and groups it is restricted to, empty for everybody.

    record: how its answers of the last hour went; None when nobody asked. closed: how many of
    its models are restricted.
    """

    name: str
    label: str
    dialect: str
    host: str
    key: str
    models: int
    is_fetched: bool
    is_hidden: bool
    link: str
    who: list[str]
    closed: int
    running: int
    health: Health | None
    health_words: str
    record: Record | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A built-in endpoint that is not there, and why."""

    name: str
    reason: str


def endpoints_known(user: User) -> dict[str, Endpoint]:
    """Return the endpoints of environment and file, hidden ones too, as the administrator has them.

    What overrides add for others alone is not among them.
    """
    return {**configured(config.endpoints()), **available.endpoints_configured(user)}


def lines(user: User) -> list[Line]:
    """Return every endpoint; five queries, however many there are."""
    endpoints = endpoints_known(user)
    rules = rules_now()
    names = principal_names(rules.values())
    health = health_known(list(endpoints))
    records = {one.endpoint: one for one in kept("health", provider_health, seconds=HEALTH_SECONDS)}
    running = _running()
    return [
        Line(
            name=name,
            label=one.label,
            dialect=one.dialect,
            host=host_of(one),
            key=key_of(one),
            models=len(models_known(one, user)),
            is_fetched=one.is_fetched,
            is_hidden=one.is_hidden,
            link=link_to(name),
            who=who_of(rules, names, name),
            closed=sum(bool(model) and place == name for place, model in rules),
            running=running.get(name, 0),
            health=health.get(name),
            health_words=state_in_words(health.get(name)),
            record=records.get(name),
        )
        for name, one in endpoints.items()
    ]


def missing(user: User) -> list[Missing]:
    """Return the built-in endpoints that nobody sees, and what would change that."""
    there = endpoints_known(user)
    return [
        Missing(
            name,
            _("missing: set %(variable)s") % {"variable": variable}
            if is_listed(name)
            else _("left out by ENDPOINTS"),
        )
        for name, variable in KEY_VARIABLES.items()
        if name not in there
    ]


def key_of(endpoint: Endpoint) -> str:
    """Return what may be told of an endpoint's keys."""
    if endpoint.key_by_user:
        return _("by each person")
    served = endpoint.by_model.values() or [endpoint]
    keys = dict.fromkeys(one.api_key for one in served)
    return ", ".join(masked(key) for key in keys if key) or _("none")


def masked(key: str) -> str:
    """Return a key's last four letters, or that there is one."""
    return f"…{key[-LAST_LETTERS:]}" if len(key) >= SHORTEST_KEY else _("set")


def host_of(endpoint: Endpoint) -> str:
    """Return where an endpoint is, without path and credentials."""
    if endpoint.url_by_user:
        return _("by each person")
    served = endpoint.by_model.values() or [endpoint]
    hosts = dict.fromkeys(filter(None, (_host(one) for one in served)))
    return ", ".join(hosts) or (
        _("none") if endpoint.dialect == "demo" else _("the provider's own")
    )


def _host(endpoint: Endpoint) -> str:
    instance = endpoint.options.get("instance", "")
    if not endpoint.base_url:
        return f"{instance}.openai.azure.com" if instance else ""
    try:
        parts = urlsplit(endpoint.base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _("not an address")
    return f"{parts.hostname or ''}{port}"


def link_to(endpoint: str, model: str = "") -> str:
    """Return the page of an endpoint, or of a model of it."""
    if not model:
        return f"{reverse('admin:provider')}?{urlencode({'endpoint': endpoint})}"
    query = urlencode({"endpoint": endpoint, "model": model})
    return f"{reverse('admin:provider_model')}?{query}"


def principal_names(allowed: Iterable[frozenset[Principal]]) -> dict[Principal, str]:
    """Return how roles and groups are called; one query."""
    wanted = {one for some in allowed for one in some}
    ids = [pk for kind, pk in wanted if kind == PrincipalType.GROUP.value]
    groups = dict(Group.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return {one: _called(one, groups) for one in sorted(wanted)}


def _called(principal: Principal, groups: Mapping[str, str]) -> str:
    kind, name = principal
    if kind == PrincipalType.ROLE.value:
        return _("role %(name)s") % {"name": name}
    if name in groups:
        return _("group %(name)s") % {"name": groups[name]}
    return _("a group that is gone")


def who_of(
    rules: Rules,
    names: Mapping[Principal, str],
    endpoint: str,
    model: str = "",
) -> list[str]:
    """Return whom a rule names; empty for everybody."""
    return sorted(names[one] for one in rules.get((endpoint, model), ()))


def _running() -> dict[str, int]:
    rows = Generation.objects.active().order_by().values_list("endpoint")
    return dict(rows.annotate(Count("pk")))

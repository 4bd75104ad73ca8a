"""How overrides of ``endpoints`` are laid over each other: the operator's secrets stay below.

An override that gives an endpoint an address takes nothing along from below that may be a
secret. Custom endpoints are told apart by name. What is taken away as a whole is hidden.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from accounts.access.override_secrets import USER_PROVIDED, sealed_in
from accounts.access.override_tree import Tree, leaves, merged, without
from librechat.kernel.outbound import UnsafeRequestError
from librechat.kernel.outbound.addresses import is_public, literal, parse

SECTION = "endpoints"
CUSTOM = "custom"
AZURE = "azureOpenAI"
BLOCKS = (
    "openAI",
    "google",
    "anthropic",
    AZURE,
    "azureAssistants",
    "assistants",
    "agents",
    "bedrock",
)
KNOWN = frozenset({*BLOCKS, CUSTOM, "all", "allowedAddresses"})
# The section's types take both spellings.
ADDRESSES = ("baseURL", "base_url", "instanceName", "instance_name", "groups")
# What goes to an endpoint's address and may be a secret.
PRIVATE = frozenset(
    {*ADDRESSES, "apiKey", "api_key", "headers", "addParams", "add_params", "vertex"},
)
# Their packages connect by themselves, past the one way out.
FIXED = frozenset({"google", "bedrock"})
# People's data may be filled in, the tokens of their sign-ins may not.
TOKEN = re.compile(r"\{\{\s*LIBRECHAT_(?!USER_|BODY_)")
FILE_ONLY = "for librechat.yaml only"


class EndpointLayering:
    """The rules of the section ``endpoints``."""

    def laid_over(
        self,
        below: Mapping[str, object],
        overrides: Mapping[str, object],
        tombstones: Iterable[str],
    ) -> Tree:
        """Return the tree after one receiver's overrides."""
        tree, above = _keyed(below.get(SECTION)), _keyed(overrides.get(SECTION))
        for path in tombstones:
            head, *rest = path.split(".")
            if head == SECTION:
                tree = _taken_away(tree, rest)
        for name in BLOCKS:
            if _sets_address(above.get(name)):
                tree[name] = _public(tree.get(name))
        customs, changed = _tree(tree.get(CUSTOM)), _tree(above.get(CUSTOM))
        tree[CUSTOM] = {
            name: _public(block) if _sets_address(changed.get(name)) else block
            for name, block in customs.items()
        }
        whole = _tree(merged(tree, above))
        return {**below, SECTION: {**whole, CUSTOM: [*_tree(whole[CUSTOM]).values()]}}

    def problems(
        self,
        overrides: Mapping[str, object],
        tombstones: Iterable[str],
        *,
        before: Mapping[str, object],
    ) -> Iterator[str]:
        """Yield what must not be stored, each with its path; ``before``: what is stored."""
        for path in tombstones:
            if path.startswith(f"{SECTION}.") and path.rpartition(".")[2] in ADDRESSES:
                yield f"{path}: an address can be replaced, together with its key, not taken away"
        section = overrides.get(SECTION, {})
        if not isinstance(section, Mapping):
            yield f"{SECTION}: give an object"
            return
        yield from (f"{SECTION}.{name}: unknown key" for name in section if name not in KNOWN)
        if "allowedAddresses" in section:
            yield f"{SECTION}.allowedAddresses: {FILE_ONLY}"
        for path, value in leaves(section, SECTION):
            if TOKEN.search(str(value)):
                yield f"{path}: tokens of sign-ins are {FILE_ONLY}"
        yield from _list_problems(section.get(CUSTOM, []))
        stored = dict(_blocks(_tree(before.get(SECTION))))
        for path, block in _blocks(section):
            yield from _block_problems(path, block, _tree(stored.get(path)))


def _list_problems(customs: object) -> Iterator[str]:
    if not isinstance(customs, list):
        yield f"{SECTION}.{CUSTOM}: give the list of endpoints"
        return
    names = [_name(block) for block in customs]
    if "" in names:
        yield f"{SECTION}.{CUSTOM}: every endpoint needs a name"
    if len(names) != len(set(names)):
        yield f"{SECTION}.{CUSTOM}: a name stands here twice"


def _blocks(section: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (path, block) of all that can have an address."""
    for name in BLOCKS:
        yield f"{SECTION}.{name}", _tree(section.get(name))
    for name, block in _by_name(section.get(CUSTOM)).items():
        yield f"{SECTION}.{CUSTOM}[{name}]", _tree(block)
    groups = _tree(section.get(AZURE)).get("groups")
    for group in groups if isinstance(groups, list) else []:
        yield f"{SECTION}.{AZURE}.groups[{_name(group, 'group')}]", _tree(group)


def _block_problems(
    path: str,
    block: Mapping[str, object],
    before: Mapping[str, object],
) -> Iterator[str]:
    if "vertex" in block:
        yield f"{path}.vertex: {FILE_ONLY}"
    if not _sets_address(block):
        return
    if path.rpartition(".")[2] in FIXED:
        yield f"{path}.baseURL: {FILE_ONLY}"
    if "groups" not in block and not block.get("apiKey"):
        yield f"{path}: an address needs its own apiKey beside it, or {USER_PROVIDED}"
    if any(_address(block, key) != _address(before, key) for key in ADDRESSES) and any(
        sealed_in({name: item for name, item in block.items() if name != "groups"}),
    ):
        yield f"{path}: the address changes, so give its secrets again"
    if "base_url" in block or "instance_name" in block:
        yield f"{path}: write baseURL and instanceName"
    address = block.get("baseURL")
    if isinstance(address, str) and address != USER_PROVIDED:
        yield from _address_problems(f"{path}.baseURL", address)


def _address_problems(path: str, address: str) -> Iterator[str]:
    try:
        host = literal(parse(address).raw_host or "")
    except UnsafeRequestError as exc:
        yield f"{path}: {exc}"
    else:
        if host is not None and not is_public(host):
            yield f"{path}: addresses that are not on the public internet are {FILE_ONLY}"


def _address(block: Mapping[str, object], key: str) -> object:
    """Return the part of an address; of Azure's groups only where they are."""
    found = block.get(key)
    if key != "groups" or not isinstance(found, list):
        return found
    return [[_tree(group).get(name) for name in ADDRESSES] for group in found]


def _sets_address(block: object) -> bool:
    return isinstance(block, Mapping) and any(key in block for key in ADDRESSES)


def _public(block: object) -> Tree:
    return {key: item for key, item in _tree(block).items() if key not in PRIVATE}


def _taken_away(tree: Tree, path: list[str]) -> Tree:
    """Return the section without what is at a path in it; a whole endpoint is hidden."""
    if path[:1] != [CUSTOM] and path:
        return _block_taken_away(tree, path)
    customs = _tree(tree.get(CUSTOM))
    match path[1:]:
        case []:
            customs = {name: _hidden(one) for name, one in customs.items()}
        case [name]:
            customs[name] = _hidden({"name": name, **_tree(customs.get(name))})
        case rest:
            customs = _block_taken_away(customs, rest)
    # Without a path all endpoints go.
    hidden = {} if path else {name: _hidden(tree.get(name)) for name in BLOCKS}
    return {**tree, **hidden, CUSTOM: customs}


def _block_taken_away(tree: Tree, path: list[str]) -> Tree:
    """Return blocks by name without what is at a path in them."""
    match path:
        case [name] if name in BLOCKS:
            return {**tree, name: _hidden(tree.get(name))}
        case [name, last] if last in ADDRESSES:  # refused when it is stored
            return {**tree, name: _public(tree.get(name))}
        case _:
            return without(tree, ".".join(path))


def _hidden(block: object) -> Tree:
    return {**_tree(block), "hidden": True}


def _keyed(section: object) -> Tree:
    """Return the section with its custom endpoints by name; of two of a name the first counts."""
    tree = _tree(section)
    return {**tree, CUSTOM: _by_name(tree.get(CUSTOM))}


def _by_name(customs: object) -> Tree:
    found: Tree = {}
    for block in customs if isinstance(customs, list) else []:
        if _name(block):
            found.setdefault(_name(block), block)
    return found


def _name(block: object, key: str = "name") -> str:
    name = _tree(block).get(key)
    return name.strip() if isinstance(name, str) else ""


def _tree(found: object) -> Tree:
    return dict(found) if isinstance(found, Mapping) else {}

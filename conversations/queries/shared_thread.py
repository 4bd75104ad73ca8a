"""A branch of a shared chat, ready for the template."""

from dataclasses import dataclass, replace

from conversations import tree
from conversations.models import SharedLink
from conversations.queries.snapshots import snapshot_messages
from conversations.queries.thread import message_views, siblings_view
from conversations.queries.views import MessageView


@dataclass(frozen=True, slots=True)
class SharedThread:
    """The messages of a branch, oldest first; ``leaf_index``: place of the last in the snapshot."""

    messages: tuple[MessageView, ...]
    leaf_id: str
    leaf_index: int


def shared_thread(link: SharedLink, *, leaf_id: str = "") -> SharedThread:
    """Return the branch through ``leaf_id``, else the newest one; no query but the cache's."""
    messages = snapshot_messages(link)
    nodes = [tree.Node(one.message_id, one.parent_message_id) for one in messages]
    places = {one.message_id: place for place, one in enumerate(messages)}
    leaf = tree.latest_leaf_below(nodes, leaf_id) if leaf_id in places else tree.latest_leaf(nodes)
    branch = [messages[places[one]] for one in tree.branch_to(nodes, leaf)]
    children, parents = tree.children_of(nodes), tree.parents_of(nodes)
    shown = tuple(
        replace(view, siblings=siblings_view(view.message_id, children[parents[view.message_id]]))
        for view in message_views(branch, running={})
    )
    return SharedThread(shown, leaf, places.get(leaf, 0))

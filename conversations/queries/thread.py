"""The visible branch of a conversation, a page at a time, ready for the templates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.core.cache import cache
from django.utils.html import escape
from django.utils.safestring import SafeString

from conversations import tree
from conversations.models import Conversation, Generation, Message
from conversations.queries.ratings import reason_label
from conversations.queries.replies import (
    error_of,
    notice_views,
    state_of,
    step_views,
    usage_line,
    visible_text,
)
from conversations.queries.views import MessageView, SiblingsView, ThreadView
from librechat.kernel import markup
from librechat.kernel.ids import NO_PARENT

PAGE = 40
ABOVE = 6  # messages shown above the one that was searched for
KEEP_HTML_SECONDS = 3600
LINE_PIXELS, LINE_CHARACTERS, FRAME_PIXELS = 26, 80, 72


def thread_view(
    conversation: Conversation,
    *,
    leaf_id: str = "",
    before: str = "",
    around: str = "",
    limit: int = PAGE,
) -> ThreadView:
    """Return the last messages of a branch, those above ``before``, or those ``around`` one.

    The branch goes through ``leaf_id`` to the newest leaf below it; without one it is the branch
    that was looked at last. Four queries, however long the conversation is.
    """
    rows = Message.objects.filter(conversation=conversation).in_order()
    shape = tree.Tree(rows.values_list("message_id", "parent_message_id"))
    asked = leaf_id or conversation.leaf_message_id
    leaf = shape.latest_leaf_below(asked if asked in shape else NO_PARENT)
    branch = shape.branch_to(leaf)
    if before in branch:
        branch = branch[: branch.index(before)]
    page = _window(branch, around, limit)
    running = _running(conversation)
    messages = _in_page(conversation, page)
    versions = shape.versions_of(page)
    views = [
        replace(view, siblings=siblings_view(view.message_id, versions[view.message_id]))
        for view in message_views(messages, running=running)
    ]
    has_newer = bool(page) and page[-1] != branch[-1]
    compared = () if has_newer else _compared(conversation, views, running)
    ends = [*reversed(page), *(view.message_id for view in compared)]
    shown = next((running[one] for one in ends if one in running), "")
    older = page[0] if page and page[0] != branch[0] else ""
    return ThreadView(conversation, tuple(views), older, leaf, shown, has_newer, compared)


def _compared(
    conversation: Conversation,
    views: Sequence[MessageView],
    running: Mapping[str, str],
) -> tuple[MessageView, ...]:
    """Return the answers that stand beside the last one, it first; mostly there are none."""
    last = views[-1] if views else None
    if last is None or not last.group or last.siblings.count == 1:
        return ()
    parent = Message.objects.filter(conversation=conversation, parent_message_id=last.parent_id)
    beside = [
        message
        for message in parent.in_order().exclude(message_id=last.message_id)
        if message.metadata.get("group") == last.group
    ]
    for message in beside:
        message.conversation = conversation
    return (last, *message_views(beside, running=running)) if beside else ()


def _window(branch: Sequence[str], around: str, limit: int) -> Sequence[str]:
    """Return the last messages; where ``around`` is above them, those from shortly before it."""
    if around not in branch[:-limit]:
        return branch[-limit:]
    start = max(branch.index(around) - ABOVE, 0)
    return branch[start : start + limit]


def message_in_thread(message: Message) -> MessageView:
    """Return one article with its siblings and, while it is written, its generation; 3 queries."""
    siblings = Message.objects.filter(
        conversation_id=message.conversation_id,
        parent_message_id=message.parent_message_id,
    )
    ids = list(siblings.in_order().values_list("message_id", flat=True))
    running = {} if message.is_created_by_user else _running(message.conversation)
    view = message_views([message], running=running)[0]
    return replace(view, siblings=siblings_view(message.message_id, ids))


def message_views(messages: Sequence[Message], *, running: Mapping[str, str]) -> list[MessageView]:
    """Return articles in the given order; ``running``: message id → generation id."""
    texts = {message.id: text_of(message) for message in messages}
    settled = [message for message in messages if message.message_id not in running]
    rendered = _html_of(settled, texts) | {
        message.id: _rendered(message, texts[message.id])  # grows: no revision names it
        for message in messages
        if message.message_id in running
    }
    return [
        _view(message, texts[message.id], rendered[message.id], running.get(message.message_id, ""))
        for message in messages
    ]


def _view(message: Message, text: str, html: SafeString, generation_id: str) -> MessageView:
    state = (
        "done" if message.is_created_by_user else state_of(message, is_running=bool(generation_id))
    )
    rated = message.feedback or {}
    return MessageView(
        message_id=message.message_id,
        conversation_id=message.conversation.conversation_id,
        parent_id=message.parent_message_id,
        role="user" if message.is_created_by_user else "assistant",
        sender=message.sender,
        endpoint=message.endpoint,
        model=message.model,
        text=text,
        html=html,
        state=state,
        created_at=message.created_at,
        height=_height(text),
        revision=message.revision,
        steps=(*notice_views(message.metadata), *step_views(message.content)),
        error=error_of(message, state),
        usage_line=usage_line(message),
        feedback=rated.get("rating", ""),
        feedback_tag=rated.get("tag", ""),
        feedback_label=reason_label(rated.get("rating", ""), rated.get("tag", "")),
        feedback_text=rated.get("text", ""),
        is_temporary=message.conversation.is_temporary,
        generation_id=generation_id,
        files=tuple(message.files),
        quotes=tuple(message.quotes),
        group=str(message.metadata.get("group") or ""),
    )


def _html_of(messages: Sequence[Message], texts: Mapping[str, str]) -> dict[str, SafeString]:
    """Return row id → HTML; each revision of a message is rendered once."""
    keys = {message.id: f"message-html:{message.id}:{message.revision}" for message in messages}
    cached = cache.get_many(keys.values())
    fresh: dict[str, str] = {}
    rendered: dict[str, SafeString] = {}
    for message in messages:
        key = keys[message.id]
        if key not in cached:
            fresh[key] = str(_rendered(message, texts[message.id]))
        rendered[message.id] = SafeString(cached.get(key) or fresh.get(key, ""))
    if fresh:
        cache.set_many(fresh, KEEP_HTML_SECONDS)
    return rendered


def _rendered(message: Message, text: str) -> SafeString:
    return escape(text) if message.is_created_by_user else markup.render(text)


def text_of(message: Message) -> str:
    """Return what a message says, as Markdown; what its edit box and its copy button hold."""
    return message.text or visible_text(message.content)


def _height(text: str) -> int:
    lines = sum(1 + len(line) // LINE_CHARACTERS for line in text.splitlines())
    return FRAME_PIXELS + LINE_PIXELS * max(1, lines)


def siblings_view(message_id: str, group: Sequence[str]) -> SiblingsView:
    """Return where a message stands among those below the same parent, oldest first."""
    place = group.index(message_id)
    return SiblingsView(
        index=place + 1,
        count=len(group),
        previous_id=group[place - 1] if place else "",
        next_id=group[place + 1] if place + 1 < len(group) else "",
    )


def _running(conversation: Conversation) -> dict[str, str]:
    active = Generation.objects.filter(conversation=conversation).active()
    return dict(active.values_list("response_message_id", "id"))


def _in_page(conversation: Conversation, page: Sequence[str]) -> list[Message]:
    rows = Message.objects.filter(conversation=conversation, message_id__in=page)
    by_id = {message.message_id: message for message in rows}
    for message in by_id.values():
        message.conversation = conversation  # known: spares a query per message
    return [by_id[message_id] for message_id in page if message_id in by_id]

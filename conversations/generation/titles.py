"""Names a new conversation from its first turn."""

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from django.core.cache import cache
from django.db import transaction

from accounts.models import User
from agents.engine.metering import Meter
from agents.engine.offload import offload
from agents.engine.run import run as engine_run
from agents.engine.spec import RunSpec
from agents.llm import available
from agents.llm.available import Resolved
from agents.llm.providers.providers import build
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts
from conversations.eventlog.events import Titled
from conversations.generation.assemble import ContentPart, visible_text
from conversations.generation.context import Prepared
from conversations.generation.endings import Ending
from conversations.generation.writer import LogWriter
from conversations.models import DEFAULT_TITLE, Conversation, Generation
from conversations.search.indexing import conversation_index
from conversations.services import changes

logger = logging.getLogger(__name__)

LIMIT_SECONDS = 45
KEPT_SECONDS = 120
POLL_SECONDS = 0.5
POLLS = 31  # 15.5 seconds
MAX_CHARACTERS = 120
MAX_WORDS = 6
MAX_WORDS_CHARACTERS = 60
MAX_INPUT = 4_000  # characters of each side a title is made from
DEMO = "demo"
PROMPT = (
    "Name the conversation below in at most five words, in its own language."
    " Answer with the name alone: no quotes, no full stop.\n\n{convo}"
)
TEMPLATE = "User: {input}\nAI: {output}"


class Titling:
    """The naming of one generation's conversation: beside the answer, or after it."""

    def __init__(self, generation: Generation, writer: LogWriter) -> None:
        self._generation = generation
        self._writer = writer
        self._prepared: Prepared | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, prepared: Prepared) -> None:
        """Start at once when the endpoint names conversations beside the answer."""
        is_possible = prepared.resolved.title.is_on or prepared.resolved.endpoint == DEMO
        if not self._generation.request.get("wants_title") or not is_possible:
            return
        self._prepared = prepared
        if prepared.resolved.title.timing != "final":
            self._task = asyncio.create_task(self._name(prepared, "", is_told=True))

    async def settle(self, ending: Ending, content: Sequence[ContentPart]) -> None:
        """Wait for the name; make it now when it comes after the answer. A stop cancels it."""
        is_wanted = ending.state != "stopped" and not ending.is_setup_error
        if self._task is not None and is_wanted:
            await asyncio.wait({self._task})
        elif self._prepared is not None and ending.state == "done":
            await self._name(self._prepared, visible_text(content), is_told=False)

    def cancel(self) -> None:
        """Make no name any more; nothing happens when it is made."""
        if self._task is not None:
            self._task.cancel()

    async def _name(self, prepared: Prepared, answer: str, *, is_told: bool) -> None:
        generation = self._generation
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                title = await _made(generation, prepared, answer)
            is_saved = bool(title) and await offload(
                title_save,
                generation=generation,
                title=title,
            )
            if is_saved and is_told:
                self._writer.put([Titled(title)])
        except Exception:  # a conversation without a name is no reason to fail
            logger.exception("A title could not be made.", extra={"generation": generation.id})


async def title_wait(user: User, conversation_id: str) -> str | None:
    """Return a new conversation's title once it is there; each title is given once."""
    for _ in range(POLLS):
        title = await title_taken(user, conversation_id)
        if title is not None:
            return title
        await asyncio.sleep(POLL_SECONDS)
    return None


async def title_taken(user: User, conversation_id: str) -> str | None:
    """Return a title that nobody has asked for yet; each title is given once."""
    return await offload(_taken, _key(user.id, conversation_id))


@transaction.atomic
def title_save(*, generation: Generation, title: str) -> bool:
    """Give the conversation its first title; False when it has one, or is gone."""
    unnamed = Conversation.objects.filter(
        id=generation.conversation_id,
        title=DEFAULT_TITLE,
        deleted_at=None,
    )
    if not unnamed.update(title=title):
        return False
    conversation = generation.conversation
    conversation.title = title
    conversation_index(conversation)
    cache.set(_key(generation.user_id, conversation.conversation_id), title, KEPT_SECONDS)
    transaction.on_commit(lambda: changes.announce(conversation))
    return True


def clean_title(text: str) -> str:
    """Return a model's answer as a title: one line, no quotes, not too long."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = re.sub(r"^\W*title\s*:\s*", "", line.strip(), flags=re.IGNORECASE)
    return line.strip(" \t\"'`*#“”«».")[:MAX_CHARACTERS].strip()


def title_from_words(text: str) -> str:
    """Return a title without any model: the first words of the text."""
    words = text.split()
    title = " ".join(words[:MAX_WORDS])[:MAX_WORDS_CHARACTERS].strip()
    return f"{title}…" if len(words) > MAX_WORDS else title


async def _made(generation: Generation, prepared: Prepared, answer: str) -> str:
    if prepared.resolved.endpoint == DEMO:
        return title_from_words(prepared.text)
    spec = await offload(_title_spec, generation, prepared, answer)
    async with aclosing(engine_run(spec, Meter())) as events:
        texts = [event.text async for event in events if isinstance(event, neutral.TextDelta)]
    return clean_title("".join(texts))


def _title_spec(generation: Generation, prepared: Prepared, answer: str) -> RunSpec:
    """Return the run that makes the name, by the title's own model or endpoint if it has one."""
    resolved = _title_model(generation.user, prepared.resolved)
    settings = prepared.resolved.title
    convo = (settings.prompt_template or TEMPLATE).replace("{input}", prepared.text[:MAX_INPUT])
    convo = convo.replace("{output}", answer[:MAX_INPUT])
    prompt = (settings.prompt or PROMPT).replace("{convo}", convo)
    return replace(
        prepared.spec,
        key=f"{generation.id}:title",
        provider=build(resolved.connection),
        endpoint=resolved.endpoint,
        model=resolved.model,
        messages=(wire_parts.Message("user", (wire_parts.TextPart(prompt),)),),
        system="",
        parameters={},
        context_window=resolved.context_window,
        max_output=resolved.max_output,
        endpoint_rates=resolved.endpoint_rates,
        context="title",
    )


def _title_model(user: User, resolved: Resolved) -> Resolved:
    settings = resolved.title
    if settings.endpoint != resolved.endpoint:
        return available.resolve(user, settings.endpoint, settings.model)
    # The operator chose the model, so it need not be among those people may choose.
    return replace(resolved, model=settings.model)


def _taken(key: str) -> str | None:
    title = cache.get(key)
    return str(title) if title is not None and cache.delete(key) else None


def _key(user_id: str, conversation_id: str) -> str:
    return f"title:{user_id}:{conversation_id}"

"""Writes one answer: context → engine → log → finish."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.utils import translation

from agents.engine.offload import offload
from agents.engine.run import run as engine_run
from agents.llm.wire import neutral
from conversations.eventlog.events import Created, Ended, UsageKnown, Waiting
from conversations.eventlog.subscribe import event_log
from conversations.generation import afterwards, context, observing
from conversations.generation.answer import Answer
from conversations.generation.endings import Ending, ending_of_event, ending_of_failure
from conversations.generation.finish import Outcome, generation_finish, usage_of
from conversations.generation.lease import claim
from conversations.generation.refusals import run_counted
from conversations.generation.supervise import lease_lost, stop_requested, supervised
from conversations.generation.titles import Titling
from conversations.generation.writer import LogWriter
from conversations.models import Generation, Message
from librechat.kernel import failpoints

logger = logging.getLogger(__name__)

SLOW_SECONDS = 30  # without a word before the reader is told that the model is slow
STORE_DELAYS = (0.2, 1.0, 5.0, 15.0)  # between tries while the database is away


@dataclass(frozen=True, slots=True)
class Claimed:
    """A generation that is this process's to run, and the message it answers."""

    generation: Generation
    question: Message


async def run(generation_id: str, claimed: Claimed | None = None) -> None:
    """Write the answer of a generation that is claimed or queued; else nothing happens."""
    claimed = claimed or await offload(_claimed, generation_id)
    if claimed is None:
        return
    # What goes wrong is stored and told in the words of who asked.
    spoken = claimed.generation.request.get("language")
    translation.activate(spoken or settings.LANGUAGE_CODE)
    failpoints.hit("after_claim")
    writer = LogWriter(event_log(), generation_id)
    writer.put([_created(claimed)])
    titling = Titling(claimed.generation, writer)
    writing = asyncio.create_task(writer.run())
    try:
        with observing.running():
            await _run(claimed.generation, writer, titling, writing)
    finally:
        titling.cancel()
        writing.cancel()


async def _run(
    generation: Generation,
    writer: LogWriter,
    titling: Titling,
    writing: asyncio.Task[None],
) -> None:
    """Answer, store, tell, name: in this order."""
    log, answer = event_log(), Answer(generation)
    ending = await supervised(
        _produced(generation, answer, writer, titling),
        stop=stop_requested(log, generation.id),
        lease=lease_lost(generation, answer),
    )
    writer.put(answer.close("completed" if ending.state == "done" else "cancelled"))
    failpoints.hit("before_finish")
    is_stored = await _store(generation, answer, ending)
    failpoints.hit("after_finish")
    if is_stored:
        observing.ended(answer, ending.state)
        writer.put([UsageKnown(usage_of(answer.meter))])
    last = Ended(ending.state, ending.error, ending.is_setup_error)
    await writer.close(last, running=writing)
    await log.expire(generation.id, settings.GENERATION_KEEP_SECONDS)
    await afterwards.tell(generation.conversation_id)
    await titling.settle(ending, answer.content())


async def _produced(
    generation: Generation,
    answer: Answer,
    writer: LogWriter,
    titling: Titling,
) -> Ending:
    """Run the engine into the log; whatever goes wrong becomes an ending."""
    last: neutral.Finished | neutral.Failed | None = None
    loop = asyncio.get_running_loop()
    is_slow = loop.call_later(SLOW_SECONDS, writer.put, [Waiting("slow")])
    try:
        prepared = await offload(context.prepared, generation)
        answer.sender = prepared.resolved.label
        answer.endpoint = prepared.resolved.endpoint
        titling.begin(prepared)
        async with aclosing(engine_run(prepared.spec, answer.meter)) as events:
            async for event in events:
                is_slow.cancel()
                writer.put(answer.take(event))
                if isinstance(event, neutral.Finished | neutral.Failed):
                    last = event
    except Exception as failure:  # noqa: BLE001 - the top of a task: logged and stored as its end
        await offload(run_counted, generation.user, failure)
        return ending_of_failure(failure, has_begun=answer.has_begun)
    finally:
        is_slow.cancel()
    return ending_of_event(last or neutral.Failed("cut", "The answer ended without an end."))


def _claimed(generation_id: str) -> Claimed | None:
    generation = claim(generation_id)
    return None if generation is None else Claimed(generation, context.question_of(generation))


def _created(claimed: Claimed) -> Created:
    message = context.created_message(claimed.generation, claimed.question)
    return Created(message, claimed.generation.response_message_id)


async def _store(generation: Generation, answer: Answer, ending: Ending) -> bool:
    """Store the end of the run; False when the generation was lost to somebody else."""
    outcome = Outcome(ending, answer.content(), answer.sender, answer.meter, answer.seconds)
    for delay in STORE_DELAYS:
        try:
            return await offload(generation_finish, generation=generation, outcome=outcome)
        except DatabaseError:
            logger.exception("An answer could not be stored.", extra={"generation": generation.id})
            await asyncio.sleep(delay)
    return await offload(generation_finish, generation=generation, outcome=outcome)

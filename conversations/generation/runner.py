"""Writes one answer: context → engine → log → finish."""

import asyncio
import logging
from contextlib import aclosing

from django.conf import settings
from django.db import DatabaseError

from agents.engine.offload import offload
from agents.engine.run import run as engine_run
from agents.llm.wire import neutral
from conversations.eventlog.events import Created, Ended, UsageKnown, Waiting
from conversations.eventlog.subscribe import event_log
from conversations.generation import afterwards, context
from conversations.generation.answer import Answer
from conversations.generation.endings import Ending, ending_of_event, ending_of_failure
from conversations.generation.finish import Outcome, generation_finish, usage_of
from conversations.generation.lease import claim
from conversations.generation.refusals import run_counted
from conversations.generation.supervise import lease_lost, stop_requested, supervised
from conversations.generation.titles import Titling
from conversations.generation.writer import LogWriter
from conversations.models import Generation
from librechat.kernel import failpoints

logger = logging.getLogger(__name__)

SLOW_SECONDS = 30  # without a word before the reader is told that the model is slow
STORE_DELAYS = (0.2, 1.0, 5.0, 15.0)  # between tries while the database is away


async def run(generation_id: str) -> None:
    """Write the answer of a queued generation; nothing happens when somebody else has it."""
    generation = await offload(claim, generation_id)
    if generation is None:
        return
    failpoints.hit("after_claim")
    writer = LogWriter(event_log(), generation.id)
    titling = Titling(generation, writer)
    writing = asyncio.create_task(writer.run())
    try:
        await _run(generation, writer, titling, writing)
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
        created = await offload(context.created_message, generation)
        writer.put([Created(created, generation.response_message_id)])
        prepared = await offload(context.prepared, generation)
        answer.sender = prepared.resolved.label
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

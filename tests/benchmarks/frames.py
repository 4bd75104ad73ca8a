"""What Chromium's main thread does in the frames in which an answer grows, read from a trace."""

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
# The parts of a frame by the trace's names; what is in none of them is the browser's own.
PARTS = {
    "script": "FireAnimationFrame",  # with the style and layout that it asks for
    "style": "UpdateLayoutTree",
    "layout": "Layout",
    "pre-paint": "PrePaint",
    "paint": "Paint",
    "commit": "Commit",
}
STEP_MILLISECONDS = 50
Event = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """A frame with a layout: its whole task and the parts of it, in milliseconds."""

    whole: float
    parts: dict[str, float]


def traced(page: Page, milliseconds: int) -> list[Frame]:
    """Trace a page for a while; returns the frames in which something was laid out."""
    session = page.context.new_cdp_session(page)
    events: list[Event] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda event: events.extend(event["value"]))
    session.on("Tracing.tracingComplete", lambda _event: ended.append(True))
    _start(session)
    page.wait_for_timeout(milliseconds)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(STEP_MILLISECONDS)
    session.detach()
    return _frames(events)


def median_parts(frames: list[Frame]) -> dict[str, float]:
    """Return the median of each part over frames, in milliseconds."""
    return {name: statistics.median(frame.parts[name] for frame in frames) for name in PARTS}


def _start(session: CDPSession) -> None:
    config = {"includedCategories": CATEGORIES, "excludedCategories": ["*"]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})


def _frames(events: list[Event]) -> list[Frame]:
    threads = Counter((event["pid"], event["tid"]) for event in events if event["name"] == "Paint")
    if not threads:
        return []
    main = threads.most_common(1)[0][0]
    timed = [
        event for event in events if event["ph"] == "X" and (event["pid"], event["tid"]) == main
    ]
    tasks = [event for event in timed if event["name"] == "RunTask"]
    made = (_frame(task, [event for event in timed if _is_in(event, task)]) for task in tasks)
    return [frame for frame in made if frame.parts["layout"] and frame.parts["script"]]


def _is_in(event: Event, task: Event) -> bool:
    return bool(task["ts"] <= event["ts"] < task["ts"] + task["dur"])


def _frame(task: Event, events: list[Event]) -> Frame:
    # The outermost event of a name only: a paint holds paints.
    parts = dict.fromkeys(PARTS, 0.0)
    until = dict.fromkeys(PARTS, 0)
    for event in sorted(events, key=lambda one: (one["ts"], -one["dur"])):
        for name, traced_name in PARTS.items():
            if event["name"] == traced_name and event["ts"] >= until[name]:
                parts[name] += event["dur"] / 1_000
                until[name] = event["ts"] + event["dur"]
    return Frame(task["dur"] / 1_000, parts)

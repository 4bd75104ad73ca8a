"""Anthropic's tools that the client runs itself: their schemas are known and not sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.llm.wire.fields import JsonObject, count_of

TEXT: dict[str, object] = {"type": "string"}
WHOLE: dict[str, object] = {"type": "integer"}
POINT: dict[str, object] = {"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}


def _command(*names: str) -> dict[str, object]:
    return {"type": "string", "enum": list(names)}


@dataclass(frozen=True, slots=True)
class ClientTool:
    """A tool with a schema of Anthropic's; ``properties``: JSON Schema of each argument."""

    description: str
    properties: Mapping[str, object]
    required: tuple[str, ...]

    @property
    def parameters(self) -> dict[str, object]:
        """Return the JSON Schema of the arguments."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
        }


BASH = ClientTool(
    "Runs a command in a bash session that stays open between calls.",
    {
        "command": {**TEXT, "description": "The command to run; needed unless restart is true."},
        "restart": {"type": "boolean", "description": "Whether to start the session anew."},
    },
    (),
)
TEXT_EDITOR = ClientTool(
    "Views, creates and edits text files; view lists a directory or shows numbered lines.",
    {
        "command": _command("view", "create", "str_replace", "insert"),
        "path": {**TEXT, "description": "Absolute path of the file or directory."},
        "file_text": {**TEXT, "description": "With create: the content of the file."},
        "old_str": {**TEXT, "description": "With str_replace: the text that occurs once."},
        "new_str": {**TEXT, "description": "With str_replace: what takes its place."},
        "insert_line": {**WHOLE, "description": "With insert: the line to insert after, 0 first."},
        "insert_text": {**TEXT, "description": "With insert: the text to insert."},
        "view_range": {**POINT, "description": "With view: first and last line, -1 for the end."},
    },
    ("command", "path"),
)
MEMORY = ClientTool(
    "Keeps notes in files below /memories that last from conversation to conversation.",
    {
        "command": _command("view", "create", "str_replace", "insert", "delete", "rename"),
        "path": {**TEXT, "description": "Path of the file or directory, below /memories."},
        "view_range": {**POINT, "description": "With view: first and last line."},
        "file_text": {**TEXT, "description": "With create: the content of the file."},
        "old_str": {**TEXT, "description": "With str_replace: the text that occurs once."},
        "new_str": {**TEXT, "description": "With str_replace: what takes its place."},
        "insert_line": {**WHOLE, "description": "With insert: the line to insert after, 0 first."},
        "insert_text": {**TEXT, "description": "With insert: the text to insert."},
        "old_path": {**TEXT, "description": "With rename: the path so far."},
        "new_path": {**TEXT, "description": "With rename: the path from here on."},
    },
    ("command",),
)
COMPUTER = ClientTool(
    "Sees and controls the screen, mouse and keyboard of a computer.",
    {
        "action": _command(
            "screenshot",
            "key",
            "type",
            "mouse_move",
            "left_click",
            "right_click",
            "middle_click",
            "double_click",
            "triple_click",
            "left_click_drag",
            "left_mouse_down",
            "left_mouse_up",
            "scroll",
            "hold_key",
            "wait",
            "cursor_position",
        ),
        "coordinate": {**POINT, "description": "Where to, in pixels from the upper left corner."},
        "start_coordinate": {**POINT, "description": "With left_click_drag: where from."},
        "text": {**TEXT, "description": "The keys to press or the text to type."},
        "scroll_direction": _command("up", "down", "left", "right"),
        "scroll_amount": {**WHOLE, "description": "With scroll: how many clicks of the wheel."},
        "duration": {"type": "number", "description": "With wait and hold_key: seconds."},
    },
    ("action",),
)
# By the beginning of the type; the date of the version follows.
CLIENT_TOOLS = {
    "bash_": BASH,
    "text_editor_": TEXT_EDITOR,
    "memory_": MEMORY,
    "computer_": COMPUTER,
}


def client_tool(kind: str) -> ClientTool | None:
    """Return the tool of a type as ``bash_20250124``; None when the client does not run it."""
    for beginning, tool in CLIENT_TOOLS.items():
        if kind.startswith(beginning) and kind.removeprefix(beginning).isdigit():
            return tool
    return None


def described(tool: ClientTool, definition: JsonObject) -> str:
    """Return a tool's description with what the client says about its screen."""
    width = count_of(definition.get("display_width_px"))
    height = count_of(definition.get("display_height_px"))
    if not width or not height:
        return tool.description
    return f"{tool.description} The screen has {width} by {height} pixels."

"""Command-line agents on a small task through the relay: python -m tests.clients.agents.play.

The scripted upstream demands one of the agent's own tools, on a file in a temporary folder, and
the agent must bring back what stands there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.clients.relay import ANTHROPIC, OPENAI, Relay, started
from tests.fakes.provider import FakeProvider, Script, Text, Thinking, ToolCall

SECRET = "umbrella-4711"
TASK = "Read the file note.txt in this folder and tell me the word in it."
DONE = "The word was read."
RUN_SECONDS = 180


class Demanding(FakeProvider):
    """Demands a tool that reads the file, then says that it is done; ``brought``: the proof."""

    def __init__(self, note: Path, port: int = 0) -> None:
        super().__init__(port)
        self._note = note
        self.brought = False

    @override
    def _next_script(self, model: str, prompt: str) -> Script:
        body = self.requests[-1].body
        if SECRET in json.dumps(body.get("messages")):
            self.brought = True
            return Script(steps=(Text(DONE),))
        call = reading_call(tool_names(body), self._note)
        if call is None:  # a title, a summary: no tools there
            return Script(steps=(Text("A note"),))
        return Script(steps=(Thinking("The file has it."), call), stop="tool_calls")


def tool_names(body: Mapping[str, Any]) -> set[str]:
    """Return the names of the tools in a request of either dialect."""
    tools = body.get("tools") or []
    return {(tool.get("function") or tool).get("name", "") for tool in tools}


def reading_call(names: set[str], note: Path) -> ToolCall | None:
    """Return a call of whichever tool of an agent reads a file."""
    ways: dict[str, dict[str, Any]] = {
        "Read": {"file_path": str(note)},
        "read": {"filePath": str(note)},
        "exec_command": {"cmd": f"cat {note.name}"},
        "shell_command": {"command": f"cat {note.name}"},
        "shell": {"command": ["cat", note.name]},
    }
    for name, arguments in ways.items():
        if name in names:
            return ToolCall(name, json.dumps(arguments), id="call_agent_1")
    return None


@dataclass(frozen=True)
class Agent:
    """How a program is run. ``prepare`` writes settings into its home and returns variables."""

    arguments: tuple[str, ...]
    prepare: Callable[[Path, Relay, str], Mapping[str, str]]
    has_tools: bool = True


def _claude(home: Path, relay: Relay, model: str) -> Mapping[str, str]:
    return {
        "ANTHROPIC_BASE_URL": relay.url,
        "ANTHROPIC_AUTH_TOKEN": relay.key,
        "ANTHROPIC_MODEL": model,
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }


def _codex(home: Path, relay: Relay, model: str) -> Mapping[str, str]:
    settings = f"""
model = "{model}"
model_provider = "relay"
[model_providers.relay]
name = "Relay"
base_url = "{relay.v1}"
env_key = "RELAY_KEY"
wire_api = "responses"
"""
    folder = home / ".codex"
    folder.mkdir()
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    return {"CODEX_HOME": str(folder), "RELAY_KEY": relay.key}


def _opencode(home: Path, relay: Relay, model: str) -> Mapping[str, str]:
    package = "@ai-sdk/openai-compatible"
    options = {"baseURL": relay.v1, "apiKey": relay.key}
    own = {"npm": package, "name": "Relay", "options": options, "models": {model: {"name": model}}}
    settings = {
        "provider": {"relay": own},
        "model": f"relay/{model}",
        "small_model": f"relay/{model}",
        "autoupdate": False,
        "share": "disabled",
    }
    path = home / "opencode.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return {"OPENCODE_CONFIG": str(path)}


def _aider(home: Path, relay: Relay, model: str) -> Mapping[str, str]:
    return {
        "OPENAI_API_BASE": relay.v1,
        "OPENAI_API_KEY": relay.key,
        "AIDER_MODEL": f"openai/{model}",
        "AIDER_ANALYTICS": "false",
    }


AGENTS = {
    "claude": Agent(("-p", TASK, "--allowedTools", "Read", "--output-format", "text"), _claude),
    "codex": Agent(
        ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", TASK),
        _codex,
    ),
    "opencode": Agent(("run", TASK), _opencode),
    "aider": Agent(
        ("--message", TASK, "--no-git", "--yes-always", "--no-check-update", "note.txt"),
        _aider,
        has_tools=False,
    ),
}


def played(name: str, command: str, model: str, folder: Path) -> bool:
    """Run an agent once; print what it said and what the relay asked upstream."""
    agent = AGENTS[name]
    work, home, data = folder / "work", folder / "home", folder / "data"
    for path in (work, home, data):
        path.mkdir()
    note = work / "note.txt"
    note.write_text(f"The word is {SECRET}.\n", encoding="utf-8")
    provider = Demanding(note)
    provider.start()
    try:
        with started(data, provider, provider.url) as relay:
            variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
            done = subprocess.run(
                [command, *agent.arguments],
                cwd=work,
                env={**variables, **agent.prepare(home, relay, model)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
                check=False,
            )
    finally:
        provider.stop()
    tell(f"{done.stdout[-2_000:]}\n--- on standard error:\n{done.stderr[-2_000:]}")
    for asked in provider.requests:
        roles = [turn["role"] for turn in asked.body.get("messages", [])]
        tell(f"{asked.path} {asked.model} {roles} {sorted(tool_names(asked.body))}")
    return done.returncode == 0 and DONE in done.stdout and provider.brought


def tell(line: str) -> None:
    """Print a line for who runs this."""
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Play one agent; 0 when it called its tool and gave the final answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("agent", choices=sorted(AGENTS))
    parser.add_argument("--command", help="the program, when it is not on the path")
    parser.add_argument("--model", choices=[OPENAI, ANTHROPIC], default=OPENAI)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        is_fine = played(asked.agent, asked.command or asked.agent, asked.model, Path(folder))
    tell(f"{asked.agent} with {asked.model}: {'fine' if is_fine else 'FAILED'}")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())

"""How programs are told about the relay: what people copy into each of them."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

PLACEHOLDER = "YOUR_KEY"
LOCAL_ENDS = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Setup:
    """What one program needs. language: of the text, for its heading."""

    program: str
    language: str
    text: str
    hint: str = ""


def setups(*, origin: str, key: str, model: str) -> list[Setup]:
    """Return the set-up of each program we know; origin: the server's address without a path."""
    base = f"{origin}/v1"
    return [
        _cursor(base, key, model, is_public=is_public(origin)),
        Setup(
            "Claude Code",
            "sh",
            f'export ANTHROPIC_BASE_URL="{origin}"\n'
            f'export ANTHROPIC_AUTH_TOKEN="{key}"\n'
            f'export ANTHROPIC_MODEL="{model}"\n'
            "claude",
            _("The address is without /v1: the program adds it."),
        ),
        Setup(
            "Codex",
            "toml",
            f'# ~/.codex/config.toml\nmodel = "{model}"\nmodel_provider = "librechat"\n\n'
            "[model_providers.librechat]\n"
            f'name = "LibreChat"\nbase_url = "{base}"\n'
            'env_key = "LIBRECHAT_API_KEY"\nwire_api = "responses"\n\n'
            f'# In the shell: export LIBRECHAT_API_KEY="{key}"',
        ),
        Setup(
            "Continue",
            "yaml",
            "# ~/.continue/config.yaml\nname: LibreChat\nversion: 1.0.0\nschema: v1\nmodels:\n"
            f"  - name: {model}\n    provider: openai\n    model: {model}\n"
            f"    apiBase: {base}\n    apiKey: {key}",
        ),
        *_libraries(origin, base, key, model),
        Setup(
            "curl",
            "sh",
            f'curl {base}/chat/completions \\\n  -H "Authorization: Bearer {key}" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f'  -d \'{{"model": "{model}", '
            '"messages": [{"role": "user", "content": "Hello"}]}\'',
        ),
    ]


def is_public(origin: str) -> bool:
    """Return whether programs elsewhere in the world can reach an address over TLS."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not host:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL_ENDS)


def _cursor(base: str, key: str, model: str, *, is_public: bool) -> Setup:
    hint = _("Settings, Models. Turn the override on, paste both, and add the model by its name.")
    if not is_public:
        hint += " " + _(
            "Cursor's own servers make the calls: they cannot reach this address. It needs a"
            " public name with https."
        )
    text = f"OpenAI API Key:           {key}\nOverride OpenAI Base URL: {base}\nModel: {model}"
    return Setup("Cursor", "text", text, hint)


def _libraries(origin: str, base: str, key: str, model: str) -> list[Setup]:
    return [
        Setup(
            "OpenAI SDK, Python",
            "python",
            f'from openai import OpenAI\n\nclient = OpenAI(base_url="{base}", api_key="{key}")\n'
            f'answer = client.chat.completions.create(\n    model="{model}",\n'
            '    messages=[{"role": "user", "content": "Hello"}],\n)\n'
            "print(answer.choices[0].message.content)",
        ),
        Setup(
            "OpenAI SDK, Node",
            "js",
            'import OpenAI from "openai";\n\n'
            f'const client = new OpenAI({{ baseURL: "{base}", apiKey: "{key}" }});\n'
            "const answer = await client.chat.completions.create({\n"
            f'  model: "{model}",\n  messages: [{{ role: "user", content: "Hello" }}],\n}});\n'
            "console.log(answer.choices[0].message.content);",
        ),
        Setup(
            "Anthropic SDK, Python",
            "python",
            "from anthropic import Anthropic\n\n"
            f'client = Anthropic(base_url="{origin}", api_key="{key}")\n'
            f'answer = client.messages.create(\n    model="{model}",\n    max_tokens=256,\n'
            '    messages=[{"role": "user", "content": "Hello"}],\n)\n'
            "print(answer.content[0].text)",
            _("The address is without /v1: the program adds it."),
        ),
    ]

"""Parts of messages in both directions (2.4)."""

from tests.relay.conformance.tables import HELLO, Case, Has, Like
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import text

PNG = "iVBORw0KGgoAAAANSUhEUg=="
JPEG = "/9j/4AAQSkZJRgABAQ=="
PDF = "JVBERi0xLjcKZW5k"
URL = "https://example.org/a.png"
SAID = text(HELLO)
EPHEMERAL: Json = {"type": "ephemeral"}


def picture(media_type: str, data: str) -> Json:
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def shown(url: str, **fields: str) -> Json:
    return {"type": "image_url", "image_url": {"url": url, **fields}}


def document(source: Json, **fields: str) -> Json:
    return {"type": "document", "source": source, **fields}


def file(**fields: str) -> Json:
    return {"type": "file", "file": fields}


BYTES: Json = {"type": "base64", "media_type": "application/pdf", "data": PDF}
PLAIN: Json = {"type": "text", "media_type": "text/plain", "data": "It rains."}


def chat(name: str, part: Json, block: object) -> Case:
    """Return a row of one part for Anthropic's API; block: what it becomes."""
    messages = [{"role": "user", "content": [SAID, part]}]
    sent = {"messages": [{"role": "user", "content": [SAID, block]}]}
    return Case(f"chat-part-{name}", "chat", "sonnet", {"messages": messages}, sent=sent)


def back(name: str, block: Json, *parts: object) -> Case:
    """Return a row of one block for OpenAI's dialect; parts: what it becomes."""
    messages = [{"role": "user", "content": [SAID, block]}]
    wanted: object = [SAID, *parts]
    if len(parts) == 1 and isinstance(parts[0], Like):
        wanted = parts[0]
    sent = {"messages": [{"role": "user", "content": wanted}]}
    return Case(f"messages-block-{name}", "messages", "gpt", {"messages": messages}, sent=sent)


def refused(name: str, client: str, part: Json) -> Case:
    error = {"type": "invalid_request_error"}
    fields = {"messages": [{"role": "user", "content": [SAID, part]}]}
    if client == "chat":
        return Case(f"chat-part-{name}-is-refused", "chat", "sonnet", fields, refused=error)
    return Case(f"messages-block-{name}-is-refused", "messages", "gpt", fields, refused=error)


CHAT = [
    chat("text", text("More."), text("More.")),
    chat(
        "text-with-cache-control",
        text("More.", cache_control=EPHEMERAL),
        Has({"text": "More.", "cache_control": Has(EPHEMERAL)}),
    ),
    chat(
        "text-with-cache-breakpoint",
        text("More.", prompt_cache_breakpoint={"mode": "explicit"}),
        Has({"text": "More.", "cache_control": Has(EPHEMERAL)}),
    ),
    chat(
        "text-with-long-cache-breakpoint",
        text("More.", prompt_cache_breakpoint={"mode": "explicit", "ttl": "12h"}),
        Has({"cache_control": {"type": "ephemeral", "ttl": "1h"}}),
    ),
    chat("picture", shown(f"data:image/png;base64,{PNG}"), picture("image/png", PNG)),
    chat(
        "picture-with-detail",
        shown(f"data:image/png;base64,{PNG}", detail="low"),
        picture("image/png", PNG),
    ),
    chat("picture-in-capitals", shown(f"DATA:IMAGE/PNG;BASE64,{PNG}"), picture("image/png", PNG)),
    chat(
        "picture-percent-encoded",
        shown("data:image/png,%89PNG%0D%0A%1A%0A"),
        Has({"source": Has({"type": "base64", "media_type": "image/png"})}),
    ),
    chat(
        "picture-whose-type-lies",
        shown(f"data:image/png;base64,{JPEG}"),
        picture("image/jpeg", JPEG),
    ),
    chat(
        "picture-by-address", shown(URL), {"type": "image", "source": {"type": "url", "url": URL}}
    ),
    chat(
        "pdf",
        file(file_data=f"data:application/pdf;base64,{PDF}", filename="a.pdf"),
        Has({"type": "document", "source": BYTES, "title": "a.pdf"}),
    ),
    chat(
        "pdf-without-prefix",
        file(file_data=PDF, filename="a.pdf"),
        Has({"type": "document", "source": BYTES}),
    ),
    chat(
        "text-file",
        file(file_data="data:text/plain;base64,SXQgcmFpbnMu", filename="a.txt"),
        Has({"type": "document", "source": PLAIN, "title": "a.txt"}),
    ),
    chat("refusal", {"type": "refusal", "refusal": "No."}, text("No.")),
    chat("anthropics-picture", picture("image/png", PNG), picture("image/png", PNG)),
    refused(
        "sound", "chat", {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    ),
    refused("file-id", "chat", file(file_id="file_1")),
    refused("picture-of-another-kind", "chat", shown("data:image/tiff;base64,SUkqAA==")),
    Case(
        "chat-anthropics-blocks-in-the-turns",
        "chat",
        "sonnet",
        {
            "messages": [
                {"role": "user", "content": HELLO},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "tool_use", "id": "tb", "name": "find", "input": {"a": 1}}
                    ],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "tb", "content": "3"}],
                },
            ]
        },
        sent={
            "messages": [
                {"role": "user", "content": [SAID]},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "tool_use", "id": "tb", "name": "find", "input": {"a": 1}}
                    ],
                },
                {
                    "role": "user",
                    "content": [Has({"type": "tool_result", "tool_use_id": "tb"})],
                },
            ]
        },
    ),
]
MESSAGES = [
    back("text-with-citations", text("More.", citations=[]), Like(f"{HELLO}.*More")),
    back("picture", picture("image/png", PNG), shown(f"data:image/png;base64,{PNG}")),
    back(
        "picture-by-address", {"type": "image", "source": {"type": "url", "url": URL}}, shown(URL)
    ),
    back(
        "pdf",
        document(BYTES, title="a.pdf"),
        file(file_data=f"data:application/pdf;base64,{PDF}", filename="a.pdf"),
    ),
    back(
        "pdf-without-title",
        document(BYTES),
        file(file_data=f"data:application/pdf;base64,{PDF}", filename="document.pdf"),
    ),
    back(
        "text-document",
        document(PLAIN, title="Weather", context="Of today."),
        Like("Weather.*Of today.*It rains"),
    ),
    back(
        "content-document",
        document({"type": "content", "content": [text("It rains.")]}),
        Like("It rains"),
    ),
    refused(
        "picture-by-file-id",
        "messages",
        {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
    ),
    refused(
        "document-by-address",
        "messages",
        document({"type": "url", "url": "https://example.org/a.pdf"}),
    ),
]
CASES = [*CHAT, *MESSAGES]

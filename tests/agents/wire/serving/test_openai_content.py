"""Images and files in the bodies of OpenAI's clients."""

import base64

import pytest

from agents.llm.wire.parts import DocumentPart, ImagePart, Part, TextPart
from agents.llm.wire.serving.asked import BadRequestError
from tests.agents.wire.serving.openai_asking import PDF, PNG, Json, user_parts

GIF = base64.b64encode(b"GIF89a..........").decode()
WEBP = base64.b64encode(b"RIFF....WEBPVP8 ").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0..........").decode()
TEXT = base64.b64encode("Grüße".encode()).decode()
BINARY = base64.b64encode(b"\x00\x01\x02\x03").decode()
LATIN = base64.b64encode("Grüße".encode("latin-1")).decode()


def image(url: str, **fields: object) -> Json:
    return {"type": "image_url", "image_url": {"url": url, **fields}}


def file(**fields: object) -> Json:
    return {"type": "file", "file": fields}


def block(kind: str, **source: object) -> Json:
    return {"type": kind, "source": source}


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (image("https://e.org/a.png"), ImagePart(url="https://e.org/a.png")),
        (image("HTTP://e.org/a"), ImagePart(url="HTTP://e.org/a")),
        (
            image("https://e.org/a.png", detail="low"),
            ImagePart(url="https://e.org/a.png", detail="low"),
        ),
        (image(f"data:image/png;base64,{PNG}"), ImagePart("image/png", PNG)),
        (image(f"DATA:IMAGE/PNG;BASE64,{PNG}"), ImagePart("image/png", PNG)),
        (image(f"data:image/jpeg;base64,{PNG}"), ImagePart("image/png", PNG)),
        (image(f"data:;base64,{GIF}"), ImagePart("image/gif", GIF)),
        (image(f"data:application/octet-stream;base64,{WEBP}"), ImagePart("image/webp", WEBP)),
        (image(f"data:image/png;charset=x;base64,{JPEG}"), ImagePart("image/jpeg", JPEG)),
        (image(f"data:image/png,{PNG}"), ImagePart("image/png", PNG)),
        (image("data:image/gif,GIF89a%2E%2E%2E%2E%2E%2E%2E%2E%2E%2E"), ImagePart("image/gif", GIF)),
        (image(f"data:image/png;base64,{PNG[:8]}\n{PNG[8:]}"), ImagePart("image/png", PNG)),
        (image(f"data:image/png;base64,{PNG.rstrip('=')}"), ImagePart("image/png", PNG)),
        (image("data:image/png;base64,_-8="), ImagePart("image/png", "/+8=")),
        ({"type": "image_url", "image_url": "https://e.org/a"}, ImagePart(url="https://e.org/a")),
        (
            {"type": "input_image", "image_url": "https://e.org/a", "detail": "high"},
            ImagePart(url="https://e.org/a", detail="high"),
        ),
        (
            {**image("https://e.org/a"), "cache_control": {"type": "ephemeral"}},
            ImagePart(url="https://e.org/a", cache="5m"),
        ),
        (block("image", type="url", url="https://e.org/a"), ImagePart(url="https://e.org/a")),
        (
            block("image", type="base64", media_type="image/png", data=PNG),
            ImagePart("image/png", PNG),
        ),
        (
            file(file_data=f"data:application/pdf;base64,{PDF}", filename="a.pdf"),
            DocumentPart(base64=PDF, title="a.pdf"),
        ),
        (file(file_data=PDF), DocumentPart(base64=PDF)),
        (file(file_data=f"data:application/pdf;base64,{PNG}"), ImagePart("image/png", PNG)),
        (
            file(file_data=f"data:text/plain;base64,{TEXT}", filename="a.txt"),
            DocumentPart("text/plain", text="Grüße", title="a.txt"),
        ),
        (file(file_data=TEXT), DocumentPart("text/plain", text="Grüße")),
        (
            file(file_data=f"data:text/plain;base64,{LATIN}"),
            DocumentPart("text/plain", text="Gr\ufffd\ufffde"),
        ),
        (file(file_data="data:text/csv,a%2Cb"), DocumentPart("text/plain", text="a,b")),
        (
            {"type": "input_file", "file_url": "https://e.org/a.pdf", "filename": "a"},
            DocumentPart(url="https://e.org/a.pdf", title="a"),
        ),
        ({"type": "input_file", "file_data": PDF}, DocumentPart(base64=PDF)),
        (
            {**block("document", type="text", data="words"), "title": "t", "context": "c"},
            DocumentPart("text/plain", text="words", title="t", context="c"),
        ),
        (
            block("document", type="base64", media_type="application/pdf", data=PDF),
            DocumentPart(base64=PDF),
        ),
        (
            {**block("document", type="url", url="https://e.org/d"), "cache_control": {}},
            DocumentPart(url="https://e.org/d", cache="5m"),
        ),
        ({"type": "text", "text": "a", "cache_control": {"ttl": "1h"}}, TextPart("a", "1h")),
        (
            {"type": "text", "text": "a", "prompt_cache_breakpoint": {"ttl": "30m"}},
            TextPart("a", "5m"),
        ),
        (
            {"type": "text", "text": "a", "prompt_cache_breakpoint": {"ttl": "12h"}},
            TextPart("a", "1h"),
        ),
        ({"type": "text", "text": "a", "cache_control": {"ttl": {}}}, TextPart("a", "5m")),
        ({"type": "hologram", "text": "described"}, TextPart("described")),
        ({"text": "no type"}, TextPart("no type")),
    ],
)
def test_a_part_of_each_form_is_read(given: Json, part: Part) -> None:
    assert user_parts(given) == (part,)


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        (image("ftp://e.org/a"), "image_url.url", ""),
        (image(""), "image_url.url", ""),
        (image("file:///etc/passwd"), "image_url.url", ""),
        (image("data:image/png;base64,"), "image_url.url", ""),
        (image("data:image/png;base64,!!!!"), "image_url.url", ""),
        (image(f"data:image/tiff;base64,{BINARY}"), "image_url.url", ""),
        ({"type": "image_url", "image_url": ""}, "image_url", ""),
        ({"type": "image_url"}, "image_url.url", ""),
        ({"type": "image_url", "image_url": 5}, "image_url", ""),
        ({"type": "input_image", "file_id": "file-1"}, "file_id", "unsupported_parameter"),
        (file(file_id="file-1"), "file.file_id", "unsupported_parameter"),
        (file(), "file.file_data", ""),
        (file(file_data=f"data:application/zip;base64,{BINARY}"), "file.file_data", ""),
        (file(file_data=LATIN), "file.file_data", ""),
        (file(file_data="data:text/plain;base64,IA=="), "file.file_data", ""),
        ({"type": "file", "file": "x"}, "file", ""),
        (block("image", type="file", file_id="f"), "source.file_id", "unsupported_parameter"),
        (block("document", type="file", file_id="f"), "source.file_id", "unsupported_parameter"),
        (block("document", type="base64"), "source", ""),
        ({"type": "input_audio", "input_audio": {}}, "", "unsupported_parameter"),
        ({"type": "text", "text": 5}, "text", ""),
    ],
)
def test_parts_that_cannot_be_sent_on_are_refused(given: Json, path: str, code: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        user_parts(given)
    expected = f"messages.0.content.0.{path}".removesuffix(".")
    assert (refused.value.param, refused.value.code) == (expected, code)

"""Forms with a file: the one model they name, whatever stands inside the file."""

import pytest

from agents.relay.forms import model_field
from agents.relay.problems import RelayError

KIND = "multipart/form-data; boundary=xyz"
MODEL = b'Content-Disposition: form-data; name="model"\r\n\r\nwhisper-1'
FILE = (
    b'Content-Disposition: form-data; name="file"; filename="a.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\n\x00\xff\r\nsound"
)


def form(*parts: bytes, mark: bytes = b"xyz") -> bytes:
    """Return a form of parts."""
    whole = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return whole + b"--" + mark + b"--\r\n"


@pytest.mark.parametrize("parts", [(MODEL, FILE), (FILE, MODEL)], ids=["first", "last"])
def test_the_model_is_replaced_and_nothing_else(parts: tuple[bytes, ...]) -> None:
    body = form(*parts)
    field = model_field(body, KIND)
    assert field.name == "whisper-1"
    other = tuple(part.replace(b"whisper-1", b"other-model") for part in parts)
    assert field.replaced(body, "other-model") == form(*other)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Disposition: form-data; name=model",
        b'content-disposition:form-data;name="model"',
        b'Content-Type: text/plain\r\nContent-Disposition: form-data; name="model"',
        b'Content-Disposition: form-data; Name="model"\r\nContent-Type: text/plain',
    ],
)
def test_every_way_to_write_the_field_is_read(head: bytes) -> None:
    assert model_field(form(FILE, head + b"\r\n\r\ngpt"), KIND).name == "gpt"


@pytest.mark.parametrize(
    "kind", ['multipart/form-data; boundary="xyz"', "Multipart/Form-Data;charset=x; boundary=xyz"]
)
def test_every_way_to_write_the_boundary_is_read(kind: str) -> None:
    assert model_field(form(MODEL), kind).name == "whisper-1"


def test_a_model_inside_the_file_names_nothing() -> None:
    decoy = FILE + b"\r\n--abc\r\n" + MODEL.replace(b"whisper-1", b"cheap")
    assert model_field(form(decoy, MODEL), KIND).name == "whisper-1"
    with pytest.raises(RelayError) as refused:
        model_field(form(decoy), KIND)
    assert refused.value.param == "model"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--xyz--\r\n",
        form(FILE),
        form(MODEL, MODEL),
        form(MODEL, MODEL.replace(b'"model"', b"MODEL")),
        form(FILE + b"\n--xyz\n" + MODEL, MODEL),
        form(FILE + b"--xyz", MODEL),
        form(MODEL)[:-4],
        form(MODEL, b"Content-Disposition: form-data\r\n\r\nx"),
        form(MODEL, b'Content-Disposition: form-data; name="mo\\del"\r\n\r\nx'),
        form(MODEL, b"Content-Disposition: form-data; name*=utf-8''model\r\n\r\nx"),
        form(MODEL, b'Content-Disposition: form-data;\r\n name="model"\r\n\r\nx'),
        form(MODEL, b'Content-Disposition: form-data; name="a"; name="model"\r\n\r\nx'),
        form(
            MODEL,
            b'Content-Disposition: form-data; name="a"\r\n'
            b'Content-Disposition: form-data; name="model"\r\n\r\nx',
        ),
        form(MODEL, b"no head at all"),
    ],
)
def test_a_form_that_another_reader_may_read_otherwise_is_refused(body: bytes) -> None:
    with pytest.raises(RelayError) as refused:
        model_field(body, KIND)
    assert refused.value.kind == "bad_request"


def test_a_name_inside_a_files_name_is_none() -> None:
    odd = b'Content-Disposition: form-data; name="file"; filename="a; name=model"\r\n\r\nx'
    assert model_field(form(odd, MODEL), KIND).name == "whisper-1"


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data"])
def test_what_is_no_form_is_refused(kind: str) -> None:
    with pytest.raises(RelayError):
        model_field(form(MODEL), kind)

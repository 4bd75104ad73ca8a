"""The table of rate limits; a rule whose route does not exist yet has its row already."""

from django.utils.translation import gettext_noop

from accounts.limits.rule import A_SECOND, Names, Rule, Section, message_limit, sentence

Row = dict[str, Rule]


def _by_address(
    text: str,
    prefix: str,
    default: tuple[int, float],
    *,
    kind: str,
    score: Names,
    fallback: str = "",
) -> Rule:
    """Return a rule of the sign-in pages; ``fallback``: whose variables count without its own."""
    prefixes = tuple(name for name in (prefix, fallback) if name)
    return Rule(
        by="address",
        count=(tuple(f"{name}_MAX" for name in prefixes), default[0]),
        minutes=(tuple(f"{name}_WINDOW" for name in prefixes), default[1]),
        body=sentence(text),
        kind=kind,
        score=(score, 1),
    )


def _pair(
    name: str,
    text: str,
    *,
    defaults: tuple[int, int, float],
    kind: str,
    section: Section | None = None,
) -> Row:
    """Return the two rows of an act: ``defaults`` by address, by person, minutes of both."""
    prefix, score = name.upper(), (f"{name.upper()}_VIOLATION_SCORE",)

    def row(by: str, who: str, most: int) -> Rule:
        return Rule(
            by="address" if by == "address" else "user",
            count=((f"{prefix}_{who}_MAX",), most),
            minutes=((f"{prefix}_{who}_WINDOW",), defaults[2]),
            body=sentence(text),
            kind=kind,
            score=(score, 1),
            section=section,
        )

    return {
        f"{name}_ip": row("address", "IP", defaults[0]),
        f"{name}_user": row("user", "USER", defaults[1]),
    }


LOGIN_SCORE = ("LOGIN_VIOLATION_SCORE",)
SECOND_FACTOR = Rule(
    by="address",
    count=(("TWO_FACTOR_TEMP_MAX", "LOGIN_MAX"), 7),
    minutes=(("TWO_FACTOR_TEMP_WINDOW", "LOGIN_WINDOW"), 5),
    body=sentence(gettext_noop("Too many verification attempts")),
    kind="logins",
    score=(("TWO_FACTOR_TEMP_VIOLATION_SCORE", *LOGIN_SCORE), 1),
)
MESSAGE_SCORE = (("MESSAGE_VIOLATION_SCORE",), 1.0)

RULES: Row = {
    "login": _by_address(
        gettext_noop("Too many login attempts"),
        "LOGIN",
        (7, 5),
        kind="logins",
        score=LOGIN_SCORE,
    ),
    "two_factor_ip": SECOND_FACTOR,
    "two_factor_user": Rule(
        by="user",
        count=SECOND_FACTOR.count,
        minutes=SECOND_FACTOR.minutes,
        body=SECOND_FACTOR.body,
        kind=SECOND_FACTOR.kind,
        score=SECOND_FACTOR.score,
    ),
    "register": _by_address(
        gettext_noop("Too many accounts created"),
        "REGISTER",
        (5, 60),
        kind="registrations",
        score=("REGISTRATION_VIOLATION_SCORE",),
    ),
    "reset_request": _by_address(
        gettext_noop("Too many password reset requests"),
        "RESET_PASSWORD",
        (2, 2),
        kind="reset_password_limit",
        score=("RESET_PASSWORD_VIOLATION_SCORE",),
    ),
    "reset_submit": _by_address(
        gettext_noop("Too many password reset attempts"),
        "RESET_PASSWORD_SUBMISSION",
        (2, 2),
        kind="reset_password_limit",
        score=("RESET_PASSWORD_SUBMISSION_VIOLATION_SCORE",),
        fallback="RESET_PASSWORD",
    ),
    "verify_request": _by_address(
        gettext_noop("Too many verification e-mails requested"),
        "VERIFY_EMAIL",
        (2, 2),
        kind="verify_email_limit",
        score=("VERIFY_EMAIL_VIOLATION_SCORE",),
    ),
    "verify_submit": _by_address(
        gettext_noop("Too many verification attempts"),
        "VERIFY_EMAIL_SUBMISSION",
        (2, 2),
        kind="verify_email_limit",
        score=("VERIFY_EMAIL_SUBMISSION_VIOLATION_SCORE",),
        fallback="VERIFY_EMAIL",
    ),
    "message_ip": Rule(
        by="address",
        count=(("MESSAGE_IP_MAX",), 40),
        minutes=(("MESSAGE_IP_WINDOW",), 1),
        body=message_limit,
        kind="message_limit",
        score=MESSAGE_SCORE,
        switch="LIMIT_MESSAGE_IP",
    ),
    "message_user": Rule(
        by="user",
        count=(("MESSAGE_USER_MAX",), 40),
        minutes=(("MESSAGE_USER_WINDOW",), 1),
        body=message_limit,
        kind="message_limit",
        score=MESSAGE_SCORE,
        switch="LIMIT_MESSAGE_USER",
    ),
    **_pair(
        "file_upload",
        gettext_noop("Too many files uploaded"),
        defaults=(100, 50, 15),
        kind="file_upload_limit",
        section="file_uploads",
    ),
    "file_usage": Rule(
        by="user",
        count=(("FILE_USAGE_USER_MAX",), 120),
        minutes=(("FILE_USAGE_USER_WINDOW",), 15),
        body=sentence(gettext_noop("Too many reports of used files")),
        kind="file_upload_limit",
        score=(("FILE_UPLOAD_VIOLATION_SCORE",), 1),
    ),
    **_pair(
        "import",
        gettext_noop("Too many conversations imported"),
        defaults=(100, 50, 15),
        kind="file_upload_limit",
        section="conversations_import",
    ),
    **_pair(
        "fork",
        gettext_noop("Too many conversations forked"),
        defaults=(30, 7, 1),
        kind="file_upload_limit",
    ),
    **_pair(
        "stt",
        gettext_noop("Too many recordings sent"),
        defaults=(100, 50, 1),
        kind="stt_limit",
        section="stt",
    ),
    **_pair(
        "tts",
        gettext_noop("Too many texts to read aloud"),
        defaults=(100, 50, 1),
        kind="tts_limit",
        section="tts",
    ),
    "tool_call": Rule(
        by="user",
        count=((), 1),
        minutes=((), A_SECOND),
        body=sentence(gettext_noop("Too many tool calls")),
        kind="tool_call_limit",
        score=(("TOOL_CALL_VIOLATION_SCORE",), 1),
    ),
    "mail_test": Rule(
        by="user",
        count=((), 5),
        minutes=((), 10),
        body=sentence(gettext_noop("Too many test mails")),
    ),
    "prompt_usage": Rule(
        by="user",
        count=((), 30),
        minutes=((), 1),
        body=sentence(gettext_noop("Too many uses of prompts")),
    ),
    "provider_test": Rule(
        by="user",
        count=((), 20),
        minutes=((), 1),
        body=sentence(gettext_noop("Too many tests of providers")),
    ),
}


def rules_validate() -> None:
    """Read every variable once.

    Raises:
        ImproperlyConfigured: naming the variable that is wrong.
    """
    for rule in RULES.values():
        rule.is_on()
        rule.allowed()
        rule.window_minutes()
        rule.points()

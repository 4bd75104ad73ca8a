"""A large place: many people, what they have, what they did; written in a minute or two."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Model

from accounts.models import AuditEvent, AuthSession, Group, GroupMember, User
from accounts.models.audit import AuditHead
from agents.models import RelayCall
from billing.models import (
    Account,
    Balance,
    Entry,
    Hold,
    Transaction,
    UsageDay,
    UsageHour,
)
from billing.models.account import Kind
from conversations.models import Conversation, Generation, Message
from librechat.kernel import clock
from librechat.kernel.inserting import values_insert

PEOPLE, GROUPS, SESSIONS = 100_000, 200, 150_000
TRANSACTIONS, HOLDS, CALLS = 1_000_000, 100_000, 200_000
CHATS, GENERATIONS, MESSAGES, EVENTS = 100_000, 200_000, 400_000, 100_000
DAYS, TURNS = 90, 10
CHUNK = 20_000
MODELS = tuple((f"model-{number}", f"endpoint-{number % 4}") for number in range(12))
STATES = ("done", "done", "done", "done", "stopped", "failed")
ACTIONS = tuple(f"thing.done-{number}" for number in range(30))
# input_tokens, output_tokens, credits of every call.
SPENT = (900, 100, 1_500)
Row: TypeAlias = tuple[Any, ...]


def crowd_make() -> None:
    """Write everything; the same each time but for the moments, which end now."""
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        _run("PRAGMA cache_size=-600000")  # indexes grow in memory, not on the disk
    Crowd(clock.now()).write()
    _run("PRAGMA cache_size=-8000" if is_sqlite else "ANALYZE")  # 8 MB, as the product has it


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fill(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Store rows given by some columns; the others have the model's defaults."""
    blank = model()
    fields = [field.attname for field in model._meta.concrete_fields]
    rest = [name for name in fields if name not in names]
    tail = tuple(getattr(blank, name) for name in rest)
    given = iter(rows)
    while chunk := [(*row, *tail) for row in islice(given, CHUNK)]:
        values_insert(model, [*names, *rest], chunk)


def crowd_id(table: int, number: int, moment: datetime | None = None) -> str:
    """Return an id as ours are: in order of time."""
    seconds = int(moment.timestamp()) if moment else 0x60000000
    return f"{seconds:08x}{table:04x}{number:012x}"


class Crowd:
    """The writer, one method for each kind of rows."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.random = random.Random(1)

    def write(self) -> None:
        """Write everything, in the order that rows refer to each other."""
        self.people()
        self.ledger()
        self.chats()
        self.record()

    def person(self) -> str:
        """Return somebody; a few of them do most, as everywhere."""
        return crowd_id(1, int(PEOPLE * self.random.random() ** 4))

    def moment(self, number: int, count: int, days: int = DAYS) -> datetime:
        """Return when the nth of so many happened; they are spread evenly and end now."""
        return self.now - timedelta(days=days) * (1 - number / count)

    def people(self) -> None:
        """Write people with balances, groups and sign-ins."""
        now, ids = self.now, [crowd_id(1, number) for number in range(PEOPLE)]
        made = [now - timedelta(minutes=10 * number) for number in range(PEOPLE)]
        fill(
            User,
            ("id", "email", "name", "username", "password", "email_verified", "created_at",
             "updated_at"),
            ((pk, f"person-{n}@example.org", f"Person {n}", f"person{n}", "!", True, made[n], now)
             for n, pk in enumerate(ids)),
        )  # fmt: skip
        fill(
            Balance,
            ("id", "user_id", "credits", "created_at"),
            ((crowd_id(2, n), pk, 1_000 * n, made[n]) for n, pk in enumerate(ids)),
        )
        fill(
            Group,
            ("id", "name", "updated_at"),
            ((crowd_id(3, n), f"Group {n:03}", now) for n in range(GROUPS)),
        )
        fill(
            GroupMember,
            ("id", "group_id", "user_id"),
            ((crowd_id(4, n), crowd_id(3, n % GROUPS), pk) for n, pk in enumerate(ids)),
        )
        seen = [self.moment(n, SESSIONS) for n in range(SESSIONS)]
        fill(
            AuthSession,
            ("id", "user_id", "refresh_token_hash", "address", "created_at", "last_used_at",
             "expires_at"),
            ((crowd_id(5, n, at), ids[n % PEOPLE], f"{n:064x}", f"10.0.{n % 250}.1", at, at,
              at + timedelta(days=7)) for n, at in enumerate(seen)),
        )  # fmt: skip

    def ledger(self) -> None:
        """Write calls with their entries, the sums of them, holds and the relay's calls."""
        houses = [Account(code=kind, kind=kind) for kind in (Kind.OPERATOR, Kind.REVENUE)]
        Account.objects.bulk_create(houses)
        operator, revenue = (house.pk for house in houses)
        calls = list(self.calls())
        fill(
            Transaction,
            ("id", "key", "user_id", "context", "model", "endpoint", "conversation_id",
             "created_at"),
            ((crowd_id(6, n, at), f"call:{n:024x}", user, "title" if n % TURNS == 0 else "message",
              model, endpoint, f"chat-{n // TURNS}", at)
             for n, at, user, model, endpoint in calls),
        )  # fmt: skip
        fill(
            Entry,
            ("id", "transaction_id", "account_id", "credits", "token_type", "raw_amount",
             "input_tokens"),
            (side for n, at, *_rest in calls for side in self.entries(n, at, operator, revenue)),
        )  # fmt: skip
        self.sums(calls)
        fill(
            Hold,
            ("id", "key", "user_id", "state", "payer", "charged_credits", "rates", "model",
             "endpoint", "context", "expires_at", "created_at"),
            ((crowd_id(8, n, at), f"hold-{n}", user, "settled", "user", 1_500, {}, model, endpoint,
              "message", at, at)
             for n, at, user, model, endpoint in calls[:: TRANSACTIONS // HOLDS]),
        )  # fmt: skip
        fill(
            RelayCall,
            ("id", "started_at", "user_id", "api_key_id", "route", "alias", "model", "endpoint",
             "status", "http_status", "credits"),
            ((crowd_id(9, n, at), at, user, user, "chat/completions", model, model, endpoint, "ok",
              200, 1_500) for n, at, user, model, endpoint in calls[:: TRANSACTIONS // CALLS]),
        )  # fmt: skip

    def calls(self) -> Iterator[Row]:
        """Return number, moment, person, model and endpoint of every call; ten make a chat."""
        for chat in range(TRANSACTIONS // TURNS):
            who = self.person(), *self.random.choice(MODELS)
            for n in range(chat * TURNS, (chat + 1) * TURNS):
                yield n, self.moment(n, TRANSACTIONS), *who

    @staticmethod
    def entries(number: int, at: datetime, operator: str, revenue: str) -> tuple[Row, Row]:
        """Return both sides of a call."""
        asked, answered, spent = SPENT
        booked = crowd_id(6, number, at)
        out = (crowd_id(7, 2 * number, at), booked, operator, -spent, "prompt", -asked, asked)
        return (
            out,
            (crowd_id(7, 2 * number + 1, at), booked, revenue, spent, "completion", -answered, 0),
        )

    def sums(self, calls: Iterable[Row]) -> None:
        """Write what the chores would have summed up: all whole hours, all whole days."""
        this_hour = self.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hours: dict[Row, int] = {}
        days: dict[Row, int] = {}
        for n, at, user, model, endpoint in calls:
            context = "title" if n % TURNS == 0 else "message"
            hour = at.replace(minute=0, second=0, microsecond=0)
            day = hour.replace(hour=0)
            if hour < this_hour:
                key = (hour, user, model, endpoint, context)
                hours[key] = hours.get(key, 0) + 1
            if day < this_hour.replace(hour=0):
                key = (day, user, model, endpoint, context)
                days[key] = days.get(key, 0) + 1
        names = ("id", "starts_at", "user_id", "model", "endpoint", "context", "calls",
                 "input_tokens", "output_tokens", "credits")  # fmt: skip
        for table, model_of, found in ((10, UsageHour, hours), (11, UsageDay, days)):
            fill(model_of, names, self.summed(table, found))

    @staticmethod
    def summed(table: int, found: dict[Row, int]) -> Iterator[Row]:
        """Return the rows of one of the two tables."""
        for n, (key, count) in enumerate(found.items()):
            yield crowd_id(table, n, key[0]), *key, count, *(count * one for one in SPENT)

    def chats(self) -> None:
        """Write chats, their messages and generations."""
        owners = [self.person() for _ in range(CHATS)]
        chats = [
            (crowd_id(12, n, self.moment(n, CHATS)), owner, *self.random.choice(MODELS))
            for n, owner in enumerate(owners)
        ]
        fill(
            Conversation,
            ("id", "conversation_id", "user_id", "title", "model", "endpoint", "updated_at"),
            ((pk, f"chat-{n}", user, f"Chat {n}", model, endpoint, self.moment(n, CHATS))
             for n, (pk, user, model, endpoint) in enumerate(chats)),
        )  # fmt: skip
        fill(
            Message,
            ("id", "message_id", "conversation_id", "user_id", "is_created_by_user", "text",
             "model", "endpoint", "created_at"),
            ((crowd_id(13, n, at), f"message-{n}", *chats[n * CHATS // MESSAGES][:2], n % 2 == 0,
              "What was said, in a sentence. " * 10, *chats[n * CHATS // MESSAGES][2:], at)
             for n, at in ((n, self.moment(n, MESSAGES)) for n in range(MESSAGES))),
        )  # fmt: skip
        fill(
            Generation,
            ("id", "conversation_id", "user_id", "user_message_id", "response_message_id", "state",
             "model", "endpoint", "created_at", "finished_at"),
            ((crowd_id(14, n, at), *chats[n * CHATS // GENERATIONS][:2], f"message-{2 * n}",
              f"message-{2 * n + 1}", STATES[n % len(STATES)],
              *chats[n * CHATS // GENERATIONS][2:], at, at)
             for n, at in ((n, self.moment(n, GENERATIONS)) for n in range(GENERATIONS))),
        )  # fmt: skip

    def record(self) -> None:
        """Write the audit record; its chain of hashes is not whole, which no list looks at."""
        people = [self.person() for _ in range(EVENTS)]
        fill(
            AuditEvent,
            ("id", "sequence", "category", "action", "actor_id", "actor_name", "target_id",
             "created_at", "previous_hash", "hash"),
            ((crowd_id(15, n, self.moment(n, EVENTS)), n + 1, "account", ACTIONS[n % 30], person,
              f"{person}@example.org", person, self.moment(n, EVENTS), "0", "0")
             for n, person in enumerate(people)),
        )  # fmt: skip
        AuditHead.objects.filter(name="chain").delete()
        AuditHead.objects.create(name="chain", sequence=EVENTS)

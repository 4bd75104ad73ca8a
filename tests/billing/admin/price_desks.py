"""Who works at the pages of prices."""

from django.test import Client

from accounts.models import User
from billing.pricing.cost import TokenUsage
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import call_make

IMPORTS = "/admin/billing/priceimport/"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def spend(user: User, key: str = "one", model: str = "gpt-4o") -> None:
    call = call_make(user, key, model=model, endpoint_rates={})
    hold = hold_open(call=call, prompt_tokens=100, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(100, 10))

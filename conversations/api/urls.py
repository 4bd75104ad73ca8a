"""Routes of the API; the streaming ones are in ``streaming/routing.py``."""

from django.urls import URLPattern, URLResolver

from conversations.api import (
    boot,
    bulk,
    conversations,
    exports,
    followups,
    forks,
    generations,
    imports,
    message_changes,
    messages,
    presets,
    projects,
    prompt_groups,
    prompts,
    search,
    shares,
    tags,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *boot.urlpatterns,
    *tags.urlpatterns,
    *presets.urlpatterns,
    *projects.urlpatterns,
    *prompt_groups.urlpatterns,
    *prompts.urlpatterns,
    *search.urlpatterns,
    *shares.urlpatterns,
    *exports.urlpatterns,
    *forks.urlpatterns,
    *imports.urlpatterns,
    *bulk.urlpatterns,
    *conversations.urlpatterns,
    *message_changes.urlpatterns,
    *messages.urlpatterns,
    *followups.urlpatterns,  # before the start of an answer, which takes any name
    *generations.urlpatterns,
]

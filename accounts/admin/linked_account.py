"""Accounts of other providers in the admin: who signs in by which; nothing is changed here."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin

# allauth's own pages edit these past our services; addresses and keys of providers are not kept
# in its tables at all.
for unused in (EmailAddress, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(SocialAccount)
class LinkedAccountAdmin(ReadOnlyAdmin):
    """Who is known to which provider, and since when."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    fields = ("user", "provider", "uid", "date_joined", "last_login")
    list_display = ("user", "provider", "uid", "last_login")
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("user__email", "uid")
    ordering = ("-last_login",)

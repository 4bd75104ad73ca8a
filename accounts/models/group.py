"""Groups of people."""

from django.db import models
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

LOCAL = "local"


class Group(models.Model):
    """People who are given things together; kept here or by a directory.

    source: ``local``, or the directory that decides who belongs to it (``ldap``, ``openid``,
    ``saml``, ``entra``); ``external_id`` is its name there.
    """

    id = ObjectIdField(primary_key=True)
    name = models.CharField(max_length=128)
    description = models.CharField(max_length=500, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    avatar = models.CharField(max_length=512, blank=True)
    source = models.CharField(max_length=16, default=LOCAL)
    external_id = models.CharField(max_length=256, blank=True)
    members = models.ManyToManyField(User, through="GroupMember", related_name="member_groups")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="group_once_by_source",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person in one group."""

    id = ObjectIdField(primary_key=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="group_member_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"

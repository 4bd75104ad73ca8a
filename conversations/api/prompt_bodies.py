"""What the routes about prompts read and answer."""

from typing import Any, ClassVar

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from typing_extensions import override

from accounts.access.permissions import role_require
from accounts.auth.drf import signed_in
from accounts.limits.drf import Limited
from conversations.api.fields import CamelSerializer, StrictText, json_object
from conversations.models import Prompt
from conversations.services.prompt_groups import MAX_CATEGORY, MAX_COMMAND, MAX_NAME, MAX_PROMPT
from conversations.services.prompt_versions import MAX_LABEL, MAX_LABELS

DELETED = "Prompt deleted successfully"
GROUP_DELETED = "Prompt group deleted successfully"
ROWS: Any = serializers.ListSerializer(child=serializers.DictField())
MESSAGE = inline_serializer("PromptMessage", {"message": serializers.CharField()})


class TextSerializer(CamelSerializer):
    """A version's text."""

    prompt = StrictText(max_length=MAX_PROMPT, allow_blank=False)
    # Not a ChoiceField: the API's schema has other choices of this name, and could not tell them.
    type = serializers.RegexField(rf"^({'|'.join(Prompt.Kind.values)})$", default=Prompt.Kind.TEXT)


class GroupSerializer(CamelSerializer):
    """What a group is called and found by."""

    name = StrictText(max_length=MAX_NAME, allow_blank=False)
    oneliner = StrictText(max_length=MAX_NAME, required=False)
    category = StrictText(max_length=MAX_CATEGORY, required=False)
    command = StrictText(max_length=MAX_COMMAND, required=False)


class GroupChangeSerializer(GroupSerializer):
    """What is to change of a group."""

    name = StrictText(max_length=MAX_NAME, allow_blank=False, required=False)


class VersionSerializer(CamelSerializer):
    """A further version."""

    prompt = TextSerializer()


class NewGroupSerializer(CamelSerializer):
    """A group and its first version."""

    prompt = TextSerializer()
    group = GroupSerializer()


class LabelsSerializer(CamelSerializer):
    """All labels of a version."""

    labels = serializers.ListField(
        child=StrictText(max_length=MAX_LABEL),
        max_length=MAX_LABELS,
    )


class PromptView(Limited):
    """A route about prompts: for roles that may use them, and what ``needs`` names by method."""

    problem_shape = "both"
    needs: ClassVar[dict[str, tuple[str, ...]]] = {}

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at the role before the work."""
        super().initial(request, *args, **kwargs)
        needed = self.needs.get(request.method or "", ())
        role_require(signed_in(request), "PROMPTS", "USE", *needed)


def fields_of(
    request: Request,
    serializer: type[serializers.Serializer[Any]],
) -> dict[str, Any]:
    """Return what a body holds.

    Raises:
        ValidationError: it does not fit.
    """
    fields = serializer(data=json_object(request))
    fields.is_valid(raise_exception=True)
    return dict(fields.validated_data)

"""Rate limits on API views."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from accounts.limits.counters import client_address, limit_check
from accounts.limits.rules import RULES
from accounts.models import User


class Limited(APIView):
    """A view that counts every request against the rules it names."""

    limit_rules: ClassVar[tuple[str, ...]] = ()

    @override
    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        unknown = set(cls.limit_rules) - set(RULES)
        if unknown:
            raise TypeError(f"{cls.__name__} names unknown limits: {', '.join(sorted(unknown))}.")

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count after sign-in and permissions, before the work."""
        super().initial(request, *args, **kwargs)
        user = request.user if isinstance(request.user, User) else None
        for name in self.limit_rules:
            limit_check(name, user=user, address=client_address(request))

"""What all routes under ``/api/admin`` have in common."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from accounts.access.capabilities import ACCESS_ADMIN, capability_require
from accounts.auth.drf import signed_in


class AdminView(APIView):
    """A view for whoever may administer; each method names the capability it needs besides."""

    problem_shape = "both"
    capabilities: ClassVar[dict[str, str]] = {}

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the capabilities after sign-in, before anything is looked up; one query."""
        super().initial(request, *args, **kwargs)
        # A HEAD runs the method of GET, so it needs the same.
        method = "GET" if request.method == "HEAD" else request.method or ""
        needed = self.capabilities.get(method, ACCESS_ADMIN)
        capability_require(signed_in(request), ACCESS_ADMIN, needed)

"""GET /api/endpoints, /api/models and /api/endpoints/token-config."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from agents.llm import available
from agents.llm.available import EndpointInfo, ModelRates


class EndpointsView(APIView):
    """The endpoints I can use."""

    @extend_schema(operation_id="endpoints_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return endpoint → what a client must know to offer it."""
        found = available.endpoints_for(signed_in(request))
        return Response({name: endpoint_json(endpoint) for name, endpoint in found.items()})


class ModelsView(APIView):
    """The models I can use."""

    @extend_schema(operation_id="models_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return endpoint → ids of its models."""
        return Response(available.models_for(signed_in(request)))


class TokenConfigView(APIView):
    """Windows and prices."""

    @extend_schema(operation_id="token_config_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return endpoint → model → context, and USD per million tokens where they are shown."""
        found = available.token_config_for(signed_in(request))
        return Response(
            {
                endpoint: {model: rates_json(rates) for model, rates in models.items()}
                for endpoint, models in found.items()
            },
        )


def endpoint_json(endpoint: EndpointInfo) -> dict[str, object]:
    """Return LibreChat's object of an endpoint."""
    body: dict[str, object] = {"userProvide": endpoint.user_provide, "order": endpoint.order}
    if endpoint.type == "custom":
        body |= {"type": "custom", "userProvideURL": endpoint.user_provide_url}
    optional = {
        "modelDisplayLabel": endpoint.display_label,
        "iconURL": endpoint.icon_url,
        "customParams": endpoint.custom_params,
    }
    return body | {name: value for name, value in optional.items() if value}


def rates_json(rates: ModelRates) -> dict[str, float]:
    """Return LibreChat's object of a model's window and prices."""
    optional = {
        "context": rates.context_window,
        "prompt": rates.prompt,
        "completion": rates.completion,
        "cacheWrite": rates.cache_write,
        "cacheRead": rates.cache_read,
    }
    return {name: value for name, value in optional.items() if value is not None}

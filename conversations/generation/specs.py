"""Model specs: starts that name a preset of ``librechat.yaml`` are run as it says."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.access.overrides import effective
from accounts.models import User
from agents.config.model_specs import ModelSpec, ModelSpecsConfig
from conversations.errors import ModelSpecError
from conversations.generation.requests import StartRequest
from conversations.parameters import parameters_from
from librechat.kernel import yaml_config

# What a preset tells the model is nobody's business but the operator's.
PRIVATE = frozenset({"promptPrefix", "system", "instructions", "additional_instructions"})


def spec_apply(user: User, body: StartRequest) -> StartRequest:
    """Return the start as its spec wants it; unchanged when it names none that exists.

    The specs are those that hold for the person. With ``enforce`` the preset is all that counts
    and every start needs a spec. Without it the client's own settings win, but for those that
    the client is never told.

    Raises:
        ModelSpecError: the spec is missing or unknown where one is needed, or belongs to
            another endpoint.
    """
    section = effective("modelSpecs", ModelSpecsConfig, user)
    spec = next((spec for spec in section.specs if spec.name == body.spec), None)
    if spec is None:
        if section.enforce:
            raise ModelSpecError(_("Choose one of the offered models, then send again."))
        return body
    if spec.preset.endpoint != body.endpoint:
        raise ModelSpecError(
            _("The chosen preset belongs to another endpoint. Choose a model again, then send."),
        )
    return _applied(body, spec, is_enforced=section.enforce)


def _applied(body: StartRequest, spec: ModelSpec, *, is_enforced: bool) -> StartRequest:
    whole = yaml_config.plain(spec.preset)
    preset = parameters_from(whole if isinstance(whole, dict) else {})
    public = {name: value for name, value in preset.items() if name not in PRIVATE}
    own: Mapping[str, object] = {} if is_enforced else body.parameters
    return replace(
        body,
        model=(spec.preset.model or body.model) if is_enforced else (body.model or _model(spec)),
        agent_id=spec.preset.agent_id or body.agent_id,
        endpoint_type=spec.preset.endpoint_type or body.endpoint_type,
        parameters={**public, **own},
        private_parameters={name: value for name, value in preset.items() if name in PRIVATE},
    )


def _model(spec: ModelSpec) -> str:
    return spec.preset.model or ""

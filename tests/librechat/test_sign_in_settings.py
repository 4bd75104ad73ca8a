"""Variables that switch methods of signing in on."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.auth.method_settings import SignInSettings, is_safe
from librechat.env import Environment
from librechat.sign_in_settings import sign_in_settings

ON = {"ALLOW_SOCIAL_LOGIN": "true"}
OPENID = {
    "OPENID_ISSUER": "https://login.example",
    "OPENID_CLIENT_ID": "c",
    "OPENID_CLIENT_SECRET": "s",
}
SAML = {
    "SAML_ENTRY_POINT": "https://idp.example/sso",
    "SAML_ISSUER": "librechat",
    "SAML_CERT": "MIIC",
}


def read(**variables: str) -> SignInSettings:
    return sign_in_settings(Environment({**ON, **variables}), server="https://chat.example")


def test_nothing_is_on_without_the_switch() -> None:
    found = sign_in_settings(Environment({"GOOGLE_CLIENT_ID": "c"}), server="")
    assert found == SignInSettings()
    assert found.names == frozenset()


@pytest.mark.parametrize("name", ["google", "github", "discord", "facebook"])
def test_a_provider_is_on_with_id_and_secret(name: str) -> None:
    prefix = name.upper()
    variables = {f"{prefix}_CLIENT_ID": "c", f"{prefix}_CLIENT_SECRET": "s"}
    found = read(**variables)
    assert found.names == {name}
    given = found.providers[name]
    assert (given.client_id, given.secret) == ("c", "s")
    assert given.callback_url == f"https://chat.example/oauth/{name}/callback"
    with pytest.raises(ImproperlyConfigured, match=f"{prefix}_CLIENT_SECRET must be set too"):
        read(**{f"{prefix}_CLIENT_ID": "c"})


def test_a_callback_path_of_ones_own_is_used() -> None:
    found = read(GOOGLE_CLIENT_ID="c", GOOGLE_CLIENT_SECRET="s", GOOGLE_CALLBACK_URL="/x/y")
    assert found.providers["google"].callback_url == "https://chat.example/x/y"
    assert read(**SAML, SAML_CALLBACK_URL="https://other.example/acs").saml is not None


def test_apple_needs_its_four_variables_and_a_key_that_can_be_read(tmp_path: Path) -> None:
    apple = {"APPLE_CLIENT_ID": "c", "APPLE_TEAM_ID": "t", "APPLE_KEY_ID": "k"}
    with pytest.raises(ImproperlyConfigured, match="APPLE_PRIVATE_KEY_PATH must be set too"):
        read(**apple)
    with pytest.raises(ImproperlyConfigured, match="APPLE_PRIVATE_KEY_PATH cannot be read"):
        read(**apple, APPLE_PRIVATE_KEY_PATH=str(tmp_path / "none.p8"))
    (tmp_path / "key.p8").write_text("the key")
    given = read(**apple, APPLE_PRIVATE_KEY_PATH=str(tmp_path / "key.p8")).providers["apple"]
    assert (given.secret, given.team_id, given.private_key) == ("k", "t", "the key")


def test_an_enterprise_github_has_its_own_endpoints() -> None:
    github = {"GITHUB_CLIENT_ID": "c", "GITHUB_CLIENT_SECRET": "s"}
    assert read(**github).providers["github"].endpoints == {}
    own = read(**github, GITHUB_ENTERPRISE_BASE_URL="https://git.corp/").providers["github"]
    assert own.endpoints["authorize_url"] == "https://git.corp/login/oauth/authorize"
    assert own.endpoints["profile_url"] == "https://git.corp/api/v3/user"


def test_openid_is_read_whole() -> None:
    found = read(
        **OPENID,
        OPENID_REQUIRED_ROLE="a, b",
        OPENID_REQUIRED_ROLE_PARAMETER_PATH="roles",
        OPENID_REQUIRED_ROLE_TOKEN_KIND="access",
        OPENID_JWKS_URL_CACHE_TIME="60000",
    ).openid
    assert found is not None
    assert (found.required.roles, found.required.path, found.required.kind) == (
        ("a", "b"),
        "roles",
        "access",
    )
    assert found.jwks_seconds == 60
    assert (found.use_pkce, found.generate_nonce, found.clock_tolerance) == (True, True, 300)
    assert found.callback_url == "https://chat.example/oauth/openid/callback"


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"OPENID_ISSUER": ""}, "OPENID_ISSUER must be set too"),
        ({"OPENID_ISSUER": "http://login.example"}, "must be an https address"),
        ({"OPENID_JWKS_URL": "ftp://login.example"}, "OPENID_JWKS_URL must be an https"),
        ({"OPENID_CLIENT_SECRET": "", "OPENID_USE_PKCE": "false"}, "OPENID_CLIENT_SECRET"),
        ({"OPENID_REQUIRED_ROLE": "a"}, "OPENID_REQUIRED_ROLE_PARAMETER_PATH"),
        (
            {
                "OPENID_ADMIN_ROLE": "a",
                "OPENID_ADMIN_ROLE_PARAMETER_PATH": "r",
                "OPENID_ADMIN_ROLE_TOKEN_KIND": "cookie",
            },
            "must be id, access or userinfo",
        ),
        ({"OPENID_ROLE_SYNC_ENABLED": "true"}, "OPENID_ROLE_SYNC_CLAIM"),
        (
            {
                "OPENID_ROLE_SYNC_ENABLED": "true",
                "OPENID_ROLE_SYNC_CLAIM": "roles",
                "OPENID_ROLE_PRIORITY": "ADMIN",
            },
            "must not name ADMIN",
        ),
        ({"OPENID_AUTO_REDIRECT": "perhaps"}, "OPENID_AUTO_REDIRECT must be true or false"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_work_stops_the_start_by_name(
    variables: dict[str, str],
    problem: str,
) -> None:
    with pytest.raises(ImproperlyConfigured, match=problem):
        read(**{**OPENID, **variables})


def test_a_public_client_needs_no_secret() -> None:
    found = read(**{**OPENID, "OPENID_CLIENT_SECRET": ""}).openid
    assert found is not None
    assert found.secret == ""


def test_saml_takes_its_certificate_as_text_line_or_file(tmp_path: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----"
    (tmp_path / "idp.pem").write_text(pem)
    for given, kept in (
        ("MIIC" * 400, "MIIC" * 400),
        (pem.replace("\n", "\\n"), pem),
        (str(tmp_path / "idp.pem"), pem),
    ):
        found = read(**{**SAML, "SAML_CERT": given}).saml
        assert found is not None
        assert found.certificate == kept
    with pytest.raises(ImproperlyConfigured, match="SAML_CERT names a file"):
        read(**{**SAML, "SAML_CERT": "/nowhere/idp.pem"})
    with pytest.raises(ImproperlyConfigured, match="SAML_CERT must be set too"):
        read(**{**SAML, "SAML_CERT": ""})


def test_saml_gives_way_to_openid() -> None:
    assert read(**SAML).names == {"saml"}
    assert read(**SAML, **OPENID).names == {"openid"}


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("https://login.example", True),
        ("http://localhost:9000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8", True),
        ("http://login.example", False),
        ("https://", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_this_machine_is_asked_in_the_clear(address: str, answer: bool) -> None:
    assert is_safe(address) is answer

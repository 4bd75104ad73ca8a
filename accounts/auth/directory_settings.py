"""What an operator sets for a directory; read by ``librechat/directory_settings.py``."""

from dataclasses import dataclass, field
from importlib.util import find_spec

USERNAME = "{{username}}"
DN = "{{dn}}"
MEMBER_OF_GROUP = f"(|(member={DN})(uniqueMember={DN})(memberUid={USERNAME}))"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """A directory that is asked over LDAP.

    search_filter: finds one person; ``{{username}}`` is what was typed. group_filter: finds the
    groups of a person by ``{{dn}}`` and ``{{username}}``. group_base: blank keeps groups out.
    *_attribute: blank looks at the usual ones. admin_group, required_group: their full names.
    """

    url: str
    user_base: str
    bind_dn: str = ""
    bind_password: str = field(default="", repr=False)
    search_filter: str = f"mail={USERNAME}"
    ca_path: str = ""
    verify: bool = True
    starttls: bool = False
    timeout_seconds: float = 10
    uses_username: bool = False
    id_attribute: str = ""
    username_attribute: str = ""
    email_attribute: str = ""
    name_attributes: tuple[str, ...] = ()
    group_base: str = ""
    group_filter: str = MEMBER_OF_GROUP
    group_name_attribute: str = "cn"
    admin_group: str = ""
    required_group: str = ""


def directory_is_installed() -> bool:
    """Return whether the packages that speak LDAP are there: the extra ``ldap``."""
    return all(find_spec(name) for name in ("ldap", "django_auth_ldap"))

"""Django's admin with our site."""

from django.contrib.admin.apps import AdminConfig


class GovernedAdminConfig(AdminConfig):
    """The app of the admin; the models register with our site."""

    default_site = "librechat.admin_site.GovernedSite"

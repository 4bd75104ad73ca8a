"""Routes of the pages about money."""

from billing.web import budget_urls, usage_urls

urlpatterns = [*budget_urls.urlpatterns, *usage_urls.urlpatterns]

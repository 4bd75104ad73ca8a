"""``webSearch`` of librechat.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from librechat.kernel.yaml_config import Count, Number, Section, variable


class FirecrawlOptionsLocation(Section):
    """``webSearch.firecrawlOptions.location``."""

    country: str | None = None
    languages: list[str] | None = None


class FirecrawlOptionsChangeTrackingOptions(Section):
    """``webSearch.firecrawlOptions.changeTrackingOptions``."""

    modes: list[str] | None = None
    schema_: dict[str, object] | None = Field(default=None, alias="schema")
    prompt: str | None = None
    tag: str | None = None


class FirecrawlOptions(Section):
    """``webSearch.firecrawlOptions``."""

    formats: list[str] | None = None
    include_tags: list[str] | None = None
    exclude_tags: list[str] | None = None
    headers: dict[str, str] | None = None
    wait_for: Number | None = None
    timeout: Count | None = None
    max_age: Number | None = None
    mobile: bool | None = None
    skip_tls_verification: bool | None = None
    block_ads: bool | None = None
    remove_base64_images: bool | None = None
    parse_pdf: bool | None = Field(default=None, alias="parsePDF")
    store_in_cache: bool | None = None
    zero_data_retention: bool | None = None
    location: FirecrawlOptionsLocation | None = None
    only_main_content: bool | None = None
    change_tracking_options: FirecrawlOptionsChangeTrackingOptions | None = None


class SearxngSearchOptions(Section):
    """``webSearch.searxngSearchOptions``."""

    engines: str | list[str] | None = None
    language: str | None = None
    time_range: Literal["day", "month", "year"] | None = None
    timeout: Annotated[int, Field(ge=0, le=120_000)] | None = None


class TavilySearchOptions(Section):
    """``webSearch.tavilySearchOptions``."""

    search_depth: Literal["basic", "advanced", "fast", "ultra-fast"] | None = None
    max_results: Annotated[int, Field(ge=1, le=20)] | None = None
    include_images: bool | None = None
    include_answer: bool | Literal["basic", "advanced"] | None = None
    include_raw_content: bool | Literal["markdown", "text"] | None = None
    include_domains: list[str] | None = None
    exclude_domains: list[str] | None = None
    topic: Literal["general", "news", "finance"] | None = None
    time_range: Literal["day", "week", "month", "year", "d", "w", "m", "y"] | None = None
    include_image_descriptions: bool | None = None
    include_favicon: bool | None = None
    chunks_per_source: Annotated[int, Field(ge=1, le=3)] | None = None
    safe_search: bool | None = None
    timeout: Annotated[int, Field(ge=0, le=120_000)] | None = None


class TavilyScraperOptions(Section):
    """``webSearch.tavilyScraperOptions``."""

    extract_depth: Literal["basic", "advanced"] | None = None
    include_images: bool | None = None
    include_favicon: bool | None = None
    format: Literal["markdown", "text"] | None = None
    timeout: Annotated[int, Field(ge=0, le=120_000)] | None = None


class KeenableSearchOptions(Section):
    """``webSearch.keenableSearchOptions``."""

    max_results: Annotated[int, Field(ge=1, le=20)] | None = None
    site: str | None = None
    attribution_title: str | None = None
    timeout: Annotated[int, Field(ge=0, le=120_000)] | None = None


class KeenableScraperOptions(Section):
    """``webSearch.keenableScraperOptions``."""

    attribution_title: str | None = None
    timeout: Annotated[int, Field(ge=0, le=120_000)] | None = None


class WebSearchConfig(Section):
    """``webSearch``."""

    allowed_addresses: list[str] | None = None
    serper_api_key: str = Field(default_factory=variable("SERPER_API_KEY"))
    serper_api_key_preview: str | None = None
    searxng_instance_url: str = Field(default_factory=variable("SEARXNG_INSTANCE_URL"))
    searxng_api_key: str = Field(default_factory=variable("SEARXNG_API_KEY"))
    searxng_api_key_preview: str | None = None
    firecrawl_api_key: str = Field(default_factory=variable("FIRECRAWL_API_KEY"))
    firecrawl_api_key_preview: str | None = None
    firecrawl_api_url: str = Field(default_factory=variable("FIRECRAWL_API_URL"))
    firecrawl_version: str = Field(default_factory=variable("FIRECRAWL_VERSION"))
    tavily_api_key: str = Field(default_factory=variable("TAVILY_API_KEY"))
    tavily_api_key_preview: str | None = None
    tavily_search_url: str = Field(default_factory=variable("TAVILY_SEARCH_URL"))
    tavily_extract_url: str = Field(default_factory=variable("TAVILY_EXTRACT_URL"))
    keenable_api_key: str = Field(default_factory=variable("KEENABLE_API_KEY"))
    keenable_api_url: str = Field(default_factory=variable("KEENABLE_API_URL"))
    jina_api_key: str = Field(default_factory=variable("JINA_API_KEY"))
    jina_api_key_preview: str | None = None
    jina_api_url: str = Field(default_factory=variable("JINA_API_URL"))
    cohere_api_key: str = Field(default_factory=variable("COHERE_API_KEY"))
    cohere_api_key_preview: str | None = None
    search_provider: Literal["serper", "searxng", "tavily", "keenable"] | None = None
    scraper_provider: Literal["firecrawl", "serper", "tavily", "keenable"] | None = None
    reranker_type: Literal["jina", "cohere", "none"] | None = None
    scraper_timeout: Count | None = None
    safe_search: Literal["OFF", "MODERATE", "STRICT", 0, 1, 2] = 1
    firecrawl_options: FirecrawlOptions | None = None
    searxng_search_options: SearxngSearchOptions | None = None
    tavily_search_options: TavilySearchOptions | None = None
    tavily_scraper_options: TavilyScraperOptions | None = None
    keenable_search_options: KeenableSearchOptions | None = None
    keenable_scraper_options: KeenableScraperOptions | None = None

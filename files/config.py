"""The files part of librechat.yaml."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import (
    Amount,
    Count,
    NonEmpty,
    Number,
    Section,
    SnakeSection,
    Url,
    variable,
)

FileStrategy: TypeAlias = Literal["local", "firebase", "s3", "azure_blob", "cloudfront"]
ImageType: TypeAlias = Literal["png", "webp", "jpeg"]
Delivery: TypeAlias = Literal["provider", "text", "none"]


class DeliveryPath(Section):
    """``fileConfig.endpoints.<name>.defaultLLMDeliveryPath``."""

    fallback: Delivery | None = None
    overrides: dict[str, Delivery] | None = None


class EndpointFiles(Section):
    """``fileConfig.endpoints.<name>``."""

    disabled: bool | None = None
    file_limit: Amount | None = None
    file_size_limit: Amount | None = None
    total_size_limit: Amount | None = None
    supported_mime_types: list[str] | None = None
    default_llm_delivery_path: DeliveryPath | None = Field(
        default=None, alias="defaultLLMDeliveryPath"
    )
    legacy_file_upload_ux: bool | None = Field(default=None, alias="legacyFileUploadUX")
    text_fallback_without_tools: bool | None = None


class SkillFiles(Section):
    """``fileConfig.skills``."""

    file_size_limit: Amount | None = None
    import_cleanup_concurrency: Count | None = None


class ImageGeneration(Section):
    """``fileConfig.imageGeneration``."""

    percentage: Annotated[Number, Field(ge=0, le=100)] | None = None
    px: Amount | None = None


class ClientImageResize(Section):
    """``fileConfig.clientImageResize``."""

    enabled: bool | None = None
    max_width: Annotated[Number, Field(ge=1)] | None = None
    max_height: Annotated[Number, Field(ge=1)] | None = None
    quality: Annotated[Number, Field(ge=0, le=1)] | None = None


class MimeTypes(Section):
    """``fileConfig.ocr``."""

    supported_mime_types: list[str] | None = None


class FileConfig(Section):
    """``fileConfig``."""

    endpoints: dict[str, EndpointFiles] | None = None
    skills: SkillFiles | None = None
    server_file_size_limit: Amount | None = None
    avatar_size_limit: Amount | None = None
    file_token_limit: Amount | None = None
    file_context_size_limit: Amount | None = None
    file_context_char_limit: Amount | None = None
    code_env_liveness_safe_window_ms: Amount | None = None
    image_generation: ImageGeneration | None = None
    client_image_resize: ClientImageResize | None = None
    ocr: MimeTypes | None = None
    text: MimeTypes | None = None
    default_llm_delivery_path: DeliveryPath | None = Field(
        default=None, alias="defaultLLMDeliveryPath"
    )
    legacy_file_upload_ux: bool | None = Field(default=None, alias="legacyFileUploadUX")
    text_fallback_without_tools: bool | None = None


class FileStrategiesConfig(Section):
    """``fileStrategies``."""

    default: FileStrategy | None = None
    avatar: FileStrategy | None = None
    image: FileStrategy | None = None
    document: FileStrategy | None = None
    skills: FileStrategy | None = None


class CloudfrontConfig(Section):
    """``cloudfront``."""

    domain: Url
    distribution_id: str | None = None
    invalidate_on_delete: bool = False
    image_signing: Literal["none", "cookies", "url"] = "none"
    url_expiry: Amount = 3600
    cookie_expiry: Annotated[Number, Field(ge=0, le=604800)] = 1800
    cookie_domain: NonEmpty | None = None
    storage_region: NonEmpty | None = None
    include_region_in_path: bool = False
    require_signed_access: bool = False


class OcrConfig(Section):
    """``ocr``."""

    allowed_addresses: list[str] | None = None
    mistral_model: str | None = None
    api_key: str = Field(default_factory=variable("OCR_API_KEY"))
    api_key_preview: str | None = None
    base_url: str = Field(default_factory=variable("OCR_BASEURL"), alias="baseURL")
    strategy: Literal[
        "mistral_ocr", "custom_ocr", "azure_mistral_ocr", "vertexai_mistral_ocr", "document_parser"
    ] = "mistral_ocr"


class OpenaiTts(Section):
    """``speech.tts.openai``."""

    url: str | None = None
    api_key: str
    api_key_preview: str | None = None
    model: str
    voices: list[str]


class AzureTts(Section):
    """``speech.tts.azureOpenAI``."""

    instance_name: str
    api_key: str
    api_key_preview: str | None = None
    deployment_name: str
    api_version: str
    model: str
    voices: list[str]


class VoiceSettings(SnakeSection):
    """``speech.tts.elevenlabs.voice_settings``."""

    similarity_boost: Number | None = None
    stability: Number | None = None
    style: Number | None = None
    use_speaker_boost: bool | None = None


class ElevenlabsTts(Section):
    """``speech.tts.elevenlabs``."""

    url: str | None = None
    websocket_url: str | None = None
    api_key: str
    api_key_preview: str | None = None
    model: str
    voices: list[str]
    voice_settings: VoiceSettings | None = Field(default=None, alias="voice_settings")
    pronunciation_dictionary_locators: list[str] | None = Field(
        default=None, alias="pronunciation_dictionary_locators"
    )


class LocalaiTts(Section):
    """``speech.tts.localai``."""

    url: str
    api_key: str | None = None
    api_key_preview: str | None = None
    voices: list[str]
    backend: str


class TtsConfig(Section):
    """``speech.tts``."""

    allowed_addresses: list[str] | None = None
    openai: OpenaiTts | None = None
    azure_open_ai: AzureTts | None = Field(default=None, alias="azureOpenAI")
    elevenlabs: ElevenlabsTts | None = None
    localai: LocalaiTts | None = None


class OpenaiStt(Section):
    """``speech.stt.openai``."""

    url: str | None = None
    api_key: str
    api_key_preview: str | None = None
    model: str


class AzureStt(Section):
    """``speech.stt.azureOpenAI``."""

    instance_name: str
    api_key: str
    api_key_preview: str | None = None
    deployment_name: str
    api_version: str


class SttConfig(Section):
    """``speech.stt``."""

    allowed_addresses: list[str] | None = None
    openai: OpenaiStt | None = None
    azure_open_ai: AzureStt | None = Field(default=None, alias="azureOpenAI")


class SpeechToTextTab(Section):
    """``speech.speechTab.speechToText``."""

    engine_stt: Literal["browser", "external", "openai", "azureOpenAI"] | None = Field(
        default=None, alias="engineSTT"
    )
    language_stt: str | None = Field(default=None, alias="languageSTT")
    auto_transcribe_audio: bool | None = None
    decibel_value: Number | None = None
    auto_send_text: Number | None = None


class TextToSpeechTab(Section):
    """``speech.speechTab.textToSpeech``."""

    engine_tts: (
        Literal["browser", "external", "openai", "azureOpenAI", "elevenlabs", "localai"] | None
    ) = Field(default=None, alias="engineTTS")
    voice: str | None = None
    language_tts: str | None = Field(default=None, alias="languageTTS")
    automatic_playback: bool | None = None
    playback_rate: Annotated[Number, Field(ge=0.25, le=4)] | None = None
    cache_tts: bool | None = Field(default=None, alias="cacheTTS")


class SpeechTab(Section):
    """``speech.speechTab``."""

    conversation_mode: bool | None = None
    advanced_mode: bool | None = None
    speech_to_text: bool | SpeechToTextTab | None = None
    text_to_speech: bool | TextToSpeechTab | None = None


class SpeechConfig(Section):
    """``speech``."""

    tts: TtsConfig | None = None
    stt: SttConfig | None = None
    speech_tab: SpeechTab | None = None


def file_config() -> FileConfig:
    """Return the limits and ways of files."""
    return yaml_config.section("fileConfig", FileConfig)


def register() -> None:
    """Add the sections of this app."""
    yaml_config.register("fileConfig", FileConfig)
    yaml_config.register("fileStrategy", TypeAdapter(FileStrategy), lambda: "local")
    yaml_config.register("fileStrategies", FileStrategiesConfig)
    yaml_config.register("cloudfront", CloudfrontConfig, lambda: None)
    yaml_config.register("imageOutputType", TypeAdapter(ImageType), lambda: "png")
    yaml_config.register("secureImageLinks", TypeAdapter(bool, config={"strict": True}), bool)
    yaml_config.register("ocr", OcrConfig)
    yaml_config.register("speech", SpeechConfig)

"""Presets for models of Google Gemini."""

from fastccg.core.model_base import ModelBase


class gemini_pro_1_5(ModelBase):
    """Google Gemini's gemini-1.5-pro-latest. Retired."""

    provider = "gemini"
    _model = "gemini-1.5-pro-latest"


class gemini_flash_1_5(ModelBase):
    """Google Gemini's gemini-1.5-flash-latest. Retired."""

    provider = "gemini"
    _model = "gemini-1.5-flash-latest"

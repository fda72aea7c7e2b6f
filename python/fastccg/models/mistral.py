"""Presets for models of Mistral."""

from fastccg.core.model_base import ModelBase


class mistral_tiny(ModelBase):
    """Mistral's mistral-tiny. Retired."""

    provider = "mistral"
    _model = "mistral-tiny"


class mistral_small(ModelBase):
    """Mistral's mistral-small. Retired."""

    provider = "mistral"
    _model = "mistral-small"


class mistral_medium(ModelBase):
    """Mistral's mistral-medium."""

    provider = "mistral"
    _model = "mistral-medium"

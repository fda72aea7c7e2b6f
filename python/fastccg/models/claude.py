"""Presets for models of Anthropic Claude."""

from fastccg.core.model_base import ModelBase


class claude_3_sonnet(ModelBase):
    """Anthropic Claude's claude-3-sonnet-20240229. Retired 2025-07-21."""

    provider = "anthropic"
    _model = "claude-3-sonnet-20240229"

"""Presets for models of OpenAI."""

from fastccg.core.model_base import ModelBase


class gpt_4o(ModelBase):
    """OpenAI's gpt-4o."""

    provider = "openai"
    _model = "gpt-4o"


class gpt_4o_mini(ModelBase):
    """OpenAI's gpt-4o-mini."""

    provider = "openai"
    _model = "gpt-4o-mini"


class gpt_3_5_turbo(ModelBase):
    """OpenAI's gpt-3.5-turbo. Retired 2026-10-23."""

    provider = "openai"
    _model = "gpt-3.5-turbo"


class gpt_5_6_sol(ModelBase):
    """OpenAI's gpt-5.6-sol."""

    provider = "openai"
    _model = "gpt-5.6-sol"


class gpt_5_6_terra(ModelBase):
    """OpenAI's gpt-5.6-terra."""

    provider = "openai"
    _model = "gpt-5.6-terra"


class gpt_5_6_luna(ModelBase):
    """OpenAI's gpt-5.6-luna."""

    provider = "openai"
    _model = "gpt-5.6-luna"

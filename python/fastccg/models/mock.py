"""A model that answers in the process itself: no server, no network, no key."""

from fastccg.core.model_base import ModelBase


class MockModel(ModelBase):
    """For tests of programs: "This is a mock response to: ..."."""

    provider = "mock"
    _model = "mock_model"

"""What models cost."""

import fastccg
import pytest
from fastccg.types.response import Usage


def test_cost_is_what_the_reply_says(model):
    reply = model.ask("Q")
    assert fastccg.cost("openai/gpt-4o", reply.usage) == reply.cost > 0


def test_cost_goes_by_prices_of_ones_own():
    info = {**fastccg.find_model("openai/gpt-4o"), "input_price": 2e6, "output_price": 3e6, "cached_input_price": 1e6}
    assert fastccg.cost(info, Usage(input=10, input_cached=4, output=1)) == pytest.approx(6 * 2 + 4 + 3)


def test_unknown_cost_is_none():
    assert fastccg.cost("openai/gpt-4o", Usage(input=1)) is None
    assert fastccg.cost("ollama/anything", Usage(input=1, output=1)) is None


def test_vectors_cost_what_is_read():
    assert fastccg.cost("openai/text-embedding-3-small", Usage(input=1_000_000)) == pytest.approx(0.02)


def test_cost_of_something_else_is_refused():
    with pytest.raises(TypeError):
        fastccg.cost("openai/gpt-4o", Usage(input="many", output=1))
    with pytest.raises(fastccg.FastCCGError):
        fastccg.cost("nobody/knows", Usage(input=1, output=1))

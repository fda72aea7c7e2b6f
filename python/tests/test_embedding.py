"""Texts into vectors."""

import asyncio

import fastccg
import pytest
from canary import KEY
from fastccg.embedding.google import GeminiEmbedding
from fastccg.embedding.mock import MockEmbedding
from fastccg.embedding.openai import text_embedding_3_small
from fastccg.errors import MissingKey, RateLimited, UsageError


@pytest.fixture
def embedder(simulator):
    return fastccg.init_embedding(text_embedding_3_small, api_key=KEY, base_url=simulator.base_url)


def test_embed_gives_one_vector_for_each_text_in_their_order(embedder):
    vectors = asyncio.run(embedder.embed(["one", "two", "three"]))
    assert len(vectors) == 3
    assert {len(vector) for vector in vectors} == {1536}
    assert all(isinstance(number, float) for number in vectors[0])
    assert asyncio.run(embedder.embed(["three", "one"])) == [vectors[2], vectors[0]]


def test_one_text_gives_a_list_of_one_vector(embedder):
    assert embedder.embed_sync("one") == embedder.embed_sync(["one"])
    assert embedder.embed_sync(text="one") == embedder.embed_sync(texts="one")


def test_embed_sync_works_inside_a_running_event_loop(embedder):
    async def main():
        return len(embedder.embed_sync("one"))

    assert asyncio.run(main()) == 1


def test_result_says_what_it_cost(embedder):
    vectors = embedder.embed_sync(["one", "two"])
    assert vectors.tokens_used == vectors.usage.total > 0
    assert vectors.cost == pytest.approx(vectors.tokens_used * 0.02e-6)
    assert (vectors.dimensions, vectors.provider, vectors.model) == (1536, "openai", "text-embedding-3-small")
    assert vectors.attempts == 1


def test_fewer_dimensions_can_be_asked_for(embedder):
    assert len(embedder.embed_sync("one", dimensions=64)[0]) == 64
    assert len(embedder.settings(dimensions=32).embed_sync("one")[0]) == 32


def test_many_texts_are_split(embedder):
    texts = [f"text {i}" for i in range(20)]
    whole = embedder.embed_sync(texts)
    assert embedder.embed_sync(texts, batch_size=3) == whole


def test_nothing_gives_nothing(embedder):
    assert embedder.embed_sync([]) == []


def test_any_model_by_name(simulator):
    embedder = fastccg.init_embedding("openai/text-embedding-3-large", KEY, base_url=simulator.base_url)
    assert len(embedder.embed_sync("one")[0]) == 3072


def test_gemini_goes_by_its_own_protocol(simulator):
    embedder = fastccg.init_embedding(GeminiEmbedding, api_key=KEY, base_url=simulator.url + "/v1beta")
    assert embedder.provider == "gemini"
    assert len(embedder.embed_sync(["one", "two"], input_kind="query")) == 2


def test_errors_are_raised_and_nothing_is_printed(simulators, capsys):
    url = simulators("--fault", "rate-limit;retry-after=9").base_url
    embedder = fastccg.init_embedding(text_embedding_3_small, KEY, base_url=url, retries=0)
    with pytest.raises(RateLimited):
        asyncio.run(embedder.embed("one"))
    with pytest.raises(RateLimited):
        embedder.embed_sync("one")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("texts", [3, None, b"one", [3]])
def test_a_wrong_type_is_a_type_error(embedder, texts):
    with pytest.raises(TypeError):
        embedder.embed_sync(texts)


@pytest.mark.parametrize("encoding", ["automatic", "numbers", "base64"])
def test_vectors_travel_in_the_form_that_was_asked_for(simulators, encoding):
    simulator = simulators()
    embedder = fastccg.init_embedding(text_embedding_3_small, KEY, base_url=simulator.base_url, encoding=encoding)
    vector = embedder.embed_sync("one")[0]
    assert vector == pytest.approx(embedder.embed_sync("one", encoding="base64")[0], abs=1e-4)
    assert ("base64" in simulator.requests()[0]["body"]) == (encoding != "numbers")
    assert embedder.model_info()["settings"]["encoding"] == encoding


def test_deadlines_of_a_call_leave_the_others_alone(simulators):
    url = simulators("--fault", "stall-before-headers").base_url
    timeouts = {"first_byte": 0.05}
    embedder = fastccg.init_embedding(text_embedding_3_small, KEY, base_url=url, timeouts=timeouts, retries=0)
    with pytest.raises(fastccg.errors.Timeout) as caught:
        embedder.embed_sync("one", timeout=30)
    assert caught.value.deadline == "first_byte"


@pytest.mark.parametrize(
    "settings", [{"encoding": "float"}, {"dimensions": 0}, {"input_kind": "poem"}, {"parallel": 0}]
)
def test_bad_settings_are_usage_errors(embedder, settings):
    with pytest.raises(UsageError):
        embedder.embed_sync("one", **settings)


def test_empty_text_is_refused(embedder):
    with pytest.raises(UsageError):
        embedder.embed_sync(["one", ""])


def test_missing_key_is_said():
    with pytest.raises(MissingKey):
        fastccg.init_embedding(text_embedding_3_small)


def test_cancelled_task_cancels(simulators):
    url = simulators("--fault", "stall-before-headers").base_url
    embedder = fastccg.init_embedding(text_embedding_3_small, KEY, base_url=url)

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(embedder.embed("one"), 0.1)

    asyncio.run(main())


def test_mock_needs_nothing_and_tells_texts_apart():
    embedder = fastccg.init_embedding(MockEmbedding)
    one, two, again = asyncio.run(embedder.embed(["one", "two", "one"]))
    assert one == again != two
    assert len(one) == len(set(one)) == MockEmbedding.dimensions == 128
    assert sum(number * number for number in one) == pytest.approx(1)
    assert abs(sum(a * b for a, b in zip(one, two, strict=True))) < 0.5
    with pytest.raises(UsageError):
        embedder.embed_sync("")

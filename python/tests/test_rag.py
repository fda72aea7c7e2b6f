"""Vector stores, and questions about documents."""

import asyncio
import json
import sys
import threading

import fastccg
import pytest
from canary import KEY
from fastccg.embedding.mock import MockEmbedding
from fastccg.embedding.openai import text_embedding_3_small
from fastccg.errors import UsageError
from fastccg.rag import RAGModel
from fastccg.vector_store.in_memory import InMemoryVectorStore


def test_search_finds_the_nearest_first():
    store = InMemoryVectorStore()
    store.add("east", [1, 0], {"text": "E"})
    store.add("north", [0, 2], {"text": "N"})
    store.add("west", [-1, 0])
    found = store.similarity_search([3, 1], top_k=2)
    assert [doc_id for doc_id, _, _ in found] == ["east", "north"]
    assert found[0][1] == pytest.approx(3 / 10**0.5)
    assert found[0][2] == {"text": "E"}


@pytest.mark.parametrize("vector", [[], [1], [1, 2, 3], [float("nan"), 1], [float("inf"), 1], ["a", "b"], None])
def test_vectors_that_do_not_fit_are_refused(vector):
    store = InMemoryVectorStore()
    store.add("a", [1, 0])
    with pytest.raises(UsageError):
        store.add("b", vector)
    with pytest.raises(UsageError):
        store.similarity_search(vector)
    assert len(store) == 1


def test_zero_vector_is_like_nothing():
    store = InMemoryVectorStore()
    store.add("zero", [0, 0])
    assert store.similarity_search([1, 0]) == [("zero", 0.0, {})]


@pytest.mark.parametrize("pretty", [False, True])
def test_a_saved_store_loads(tmp_path, pretty):
    store = InMemoryVectorStore()
    store.add("a", [3.0, 4.0], {"text": "é"})
    store.save(tmp_path / "s.fcvs", pretty_print=pretty)
    content = json.loads((tmp_path / "s.fcvs").read_text(encoding="utf-8"))
    assert content["a"][0] == pytest.approx([3.0, 4.0])
    other = InMemoryVectorStore()
    other.add("gone", [1, 2, 3])
    other.load(tmp_path / "s.fcvs")
    assert other.similarity_search([3, 4]) == [("a", pytest.approx(1.0), {"text": "é"})]
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.fcvs"]


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"a": [[], {}]}', '{"a": [[1], {}], "b": [[1, 2], {}]}'])
def test_a_broken_file_changes_nothing(tmp_path, content):
    store = InMemoryVectorStore()
    store.add("kept", [1, 0])
    (tmp_path / "s.fcvs").write_text(content)
    with pytest.raises(UsageError):
        store.load(tmp_path / "s.fcvs")
    assert "kept" in store


def test_file_that_is_nested_too_deeply_is_refused(tmp_path):
    (tmp_path / "s.fcvs").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="not a vector store"):
        InMemoryVectorStore().load(tmp_path / "s.fcvs")


def test_threads_add_remove_search_save_and_load_one_store(tmp_path):
    store = InMemoryVectorStore()
    for number in range(200):
        store.add(str(number), [number + 1, 1], {"text": str(number)})
    store.save(tmp_path / "whole.fcvs")
    errors = []
    ended = threading.Event()

    def repeat(work):
        try:
            while not ended.is_set():
                work()
        except BaseException as error:
            errors.append(error)

    def add_and_remove():
        name = str(threading.get_ident())
        store.add(name, [1, 2], {"text": name})
        store.remove(name)

    def search():
        found = store.similarity_search([1, 2], top_k=300)
        assert all(metadata["text"] == doc_id for doc_id, _, metadata in found)

    def save():
        store.save(tmp_path / "s.fcvs")
        InMemoryVectorStore().load(tmp_path / "s.fcvs")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=repeat, args=(work,)) for work in (add_and_remove, search, save) * 2]
    for thread in threads:
        thread.start()
    for _ in range(20):
        search()
    ended.set()
    for thread in threads:
        thread.join(20)
    sys.setswitchinterval(before)
    assert errors == []
    assert len(store) == 200
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["s.fcvs", "whole.fcvs"]


@pytest.mark.parametrize("documents", [3, "text", ["one", "two"], None])
def test_documents_that_have_no_ids_are_refused(rag, documents):
    with pytest.raises(TypeError, match="texts by id"):
        rag.index(documents)


@pytest.fixture
def rag(make_model, simulator):
    embedder = fastccg.init_embedding(text_embedding_3_small, KEY, base_url=simulator.base_url)
    return RAGModel(llm=make_model(), embedder=embedder)


def test_a_question_is_asked_with_its_documents_and_kept_without(rag):
    rag.index({"sky": "The sky is blue during a clear day.", "grass": "The grass in the park is typically green."})
    reply = rag.ask("What color is the sky?")
    assert "blue" in reply.content or "sky" in reply.content
    assert [message.role for message in rag.llm.get_history()] == ["user", "assistant"]
    assert rag.llm.get_history()[0].content == "What color is the sky?"


def test_the_same_awaited(rag):
    async def main():
        await rag.index_async({"sky": "The sky is blue."})
        return await rag.ask_async("What color is the sky?")

    assert asyncio.run(main()).content
    assert len(rag.llm.get_history()) == 2


def test_without_documents_it_warns_if_strict():
    rag = RAGModel(fastccg.init_model(fastccg.MockModel), MockEmbedding(), InMemoryVectorStore(), strict_mode=True)
    with pytest.warns(UserWarning, match="no document"):
        rag.ask("Q")


def test_documents_with_braces_and_without_text_do_no_harm():
    rag = RAGModel(fastccg.init_model(fastccg.MockModel), MockEmbedding(), template="plain")
    rag.index({"a": "{question} {0} {"})
    rag.store.add("b", rag.store.similarity_search([1.0] * 128, 1) and [1.0] * 128, {"text": None})
    assert "{0}" in rag.ask("Q").content


def test_unknown_template_is_a_value_error():
    with pytest.raises(ValueError, match="qa_block"):
        RAGModel(fastccg.init_model(fastccg.MockModel), MockEmbedding(), template="none")


def test_save_and_load_go_to_the_store(rag, tmp_path):
    rag.index({"a": "text"})
    rag.save(str(tmp_path / "k.fcvs"), pretty_print=True)
    rag.load(str(tmp_path / "k.fcvs"))
    assert "a" in rag.store

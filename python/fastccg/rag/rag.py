"""Answers from documents: retrieval-augmented generation."""

from __future__ import annotations

import sys
import warnings

from fastccg.core.model_base import ModelBase
from fastccg.rag.prompts import get_prompt_template
from fastccg.types.prompt import native_prompt
from fastccg.vector_store.in_memory import InMemoryVectorStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any, Mapping, Optional, Union

    from typing_extensions import Unpack

    from fastccg.embedding.base import EmbeddingBase
    from fastccg.types.response import ModelResponse
    from fastccg.types.settings import Settings
    from fastccg.vector_store.base import VectorStoreBase


class RAGModel:
    """Finds the documents that a question is about, and asks a model with them.

        rag = RAGModel(llm, embedder)
        rag.index({"sky": "The sky is blue during a clear day."})
        print(rag.ask("What color is the sky?").content)

    The model's history gets the question and the answer, without the documents.

    Args:
        llm: The model that answers.
        embedder: What turns documents and questions into vectors.
        store: Where the vectors are kept; a new one in memory if it is not given.
        template: A name of `fastccg.rag.prompts`, or a text with {context} and {question}; "auto" chooses by the model.
        top_k: How many documents a question is asked with.
        strict_mode: Whether to warn when no document is found.
        trace: Whether to print what happens to standard error.
    """

    def __init__(
        self,
        llm: ModelBase,
        embedder: EmbeddingBase,
        store: Optional[VectorStoreBase] = None,
        template: str = "auto",
        top_k: int = 3,
        strict_mode: bool = False,
        trace: bool = False,
    ) -> None:
        self.llm: ModelBase = llm
        self.embedder: EmbeddingBase = embedder
        self.store: VectorStoreBase = InMemoryVectorStore() if store is None else store
        self.top_k: int = top_k
        self.strict_mode: bool = strict_mode
        self.trace: bool = trace
        if template == "auto":
            template = "qa_block" if "claude" in llm.model_name.lower() else "context_question"
        self.prompt_template_str: str = template if "{question}" in template else get_prompt_template(template)

    def index(self, documents: Mapping[str, str]) -> None:
        """Adds documents, texts by id, to the store."""
        documents = _copy(documents)
        self._keep(documents, self.embedder.embed_sync(list(documents.values()), **self._kind("document")))

    async def index_async(self, documents: Mapping[str, str]) -> None:
        """The same, awaited."""
        documents = _copy(documents)
        self._keep(documents, await self.embedder.embed(list(documents.values()), **self._kind("document")))

    def ask(self, question: str, **settings: Unpack[Settings]) -> ModelResponse:
        """Asks with the documents that fit the question, blocking."""
        vector = self.embedder.embed_sync(question, **self._kind("query"))[0]
        prompt = self._prompt(question, vector)
        if not isinstance(self.llm, ModelBase):  # but what stands in for one in a test
            return self.llm.ask(prompt, **settings)
        return self._commit(question, self.llm.fork().ask(prompt, **settings))

    async def ask_async(self, question: str, **settings: Unpack[Settings]) -> ModelResponse:
        """The same, awaited."""
        vector = (await self.embedder.embed(question, **self._kind("query")))[0]
        prompt = self._prompt(question, vector)
        if not isinstance(self.llm, ModelBase):  # but what stands in for one in a test
            return await self.llm.ask_async(prompt, **settings)
        return self._commit(question, await self.llm.fork().ask_async(prompt, **settings))

    def save(self, filepath: Union[str, os.PathLike[str]], pretty_print: bool = False) -> None:
        """Writes the vector store to a file."""
        self.store.save(filepath, pretty_print=pretty_print)

    def load(self, filepath: Union[str, os.PathLike[str]]) -> None:
        """Replaces the vector store's content by that of a file."""
        self.store.load(filepath)

    def _kind(self, kind: str) -> dict[str, Any]:
        """Tells the models that make different vectors of questions and of documents which it is."""
        return {"input_kind": kind} if getattr(self.embedder, "provider", "") == "gemini" else {}

    def _keep(self, documents: Mapping[str, str], vectors: list[list[float]]) -> None:
        for (doc_id, text), vector in zip(documents.items(), vectors, strict=True):
            self.store.add(doc_id, vector, {"text": text})

    def _prompt(self, question: str, vector: list[float]) -> str:
        found = self.store.similarity_search(vector, top_k=self.top_k)
        texts = [str(metadata.get("text") or "") for _, _, metadata in found]
        context = "\n\n".join(text for text in texts if text.strip())
        if not context:
            if self.strict_mode:
                warnings.warn("no document was found for this question; it is asked without any", stacklevel=3)
            context = "No document was found."
        prompt = self.prompt_template_str.format(context=context, question=question)
        if self.trace:
            self._tell(found, prompt)
        return prompt

    def _commit(self, question: str, reply: ModelResponse) -> ModelResponse:
        self.llm._native.append([native_prompt(question), native_prompt(reply.message)])
        return reply

    @staticmethod
    def _tell(found: list[tuple[str, float, dict[str, Any]]], prompt: str) -> None:
        for doc_id, score, _ in found:
            print(f"found {doc_id} ({score:.3f})", file=sys.stderr)
        print(prompt, file=sys.stderr)


def _copy(documents: Mapping[str, str]) -> dict[str, str]:
    """As they are now: they may be changed while their vectors are made."""
    if not hasattr(documents, "keys"):
        raise TypeError(f"documents must be texts by id, as in a dict, not {type(documents).__name__}")
    return dict(documents)

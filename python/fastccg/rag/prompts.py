"""How documents and a question are put together into one prompt."""

from __future__ import annotations

PROMPT_TEMPLATES: dict[str, str] = {
    "context_question": (
        "Context:\n{context}\n\nQuestion: {question}\n\n"
        "Answer from the context. If it does not hold the answer, say so."
    ),
    "qa_block": (
        "<context>\n{context}\n</context>\n\n<question>\n{question}\n</question>\n\n"
        "Answer from the context in detail. If it does not hold the answer, say so."
    ),
    "plain": "{context}\n\n{question}",
}


def get_prompt_template(template_name: str) -> str:
    """The template of that name. Raises `ValueError` if there is none."""
    if template_name not in PROMPT_TEMPLATES:
        raise ValueError(f"there is no template {template_name!r}; there are {', '.join(PROMPT_TEMPLATES)}")
    return PROMPT_TEMPLATES[template_name]

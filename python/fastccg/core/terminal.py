"""Talking to a model in a terminal."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastccg.core.model_base import ModelBase


def run_terminal(model: ModelBase) -> None:
    """Reads questions from the terminal, asks the model, and prints what it answers.

    "reset" forgets the conversation, "exit" ends; so do the end of the input and Ctrl-C. Ctrl-C during an answer ends
    the answer only. Errors are printed to standard error, and the conversation goes on.
    """
    print(f'Talking to {model.provider}/{model.model_name}. "reset" forgets the conversation, "exit" ends.')
    while True:
        try:
            question = input(">>> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        command = question.strip().lower()
        if command == "exit":
            return
        if command == "reset":
            model.clear_history()
            print("The conversation is forgotten.")
        elif command:
            _answer(model, question)


def _answer(model: ModelBase, question: str) -> None:
    try:
        print(_harmless(model.ask(question).content))
    except KeyboardInterrupt:
        print()
    except Exception as error:  # those of a filter too: they end no conversation
        print(error if str(error) else repr(error), file=sys.stderr)


def _harmless(text: str) -> str:
    """Without the control characters by which a text could take over the terminal."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())

"""Making models."""

from __future__ import annotations

import os

from fastccg.core.model_base import _OWN, ModelBase, load_native
from fastccg.errors import SessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, TypeVar, Union, overload

    from typing_extensions import Unpack

    from fastccg.embedding.base import EmbeddingBase
    from fastccg.types.settings import EmbeddingOptions, Endpoint, Options

    M = TypeVar("M", bound=ModelBase)
    E = TypeVar("E", bound=EmbeddingBase)
else:

    def overload(function: object) -> object:
        """Importing `typing` takes longer than importing all of this package."""
        return function


@overload
def init_model(model_class: type[M], api_key: Optional[str] = None, **options: Unpack[Options]) -> M: ...
@overload
def init_model(model_class: str, api_key: Optional[str] = None, **options: Unpack[Options]) -> ModelBase: ...


def init_model(
    model_class: Union[type[ModelBase], str], api_key: Optional[str] = None, **options: Unpack[Options]
) -> ModelBase:
    """Makes a model with an empty conversation.

    Args:
        model_class: A class of `fastccg.models`, or "provider/name" for any model, such as "openai/o3" or
            "groq/llama-3.3-70b".
        api_key: The key. Not given: the one of `add_*_key`, or of the provider's environment variable.
        options: What `ModelBase` takes: base_url, protocol, ca_file, proxy, allow_plain_http, and settings.

    Raises:
        MissingKey: There is no key.
        UsageError: The provider is unknown, or an option is wrong.
    """
    if isinstance(model_class, str):
        cls = _preset(model_class)
        return ModelBase(api_key, model_class, **options) if cls is None else cls(api_key, **options)
    if not (isinstance(model_class, type) and issubclass(model_class, ModelBase)):
        raise TypeError('init_model() takes a class of fastccg.models or a "provider/name"')
    return model_class(api_key, **options)


@overload
def init_embedding(
    embedding_class: type[E], api_key: Optional[str] = None, **options: Unpack[EmbeddingOptions]
) -> E: ...
@overload
def init_embedding(
    embedding_class: str, api_key: Optional[str] = None, **options: Unpack[EmbeddingOptions]
) -> EmbeddingBase: ...


def init_embedding(
    embedding_class: Union[type[EmbeddingBase], str], api_key: Optional[str] = None, **options: Unpack[EmbeddingOptions]
) -> EmbeddingBase:
    """Makes a model that turns texts into vectors.

    Args:
        embedding_class: A class of `fastccg.embedding`, or "provider/name", such as "mistral/mistral-embed".
        api_key: As for `init_model`.
        options: What `EmbeddingBase` takes: base_url, ca_file, proxy, allow_plain_http, and settings.
    """
    from fastccg.embedding.base import EmbeddingBase

    if isinstance(embedding_class, str):
        return EmbeddingBase(api_key, embedding_class, **options)
    if not (isinstance(embedding_class, type) and issubclass(embedding_class, EmbeddingBase)):
        raise TypeError('init_embedding() takes a class of fastccg.embedding or a "provider/name"')
    return embedding_class(api_key, **options)


def load_model(
    path: Union[str, os.PathLike[str]], api_key: Optional[str] = None, **options: Unpack[Endpoint]
) -> ModelBase:
    """Makes a model from a file that `save` wrote, or one of the original package.

    The file is verified before anything is made of it.

    Args:
        path: The file.
        api_key: As for `init_model`.
        options: base_url, protocol, ca_file, proxy, allow_plain_http.

    Raises:
        SessionError: The file cannot be used; the message gives the line or the field. `SessionNotFound` if there is
            none.
    """
    native = load_native(path, api_key, options)
    cls = _own(native.name(), os.fsdecode(path)) or _preset(native.name()) or ModelBase
    return cls._made_of(native, api_key)


def _preset(name: str) -> Optional[type[ModelBase]]:
    """The class of a model that has one."""
    import fastccg.models  # noqa: F401  so that all presets are there

    provider, _, model = name.partition("/")
    for cls in ModelBase.__subclasses__():
        if cls.__module__.startswith("fastccg.models.") and cls.matches(provider, model):
            return cls
    return None


def _own(name: str, path: str) -> Optional[type[ModelBase]]:
    """The class of the program's own that a session is with, if it is with one."""
    if not name.startswith(_OWN):
        return None
    provider, _, model = name.removeprefix(_OWN).partition("/")
    classes = list(ModelBase.__subclasses__())
    for cls in classes:
        classes += cls.__subclasses__()
        if cls._is_own() and cls.provider == provider:
            return cls
    raise SessionError(f"{path} is a session with a class of the program's own for {provider}/{model}; import it first")

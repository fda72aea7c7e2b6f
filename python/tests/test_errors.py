"""Exceptions: one tree, the original's names, all the fields."""

import asyncio
import copy
import pickle

import fastccg
import pytest
from canary import KEY
from fastccg import errors


def failing(simulators, make_model, fault, **settings):
    return make_model(at=simulators("--fault", fault), **{"retries": 0, **settings})


CASES = {
    "status;code=401": errors.AuthenticationFailed,
    "status;code=403": errors.PermissionDenied,
    "status;code=404": errors.ModelUnavailable,
    "status;code=400": errors.InvalidRequest,
    "rate-limit;retry-after=7": errors.RateLimited,
    "quota": errors.QuotaExceeded,
    "context-length": errors.ContextTooLong,
    "status;code=500": errors.APIRequestFailed,
    "reset-before-headers": errors.ConnectionFailed,
    "truncate;bytes=10": errors.APIRequestFailed,
}


@pytest.mark.parametrize("fault", CASES)
@pytest.mark.parametrize("way", ["ask", "ask_async", "ask_stream", "async stream"])
def test_a_fault_is_the_same_exception_whichever_way_one_asks(simulators, make_model, fault, way):
    model = failing(simulators, make_model, fault)

    async def stream():
        async for _ in model.ask_stream("Q"):
            pass

    with pytest.raises(CASES[fault]) as caught:
        if way == "ask":
            model.ask("Q")
        elif way == "ask_async":
            asyncio.run(model.ask_async("Q"))
        elif way == "ask_stream":
            list(model.ask_stream("Q"))
        else:
            asyncio.run(stream())
    assert caught.value.provider == "openai"
    assert caught.value.model == "gpt-4o"
    assert caught.value.attempts == 1
    assert KEY not in repr(caught.value) + repr(vars(caught.value))
    assert model.get_history() == []


def test_rate_limit_tells_all_that_is_known(simulators, make_model):
    model = failing(simulators, make_model, "rate-limit;retry-after=7;message=slow down")
    with pytest.raises(fastccg.QuotaExceeded) as caught:
        model.ask("Q")
    error = caught.value
    assert isinstance(error, errors.RateLimited)
    assert (error.kind, error.status, error.retry_after, error.retryable) == ("rate_limited", 429, 7.0, True)
    assert error.provider_message == "slow down"
    assert error.request_id
    assert error.message and error.message in str(error)
    assert "slow down" in error.body
    assert all(set(limit) == {"name", "limit", "remaining", "reset"} for limit in error.rate_limits)


def test_quota_is_not_a_rate_limit(simulators, make_model):
    with pytest.raises(errors.QuotaExceeded) as caught:
        failing(simulators, make_model, "quota").ask("Q")
    assert type(caught.value) is errors.QuotaExceeded
    assert not caught.value.retryable


def test_timeout_says_which_deadline_and_is_a_timeout_error(simulators, make_model):
    model = failing(simulators, make_model, "stall-before-headers", timeouts={"first_byte": 0.1})
    with pytest.raises(TimeoutError) as caught:
        model.ask("Q")
    assert isinstance(caught.value, errors.Timeout)
    assert caught.value.deadline == "first_byte"


def test_refused_connection_is_a_connection_error():
    model = fastccg.init_model("openai/gpt-4o", KEY, base_url="http://127.0.0.1:9/v1", retries=0)
    with pytest.raises(ConnectionError) as caught:
        model.ask("Q")
    assert isinstance(caught.value, fastccg.APIRequestFailed)
    assert caught.value.status is None


def test_broken_stream_carries_what_had_arrived(simulators, make_model):
    model = failing(simulators, make_model, "truncate;events=4")
    texts = []
    with pytest.raises(fastccg.APIRequestFailed) as caught:
        for chunk in model.ask_stream("What is the capital of Australia?"):
            texts.append(chunk.content)
    assert texts
    assert caught.value.partial == "".join(texts)
    assert [message.content for message in model.get_history()][1:] == ["".join(texts)]


def every_class():
    found = [errors.FastCCGError]
    for cls in found:
        found.extend(sub for sub in cls.__subclasses__() if sub not in found)
    return found


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_every_class_can_be_made_pickled_and_copied(cls):
    error = cls("what happened")
    error.retry_after = 3.0
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is cls
        assert str(other) == "what happened"
        assert other.retry_after == 3.0
        assert other.kind == error.kind


def test_exception_of_a_call_can_be_pickled(simulators, make_model):
    with pytest.raises(errors.RateLimited) as caught:
        failing(simulators, make_model, "rate-limit;retry-after=7").ask("Q")
    other = pickle.loads(pickle.dumps(caught.value))
    assert vars(other) == vars(caught.value)
    assert str(other) == str(caught.value)


def test_every_kind_of_the_library_has_a_class(tmp_path):
    kinds = {cls.kind for cls in every_class()}
    assert kinds == set(errors._CLASSES)
    assert len(kinds) == 19


def test_originals_constructors_still_work():
    assert str(errors.QuotaExceeded())
    assert str(errors.ModelUnavailable("gone")) == "gone"
    assert "lost" in str(errors.APIRequestFailed("lost"))
    assert issubclass(errors.ModelUnavailable, errors.FastCCGError)
    assert not issubclass(errors.ModelUnavailable, errors.APIRequestFailed)


def test_missing_key_is_a_value_error_that_says_what_to_do():
    with pytest.raises(ValueError, match=r"add_openai_key|OPENAI_API_KEY") as caught:
        fastccg.init_model("openai/gpt-4o")
    assert isinstance(caught.value, errors.MissingKey)


def test_unknown_provider_is_a_usage_error():
    with pytest.raises(errors.UsageError, match="nobody"):
        fastccg.init_model("nobody/x", "sk-1")


def test_missing_session_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        fastccg.load_model(tmp_path / "none.json", KEY)
    assert isinstance(caught.value, errors.SessionError)


def test_broken_session_is_a_value_error(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ValueError) as caught:
        fastccg.load_model(tmp_path / "broken.json", KEY)
    assert isinstance(caught.value, errors.SessionError)


def test_exceptions_are_shown_without_the_library_inside(simulators, make_model):
    with pytest.raises(errors.APIRequestFailed) as caught:
        failing(simulators, make_model, "status;code=500").ask("Q")
    assert caught.value.__context__ is None

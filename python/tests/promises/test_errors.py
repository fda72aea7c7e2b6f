"""What went wrong is told apart, says what to do, and nothing else is mistaken for it."""

from __future__ import annotations

import copy
import inspect
import pickle

import fastccg
import pytest
from fastccg import errors
from fastccg.models.gpt import gpt_4o

from simulator import Simulator

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, fastccg.FastCCGError)]


def failure(model: fastccg.ModelBase, sim: Simulator, fault: str) -> fastccg.FastCCGError:
    sim.faults(fault)
    with pytest.raises(fastccg.FastCCGError) as caught:
        model.ask("say hello")
    return caught.value


def test_rate_limit_says_how_long_to_wait(model: fastccg.ModelBase, sim: Simulator) -> None:
    error = failure(model, sim, "rate-limit;retry-after=7")
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == 7
    assert error.retryable
    assert error.status == 429


def test_exhausted_credit_is_not_a_rate_limit(model: fastccg.ModelBase, sim: Simulator) -> None:
    error = failure(model, sim, "quota")
    assert type(error) is fastccg.QuotaExceeded
    assert not error.retryable
    assert error.code == "insufficient_quota"


def test_error_says_all_that_is_known(model: fastccg.ModelBase, sim: Simulator) -> None:
    error = failure(model, sim, "status;code=400;message=No%2C not like this;error-code=odd")
    assert error.kind == "invalid_request"
    assert error.provider == "openai"
    assert error.model == "gpt-4o"
    assert error.status == 400
    assert error.code == "odd"
    assert error.provider_message == "No, not like this"
    assert error.request_id
    assert error.attempts == 1
    assert "No, not like this" in str(error)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("status;code=400", errors.InvalidRequest),
        ("status;code=401", errors.AuthenticationFailed),
        ("status;code=403", errors.PermissionDenied),
        ("status;code=404;error-code=model_not_found", fastccg.ModelUnavailable),
        ("context-length", errors.ContextTooLong),
        ("status;code=500", fastccg.APIRequestFailed),
        ("status;code=503", errors.Overloaded),
        ("reset-before-headers", errors.ConnectionFailed),
        ("empty-body", errors.StreamTruncated),
        ("garbage", fastccg.APIRequestFailed),
    ],
)
def test_failures_are_told_apart(
    fault: str, kind: type[fastccg.FastCCGError], model: fastccg.ModelBase, sim: Simulator
) -> None:
    assert isinstance(failure(model, sim, fault), kind)


def test_status_404_without_a_word_of_the_model_speaks_of_the_address_too(
    model: fastccg.ModelBase, sim: Simulator
) -> None:
    error = failure(model, sim, "status;code=404;html=1")
    assert error.status == 404
    assert "address" in str(error)


def test_failure_of_ones_own_code_is_not_a_failure_of_the_provider(model: fastccg.ModelBase) -> None:
    model.reply_filter(lambda text: str(1 // 0))
    with pytest.raises(ZeroDivisionError):
        model.ask("say hello")
    assert model.get_history() == []


def test_wrong_type_is_a_type_error(model: fastccg.ModelBase) -> None:
    with pytest.raises(TypeError):
        model.ask(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        model.ask("say hello", no_such_setting=1)  # type: ignore[call-overload, call-arg, unused-ignore]


def test_refused_connection_is_a_connection_error() -> None:
    model = fastccg.init_model(gpt_4o, base_url="http://127.0.0.1:1/v1")
    with pytest.raises(ConnectionError) as caught:
        model.ask("say hello", retries=0)
    assert isinstance(caught.value, fastccg.APIRequestFailed)


def test_deadline_is_named_and_a_timeout_error(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("stall-before-headers")
    with pytest.raises(TimeoutError) as caught:
        model.ask("say hello", timeouts={"first_byte": 0.05}, retries=0)
    assert isinstance(caught.value, errors.Timeout)
    assert caught.value.deadline == "first_byte"


def test_broken_answer_is_asked_for_again(sim: Simulator) -> None:
    model = fastccg.init_model(gpt_4o)
    sim.faults("status;code=503;retry-after-ms=1;first=2")
    response = model.ask("say hello")
    assert response.content == "hello"
    assert response.attempts == 3


def test_nothing_is_printed(model: fastccg.ModelBase, sim: Simulator, capfd: pytest.CaptureFixture[str]) -> None:
    failure(model, sim, "status;code=500")
    sim.faults()
    model.ask("say hello")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ALL)
def test_error_is_made_pickled_and_copied_with_all_that_it_knows(kind: type[fastccg.FastCCGError]) -> None:
    error = kind("what happened")
    error.status = 418
    error.partial = "text"
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert str(twin) == "what happened"
        assert (twin.status, twin.partial, twin.kind) == (418, "text", error.kind)


def test_error_from_a_call_is_pickled_with_all_that_it_knows(model: fastccg.ModelBase, sim: Simulator) -> None:
    error = failure(model, sim, "rate-limit;retry-after=7")
    twin = pickle.loads(pickle.dumps(error))
    assert vars(twin) == vars(error)
    assert str(twin) == str(error)


@pytest.mark.parametrize("old", [fastccg.QuotaExceeded, fastccg.ModelUnavailable, fastccg.APIRequestFailed])
def test_old_names_are_in_the_tree(old: type[fastccg.FastCCGError]) -> None:
    assert issubclass(old, fastccg.FastCCGError)
    assert issubclass(old, Exception)


def test_every_failure_of_a_request_is_caught_by_an_old_name() -> None:
    old = (fastccg.QuotaExceeded, fastccg.ModelUnavailable, fastccg.APIRequestFailed)
    own = {"Cancelled", "FastCCGError", "MissingKey", "SessionError", "SessionNotFound", "UsageError"}
    assert {kind.__name__ for kind in ALL if not issubclass(kind, old)} == own

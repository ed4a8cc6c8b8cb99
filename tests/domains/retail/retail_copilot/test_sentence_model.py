import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from headgate.domains.retail.retail_copilot import sentence_model
from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel
from headgate.errors import AuditError

pytestmark = pytest.mark.unit

TEXTS = (
    "That is a happy person",
    "blue ceramic mug",
    "cr\u00e8me br\u00fbl\u00e9e ramekins, set of 6",
    "gift for my mother's birthday under \u00a320",
    "?",
)
# Source: sentence-transformers 5 with the same weights, which shares no code with this.
FIRST_FOUR = (
    (-0.033877, 0.091942, 0.048701, -0.034884),
    (-0.074358, 0.039851, -0.023545, 0.052789),
    (0.002703, -0.076029, -0.024876, -0.004652),
    (-0.057002, 0.088405, 0.010479, -0.010253),
    (-0.093410, 0.036220, -0.018386, 0.009558),
)
MUG_TO_ALL = (0.081285, 1.0, 0.279726, 0.251335, 0.095622)


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    found = sentence_model.installed()
    if found is None:
        pytest.skip("the sentence model is not installed (requirements/model.lock)")
    return found


def test_texts_get_the_points_that_the_models_own_library_gives_them(model: SentenceModel) -> None:
    points = model.vectors(TEXTS)
    assert points[:, :4] == pytest.approx(np.array(FIRST_FOUR), abs=2e-6)
    assert points @ points[1] == pytest.approx(np.array(MUG_TO_ALL), abs=2e-6)


def test_likeness_is_what_the_models_page_publishes(model: SentenceModel) -> None:
    """The example on https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, to its three digits."""
    points = model.vectors(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    assert points[1:] @ points[0] == pytest.approx([0.695, 0.943, 0.257], abs=5e-4)


def test_a_texts_point_does_not_depend_on_the_texts_beside_it(model: SentenceModel) -> None:
    many = [*TEXTS, *(f"{number} red mugs" for number in range(300))]
    assert model.vectors(many)[: len(TEXTS)] == pytest.approx(model.vectors(TEXTS), abs=1e-6)


def test_no_texts_have_no_points(model: SentenceModel) -> None:
    assert model.vectors([]).shape == (0, 384)


def test_the_model_knows_words_of_its_language_but_no_parts_of_words(model: SentenceModel) -> None:
    assert {"belt", "dental", "mug"} <= model.words()
    assert not any(word.startswith(("#", "[")) for word in model.words())


def test_other_weights_than_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "not_the_model"
    (folder / "model").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "model" / "model.safetensors").write_bytes(b"something else")
    (folder / "model" / "vocab.txt").write_bytes(b"a")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sentence_model, "PACKAGE", "not_the_model")
    with pytest.raises(AuditError, match="does not hold the published"):
        sentence_model.installed.__wrapped__()
    monkeypatch.setattr(sentence_model, "VOCABULARY_SHA256", hashlib.sha256(b"a").hexdigest())
    model = sentence_model.installed.__wrapped__()
    with pytest.raises(AuditError, match="does not hold the published"):
        _ = model.weights


def test_where_the_package_is_missing_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_model, "PACKAGE", "no_such_package_anywhere")
    assert sentence_model.installed.__wrapped__() is None


def test_arrays_are_read_by_name_and_shape() -> None:
    header = json.dumps(
        {"__metadata__": {}, "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [4, 12]}}
    ).encode()
    body = len(header).to_bytes(8, "little") + header + np.array([9, 1, 2], "<f4").tobytes()
    assert sentence_model.tensors(body)["a"].tolist() == [[1.0], [2.0]]

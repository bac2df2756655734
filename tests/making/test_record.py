"""The record that pages show beside metrics is that of the kept hindcasts."""

from __future__ import annotations

from making import record
from making.kept import read
from sim.report.record import FILE, badge, records


def test_the_shipped_record_is_current():
    assert FILE.read_text(encoding="utf-8") == record.text()


def test_a_badge_says_what_the_scores_say():
    name = "openrouter_token_share_by_lab_origin"
    rows = [row for row in read("validation/judgement")
            if row["series"] == name and row["drivers"] == record.DRIVERS]  # fmt: skip
    scores = {row["method"]: float(row["crps"]) for row in rows}
    model = scores.pop("model")
    best = min(scores.values())
    word = "better than" if model <= best else "worse than"
    assert f"{word} the best naive forecast" in records()[name].words
    assert f"{model:.1f} against {best:.1f} points" in badge("tokens.cn_open")
    assert "nobody observes it" in badge("share.bloc_cn")
    assert "no series observes it" in badge("plurality")

from pathlib import Path

from geoplan.ledger.indicators import INDICATORS

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"


def test_the_page_lists_every_indicator_with_what_it_reads_and_its_unit():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {row.split("`")[1]: row for row in rows}
    assert set(INDICATORS) <= set(told)
    for name, indicator in INDICATORS.items():
        reads = "; ".join(f"{need.role}: {', '.join(need.columns)}" for need in indicator.needs)
        assert told[name] == f"| `{name}` | {indicator.zh} · {indicator.en} | {reads} | {indicator.unit or 'ratio'} |"

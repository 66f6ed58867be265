"""Pupils at home beside pupils at school."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geoplan.coverage.enrolment_check import enrolment_findings
from geoplan.types import Severity, Stage


@pytest.mark.parametrize(("home", "severity"), [(3137.0, Severity.WARNING), (3600.0, Severity.NOTE), (3703.0, None)])
def test_pupils_at_home_and_at_school_that_differ_are_said_with_both_figures(home, severity):
    frame = pd.DataFrame({"stages": [(Stage.PRIMARY,)] * 2, "enrolment": [3000.0, 703.0]}, index=["a", "b"])
    layers = SimpleNamespace(schools=SimpleNamespace(frame=frame))
    units = SimpleNamespace(pupils={"primary": np.array([home, 0.0]), "junior": np.array([5.0, 0.0])})
    found = enrolment_findings(layers, units, [Stage.PRIMARY, Stage.JUNIOR])
    assert [each.severity for each in found] == ([] if severity is None else [severity])
    assert all("3,703 pupils" in str(each) and f"{home:,.0f} in the population" in str(each) for each in found)

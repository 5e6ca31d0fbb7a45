"""Panels of people: how they judge, how far they agree, and what the judge's scores are to them.

Nothing here runs while a set is judged. `web/calibrating` reads the files and prints the figures.
"""

from judge.panels.design import check_design
from judge.panels.fit import PanelFit, fit_panel
from judge.panels.panel import FACETS, Opinions, Panel

__all__ = ["FACETS", "Opinions", "Panel", "PanelFit", "check_design", "fit_panel"]

"""Builder of the packaged study ``eurasia`` from plain tables of facts and of modelling choices.

Run it as ``python data/build_eurasia`` (or ``python -m build_eurasia`` from ``data``).  It needs the standard
library only.  ``data/eurasia/facts`` holds what sources say, ``data/eurasia/model`` what the model adds, each
row with its sources; the result goes to ``src/landbridge/studies/eurasia``.
"""

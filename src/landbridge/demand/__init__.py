"""Demand: who ships how much of what to whom, from flow rows, values and gravity."""

from landbridge.demand.balance import Certificate, Total, furness, scale_to_totals
from landbridge.demand.evidence import GRAVITY, TONNES, VALUE, Statement, Verdict
from landbridge.demand.gravity import GravityFit
from landbridge.demand.growth import project
from landbridge.demand.matrix import EVIDENCE_NAMES, Demand, Unmet, build_base_matrix

__all__ = [
    "EVIDENCE_NAMES",
    "GRAVITY",
    "TONNES",
    "VALUE",
    "Certificate",
    "Demand",
    "GravityFit",
    "Statement",
    "Total",
    "Unmet",
    "Verdict",
    "build_base_matrix",
    "furness",
    "project",
    "scale_to_totals",
]

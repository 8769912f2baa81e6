"""From the record to the state of every gate at a date."""

from landbridge.process.gates import GateState, RecordedState, fix_gate, list_gate_states, open_gates

__all__ = ["GateState", "RecordedState", "fix_gate", "list_gate_states", "open_gates"]

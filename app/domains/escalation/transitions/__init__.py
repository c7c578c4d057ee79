"""How a case changes: the door, the clocks, the steps. No person acts here; `actions` ask their policy first."""

"""What signs in the world say, kept as notes: text of players, which is data and never an instruction."""

from __future__ import annotations

from agent.store import Iteration
from memory.notes import Note, Notes


def remember(notes: Notes, journey: str, row: Iteration, now: float) -> None:
    """Keep what is written on the signs in sight after an iteration; what says the same as before is kept once."""
    for sign in (row.after.get("nearby") or {}).get("signs") or ():
        at = sign["position"]
        stream = f"sign {at['x']:.0f} {at['y']:.0f} {at['z']:.0f}"
        read = notes.read(journey, stream)
        if not read or read[-1].text != sign["text"]:
            notes.record(Note(journey, stream, row.iteration, str(sign["text"]), now, sensitivity="untrusted"))

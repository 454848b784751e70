"""The jobs `decay`, `rehearse` and `archive`: what has faded is named, what proves itself is confirmed, the rest rests.

`decay` only names what has faded; `archive` takes out of mind what was named and has not come back since; nothing is
deleted and everything can be restored. A failure is never put away before the success that answers it, and neither is
anything pinned, confirmed or distilled from much.
"""

from __future__ import annotations

from dataclasses import replace

from sqlite_utils import Database

from memory import decay, documents
from memory.documents import document_of
from memory.fitted import fitted_curve
from memory.items import Item
from memory.jobs import Cursor, Step
from memory.semantic import Semantic
from memory.strengths import record_use, strength_of

FADED = 0.5
"""Retention below which an item of little value is let go."""
DUE = 0.9
"""Retention below which an item of value wants to be confirmed."""
GRACE = 25.0
"""Experience for which an item stays in mind after it was found to have faded."""
SWEEP = 50.0
"""Experience between two looks at the same item, while there are few."""
LOOKS = 10
"""Items looked at for each unit of experience when there are many: what fading costs must not grow with memory."""


class _Sweep:
    """Goes through all live items again and again, at most once in `SWEEP` units, and no faster than `LOOKS` a unit."""

    name = ""

    def __init__(self, curve: str | None = None) -> None:
        """Fade by the curve of that name, or by the one that was fitted."""
        self.curve = curve

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """Items that this sweep has not looked at; none while the last sweep is recent."""
        if _rests(cursor, now):
            return 0
        after = cursor.get("item", 0)
        return int(db.execute(f"SELECT count(*) FROM items WHERE id > ? AND {_LIVE}", [after]).fetchone()[0])

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Look at the next items."""
        if _rests(cursor, now):
            return Step(cursor, 0, False)
        # In the order of their numbers: by its index of states SQLite would sort all that are left for each step.
        rows = db.execute(
            f"SELECT id FROM items NOT INDEXED WHERE id > ? AND {_LIVE} ORDER BY id LIMIT ?",
            [cursor.get("item", 0), limit],
        ).fetchall()
        semantic, lines = Semantic(db), []
        for (id,) in rows:
            lines += self.look(db, semantic.get(id), now)
        more, looked = len(rows) == limit, cursor.get("looked", 0) + len(rows)
        after = {"item": rows[-1][0], "looked": looked} if more else {"swept": now, "size": looked}
        return Step(after, len(rows), more, tuple(lines))

    def look(self, db: Database, item: Item, now: float) -> list[str]:
        """What is to be done about one item."""
        raise NotImplementedError

    def retention(self, db: Database, item: Item, now: float) -> float:
        """How much of an item is left since it was last used, or brought back into mind."""
        document = document_of(db, item.kind, item.id)
        assert document is not None
        curve, scale = (self.curve, 1.0) if self.curve else fitted_curve(db)
        held = strength_of(db, document)
        (back,) = db.execute(
            "SELECT max(at) FROM journal WHERE item = ? AND operation = 'RESTORE'", [item.id]
        ).fetchone()
        held = held if back is None else replace(held, last_used=max(held.last_used, back))
        return decay.retrievability(held, now, curve, scale)


def _rests(cursor: Cursor, now: float) -> bool:
    """Whether the last sweep over all items was too recent for the next one."""
    swept = cursor.get("swept")
    return swept is not None and now < swept + max(SWEEP, cursor.get("size", 0) / LOOKS)


_LIVE = "valid_to IS NULL AND state IN ('generated', 'active')"


class Decay(_Sweep):
    """Names what has faded and has little value; writes nothing else."""

    name = "decay"

    def look(self, db: Database, item: Item, now: float) -> list[str]:
        """Put the item on the list of faded ones, or take it off."""
        left = self.retention(db, item, now)
        if left >= FADED or valuable(db, item):
            db.execute("DELETE FROM faded WHERE item = ?", [item.id])
            return []
        new = db.execute("INSERT OR IGNORE INTO faded VALUES (?, ?, ?)", [item.id, now, left]).rowcount
        return [f"faded to {left:.2f}: {item.text}"] if new else []


class Archive:
    """Takes out of mind what was named by `decay` a while ago and is still faded."""

    name = "archive"

    def __init__(self, curve: str | None = None) -> None:
        self._look = Decay(curve)

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """Faded items whose time of grace is over."""
        return int(db.execute("SELECT count(*) FROM faded WHERE at <= ?", [now - GRACE]).fetchone()[0])

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Archive the next ones."""
        rows = db.execute(
            "SELECT item, at FROM faded WHERE at <= ? ORDER BY at, item LIMIT ?", [now - GRACE, limit]
        ).fetchall()
        semantic, lines = Semantic(db), []
        for id, at in rows:
            item = semantic.get(id)
            left = self._look.retention(db, item, now)
            if item.live and left < FADED and not valuable(db, item):
                inputs = {"retention": round(left, 4), "faded_at": at}
                semantic.archive(id, at=now, reason=f"faded to {left:.2f} and never of use", inputs=inputs)
                lines.append(item.text)
            db.execute("DELETE FROM faded WHERE item = ?", [id])
        return Step({}, len(rows), len(rows) == limit, tuple(lines))


class Rehearse(_Sweep):
    """Confirms what newer episodes bear out; what is valuable and unconfirmed stands in the report, to be tried."""

    name = "rehearse"

    def look(self, db: Database, item: Item, now: float) -> list[str]:
        """Count a newer success about the same thing as a use that succeeded."""
        if item.kind not in ("lesson", "procedure", "summary") or self.retention(db, item, now) >= DUE:
            return []
        document = document_of(db, item.kind, item.id)
        assert document is not None
        since = strength_of(db, document).last_used
        borne_out = _borne_out(db, item, since)
        if borne_out is None:
            return [f"to be tried again: {item.text}"] if valuable(db, item) else []
        journey, iteration, at = borne_out
        record_use(db, [document], "succeeded", now=at, journey=journey, iteration=iteration, borne_out=True)
        if item.state == "generated":
            Semantic(db).update(item.id, at=now, reason=f"borne out by {journey} #{iteration}", state="active")
        return []


def _borne_out(db: Database, item: Item, since: float) -> tuple[str, int, float] | None:
    """(journey, iteration, time) of the newest success since then about the same thing, where the item holds."""
    return _succeeded(db, *_about(item), item.scope, since)


def _succeeded(db: Database, kind: str, value: str, where: str, since: float) -> tuple[str, int, float] | None:
    """(journey, iteration, time) of the newest success since then that bears a mark, in one scope or ('') in any."""
    found = []
    for scope in [where] if where else documents.scopes_of(db, kind, value):
        found += db.execute(
            "SELECT journey, iteration, episodes.at FROM marks CROSS JOIN documents ON documents.id = document "
            "CROSS JOIN episodes ON episodes.id = ref WHERE kind = ? AND value = ? AND marks.scope = ? "
            "AND layer = 'happened' AND tier = 'episode' AND outcome = 'passed' AND documents.at > ? "
            "ORDER BY document DESC LIMIT 1",
            [kind, value, scope, since],
        ).fetchall()
    return max(found, key=lambda row: row[2], default=None)


def _about(item: Item) -> tuple[str, str]:
    """The mark by which episodes about the same thing are found."""
    if "goal" in item.data:
        return "goal", str(item.data["goal"])
    return ("skill" if item.kind == "procedure" else "item"), item.subject


def valuable(db: Database, item: Item) -> bool:
    """Whether an item is worth keeping in mind however long it was not used."""
    if item.pinned or item.kind in ("sign", "procedure") or int(item.data.get("level", 0)) > 1:
        return True
    if item.slot in ("home",) or item.data.get("contents"):
        return True
    if len(item.evidence) > 1 and item.kind == "lesson":
        return True
    if _unanswered(db, item):
        return True
    document = document_of(db, item.kind, item.id)
    assert document is not None
    held = strength_of(db, document)
    return held.uses > held.lapses


def _unanswered(db: Database, item: Item) -> bool:
    """A failure for which no success is known yet: of the same goal or family of tasks, or about the same thing."""
    given_up = item.kind == "summary" and item.data.get("passed") is False
    if not given_up and (item.kind != "lesson" or item.data.get("mended")):
        return False
    failed = db.execute(
        "SELECT episodes.at, goal, family FROM evidence JOIN episodes ON episodes.id = episode "
        "WHERE item = ? AND outcome = 'failed' ORDER BY episodes.id DESC LIMIT 1",
        [item.id],
    ).fetchone()
    if failed is not None:
        at, goal, family = failed
        abouts = [("goal", str(family or goal)), _about(item)]
        return not any(_succeeded(db, kind, value, "", at) for kind, value in abouts)
    # Taken in from elsewhere, without its episodes.
    code = (item.data.get("error") or {}).get("code") or item.data.get("code")
    if not code:
        return False
    answered = db.execute(
        "SELECT 1 FROM items WHERE kind = 'lesson' AND subject = ? AND slot LIKE 'mended %' "
        "AND valid_to IS NULL LIMIT 1",
        [code],
    ).fetchone()
    return answered is None

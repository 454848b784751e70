"""Proves skills in trial worlds: worlds and amounts that their writers never saw, and replays of what worked before.

A trial begins from a fresh world, with no more than the kit that the skill's own needs ask for, or from a captured
situation: of another world to prove a skill, of its own to replay it. What counts is the machine check of the task that
it was written for, over the trial world's own account. Each trial is evidence with its events in the log. A version
that is to replace a trusted one must pass the replays of that one and of its callers first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from agent import unproven
from agent.beside import Asked, Batch, Played, play
from agent.cases import Case, Cases
from agent.display import Reporter
from agent.evidence import CLASSES, error_json
from agent.evidence import cause as cause_of
from agent.store import Iteration, Store
from agent.unproven import LEAST_TICKS
from agent.uses import NEW
from curriculum import checks
from envs.base import Beginning, Limits, Module, Program, Run, Trials
from memory.db import atomic
from memory.log import Event, EventLog
from skills.admit import Admission
from skills.graph import SkillGraph
from skills.library import Library
from skills.proofs import CHARGE, DOUBT, JOURNEY, Proofs, Trial
from skills.reader import By
from skills.skill import Skill, Use, Version

AT_ONCE = 3
"""Versions that are tried while one task is played: more would be waited for."""
STARTING = 1_000
"""Game ticks of allowance that the first trials of a session are left on top: their processes have to start."""
REPLAYS = 3
"""Beginnings of a trusted version that its challenger has to pass."""
CALLERS = 5
"""Callers whose replays a challenger has to pass, those that worked most often first."""
FRESH = ("verify", "test")
"""Purposes of trials in worlds that the version had not seen."""
MOST_TICKS = 12_000
"""The longest that a trial may take in game time; from LEAST_TICKS to there it is four times what successes took."""


@dataclass(frozen=True)
class Challenge:
    """Whether a version may replace the trusted one before it, and the trials that decided it."""

    version: str
    passed: bool
    reason: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Trying:
    """A version that is being tried, and the game ticks that it is expected to be charged."""

    version: Version
    case: Case
    asked: Asked
    charge: int


class Prover:
    """Runs trials of one library's skills and keeps what they prove."""

    def __init__(
        self,
        *,
        library: Library,
        store: Store,
        log: EventLog,
        cases: Cases,
        trials: Trials,
        limits: Limits,
        journey: str = "",
    ) -> None:
        self.library, self.cases, self.proofs = library, cases, Proofs(library)
        self._graph, self._store, self._log = SkillGraph(library), store, log
        self._trials, self._limits, self._journey = trials, limits, journey
        self._batch: Batch | None = None
        self._trying: list[Trying] = []
        self._patience = 0
        """Game ticks of allowance that the trials under way are left before they are waited for."""

    def close(self) -> None:
        """End the trial worlds."""
        self._trials.close()

    def spent(self, purpose: str | None = None) -> int:
        """Game ticks that this journey was charged for trials in this world, for one purpose or all."""
        return self.proofs.spent(self._journey, self.cases.language, purpose)[1]

    def now(self) -> float:
        """The moment on the experience clock."""
        return float(self._store.experience())

    # -- asked for

    def verify(
        self,
        hash: str,
        worlds: int,
        *,
        purpose: str = "verify",
        ahead: Beginning | None = None,
        told: Callable[[Trial], None] | None = None,
    ) -> list[Trial]:
        """Try a version in so many fresh worlds that it has not seen; `ahead` is what will be entered after them."""
        version = self.library.version(hash)
        done = self._worlds_seen(hash)
        cases = [case for number in range(done, done + worlds) if (case := self.cases.fresh(version, number))]
        found = []
        for position, case in enumerate(cases):
            after = cases[position + 1].beginning if position + 1 < len(cases) else ahead
            trial = self._try(version, self._graph.modules(hash), hash, case, purpose, after)
            found.append(trial)
            if told:
                told(trial)
        return found

    def challenge(self, hash: str) -> Challenge:
        """Let a newer version pass the replays of the current one and of its callers; it takes over if it does."""
        version = self.library.version(hash)
        skill = self.library.get(version.skill)
        found: list[Trial] = []
        rebound: list[tuple[Skill, Admission, list[Use]]] = []
        cases = self.cases_of(skill.current, REPLAYS)
        for case, after in zip_longest(cases, cases[1:]):
            ahead = after.beginning if after else None
            trial = self._try(version, self._graph.modules(hash), hash, case, "challenge", ahead)
            found.append(trial)
            if not trial.passed and self.passes(skill.current, case, found):
                return self._hold(hash, f"failed a replay of {skill.current.hash[:15]}: {trial.evidence}", found)
        if cases and not any(trial.passed for trial in found):
            return self._hold(hash, f"neither it nor {skill.current.hash[:15]} passed a replay", found)
        callers = [self.library.get(name) for name in self.library.pinned_by(skill.current.hash)]
        callers.sort(key=lambda caller: -caller.record.succeeded)
        for caller in callers[:CALLERS]:
            name = caller.name
            admission = rebind(caller.current, {version.skill: hash})
            uses: list[Use] = []
            for case in self.cases_of(caller.current, 1):
                main = f"{NEW}{name}"
                modules = self._graph.program(main, name, admission.source, admission.uses)
                mine: list[Use] = []
                trial = self._try(version, modules, main, case, "challenge", into=mine)
                found.append(trial)
                if trial.passed:
                    uses += mine
                elif self.passes(caller.current, case, found):
                    return self._hold(hash, f"its caller {name} failed with it: {trial.evidence}", found)
            if uses:  # else nothing tells what it is to bring about, or it fails anyway: it stays with what it has
                rebound.append((caller, admission, uses))
        at = self.now()
        reason = _passed(skill.current, [caller.name for caller, _, _ in rebound], [caller.name for caller in callers])
        with self.library.by(self._decided_on(found)):
            self.library.clear(hash, reason=reason, at=at)
        for caller, admission, uses in rebound:
            self._follow(caller, admission, uses, hash, at)
        return Challenge(hash, True, reason, tuple(found))

    def doubt(self, version: Version) -> Trial | None:
        """Let a version do again what it passed; it goes on parole if it fails any of it by its own fault.

        The beginnings are the same to the last die, so that no weather explains a failure. What passes again is no new
        evidence, and not counted. Gives the trial that decided it, None where there is nothing that it passed.
        """
        trial = None
        for case in self.passed_by(version, REPLAYS):
            found: list[Use] = []
            trial = self.replay(version, f"{NEW}{version.skill}", rebind(version, {}), case, DOUBT, found)
            if its_fault(trial):
                failed = replace(found[0], version=version.hash, outcome="failed")
                self.library.distrust(failed, reason=f"failed again what it had passed: {trial.evidence}")
                return trial
        return trial

    def replay(self, old: Version, main: str, admission: Admission, case: Case, purpose: str, into: list[Use]) -> Trial:
        """What a version passed, again, with a source in its place that is not in the library yet."""
        modules = self._graph.program(main, old.skill, admission.source, admission.uses)
        return self._try(old, modules, main, case, purpose, into=into)

    def passes(self, champion: Version, case: Case, into: list[Trial]) -> bool:
        """Whether a version passes what another has just failed; where it fails too, that says nothing about the other.

        The trial goes `into` a list, and counts as evidence about the champion.
        """
        into.append(self._try(champion, self._graph.modules(champion.hash), champion.hash, case, "challenge"))
        return into[-1].passed

    # -- by itself

    def between_tasks(
        self, allowance: int, report: Reporter, tidy: Callable[[int, Reporter], None] | None = None
    ) -> None:
        """Keep what was proven meanwhile, then go on with what most needs proof, within an allowance of game ticks.

        The allowance is for the whole journey. What is in doubt comes first, then challengers; both are waited for.
        What others call comes next, and is tried while the journey plays on. It is collected when the allowance is more
        than it is expected to take, so that there is little left to wait for, or when there is a doubt: at a moment
        that game time alone decides. `tidy` is called with the allowance when no trial is under way, for what needs
        replays at once; not while something has just fallen: its repair and its callers need them more.
        """
        left = allowance - self.spent()
        if self._batch is not None and left <= self._patience and not any(self._doubted(left)):
            return
        self.collect(report)
        for version in self._doubted(left):
            before = self.spent()
            if (trial := self.doubt(version)) is not None and self.library.rung(version.hash) == "parole":
                report("doubted", name=version.skill, reason=trial.evidence)
            left -= self.spent() - before
            if left <= 0:
                return
        for version in filter(self.cases.provable, self.library.challengers()):
            if allowance <= self.spent():
                return
            verdict = self.challenge(version.hash)
            report("challenged", name=version.skill, passed=verdict.passed, reason=verdict.reason)
        for caller, uses in unproven.left_behind(self.library, self.cases.language):
            if allowance <= self.spent():
                return
            moved = self._rebind(caller, uses)
            report("challenged", name=caller.name, passed=moved, reason=f"bound to the mended {', '.join(uses)}")
        if tidy is not None and allowance > self.spent() and not self.library.to_repair():
            tidy(allowance, report)
        self._begin(allowance - self.spent())
        if not self.cases.beside:
            self.collect(report)

    def collect(self, report: Reporter) -> None:
        """Wait for the trials under way and count them as evidence; raises the error that ended them early, if any."""
        batch, trying = self._batch, self._trying
        self._batch, self._trying = None, []
        if batch is None:
            return
        all_played, error = batch.played()
        for each, played in zip(trying, all_played, strict=False):
            before = self.library.rung(each.version.hash)
            trial = self._keep(each.version, each.version.hash, each.case, each.asked.program, "verify", played)
            after = self.library.rung(each.version.hash)
            report("proven", name=each.version.skill, trial=trial, before=before, after=after)
        if error is not None:
            raise error

    def _doubted(self, ticks: int) -> Iterator[Version]:
        """What is in doubt and can be asked, if there are game ticks left for it and runs repeat in this world."""
        if ticks > 0 and self.cases.repeats:
            doubted = unproven.doubted(self.library, self._graph, self.cases.language, self.now())
            yield from (version for version in doubted if self.passed_by(version, 1))

    def _begin(self, ticks: int) -> None:
        """Let the neediest versions be tried, as many as an allowance is expected to do for."""
        following = None
        for version in unproven.needy(self.library, self.cases, self._graph) if ticks > 0 else ():
            case = self.cases.fresh(version, self._worlds_seen(version.hash))
            if case is None:
                continue
            if ticks <= 0 or len(self._trying) == AT_ONCE:
                following = case.beginning  # most likely where the next batch begins
                break
            asked = self._asked(version, self._graph.modules(version.hash), version.hash, case, "verify")
            charge = max(CHARGE, int(self.library.record_of(version.hash).mean_ticks or 0))
            self._trying.append(Trying(version, case, asked, charge))
            ticks -= charge
        if self._trying:
            first = self._patience == 0
            self._patience = sum(each.charge for each in self._trying) + (STARTING if first else 0)
            self._batch = Batch(self._trials, [each.asked for each in self._trying], following)

    def _rebind(self, caller: Skill, uses: Mapping[str, str]) -> bool:
        """Let a caller use mended versions if it passes a replay with them; whether it does."""
        admission, kept = rebind(caller.current, uses), []
        hash = next(iter(uses.values()))
        cases = self.cases_of(caller.current, 1)
        if not cases:
            why = f"nothing tells what it is to bring about with {hash}"
            self.library.hold(caller.current.hash, reason=why, at=self.now())
            return False
        for case in cases:
            found: list[Use] = []
            trial = self.replay(caller.current, f"{NEW}{caller.name}", admission, case, "challenge", found)
            if not trial.passed:
                at = self.now()
                self.library.hold(caller.current.hash, reason=f"failed a replay with {hash}", at=at)
                return False
            kept += found
        return self._follow(caller, admission, kept, hash, self.now())

    # -- cases

    def _worlds_seen(self, hash: str) -> int:
        return sum(trial.purpose in FRESH or trial.situation is None for trial in self.proofs.trials_of(hash))

    def cases_of(self, version: Version, most: int) -> list[Case]:
        """What a version passed before, to be replayed; fresh worlds where that is not enough."""
        found = self.passed_by(version, most)
        if len(found) < most:
            fresh = (self.cases.fresh(version, number) for number in range(most - len(found)))
            found += [case for case in fresh if case and case not in found]
        return found

    def passed_by(self, version: Version, most: int) -> list[Case]:
        """What a version passed before: the situation it was written in, then its latest trials in fresh worlds."""
        found: list[Case] = []
        if home := self.proofs.situation_of(version.journey, version.iteration):
            row = self._store.iteration(version.journey, version.iteration)
            own = row is not None and row.passed and row.name in {each.skill for each in self.library.origins(version)}
            if row is not None and own and (check := self.cases.wanted(version, row.args)):
                digest, seed = home
                beginning = Beginning(seed, situation=self.proofs.situation(digest))
                found.append(Case(beginning, row.args, check, digest))
        for trial in reversed(self.proofs.trials_of(version.hash)):
            if len(found) < most and trial.purpose in FRESH and trial.passed and trial.situation is None:
                again = self.cases.again(version, trial)
                found += [again] if again else []
        return found[:most]

    # -- running

    def _asked(
        self, version: Version, modules: Sequence[Mapping[str, Any]], main: str, case: Case, purpose: str
    ) -> Asked:
        program = Program(tuple(Module(**module) for module in modules), main, dict(case.args))
        limits = replace(self._limits, ticks=self._ticks(version))
        wanted = purpose in FRESH and self.cases.from_elsewhere and not self.proofs.end_of(version.hash)
        return Asked(program, case.beginning, limits, captured=wanted)

    def _try(
        self,
        version: Version,
        modules: Sequence[Mapping[str, Any]],
        main: str,
        case: Case,
        purpose: str,
        ahead: Beginning | None = None,
        *,
        into: list[Use] | None = None,
    ) -> Trial:
        """One trial, waited for. Uses of a program that the library has not go `into` a list, not counted yet."""
        assert self._batch is None, "trials under way are collected before others begin"
        asked = self._asked(version, modules, main, case, purpose)
        return self._keep(version, main, case, asked.program, purpose, play(self._trials, asked, ahead), into)

    def _keep(
        self,
        version: Version,
        main: str,
        case: Case,
        program: Program,
        purpose: str,
        played: Played,
        into: list[Use] | None = None,
    ) -> Trial:
        """A trial with its verdict, as evidence; if it passed, where it ended is where trials of others may begin."""
        run, place = played.run, f"{self.cases.world}:{case.beginning.seed}"
        verdict = checks.evaluate(case.check, run.before, run.after, list(run.events), self.cases.tags)
        passed = verdict.passed and run.outcome == "returned"
        with atomic(self.library.db):
            # Another process may be trying skills of the same library: a number is taken and used in one transaction.
            number, at = self.proofs.next_number(), self.now()
            row = _row(number, version, case, program, run, passed, verdict.evidence)
            trial = Trial(
                version.hash,
                purpose,
                case.beginning.seed,
                case.args,
                checks.describe(case.check),
                passed,
                verdict.evidence if run.error is None else f"{run.error.code}: {run.error.message}",
                cause_of(row) or None,
                case.beginning.dice,
                case.beginning.kit,
                case.situation,
                run.ticks,
                played.seconds,
                self._journey,
                at,
                number,
            )
            self._log.append(JOURNEY, number, "trial", _events(run))
            self.proofs.record(trial)
            log = list(self._log.read(JOURNEY, iteration=number, node="trial"))

            def uses(hash: str | None) -> list[Use]:
                return self.cases.uses.of(row, log, hash=hash, setting=case.setting, place=place, brain="", at=at)

            apart = {each.version for each in self.library.quarantined()}
            if passed and played.end is not None and version.hash not in apart:
                self.proofs.keep_situation(
                    played.end, world=place, seed=trial.seed, journey=JOURNEY, iteration=number, at=at
                )
            for use in uses(version.hash if main == version.hash else None):
                # What is in quarantine may call skills in use in any way: that says nothing about them.
                if version.hash not in apart or use.version in apart:
                    self.library.record_use(use)
            if into is not None:
                into.append(replace(uses(version.hash)[0], version=""))
        return trial

    def _ticks(self, version: Version) -> int:
        mean = self.library.record_of(version.hash).mean_ticks or LEAST_TICKS
        return int(min(MOST_TICKS, max(LEAST_TICKS, 4 * mean)))

    # -- consequences

    def _hold(self, hash: str, reason: str, trials: list[Trial]) -> Challenge:
        with self.library.by(self._decided_on(trials)):
            self.library.hold(hash, reason=reason, at=self.now())
        return Challenge(hash, False, reason, tuple(trials))

    @staticmethod
    def _decided_on(trials: Sequence[Trial]) -> By:
        """The library itself, by the last of some trials."""
        return By("library", JOURNEY, trials[-1].id) if trials else By("library")

    def _follow(self, caller: Skill, admission: Admission, uses: Sequence[Use], hash: str, at: float) -> bool:
        """Bind a caller to the version that it passed its replays with; False if it has moved on meanwhile."""
        with atomic(self.library.db):
            if not self.library.stands(caller):
                return False
            version = self.library.add(
                admission, reason=f"bound to {hash[:15]} after passing with it", author="library", at=at,
                journey=caller.current.journey, iteration=caller.current.iteration,
            )  # fmt: skip
            for use in uses:
                self.library.record_use(replace(use, version=version.hash))
            self.library.clear(version.hash, reason=f"the same source with {hash[:15]}", at=at)
        return True


def its_fault(trial: Trial) -> bool:
    """Whether a trial failed by what the version did, not by what the world lacked, time or death."""
    return not trial.passed and CLASSES.get(trial.cause or "", "wrong_code") in ("wrong_code", "missing_need")


def _passed(old: Version, moved: Sequence[str], callers: Sequence[str]) -> str:
    """Whose replays a challenger passed, and which callers were not proven with it and so stay with what they call."""
    told = f"passed the replays of {old.hash[:15]}" + (f" and of {', '.join(moved)}" if moved else "")
    left = sorted(set(callers) - set(moved))
    if not left:
        return told
    more = f" and {len(left) - CALLERS} more" if len(left) > CALLERS else ""
    return f"{told}; not proven with it, and so still with the old one: {', '.join(left[:CALLERS])}{more}"


def rebind(version: Version, uses: Mapping[str, str]) -> Admission:
    """The same source with other versions of what it calls."""
    return Admission(
        version.source,
        (),
        version.signature,
        version.purpose,
        version.language,
        {**version.uses, **{name: hash for name, hash in uses.items() if name in version.uses}},
        version.primitives,
    )


def _events(run: Run) -> list[Event]:
    world = [
        Event(
            each["kind"],
            {key: value for key, value in each.items() if key not in ("kind", "tick")},
            "world",
            each["tick"],
        )
        for each in run.events
    ]
    spans = [Event("span", dict(span), "body", span["to"]) for span in run.spans]
    return [*world, *(Event("call", dict(call), "body") for call in run.calls), *spans]


def _row(
    number: int, version: Version, case: Case, program: Program, run: Run, passed: bool, evidence: str
) -> Iteration:
    """The trial in the shape of an iteration, for the code that reads evidence off one; it is never stored as one."""
    return Iteration(
        journey=JOURNEY, iteration=number, round=1, task={}, name=version.skill, source=None, args=case.args,
        modules=tuple(f"{each.name}@{each.id}" for each in program.modules), note="", outcome=run.outcome,
        error=error_json(run), value=run.value, calls=run.calls,
        before=run.before, after=run.after, ticks=run.ticks, seconds=run.seconds, total_seconds=0.0,
        game_seconds=run.ticks / 20, passed=passed, evidence=evidence,
    )  # fmt: skip

"""A writer that asks language models through the desk: one prompt, one program; code of skills is shown when asked for.

It renders what is known into a prompt with a stable first half, within a budget of tokens, and reads the answer
tolerantly. It never runs, keeps or judges anything: a bad answer becomes an objection for the loop to hand back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import answers, observing, prompting
from agent.brain import Attempt, Draft, Usage, WriteRequest
from agent.errors import BrainError
from agent.models.call import Ask, Message
from agent.models.desk import Desk
from memory.guard import instruction_like
from memory.working import Packed, Section, estimate_tokens

SHOWS = 2
"""How often a writer may ask for the code of skills before it has to answer."""
MOST_SHOWN = 4
MOST_NOTE = 300
MOST_ERROR = 600
MOST_TRAIL = 4000
MOST_SAID = 2000
MOST_REFUSED_LINES = 120
MEMORIES = "Lessons and memories"
"""The section of what was recalled."""


@dataclass(frozen=True)
class Language:
    """How a language stands in prompts: its fence, its comments, and what a function looks like."""

    fence: str
    comment: str
    function: str


LANGUAGES = {
    "javascript": Language("js", "//", "async function name(bot, { count = 1 } = {})"),
    "python": Language("python", "#", "def name(path: str, text: str) -> dict:"),
}


class ModelWriter:
    """Brain behind the desk's role `write`."""

    mends = True

    def __init__(self, name: str, desk: Desk, *, patient: bool = True) -> None:
        self.name, self._desk, self._patient = name, desk, patient

    def plan(self, request: WriteRequest) -> tuple[str, ...]:
        """Nothing: a model plans in its answer."""
        return ()

    def write(self, request: WriteRequest) -> Draft:
        """Ask for the next program. Raises BrainError with the precise objection to an answer that holds none."""
        shown: dict[str, str] = {}
        tokens, dollars = 0, 0.0
        for number in range(SHOWS + 1):
            ask = Ask("write", *render(request, shown, self._desk.settings.prompt_tokens), f"{request.place}.{number}")
            reply = self._desk.ask(ask, patient=self._patient)
            if not reply.again:
                tokens, dollars = tokens + reply.tokens, dollars + reply.dollars
            wanted = _wanted(reply.text) if number < SHOWS else []
            if not wanted:
                break
            shown |= {name: request.code(name) or f"there is no skill {name}" for name in wanted}
            self._desk.calls.led_to(self._desk.journey, reply.number, f"showed {', '.join(wanted)}")
        try:
            return read(reply.text, reply.finish, request, Usage(tokens, dollars), reply.number)
        except BrainError as error:
            self._desk.calls.led_to(self._desk.journey, reply.number, f"refused: {error}", success=False)
            raise


def render(request: WriteRequest, shown: Mapping[str, str], budget: int) -> tuple[str, tuple[Message, ...]]:
    """Name and version of the prompt, and its messages."""
    prompt, system = _prompt(request)
    user = prompt.user(sections(request, shown), budget - estimate_tokens(system["content"]))
    return f"{prompt.name}:{prompt.version}", (system, user)


def in_mind(request: WriteRequest, budget: int) -> tuple[Packed, int]:
    """What a writer has in mind at its first answer to a request, and the tokens that there were for it."""
    prompt, system = _prompt(request)
    room = budget - estimate_tokens(system["content"])
    return prompt.pack(sections(request, {}), room), room


def sections(request: WriteRequest, shown: Mapping[str, str]) -> list[Section]:
    """Everything that the request knows, each part with what it may take of the budget at most."""
    fence = LANGUAGES[request.language].fence
    skills = [f"- {skill.card or skill.name}" for skill in request.skills] or ["none yet"]
    codes = [f"```{fence}\n{code.strip()}\n```" for code in shown.values()]
    return [
        Section("Task", _task(request), rank=0),
        Section("Why this task", [request.task.reason] if request.task.reason else [], rank=6, most=150),
        Section("Plan", [f"- {line}" for line in request.plan], rank=6, most=400),
        Section("Known skills", skills, rank=4, most=2000),
        Section(MEMORIES, [memory_line(each["text"]) for each in request.lessons], rank=5, most=1500),
        Section("Code that you asked for", codes, rank=2),
        Section("Earlier rounds of this task", attempts(request.attempts, request.language), rank=3),
        Section("Scratch: noted in earlier rounds", [f"- {line}" for line in request.scratch], rank=3, most=300),
        Section("What happened last", [f"- {line}" for line in request.recent], rank=7, most=400),
        Section("The world now", observing.lines(request.observation), rank=1),
        Section("Objection", _objection(request), rank=0),
    ]


def memory_line(text: str) -> str:
    """A recalled memory as it stands in its section."""
    return f"- {text}"


def _prompt(request: WriteRequest) -> tuple[prompting.Prompt, Message]:
    prompt = prompting.load("writer", request.task.world)
    documents = "\n\n".join(text.strip() for _, text in sorted(request.primitives.items()))
    return prompt, prompt.system(primitives=documents)


def _task(request: WriteRequest) -> list[str]:
    found = [request.task.goal, f"It is done when: {request.check}"]
    if request.task.values:
        found.append(f"Its values by role: {json.dumps(dict(request.task.values), ensure_ascii=False)}")
    return found


def attempts(rounds: Sequence[Attempt], language: str) -> list[str]:
    """The last round in full, with its failing line marked; of earlier ones what they tried and how they ended."""
    brief = [
        f"Round {each.round}: {each.name}({_json(each.args)}): {each.outcome}. {_error(each)} The check said: "
        f"{observing.quoted(each.evidence, MOST_ERROR)}."
        for each in rounds[:-1]
    ]
    return brief + [_in_full(each, LANGUAGES[language]) for each in rounds[-1:]]


def read(text: str, finish: str, request: WriteRequest, usage: Usage, call: int | None = None) -> Draft:
    """The draft in an answer. Raises BrainError with what is wrong or missing."""
    heads = [each for each in answers.objects(text) if isinstance(each.get("name"), str)]
    head: Mapping[str, Any] = heads[-1] if heads else {}
    language = LANGUAGES[request.language]
    source = head.get("source") or head.get("code") or head.get("program") or answers.code(text, request.language)
    if not isinstance(source, str) or not source.strip():
        source = None
    if source is None and not head:
        if finish in ("length", "cut"):
            raise BrainError(f"the answer was cut off after {len(text)} characters, before there was a program in it")
        if not text.strip():
            raise BrainError(
                f"the answer was empty: give a json block with name, args, note, and a {language.fence} block"
            )
        raise BrainError(
            f"the answer held neither a JSON object with a name (to call a known skill) nor a {language.fence} block "
            f"with one `{language.function}`"
        )
    args = head.get("args")
    if args is not None and not isinstance(args, dict):
        raise BrainError(f"args must be an object of named arguments, such as {{'count': 1}}, not {_json(args)[:80]}")
    return Draft(
        name=str(head.get("name") or ""),
        source=None if source is None else source.strip() + "\n",
        args=args if args is not None else dict(request.task.values) or {"count": request.task.count},
        note=answers.text_of(head.get("note"), MOST_NOTE),
        scratch=answers.text_of(head.get("scratch"), MOST_NOTE),
        usage=usage,
        call=call,
    )


def _wanted(text: str) -> list[str]:
    """The skills whose code an answer asks for, if it asks for nothing else."""
    for each in answers.objects(text):
        names = each.get("show")
        if isinstance(names, list) and "name" not in each:
            return [name for name in names if isinstance(name, str)][:MOST_SHOWN]
    return []


def _objection(request: WriteRequest) -> list[str]:
    if not request.objection:
        return []
    found = [f"Your last answer was refused before it ran: {request.objection}"]
    if request.refused:
        fence = LANGUAGES[request.language].fence
        found.append("\n".join([f"```{fence}", *request.refused.splitlines()[:MOST_REFUSED_LINES], "```"]))
    return found


def _in_full(attempt: Attempt, language: Language) -> str:
    where = (attempt.error or {}).get("where") or {}
    source = attempt.source.splitlines()
    line = where.get("line")
    if isinstance(line, int) and 0 < line <= len(source) and str(where.get("module", "")).startswith("new:"):
        source[line - 1] += f"   {language.comment} <-- failed here"
    found = [f"Round {attempt.round}: {attempt.name}({_json(attempt.args)}): {attempt.outcome}. {_error(attempt)}"]
    gained = observing.changed(attempt.gained)
    found += [f"The check said: {observing.quoted(attempt.evidence, MOST_ERROR)}. Gained and lost: {gained}."]
    if attempt.trail:
        found.append(f"It called: {observing.quoted('; '.join(attempt.trail), MOST_TRAIL)}.")
    found += [f"It said {observing.quoted(said, MOST_SAID)}" for said in attempt.said]
    return "\n".join([*found, f"```{language.fence}", *source, "```"])


def _error(attempt: Attempt) -> str:
    error = attempt.error
    if not error:
        return "No error."
    inside = f" inside {error['skill']}" if error.get("skill") else ""
    words = f"{error.get('code')}{inside}: {observing.quoted(str(error.get('message')), MOST_ERROR)}."
    if remedy := error.get("remedy"):
        words += f" Remedy: {_sentence(_advice(str(remedy)[:MOST_ERROR]))}"
    return f"Error {' '.join(words.split())}"


def _advice(text: str) -> str:
    """A remedy: ours, which quotes the world itself, or what a program threw: so orders are data even here."""
    return observing.quoted(text, MOST_ERROR) if instruction_like(text) else text


def _sentence(text: str) -> str:
    """Words with a full stop at their end."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)

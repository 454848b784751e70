"""The loop as a LangGraph graph: its nodes, its edges, and nothing else.

    decide ─▶ prove ─▶ propose ─▶ set_up ─▶ recall ─▶ write ─▶ run ─▶ verify ─▶ learn ─▶ decide …
       │         (a task under way skips to set_up; a draft that could not be had skips to learn)
       └─▶ end

Checkpoints are written synchronously after every node, into the same SQLite file as everything else.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent import approving, nodes
from agent.parts import Parts
from agent.state import State


def build(parts: Parts, checkpointer: BaseCheckpointSaver[Any]) -> CompiledStateGraph[State]:
    """The compiled loop over these parts."""
    graph = StateGraph(State)
    for node in (
        nodes.decide,
        nodes.prove,
        nodes.propose,
        nodes.set_up,
        nodes.recall,
        nodes.write,
        nodes.run,
        nodes.verify,
        nodes.learn,
        approving.approve_task,
        approving.approve_skill,
    ):
        graph.add_node(node.__name__, partial(node, parts=parts))
    graph.add_edge(START, "decide")
    graph.add_conditional_edges("decide", after_decide, ["prove", "set_up", END])
    graph.add_edge("prove", "propose")
    graph.add_conditional_edges(
        "propose", lambda state: END if state["stop"] else "approve_task", ["approve_task", END]
    )
    graph.add_conditional_edges(
        "approve_task", lambda state: "set_up" if state["task"] else "decide", ["set_up", "decide"]
    )
    graph.add_edge("set_up", "recall")
    graph.add_edge("recall", "write")
    graph.add_conditional_edges("write", lambda state: "run" if state["draft"] else "learn", ["run", "learn"])
    graph.add_edge("run", "verify")
    graph.add_edge("verify", "approve_skill")
    graph.add_edge("approve_skill", "learn")
    graph.add_edge("learn", "decide")
    return graph.compile(checkpointer=checkpointer)


def after_decide(state: State) -> str:
    """Where to go: the end, on with the task under way, or to a new one, before which skills are proven."""
    if state["stop"]:
        return END
    return "set_up" if state["task"] else "prove"


def first_state(journey: str) -> State:
    """The state of a journey that has done nothing yet."""
    return {
        "journey": journey,
        "iteration": 0,
        "tasks": 0,
        "task": None,
        "round": 0,
        "recalled": [],
        "draft": None,
        "passed": None,
        "stop": None,
        "reason": "",
    }

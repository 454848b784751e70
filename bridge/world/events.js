'use strict'
/**
 * The trusted record of what happened in the world: numbered, in order, written only by the rules that made it happen.
 *
 * Programs in the body cannot write here, which is why checks of tasks rest on it. Keeps the newest events in memory;
 * readers follow along by sequence number. Reads no clock: an event carries the tick.
 */

const KEPT = 100_000
const SLACK = 10_000

class Events {
  /** @param tickOf  gives the current tick */
  constructor(tickOf) {
    this.tickOf = tickOf
    this.seq = 0
    this.log = []
    this.listeners = []
  }

  /** Record an event; `data` holds the fields of its kind. */
  emit(kind, data = {}) {
    const event = { seq: ++this.seq, tick: this.tickOf(), kind, ...data }
    this.log.push(event)
    if (this.log.length > KEPT + SLACK) this.log.splice(0, SLACK)
    for (const listener of this.listeners) listener(event)
    return event
  }

  /** Events after sequence number `seq`, and the newest number. `missed` counts those that are no longer kept. */
  since(seq = 0) {
    const first = this.log[0]?.seq ?? this.seq + 1
    const events = this.log.slice(Math.max(0, seq + 1 - first))
    return { events, seq: this.seq, missed: Math.max(0, Math.min(first - 1, this.seq) - seq) }
  }
}

module.exports = { Events }

/**
 * Traces calls of skills inside a run: which module called which with what, what was in the pockets before and after,
 * how it ended, and the ticks of the world between. The isolate says when a call begins and ends; all the rest is
 * taken here, so a program can hide a call but not invent what it brought.
 */
'use strict'

const { ownSlots } = require('./observation')

const MOST_KEPT = 500
const MOST_ARGUMENTS = 20
const MOST_LETTERS = 80
/** Pockets, armour and off hand of a player's window. */
const OWN_SLOTS = [5, 46]

class Spans {
  constructor (body, modules) {
    this.body = body
    this.modules = new Set(modules.map(({ id }) => id))
    this.kept = []
    this.open = new Map() // number -> span
    this.last = 0
  }

  /** A call begins; gives its number. */
  enter (module, caller, args) {
    const number = ++this.last
    if (!this.modules.has(module) || this.kept.length >= MOST_KEPT) return number
    const span = {
      module,
      caller: this.modules.has(caller) ? caller : null,
      args: plainArguments(args),
      before: pockets(this.body.bot),
      after: null,
      ok: false,
      error_code: null,
      from: this.now(),
      to: null
    }
    this.kept.push(span)
    this.open.set(number, span)
    return number
  }

  /** A call ends: by itself, or with an error code. */
  leave (number, code) {
    const span = this.open.get(number)
    if (!span) return
    this.open.delete(number)
    Object.assign(span, { ok: code === null, error_code: code, after: pockets(this.body.bot), to: this.now() })
  }

  /** All calls in the order in which they began; those that never ended have the code that ended the run. */
  all (code) {
    for (const number of [...this.open.keys()]) this.leave(number, code ?? 'thrown')
    return this.kept
  }

  now () {
    const { witness, driver, tick } = this.body
    return witness?.tick ?? driver.worldTick ?? tick
  }
}

/** Numbers, words and truth values of the options object: what a contract can speak of. */
function plainArguments (options) {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) return {}
  const pairs = Object.entries(options).filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value))
  const cut = value => typeof value === 'string' ? value.slice(0, MOST_LETTERS) : value
  return Object.fromEntries(pairs.slice(0, MOST_ARGUMENTS).map(([name, value]) => [cut(name), cut(value)]))
}

function pockets (bot) {
  const counts = {}
  for (const stack of bot.inventory ? ownSlots(bot).slice(...OWN_SLOTS) : []) {
    if (stack) counts[stack.name] = (counts[stack.name] ?? 0) + stack.count
  }
  return counts
}

module.exports = { Spans }

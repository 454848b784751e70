/**
 * The one kind of failure that skill code and models see: a code from a closed list, one sentence, the value it is
 * about, and what to do next. It never carries a stack of ours and never reaches the game chat.
 */
'use strict'

/** Every code that a primitive, an awaited bot action or a run can fail with, and what it means. */
const CODES = Object.freeze({
  bad_argument: 'an argument has the wrong type or is out of range',
  unknown_name: 'the game knows no item, block, entity or tag of this name',
  not_found: 'nothing of this kind is within sight',
  no_tool: 'no tool in the inventory can do this',
  missing_items: 'the inventory lacks items that this needs',
  no_station: 'no crafting table, furnace or other station is near',
  no_fuel: 'nothing in the inventory burns, or not enough of it',
  no_recipe: 'no recipe makes this item',
  unreachable: 'no path leads there',
  inventory_full: 'no free slot for what this would bring',
  cannot_place: 'the block cannot stand there',
  interrupted: 'something stopped the action: an attack, a fall, another action',
  timeout: 'the time given for this ran out',
  died: 'the bot died',
  gone: 'the block or entity was there and is no longer',
  empty: 'the container or source holds nothing of this',
  // Codes that only the runner gives; no primitive throws them.
  thrown: 'the program threw something of its own',
  bad_program: 'the program does not compile or its main function is missing',
  endless_loop: 'the program computed for too long without acting',
  out_of_memory: 'the program used more memory than it may',
  lost: 'the connection to the world ended'
})

/** An expected failure. `remedy` says in one plain sentence what would help. */
class PrimitiveError extends Error {
  /**
   * @param {keyof CODES} code
   * @param {string} message one sentence that names the value
   * @param {{value?: any, remedy?: string}} [details] value: plain JSON
   */
  constructor (code, message, { value = null, remedy = '' } = {}) {
    if (!(code in CODES)) throw new TypeError(`no such error code: ${code}`)
    super(message)
    this.name = 'PrimitiveError'
    this.code = code
    this.value = value
    this.remedy = remedy
  }

  toJSON () {
    return { code: this.code, message: this.message, value: this.value, remedy: this.remedy }
  }
}

/**
 * Any thrown thing as plain {code, message, value, remedy}. Errors of mineflayer and pathfinder carry no code; the
 * ones that skill code meets are recognised by name or text here, once.
 */
function describe (error) {
  if (error instanceof PrimitiveError) return error.toJSON()
  const message = String(error?.message ?? error).slice(0, 1000)
  for (const [pattern, code, remedy] of FOREIGN) {
    if (pattern.test(`${error?.name ?? ''}: ${message}`)) return { code, message, value: null, remedy }
  }
  return { code: 'interrupted', message, value: null, remedy: 'look at the surroundings again and retry' }
}

const FOREIGN = [
  [/^NoPath|No path to the goal/, 'unreachable', 'choose another target, or dig or build a way there'],
  [/^Timeout: |Took to long to decide path/, 'unreachable', 'go there in shorter steps'],
  [/^(GoalChanged|PathStopped)|Digging aborted/, 'interrupted', 'do one thing at a time and retry'],
  [/missing ingredient/, 'missing_items', 'gather the ingredients first'],
  [/requires craftingTable|without a crafting table/i, 'no_station', 'place a crafting table and stand beside it'],
  [/destination full|inventory.*full/i, 'inventory_full', 'toss or store something first'],
  [/must be placed|No block has been placed|did not fire within|Event .* not (fired|emitted)/i, 'interrupted',
    'step closer, check that the target is free, and retry'],
  [/\b(invalid|not a|expected|assert)/i, 'bad_argument', 'check the arguments against the documentation']
]

module.exports = { CODES, PrimitiveError, describe }

/**
 * Waiting in game ticks for something that mineflayer promises. The bot's own promises may never settle (a lost packet,
 * a closed window); these always do, and they end at once when the action is stopped.
 */
'use strict'

const { PrimitiveError } = require('./errors')

/**
 * Tells the runner that the bot clicks on until `promise` settles: nothing can call it back, so a run that is stopped ends
 * after it, and what it still moves belongs to that run and not to the next.
 */
function underWay (body, promise) {
  const over = () => body.underWay.delete(promise)
  body.underWay.add(promise)
  promise.then(over, over)
  return promise
}

/**
 * The value of `promise`, looked at once a tick; rejects with `timeout` after `ticks`. `each` runs every tick and may
 * throw to give up waiting.
 */
async function within (body, promise, ticks, what, each = () => {}) {
  let settled = null
  underWay(body, promise).then(value => { settled = { value } }, error => { settled = { error } })
  for (let waited = 0; !settled; waited++) {
    if (waited > ticks) {
      throw new PrimitiveError('timeout', `${what} took longer than ${ticks} ticks`, {
        value: ticks, remedy: 'look at the surroundings again and retry'
      })
    }
    each()
    await body.ticks(1)
  }
  if (settled.error) throw settled.error
  return settled.value
}

/** Runs `attempt` up to `times`; a failure that `again(error)` accepts is tried once more after `pause` ticks. */
async function retry (body, times, attempt, { pause = 5, again = () => true } = {}) {
  for (let round = 1; ; round++) {
    try {
      return await attempt(round)
    } catch (error) {
      if (body.stopped || round >= times || !again(error)) throw error
      await body.ticks(pause)
    }
  }
}

module.exports = { underWay, within, retry }

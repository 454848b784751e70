/** Eating: which food, and getting it down. */
'use strict'

const { PrimitiveError } = require('./errors')
const { hold } = require('./inventory')
const { within } = require('./waiting')

const BITE_TICKS = 60
const FULL = 20
/** Food that can poison; eaten only when a program names it. */
const RISKY = new Set([
  'rotten_flesh', 'spider_eye', 'poisonous_potato', 'pufferfish', 'chicken', 'suspicious_stew', 'chorus_fruit'
])
/** Food that is better kept for when it is needed. */
const PRECIOUS = new Set(['golden_apple', 'enchanted_golden_apple', 'golden_carrot'])

/** The safe food carried that wastes least of what is missing, or null. */
function meal (body) {
  const lacking = FULL - body.bot.food
  const price = item => {
    const { foodPoints, saturation } = body.data.foodsByName[item.name]
    return Math.max(0, foodPoints - lacking) * 2 - foodPoints - saturation / 2 + (PRECIOUS.has(item.name) ? 100 : 0)
  }
  const safe = body.bot.inventory.items().filter(item => item.name in body.data.foodsByName && !RISKY.has(item.name))
  return safe.sort((a, b) => price(a) - price(b) || a.slot - b.slot)[0] ?? null
}

/** Eats one of `item`; gives the food level after it. Throws `interrupted` when it could not be finished. */
async function eatOne (body, item) {
  const { bot } = body
  const before = bot.food
  bot.pathfinder.setGoal(null)
  bot.clearControlStates()
  await hold(body, item)
  try {
    await within(body, bot.consume(), BITE_TICKS, `eating ${item.name}`)
  } catch (error) {
    if (body.stopped) throw error
    bot.deactivateItem()
    if (bot.food > before) return bot.food
    throw new PrimitiveError('interrupted', `could not finish eating ${item.name}`, {
      value: item.name, remedy: 'get away from danger and water first, then eat'
    })
  }
  return bot.food
}

module.exports = { meal, eatOne, FULL }

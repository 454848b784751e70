/**
 * shelter(bot)
 *
 * Spends the night safely without a bed: digs three blocks into the ground, closes the hole above and waits until
 * morning, then digs out again. Returns at once by day.
 * Returns {waited} in game ticks.
 * Throws missing_items (no block to close with), cannot_place, unreachable.
 *
 *   await shelter(bot)
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { BUILDING } = require('../worth')
const { find, missing } = require('../inventory')
const { dig, floods, deepBelow } = require('../digging')
const { place } = require('../placing')
const { underground, travel, goals } = require('../navigation')

const DUSK = 12500
const DAWN = 23500
const DEPTH = 3
/** Where to go when the ground does not serve, one after the other. */
const ASIDE = [[8, 0], [0, 8], [-16, 0], [0, -16], [24, 0]]
const ASIDE_TICKS = 240

async function run (body) {
  const { bot } = body
  const start = body.tick
  if (!isNight(bot)) return { waited: 0 }
  const top = underground(body) ? bot.entity.position.floored() : await goUnder(body)
  while (isNight(bot)) {
    await body.reflexes.attend(body)
    await body.ticks(20)
  }
  if (underground(body)) await travel(body, new goals.GoalNear(top.x, top.y, top.z, 1), { what: 'the way out' })
  return { waited: body.tick - start }
}

function isNight ({ time }) {
  return time.timeOfDay >= DUSK && time.timeOfDay < DAWN
}

/** Digs in, some steps aside where the ground does not serve; gives the place above. */
async function goUnder (body) {
  for (const [dx, dz] of ASIDE) {
    const top = body.bot.entity.position.floored()
    try {
      await digIn(body, top)
      return top
    } catch (error) {
      if (body.stopped || error.code !== 'cannot_place') throw error
      const goal = new goals.GoalNearXZ(top.x + dx, top.z + dz, 2)
      await travel(body, goal, { ticks: ASIDE_TICKS, what: 'safer ground' }).catch(() => body.ticks(1))
    }
  }
  const top = body.bot.entity.position.floored()
  await digIn(body, top)
  return top
}

async function digIn (body, top) {
  for (let down = 1; down <= DEPTH; down++) {
    const below = top.offset(0, -down, 0)
    if (floods(body, below) || deepBelow(body, below)) {
      throw new PrimitiveError('cannot_place', 'the ground here is not safe to dig into', {
        value: { x: top.x, y: top.y, z: top.z }, remedy: 'go some steps aside and try again'
      })
    }
    await dig(body, below)
    await body.until(() => body.bot.entity.onGround, 20)
  }
  if (!find(body, BUILDING)) throw missing({ dirt: 1 }, 'no block in the inventory to close the shelter with')
  await place(body, BUILDING, top.offset(0, -1, 0))
}

module.exports = { name: 'shelter', signature: 'shelter(bot)', run }

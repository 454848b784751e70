/**
 * ascendToSurface(bot)
 *
 * Goes up until there is open sky above: by stairs that it digs, around water and lava. A stone_pickaxe is made on the way
 * if none is left and stone and sticks are at hand.
 * Returns {x, y, z} where the bot then stands.
 * Throws unreachable, timeout.
 *
 *   await ascendToSurface(bot)
 */
'use strict'

const { tunnel, wayOf } = require('../tunnelling')
const { travel, goals, placeOf, ticksFor } = require('../navigation')

const SKY = 319
const STEPS = 420

async function run (body) {
  const { bot } = body
  if (!open(bot, bot.entity.position.floored())) {
    try {
      await tunnel(body, wayOf(body), 1, { done: at => open(bot, at), steps: STEPS })
    } catch (error) {
      if (body.stopped || error.code !== 'unreachable') throw error
      const top = ground(bot, bot.entity.position.floored())
      const ticks = ticksFor(2 * (top - bot.entity.position.y))
      await travel(body, new goals.GoalY(top), { ticks, what: 'the surface' })
    }
  }
  return placeOf(body)
}

/** Whether nothing solid is above a place, leaves aside. */
function open (bot, at) {
  for (let y = at.y + 2; y <= SKY; y++) {
    const block = bot.blockAt(at.offset(0, y - at.y, 0), false)
    if (block && block.boundingBox === 'block' && !block.name.endsWith('_leaves')) return false
  }
  return true
}

/** The first free height above the highest solid block over a place. */
function ground (bot, at) {
  let top = at.y
  for (let y = at.y; y <= SKY; y++) {
    if (bot.blockAt(at.offset(0, y - at.y, 0), false)?.boundingBox === 'block') top = y + 1
  }
  return top
}

module.exports = { name: 'ascendToSurface', signature: 'ascendToSurface(bot)', run }

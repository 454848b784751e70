/**
 * ascendToSurface(bot)
 *
 * Goes up until there is open sky above and around: straight up on blocks that it puts underfoot, or by stairs that it
 * digs, around water and lava. Below a lake, where water bars every way, it lets it in and swims. A stone_pickaxe is made
 * on the way if none is left and stone and sticks are at hand.
 * Returns {x, y, z} where the bot then stands.
 * Throws unreachable, timeout.
 *
 *   await ascendToSurface(bot)
 */
'use strict'

const { climb } = require('../climbing')
const { isFluid } = require('../digging')
const { tunnel, wayOf, sparePickaxe } = require('../tunnelling')
const { travel, goals, placeOf, ticksFor } = require('../navigation')

const SKY = 319
const STEPS = 420
/** Stairs taken where the way straight up is barred, before it is tried again. */
const ASIDE = 4

async function run (body) {
  const { bot } = body
  if (!out(bot, bot.entity.position.floored())) {
    try {
      await rise(body)
    } catch (error) {
      if (body.stopped || error.code !== 'unreachable') throw error
      // Below a lake every way may be barred by water: then it is let in, and one swims.
      const done = at => open(bot, at) && !isFluid(bot.blockAt(at.offset(0, 1, 0)))
      if (!await climb(body, { done, before: pickaxeFor(body), wet: true })) return placeOf(body)
      const top = ground(bot, bot.entity.position.floored())
      const ticks = ticksFor(2 * (top - bot.entity.position.y))
      await travel(body, new goals.GoalY(top), { ticks, what: 'the surface' })
    }
  }
  return placeOf(body)
}

/** Straight up where that is a way, by some stairs where it is not. */
async function rise (body) {
  const { bot } = body
  const before = pickaxeFor(body)
  const done = at => out(bot, at)
  for (let taken = 0; await climb(body, { done, before }); taken += ASIDE) {
    const above = bot.entity.position.y + ASIDE
    await tunnel(body, wayOf(body), 1, { done: at => done(at) || at.y >= above, steps: STEPS - taken })
  }
}

/** Cares for a pickaxe ahead of the block over the head. */
function pickaxeFor (body) {
  const spare = sparePickaxe(body)
  return feet => spare(feet.offset(0, 2, 0))
}

/** Whether a place is at the surface: open sky above it and above a side to which one can step, or it is a shaft. */
function out (bot, at) {
  const empty = where => bot.blockAt(where, false)?.boundingBox === 'empty'
  const free = where => empty(where) && empty(where.offset(0, 1, 0)) && open(bot, where)
  return open(bot, at) && [[1, 0], [-1, 0], [0, 1], [0, -1]].some(([dx, dz]) =>
    [0, 1].some(up => free(at.offset(dx, up, dz))))
}

/** Whether nothing solid and no water is above a place, leaves aside. */
function open (bot, at) {
  for (let y = at.y + 2; y <= SKY; y++) {
    const block = bot.blockAt(at.offset(0, y - at.y, 0), false)
    if (isFluid(block) || (block?.boundingBox === 'block' && !block.name.endsWith('_leaves'))) return false
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

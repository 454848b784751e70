/**
 * exploreUntil(bot, direction, maxTime = 60, callback)
 *
 * Walks on in a direction and asks `callback` every second of game time; ends when it gives something true.
 *   direction  a vector of -1, 0, 1 such as new Vec3(1, 0, 1); with y -1 it digs down, with y 1 it goes up
 *   maxTime    game seconds, at most 1200
 *   callback   a function without arguments, such as () => bot.findBlock({matching: 'iron_ore', maxDistance: 32})
 * Returns what the callback gave, or null when the time is over.
 * Throws unreachable when all ways ahead are barred, bad_argument.
 *
 *   const tree = await exploreUntil(bot, new Vec3(1, 0, 0), 120, () => bot.findBlock({matching: 'oak_log'}))
 */
'use strict'

const { Vec3 } = require('vec3')
const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { travel, goals, placeOf } = require('../navigation')
const { tunnel, wayOf } = require('../tunnelling')

const STRIDE = 24
/** Angles to try when straight on does not work, in eighths of a turn. */
const TURNS = [0, 1, -1, 2, -2, 3, -3]
const detours = new WeakMap() // bot -> {key, turn}: how the walk in a direction was last bent

/**
 * One step of the exploration, `ticks` long (a little more to finish what is being dug); gives {ticks, moved, x, y, z}.
 */
async function run (body, direction, ticks = 20) {
  const wish = args.position(direction, 'the direction')
  if (wish.norm() === 0) throw args.bad('the direction must not be zero', direction, 'pass new Vec3(1, 0, 0)')
  const limit = args.number(ticks, 'ticks', { min: 1, max: 24000 })
  const { bot } = body
  const start = { tick: body.tick, at: bot.entity.position.clone() }
  if (wish.y !== 0) await climb(body, wish)
  else await wander(body, wish, limit)
  const moved = Math.round(bot.entity.position.distanceTo(start.at))
  return { ticks: body.tick - start.tick, moved, ...placeOf(body) }
}

/** One stair up or down. */
async function climb (body, wish) {
  let steps = 0
  const way = wish.x === 0 && wish.z === 0 ? wayOf(body) : wayOf(body, wish)
  await tunnel(body, way, Math.sign(wish.y), { done: () => steps++ >= 1, steps: 4 })
}

async function wander (body, wish, limit) {
  const { bot } = body
  const key = `${wish.x},${wish.z}`
  const last = detours.get(bot)
  const first = last?.key === key && body.tick < last.until ? last.turn : 0
  const end = body.tick + limit
  for (const turn of [first, ...TURNS.filter(other => other !== first)]) {
    const ahead = turned(wish, turn)
    const target = bot.entity.position.plus(ahead.scaled(STRIDE / ahead.norm()))
    try {
      await travel(body, new goals.GoalNearXZ(target.x, target.z, 2), {
        ticks: limit + 400, stop: () => body.tick >= end, what: 'the next stretch'
      })
      if (turn !== 0) detours.set(bot, { key, turn, until: last?.turn === turn ? last.until : body.tick + 300 })
      return
    } catch (error) {
      if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
    }
  }
  throw new PrimitiveError('unreachable', 'all ways ahead are barred', {
    value: placeOf(body), remedy: 'dig or build a way out, or go back'
  })
}

function turned ({ x, z }, eighths) {
  const angle = eighths * Math.PI / 4
  return new Vec3(x * Math.cos(angle) - z * Math.sin(angle), 0, x * Math.sin(angle) + z * Math.cos(angle))
}

module.exports = { name: 'exploreUntil', signature: 'exploreUntil(bot, direction, maxTime = 60, callback)', run }

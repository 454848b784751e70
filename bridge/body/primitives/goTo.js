/**
 * goTo(bot, position, range = 1)
 *
 * Goes somewhere, digging and bridging where it must, away from lava and deep falls.
 *   position  {x, y, z} (a Vec3, a block or an entity), {x, z} for any height, or {y} for any place at that height
 *   range     how near is near enough, in blocks
 * Returns {x, y, z} where the bot then stands.
 * Throws unreachable, timeout (the way is too long: go in steps), bad_argument.
 *
 *   await goTo(bot, new Vec3(100, 70, -20), 2)
 */
'use strict'

const args = require('../arguments')
const { travel, goals, ticksFor, placeOf } = require('../navigation')

async function run (body, position, range = 1) {
  const near = args.number(range, 'range', { min: 0, max: 64 })
  const { goal, what } = goalOf(position, near)
  const distance = goal.heuristic(body.bot.entity.position.floored())
  await travel(body, goal, { ticks: ticksFor(distance), what })
  return placeOf(body)
}

function goalOf (wanted, near) {
  const at = wanted?.position ?? wanted
  const [x, y, z] = [at?.x, at?.y, at?.z].map(Number.isFinite)
  if (x && y && z) {
    const goal = near === 0 ? new goals.GoalBlock(at.x, at.y, at.z) : new goals.GoalNear(at.x, at.y, at.z, near)
    return { goal, what: `${Math.floor(at.x)}, ${Math.floor(at.y)}, ${Math.floor(at.z)}` }
  }
  if (x && z) {
    return { goal: new goals.GoalNearXZ(at.x, at.z, near), what: `x ${Math.floor(at.x)}, z ${Math.floor(at.z)}` }
  }
  if (y) return { goal: new goals.GoalY(Math.floor(at.y)), what: `y ${Math.floor(at.y)}` }
  throw args.bad('the position must be {x, y, z}, {x, z} or {y}', wanted, 'pass new Vec3(x, y, z)')
}

module.exports = { name: 'goTo', signature: 'goTo(bot, position, range = 1)', run }

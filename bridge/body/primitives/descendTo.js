/**
 * descendTo(bot, y)
 *
 * Digs down to a height: some stairs, then straight down, around lava, water and caves. ascendToSurface leads up again.
 *   y  the height of the feet at the end, from -60 to 300; where the ground drops it may be up to three lower
 * Returns {x, y, z} where the bot then stands.
 * Throws no_tool (stone without a pickaxe), unreachable (barred on all sides), timeout.
 *
 *   await descendTo(bot, 16)
 */
'use strict'

const args = require('../arguments')
const { tunnel, wayOf } = require('../tunnelling')
const { requireTool } = require('../digging')
const { placeOf } = require('../navigation')

async function run (body, y) {
  const level = args.number(y, 'y', { min: -60, max: 300 })
  const depth = body.bot.entity.position.y - level
  if (depth > 6) requireTool(body, ['stone'])
  if (depth > 0) await tunnel(body, wayOf(body), -1, { done: at => at.y <= level, steps: 60 + 3 * Math.ceil(depth) })
  return placeOf(body)
}

module.exports = { name: 'descendTo', signature: 'descendTo(bot, y)', run }

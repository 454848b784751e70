/**
 * digTunnel(bot, direction = null, length = 16)
 *
 * Digs a level tunnel, two high and one wide, to bring new ground into sight (strip mining). Turns aside where lava,
 * water or a deep fall bars the way.
 *   direction  a vector such as new Vec3(1, 0, 0); its stronger level part counts; null goes where the bot looks
 *   length     how many steps
 * Returns {x, y, z, steps}.
 * Throws unreachable (barred on all sides), no_tool, timeout; value holds how far it came.
 *
 *   await digTunnel(bot, new Vec3(1, 0, 0), 24)
 */
'use strict'

const args = require('../arguments')
const { tunnel, wayOf } = require('../tunnelling')
const { requireTool } = require('../digging')
const { placeOf } = require('../navigation')

async function run (body, direction = null, length = 16) {
  const steps = args.number(length, 'length', { min: 1, max: 128 })
  const way = wayOf(body, direction === null ? null : args.position({ y: 0, ...direction }, 'the direction'))
  requireTool(body, ['stone'])
  let taken = -1
  await tunnel(body, way, 0, { done: () => ++taken >= steps, steps: steps + 1 })
  return { ...placeOf(body), steps: taken }
}

module.exports = { name: 'digTunnel', signature: 'digTunnel(bot, direction = null, length = 16)', run }

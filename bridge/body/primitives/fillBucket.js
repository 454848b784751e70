/**
 * fillBucket(bot, fluid = 'water')
 *
 * Fills an empty bucket from a source of water or lava within 32 blocks.
 * Returns {item} such as 'water_bucket'.
 * Throws missing_items (no bucket), not_found (no source in sight), unreachable.
 *
 *   await fillBucket(bot, 'water')
 */
'use strict'

const args = require('../arguments')
const { count: carried, holdAny } = require('../inventory')
const { travel, goals, inReach } = require('../navigation')
const { nearestBlock, useTowards } = require('../using')

async function run (body, fluid = 'water') {
  const kind = args.word(fluid, ['water', 'lava'], 'the fluid')
  const item = `${kind}_bucket`
  const before = carried(body, item)
  await holdAny(body, ['bucket'])
  const free = block => body.bot.blockAt(block.position.offset(0, 1, 0))?.boundingBox === 'empty'
  const remedy = kind === 'water' ? 'look for rivers and lakes' : 'look below y -54 or in caves'
  const at = nearestBlock(body, [kind], remedy, block => Number(block.getProperties().level) === 0 && free(block))
  if (!inReach(body, at)) await travel(body, new goals.GoalNear(at.x, at.y + 1, at.z, 2), { what: `the ${kind}` })
  await holdAny(body, ['bucket'])
  await useTowards(body, at.offset(0.5, 0.9, 0.5), () => carried(body, item) > before, `filling a bucket with ${kind}`)
  return { item }
}

module.exports = { name: 'fillBucket', signature: "fillBucket(bot, fluid = 'water')", run }

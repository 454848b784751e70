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
const { clearPoint } = require('../looking')
const { approach, eyesOf, inReach } = require('../navigation')
const { nearestBlocks, useTowards } = require('../using')

/** So many of the nearest sources are gone to, whichever is easiest to come by. */
const CHOICE = 8

async function run (body, fluid = 'water') {
  const kind = args.word(fluid, ['water', 'lava'], 'the fluid')
  const item = `${kind}_bucket`
  const before = carried(body, item)
  await holdAny(body, ['bucket'])
  const free = block => body.bot.blockAt(block.position.offset(0, 1, 0))?.boundingBox === 'empty'
  const remedy = kind === 'water' ? 'look for rivers and lakes' : 'look below y -54 or in caves'
  const source = block => Number(block.getProperties().level) === 0 && free(block)
  const nearest = nearestBlocks(body, [kind], remedy, source).slice(0, CHOICE)
  await approach(body, nearest, { what: `the ${kind}` })
  await holdAny(body, ['bucket'])
  // What lies behind a wall is near, but out of the bucket's way.
  const at = nearest.find(place => inReach(body, place)) ?? nearest[0]
  const point = clearPoint(body.bot, eyesOf(body), at) ?? at.offset(0.5, 0.9, 0.5)
  await useTowards(body, point, () => carried(body, item) > before, `filling a bucket with ${kind}`)
  return { item }
}

module.exports = { name: 'fillBucket', signature: "fillBucket(bot, fluid = 'water')", run }

/**
 * fillBucket(bot, fluid = 'water')
 *
 * Fills an empty bucket from a source of water or lava within 32 blocks. Where no open one can be come by, a pool shut in
 * by rock is opened from above.
 * Returns {item} such as 'water_bucket'.
 * Throws missing_items (no bucket), not_found (no source in sight), unreachable.
 *
 *   await fillBucket(bot, 'water')
 */
'use strict'

const args = require('../arguments')
const { dig, isAir, isFluid, SIDES } = require('../digging')
const { count: carried, holdAny } = require('../inventory')
const { clearPoint } = require('../looking')
const { approach, eyesOf, inReach } = require('../navigation')
const { burrow } = require('../tunnelling')
const { nearestBlocks, useTowards } = require('../using')

/** So many of the nearest sources are gone to, whichever is easiest to come by. */
const CHOICE = 8
/** From the middle of a block to where nobody stands on it: half of it, and half of the bot's width. */
const ROOM = 0.85

async function run (body, fluid = 'water') {
  const kind = args.word(fluid, ['water', 'lava'], 'the fluid')
  const item = `${kind}_bucket`
  const before = carried(body, item)
  await holdAny(body, ['bucket'])
  const remedy = kind === 'water' ? 'look for rivers and lakes' : 'look below y -54 or in caves'
  const usable = at => isFree(body, at) || hasLid(body, at)
  const source = block => Number(block.getProperties().level) === 0 && usable(block.position)
  const at = await goTo(body, nearestBlocks(body, [kind], remedy, source), `the ${kind}`)
  await holdAny(body, ['bucket'])
  const point = clearPoint(body.bot, eyesOf(body), at) ?? at.offset(0.5, 0.9, 0.5)
  await useTowards(body, point, () => carried(body, item) > before, `filling a bucket with ${kind}`)
  return { item }
}

/** Goes to where one of the sources is in reach and in view, and gives its place. */
async function goTo (body, sources, what) {
  const open = sources.filter(at => isFree(body, at)).slice(0, CHOICE)
  const covered = sources.filter(at => hasLid(body, at)).slice(0, CHOICE)
  try {
    if (open.length > 0 || covered.length === 0) await approach(body, open, { what })
    else await openOne(body, covered)
  } catch (error) {
    if (body.stopped || covered.length === 0 || !['unreachable', 'timeout'].includes(error.code)) throw error
    await openOne(body, covered)
  }
  // What lies behind a wall is near, but out of the bucket's way.
  return sources.find(at => isFree(body, at) && inReach(body, at)) ?? open[0] ?? covered[0]
}

/** Digs up to the rock over one of the sources and takes a block of it away; never the one that the bot stands on. */
async function openOne (body, covered) {
  const lids = covered.map(at => at.offset(0, 1, 0))
  const besides = lid => {
    const { x, z } = body.bot.entity.position
    return Math.max(Math.abs(x - lid.x - 0.5), Math.abs(z - lid.z - 0.5)) > ROOM
  }
  const ready = lid => besides(lid) && inReach(body, lid)
  await burrow(body, lids[0].offset(0, 1, 0), () => lids.some(ready))
  await dig(body, lids.find(ready))
}

const isFree = (body, at) => body.bot.blockAt(at.offset(0, 1, 0))?.boundingBox === 'empty'

/** Whether what is over a source can be broken without letting anything in from the other sides. */
function hasLid (body, at) {
  const lid = body.bot.blockAt(at.offset(0, 1, 0))
  if (!lid?.diggable || isAir(lid) || isFluid(lid)) return false
  return SIDES.every(([x, y, z]) => y === -1 || !isFluid(body.bot.blockAt(lid.position.offset(x, y, z), false)))
}

module.exports = { name: 'fillBucket', signature: "fillBucket(bot, fluid = 'water')", run }

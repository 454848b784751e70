/**
 * harvestCrop(bot, name = 'wheat', count = 1)
 *
 * Breaks ripe crops within 32 blocks and picks up what they give; unripe ones are left to grow.
 *   name   'wheat', 'carrots', 'potatoes' or 'beetroots'
 *   count  how many plants
 * Returns {harvested, items: {name: count}}.
 * Throws not_found (none is ripe: wait), unreachable; value holds {harvested, wanted}.
 *
 *   await harvestCrop(bot, 'wheat', 6)
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { contents, tidy } = require('../inventory')
const { approach } = require('../navigation')
const { dig } = require('../digging')
const { collect } = require('../collecting')
const { nearestBlock, gainedSince } = require('../using')

const RIPE = { wheat: 7, carrots: 7, potatoes: 7, beetroots: 3 }

async function run (body, name = 'wheat', wanted = 1) {
  const crop = args.word(name, Object.keys(RIPE), 'the crop')
  const count = args.number(wanted, 'count', { min: 1, max: 256 })
  const before = contents(body)
  let harvested = 0
  try {
    for (; harvested < count; harvested++) {
      await tidy(body, [crop])
      const at = nearestBlock(body, [crop], 'wait until it is ripe, or plant some with plantCrop',
        block => Number(block.getProperties().age) === RIPE[crop])
      await approach(body, [at], { what: `the ${crop}` })
      await dig(body, at)
      await body.ticks(4)
      await collect(body, { range: 6 })
    }
  } catch (error) {
    if (error instanceof PrimitiveError) error.value = { harvested, wanted: count, reason: error.value }
    throw error
  }
  return { harvested, items: gainedSince(body, before).items }
}

module.exports = { name: 'harvestCrop', signature: "harvestCrop(bot, name = 'wheat', count = 1)", run }

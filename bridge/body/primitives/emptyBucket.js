/**
 * emptyBucket(bot, position, fluid = 'water')
 *
 * Pours a bucket of water or lava out on top of the block at a position.
 * Returns {x, y, z} where the fluid then stands.
 * Throws missing_items, cannot_place, unreachable.
 *
 *   await emptyBucket(bot, lava.position, 'water')
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { holdAny } = require('../inventory')
const { approach } = require('../navigation')
const { useTowards } = require('../using')

async function run (body, position, fluid = 'water') {
  const kind = args.word(fluid, ['water', 'lava'], 'the fluid')
  const at = args.position(position).floored()
  const above = at.offset(0, 1, 0)
  await holdAny(body, [`${kind}_bucket`])
  if (body.bot.blockAt(above)?.boundingBox !== 'empty') {
    throw new PrimitiveError('cannot_place', `no room for ${kind} above ${at.x}, ${at.y}, ${at.z}`, {
      value: { x: at.x, y: at.y, z: at.z }, remedy: 'choose a block with air above it'
    })
  }
  await approach(body, [at], { what: 'the place to pour' })
  await holdAny(body, [`${kind}_bucket`])
  await useTowards(body, at.offset(0.5, 1, 0.5), () => body.bot.heldItem?.name === 'bucket', `pouring ${kind}`)
  return { x: above.x, y: above.y, z: above.z }
}

module.exports = { name: 'emptyBucket', signature: "emptyBucket(bot, position, fluid = 'water')", run }

/**
 * plantCrop(bot, seed = 'wheat_seeds', count = 1)
 *
 * Plants seeds on farmland within 32 blocks; tills grass or dirt beside water with a hoe where there is none.
 *   seed   'wheat_seeds', 'carrot', 'potato' or 'beetroot_seeds'
 *   count  how many
 * Returns {planted}.
 * Throws missing_items (seeds, or a hoe to till with), not_found, unreachable; value holds {planted, wanted}.
 *
 *   await plantCrop(bot, 'wheat_seeds', 4)
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { count: carried, find, holdAny, missing } = require('../inventory')
const { place } = require('../placing')
const { nearestBlock, useOnBlock } = require('../using')

const SEEDS = ['wheat_seeds', 'carrot', 'potato', 'beetroot_seeds']
const HOES = ['wooden_hoe', 'stone_hoe', 'golden_hoe', 'iron_hoe', 'diamond_hoe', 'netherite_hoe']
const WET = 4

async function run (body, seed = 'wheat_seeds', wanted = 1) {
  const name = args.word(seed, SEEDS, 'the seed')
  const count = args.number(wanted, 'count', { min: 1, max: 64 })
  if (carried(body, name) < count) throw missing({ [name]: count - carried(body, name) })
  let planted = 0
  try {
    for (; planted < count; planted++) {
      const field = await farmland(body)
      await place(body, [name], field.offset(0, 1, 0))
    }
  } catch (error) {
    if (error instanceof PrimitiveError) error.value = { planted, wanted: count, reason: error.value }
    throw error
  }
  return { planted }
}

async function farmland (body) {
  const { bot } = body
  const clear = block => bot.blockAt(block.position.offset(0, 1, 0))?.name === 'air'
  const ready = body.sight.find({ matching: ['farmland'], maxDistance: 32, count: 64 })
    .find(at => clear(bot.blockAt(at)))
  if (ready) return ready
  if (!find(body, HOES)) throw missing({ wooden_hoe: 1 })
  const watered = block => clear(block) &&
    body.sight.find({ matching: ['water'], maxDistance: WET, count: 1, point: block.position }).length > 0
  const at = nearestBlock(body, ['grass_block', 'dirt'], 'go to the shore of a river or lake', watered)
  await holdAny(body, HOES)
  await useOnBlock(body, at, () => bot.blockAt(at).name === 'farmland', 'tilling the ground')
  return at
}

module.exports = { name: 'plantCrop', signature: "plantCrop(bot, seed = 'wheat_seeds', count = 1)", run }

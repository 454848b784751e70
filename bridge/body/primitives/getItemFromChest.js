/**
 * getItemFromChest(bot, chestPosition, itemsToGet)
 *
 * Takes items out of a chest, trapped chest or barrel within 32 blocks.
 *   chestPosition  where it stands
 *   itemsToGet     {name: count}; names may be tags
 * Returns {items: {name: count}} that were taken: all of them, or it throws.
 * Throws empty (value: what was taken and what is missing), not_found (no chest there), unreachable, inventory_full.
 *
 *   await getItemFromChest(bot, chest.position, { oak_log: 4 })
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { atChest, wishes, held, move } = require('../chests')

async function run (body, chestPosition, itemsToGet) {
  const wanted = wishes(body, itemsToGet)
  return atChest(body, chestPosition, async window => {
    const items = {}
    const missing = {}
    for (const [word, names, count] of wanted) {
      const inside = names.reduce((sum, name) => sum + (held(window)[name] ?? 0), 0)
      items[word] = await take(body, window, names, Math.min(count, inside))
      if (items[word] < count) missing[word] = count - items[word]
    }
    if (Object.keys(missing).length > 0) {
      throw new PrimitiveError('empty', `the chest holds too little of ${Object.keys(missing).join(', ')}`, {
        value: { taken: items, missing, inside: held(window) }, remedy: 'get the rest elsewhere'
      })
    }
    return { items }
  })
}

async function take (body, window, names, count) {
  try {
    return await move(body, window, 'withdraw', names, count)
  } catch (error) {
    if (body.stopped || !/full/i.test(error.message)) throw error
    throw new PrimitiveError('inventory_full', 'no slot of the inventory is free', {
      value: names[0], remedy: 'toss or deposit something first'
    })
  }
}

module.exports = { name: 'getItemFromChest', signature: 'getItemFromChest(bot, chestPosition, itemsToGet)', run }

/**
 * depositItemIntoChest(bot, chestPosition, itemsToDeposit)
 *
 * Puts items into a chest, trapped chest or barrel within 32 blocks.
 *   chestPosition   where it stands
 *   itemsToDeposit  {name: count}; names may be tags
 * Returns {items: {name: count}} that were put in: all of them, or it throws.
 * Throws missing_items (before anything is moved), inventory_full (the chest is full), not_found, unreachable.
 *
 *   await depositItemIntoChest(bot, chest.position, { cobblestone: 64 })
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { count: carried, missing } = require('../inventory')
const { atChest, wishes, move } = require('../chests')

async function run (body, chestPosition, itemsToDeposit) {
  const wanted = wishes(body, itemsToDeposit)
  const lacking = wanted.filter(([, names, count]) => carried(body, names) < count)
  if (lacking.length > 0) {
    throw missing(Object.fromEntries(lacking.map(([word, names, count]) => [word, count - carried(body, names)])))
  }
  return atChest(body, chestPosition, async window => {
    const items = {}
    for (const [word, names, count] of wanted) {
      try {
        items[word] = await move(body, window, 'deposit', names, count)
      } catch (error) {
        if (body.stopped || !/full/i.test(error.message)) throw error
        throw new PrimitiveError('inventory_full', 'the chest is full', {
          value: { stored: items }, remedy: 'place another chest'
        })
      }
    }
    return { items }
  })
}

const signature = 'depositItemIntoChest(bot, chestPosition, itemsToDeposit)'

module.exports = { name: 'depositItemIntoChest', signature, run }

/**
 * tidyInventory(bot, keep = [])
 *
 * Throws away what is worth least (dirt, gravel, seeds, rotten flesh first) until a few slots are free.
 *   keep   item names, tags or an array of them that stay whatever they are worth
 * Returns {slotsFree}.
 *
 *   await tidyInventory(bot, ['#saplings'])
 */
'use strict'

const { itemNames } = require('../kinds')
const { tidy } = require('../inventory')

async function run (body, keep = []) {
  await tidy(body, [].concat(keep).flatMap(name => itemNames(body, name)))
  return { slotsFree: body.bot.inventory.emptySlotCount() }
}

module.exports = { name: 'tidyInventory', signature: 'tidyInventory(bot, keep = [])', run }

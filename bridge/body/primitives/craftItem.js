/**
 * craftItem(bot, name, count = 1)
 *
 * Crafts until the inventory holds at least `count` more of the item (a recipe that gives four gives four). Uses a
 * crafting table within 32 blocks, else places the one carried and takes it along again, else makes one from spare
 * planks. Ingredients of one kind may be mixed. Nothing is crafted unless the ingredients are enough for all of it.
 *   name   item name, tag or array ('#planks' makes whichever planks the logs allow)
 *   count  how many more items to have at the end
 * Returns {gained, items: {name: count}}.
 * Throws missing_items (value: exactly what is missing), no_station, no_recipe, inventory_full, cannot_place.
 *
 *   await craftItem(bot, 'stick', 4)
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { craft } = require('../crafting')

async function run (body, name, wanted = 1) {
  const names = itemNames(body, name)
  const count = args.number(wanted, 'count', { min: 1, max: 2304 })
  await body.reflexes.attend(body)
  return craft(body, names, count)
}

module.exports = { name: 'craftItem', signature: 'craftItem(bot, name, count = 1)', run }

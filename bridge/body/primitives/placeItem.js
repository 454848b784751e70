/**
 * placeItem(bot, name, position = null)
 *
 * Places one block from the inventory and checks that it stands.
 *   name      item name, tag or array: 'crafting_table', '#planks'
 *   position  where; null chooses a free place beside the bot (digging a niche where there is none)
 * Returns {x, y, z, name} of the block placed.
 * Throws missing_items, cannot_place (taken, nothing to attach to, refused), unreachable.
 *
 *   const table = await placeItem(bot, 'crafting_table')
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { place } = require('../placing')

async function run (body, name, position = null) {
  const names = itemNames(body, name)
  await body.reflexes.attend(body)
  const at = await place(body, names, position === null ? null : args.position(position))
  return { x: at.x, y: at.y, z: at.z, name: body.bot.blockAt(at).name }
}

module.exports = { name: 'placeItem', signature: 'placeItem(bot, name, position = null)', run }

/**
 * countItems(bot, name)
 *
 * How many items of a kind the inventory holds, worn ones included; takes no game time.
 *   name   item name, tag or array: 'stick', '#logs', ['coal', 'charcoal'] (members of a tag are added up)
 * Returns a number.
 * Throws unknown_name.
 *
 *   if (await countItems(bot, '#planks') < 3) await craftItem(bot, '#planks', 4)
 */
'use strict'

const { itemNames } = require('../kinds')
const { owned } = require('../inventory')

async function run (body, name) {
  return owned(body, itemNames(body, name))
}

module.exports = { name: 'countItems', signature: 'countItems(bot, name)', run }

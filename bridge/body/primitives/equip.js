/**
 * equip(bot, itemName, destination = 'hand')
 *
 * Takes an item in hand or puts it on.
 *   itemName     name, tag or array; of several the first that is carried
 *   destination  'hand', 'off-hand', 'head', 'torso', 'legs' or 'feet'
 * Returns {item, destination}.
 * Throws missing_items, bad_argument.
 *
 *   await equip(bot, 'iron_pickaxe')
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { find, hold, missing } = require('../inventory')

const PLACES = ['hand', 'off-hand', 'head', 'torso', 'legs', 'feet']

async function run (body, itemName, destination = 'hand') {
  const names = itemNames(body, itemName)
  const place = args.word(destination, PLACES, 'the destination')
  const item = find(body, names)
  if (!item) throw missing({ [names[0]]: 1 })
  const { name } = item
  await hold(body, item, place)
  return { item: name, destination: place }
}

module.exports = { name: 'equip', signature: "equip(bot, itemName, destination = 'hand')", run }

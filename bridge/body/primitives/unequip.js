/**
 * unequip(bot, destination = 'hand')
 *
 * Takes off what is worn, or empties the hand, into the inventory.
 *   destination  'hand', 'off-hand', 'head', 'torso', 'legs' or 'feet'
 * Returns {destination}.
 * Throws inventory_full, bad_argument.
 *
 *   await unequip(bot, 'head')
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { within } = require('../waiting')

const PLACES = ['hand', 'off-hand', 'head', 'torso', 'legs', 'feet']

async function run (body, destination = 'hand') {
  const place = args.word(destination, PLACES, 'the destination')
  const { bot } = body
  if (bot.inventory.slots[bot.getEquipmentDestSlot(place)] && bot.inventory.emptySlotCount() === 0) {
    throw new PrimitiveError('inventory_full', 'no slot of the inventory is free', {
      value: place, remedy: 'toss something first'
    })
  }
  await within(body, bot.unequip(place), 60, `taking off what is at the ${place}`)
  return { destination: place }
}

module.exports = { name: 'unequip', signature: "unequip(bot, destination = 'hand')", run }

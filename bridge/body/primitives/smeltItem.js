/**
 * smeltItem(bot, itemName, fuelName = null, count = 1)
 *
 * Smelts items in a furnace until the inventory holds `count` more of the result. Uses a furnace within 32 blocks, else
 * places the one carried and takes it along again. Waits ten seconds of game time an item and leaves nothing inside.
 *   itemName  what goes in: 'raw_iron', '#logs'
 *   fuelName  what burns: a name, tag or array; null chooses the least valuable fuel that is enough,
 *             or burns several kinds one after the other
 *   count     how many results to gain
 * Returns {gained, items: {name: count}}.
 * Throws missing_items, no_fuel, no_station, no_recipe; value holds what was gained when some was.
 *
 *   await smeltItem(bot, 'raw_iron', 'coal', 3)
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { itemNames } = require('../kinds')
const { count: carried, missing, tidy } = require('../inventory')
const { atStation } = require('../stations')
const { smelt, smelted, check, chooseFuel } = require('../smelting')

async function run (body, itemName, fuelName = null, wanted = 1) {
  const fuels = fuelName === null ? null : itemNames(body, fuelName)
  const names = check(itemNames(body, itemName), fuels)
  const count = args.number(wanted, 'count', { min: 1, max: 576 })
  const have = carried(body, names)
  if (have < count) throw missing({ [names[0]]: count - have })
  const inputs = shares(body, names, count)
  chooseFuel(body, count, fuels, Object.fromEntries(inputs))
  await tidy(body, names)
  const items = {}
  const gained = () => Object.values(items).reduce((sum, n) => sum + n, 0)
  await atStation(body, 'furnace', async block => {
    for (const [name, pieces] of inputs) {
      items[smelted(name)] = (items[smelted(name)] ?? 0) + await smelt(body, block, name, pieces, fuels)
    }
  }, { remedy: 'craft a furnace from 8 cobblestone first' })
  if (gained() < count) {
    throw new PrimitiveError('interrupted', `smelted ${gained()} of ${count}`, {
      value: { gained: gained(), wanted: count, items }, remedy: 'smelt the rest'
    })
  }
  return { gained: gained(), items }
}

/** How many of each carried kind go in, as pairs. */
function shares (body, names, count) {
  let left = count
  return names
    .map(name => {
      const some = Math.min(left, carried(body, name))
      left -= some
      return [name, some]
    })
    .filter(([, some]) => some > 0)
}

module.exports = { name: 'smeltItem', signature: 'smeltItem(bot, itemName, fuelName = null, count = 1)', run }

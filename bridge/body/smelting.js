/**
 * A furnace at work: what goes in, what it burns, waiting by game ticks, and everything out again. Whatever happens,
 * nothing of the bot's is left inside.
 */
'use strict'

const FUELS = require('../data/fuel.json')
const RESULTS = require('../data/smelting.json')
const { PrimitiveError } = require('./errors')
const { count: carried, missing } = require('./inventory')
const { approach } = require('./navigation')
const { worth } = require('./worth')
const { within } = require('./waiting')
const { spoken } = require('./kinds')

const TICKS_EACH = 200
const BATCH = 64
const CLICK_TICKS = 60
/** Ticks without a new piece after which the furnace counts as gone out. */
const COLD_TICKS = 300
/** Things that burn but are worth more than their heat. */
const KEPT =
  /(crafting_table|chest|_boat|_pickaxe|_axe|_shovel|_hoe|_sword|bow|fishing_rod|_bed|lava_bucket|ladder|_sign|barrel)$/

/** What smelting an item gives, or undefined. */
function smelted (name) {
  return RESULTS[name]?.result
}

/**
 * What to burn for `pieces`: [{name, count}], one after the other. Only `wanted` names when given; else the least valuable
 * kind that is enough alone, or several kinds if none is. `reserved` items are the input and do not count.
 */
function chooseFuel (body, pieces, wanted, reserved) {
  const heat = pieces * TICKS_EACH
  const kinds = [...new Set(body.bot.inventory.items().map(item => item.name))]
    .filter(name => name in FUELS && (wanted ? wanted.includes(name) : !KEPT.test(name)))
    .map(name => ({ name, have: carried(body, name) - (reserved[name] ?? 0), count: Math.ceil(heat / FUELS[name]) }))
    .filter(({ have }) => have > 0)
  const enough = kinds.filter(({ have, count }) => have >= count).sort((a, b) => cost(a) - cost(b))
  if (enough.length > 0) return [{ name: enough[0].name, count: enough[0].count }]
  const mixed = []
  let lacking = heat
  for (const { name, have } of kinds.sort((a, b) => cost(a) - cost(b))) {
    if (lacking <= 0) break
    const count = Math.min(have, Math.ceil(lacking / FUELS[name]))
    mixed.push({ name, count })
    lacking -= count * FUELS[name]
  }
  if (lacking <= 0) return mixed
  const need = wanted
    ? `${Math.ceil(heat / (FUELS[wanted[0]] ?? Infinity))} ${wanted[0]}`
    : `${Math.ceil(pieces / 8)} coal`
  throw new PrimitiveError('no_fuel', `not enough fuel to smelt ${pieces}`, {
    value: { have: Object.fromEntries(kinds.map(({ name, have }) => [name, have])) },
    remedy: `get ${need}${wanted ? '' : ' or ' + Math.ceil(pieces / 1.5) + ' planks'} first`
  })
}

/** Price of a fuel for the whole work; coal is for burning, so planks and logs are not cheaper than it. */
function cost ({ name, count }) {
  return count * (name === 'coal' || name === 'charcoal' ? 3 : worth(name))
}

/** Throws unless every name is an item that can be smelted and `fuels` (if given) burn. */
function check (names, fuels) {
  const raw = names.filter(smelted)
  if (raw.length === 0) {
    throw new PrimitiveError('no_recipe', `${spoken(names)} cannot be smelted`, {
      value: names[0], remedy: 'smelt raw ore, food, sand, logs or cobblestone'
    })
  }
  if (fuels && !fuels.some(name => name in FUELS)) {
    throw new PrimitiveError('no_fuel', `${spoken(fuels)} does not burn`, {
      value: fuels[0], remedy: 'use coal, charcoal, logs or planks, or null to let the body choose'
    })
  }
  return raw
}

/** Smelts `pieces` of item `name` in the furnace at hand; gives how many results were taken out. */
async function smelt (body, block, name, pieces, fuels) {
  const result = smelted(name)
  const before = carried(body, result)
  for (let done = 0; done < pieces; done = carried(body, result) - before) {
    const batch = Math.min(BATCH, pieces - done)
    await smeltBatch(body, block, name, batch, pieces => chooseFuel(body, pieces, fuels, { [name]: pieces }))
    if (carried(body, result) - before <= done) break
  }
  return carried(body, result) - before
}

async function smeltBatch (body, block, name, pieces, fuelFor) {
  const { bot, data } = body
  let left = pieces
  let waiting = fuelFor(pieces)
  while (left > 0) {
    await approach(body, [block.position], { what: 'the furnace', ticks: 300 }) // a fight may have led away from it
    const furnace = await within(body, bot.openFurnace(bot.blockAt(block.position)), CLICK_TICKS, 'opening the furnace')
    try {
      await empty(body, furnace)
      if (carried(body, name) < left) throw missing({ [name]: left - carried(body, name) })
      await feed(body, furnace, waiting)
      await click(body, furnace.putInput(data.itemsByName[name].id, null, left))
      await untilDone(body, furnace, left, waiting)
    } finally {
      const got = furnace.outputItem()?.count ?? 0
      const unburnt = furnace.fuelItem()
      if (unburnt) waiting = [{ name: unburnt.name, count: unburnt.count }, ...waiting]
      if (!body.stopped) await empty(body, furnace)
      bot.closeWindow(furnace)
      left -= got
      if (!body.stopped) await body.ticks(2)
    }
    await body.reflexes.attend(body)
    if (left > 0) waiting = again(fuelFor, left) ?? waiting
  }
}

/** Fuel for what is left after an interruption: the fire burnt on meanwhile. Null if only what lay inside is left. */
function again (fuelFor, left) {
  try {
    return fuelFor(left)
  } catch (error) {
    if (error.code !== 'no_fuel') throw error
    return null
  }
}

/** Puts the next kind of fuel in if there is room for it: only one kind lies in a furnace at a time. */
async function feed (body, furnace, waiting) {
  if (furnace.fuelItem() || waiting.length === 0) return
  const { name, count } = waiting.shift()
  const some = Math.min(count, carried(body, name))
  if (some > 0) await click(body, furnace.putFuel(body.data.itemsByName[name].id, null, some))
}

/** Feeds the fire until the output holds all pieces, the fire is out, or danger calls. */
async function untilDone (body, furnace, pieces, waiting) {
  let count = 0
  for (let idle = 0; count < pieces; idle++) {
    if (body.reflexes.urgent(body)) return
    if (idle > COLD_TICKS) {
      throw new PrimitiveError('no_fuel', 'the furnace went out', {
        value: { done: count, wanted: pieces }, remedy: 'bring more fuel'
      })
    }
    await feed(body, furnace, waiting)
    await body.ticks(1)
    const now = furnace.outputItem()?.count ?? 0
    if (now !== count) idle = 0
    count = now
  }
}

/** Takes everything out of the furnace. */
async function empty (body, furnace) {
  if (furnace.outputItem()) await click(body, furnace.takeOutput())
  if (furnace.inputItem()) await click(body, furnace.takeInput())
  if (furnace.fuelItem()) await click(body, furnace.takeFuel())
}

function click (body, promise) {
  return within(body, promise, CLICK_TICKS, 'a click in the furnace')
}

module.exports = { smelt, smelted, check, chooseFuel }

/**
 * Chests and barrels: going there, opening, moving counted items, closing. What moved is counted in the own pockets.
 */
'use strict'

const args = require('./arguments')
const { PrimitiveError } = require('./errors')
const { itemNames } = require('./kinds')
const { approach } = require('./navigation')
const { within } = require('./waiting')

const CONTAINERS = /^(chest|trapped_chest|barrel)$/
const CLICK_TICKS = 60

/** Runs `work(window)` with the container at a position open; closes it whatever happens. */
async function atChest (body, position, work) {
  const at = args.position(position, 'the chest position').floored()
  if (body.bot.blockAt(at) === null || at.distanceTo(body.bot.entity.position) > 32) throw far(at)
  requireContainer(body, at)
  await approach(body, [at], { what: 'the chest' })
  const block = requireContainer(body, at)
  const window = await within(body, body.bot.openContainer(block), CLICK_TICKS, 'opening the chest')
  try {
    return await work(window)
  } finally {
    body.bot.closeWindow(window)
    if (!body.stopped) await body.ticks(2)
  }
}

function requireContainer (body, at) {
  const block = body.bot.blockAt(at)
  if (block && CONTAINERS.test(block.name)) return block
  const instead = block?.name ?? 'nothing'
  throw new PrimitiveError('not_found', `there is no chest at ${at.x}, ${at.y}, ${at.z} but ${instead}`, {
    value: block?.name ?? null, remedy: 'find one with bot.findBlock({matching: \'chest\'}) or place one'
  })
}

function far (at) {
  return new PrimitiveError('unreachable', `the chest at ${at.x}, ${at.y}, ${at.z} is more than 32 blocks away`, {
    value: { x: at.x, y: at.y, z: at.z }, remedy: 'goTo a place near it first'
  })
}

/** {name: count} as pairs of a list of names and a positive count. */
function wishes (body, items) {
  if (typeof items !== 'object' || items === null || Array.isArray(items) || Object.keys(items).length === 0) {
    throw args.bad('the items must be an object of name and count', items, 'pass {oak_log: 4}')
  }
  return Object.entries(items).map(([word, count]) =>
    [word, itemNames(body, word), args.number(count, `the count of ${word}`, { min: 1, max: 2304 })])
}

/** What the open container holds, as {name: count}. */
function held (window) {
  const all = {}
  for (const item of window.containerItems()) all[item.name] = (all[item.name] ?? 0) + item.count
  return all
}

/** Moves up to `wanted` items of these names; `direction` is 'withdraw' or 'deposit'. Gives how many moved. */
async function move (body, window, direction, names, wanted) {
  const source = direction === 'withdraw' ? () => window.containerItems() : () => window.items()
  let left = wanted
  for (;;) {
    const item = source().find(one => names.includes(one.name))
    if (!item || left <= 0) return wanted - left
    const some = Math.min(left, item.count)
    await within(body, window[direction](item.type, null, some), CLICK_TICKS, `moving ${item.name}`)
    left -= some
  }
}

module.exports = { atChest, wishes, held, move }

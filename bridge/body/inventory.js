/**
 * The bot's pockets: counting, choosing, holding, throwing away. Reads slots and clicks them through mineflayer; knows
 * nothing of the world around.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { expendable, dispensable } = require('./worth')
const { within, retry } = require('./waiting')
const { spoken } = require('./kinds')

const CLICK_TICKS = 60
/** Slots of the player's window for head, torso, legs and feet. */
const WORN = [5, 6, 7, 8]
/** With this many free slots or fewer, something goes overboard before more is gathered. */
const CROWDED = 2

/** How many items of these names the bot carries. */
function count (body, names) {
  const wanted = new Set([].concat(names))
  return body.bot.inventory.items().reduce((sum, item) => sum + (wanted.has(item.name) ? item.count : 0), 0)
}

/** How many items of these names the bot has, what it wears included: the reflex that dresses it takes nothing away. */
function owned (body, names) {
  const wanted = new Set([].concat(names))
  const { slots } = body.bot.inventory
  return count(body, names) + WORN.filter(slot => slots[slot] && wanted.has(slots[slot].name)).length
}

/** Every item carried, as {name: count}. */
function contents (body) {
  const all = {}
  for (const item of body.bot.inventory.items()) all[item.name] = (all[item.name] ?? 0) + item.count
  return all
}

/** The first stack of these names, in the order of the names. */
function find (body, names) {
  const items = body.bot.inventory.items()
  for (const name of [].concat(names)) {
    const found = items.find(item => item.name === name)
    if (found) return found
  }
  return null
}

/** Uses that a tool has left; Infinity for what does not wear. */
function usesLeft (item) {
  return item.maxDurability ? item.maxDurability - item.durabilityUsed : Infinity
}

/** Puts a stack into the hand (or another place on the body) unless it is there already. */
async function hold (body, item, destination = 'hand') {
  const { bot } = body
  if (destination === 'hand' && bot.heldItem?.slot === item.slot) return
  await retry(body, 3, () => within(body, bot.equip(item, destination), CLICK_TICKS, `taking ${item.name} in hand`))
}

/** Holds the first of `names` that is carried; `missing_items` when none is. */
async function holdAny (body, names) {
  const item = find(body, names)
  if (!item) throw missing({ [[].concat(names)[0]]: 1 }, `the inventory holds no ${spoken([].concat(names))}`)
  await hold(body, item)
  return item
}

/** Throws items of these names away, in front of the bot; gives how many were thrown. */
async function throwAway (body, names, wanted) {
  let left = Math.min(wanted, count(body, names))
  const thrown = left
  while (left > 0) {
    const item = find(body, names)
    if (!item) break
    const some = Math.min(left, item.count)
    await within(body, body.bot.toss(item.type, null, some), CLICK_TICKS, `throwing ${item.name}`)
    left -= some
  }
  return thrown - left
}

/** Frees slots when few are left, by throwing away what is worth least; `inventory_full` when everything is dear. */
async function tidy (body, keep = []) {
  const { bot } = body
  if (bot.inventory.emptySlotCount() > CROWDED) return
  const dropped = {}
  const makeRoom = async (stacks, free) => {
    for (const stack of stacks) {
      if (bot.inventory.emptySlotCount() >= free) break
      await within(body, bot.tossStack(stack), CLICK_TICKS, `throwing ${stack.name}`)
      dropped[stack.name] = (dropped[stack.name] ?? 0) + stack.count
    }
  }
  await makeRoom(expendable(bot.inventory.items(), new Set(keep)), CROWDED + 2)
  await makeRoom(dispensable(bot.inventory.items(), new Set(keep)), 1)
  if (Object.keys(dropped).length > 0) body.events('tidied', { dropped })
  if (bot.inventory.emptySlotCount() === 0) {
    throw new PrimitiveError('inventory_full', 'no slot of the inventory is free and all it holds is worth keeping', {
      value: contents(body), remedy: 'put things into a chest with depositItemIntoChest, or toss some'
    })
  }
}

/** The error for items that are not there: `items` is exactly what is missing. */
function missing (items, message) {
  const list = Object.entries(items).map(([name, n]) => `${n} ${name}`).join(', ')
  return new PrimitiveError('missing_items', message ?? `missing ${list}`, {
    value: items, remedy: `get ${list} first`
  })
}

module.exports = { count, owned, contents, find, usesLeft, hold, holdAny, throwAway, tidy, missing }

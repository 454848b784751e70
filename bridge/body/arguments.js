/**
 * Turns the plain JSON that skill code passes into game objects, or says in one sentence what is wrong with it.
 * Whatever comes in here was written by a model: nothing is taken on trust, and nothing but own data is looked up.
 */
'use strict'

const { Vec3 } = require('vec3')
const { PrimitiveError } = require('./errors')

function bad (what, value, remedy) {
  return new PrimitiveError('bad_argument', `${what}, not ${short(value)}`, { value: short(value), remedy })
}

/** A value as at most 80 characters of JSON. */
function short (value) {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 80 ? text.slice(0, 77) + '...' : text
}

/** A finite number, in range. */
function number (value, what, { min = -Infinity, max = Infinity, fallback } = {}) {
  if ((value === undefined || value === null) && fallback !== undefined) return fallback
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) {
    throw bad(`${what} must be a number from ${min} to ${max}`, value, 'pass a number in that range')
  }
  return value
}

/** A position: {x, y, z}, or anything that has one as `position`. */
function position (value, what = 'the position') {
  const at = value?.position ?? value
  if (![at?.x, at?.y, at?.z].every(Number.isFinite)) {
    throw bad(`${what} must have numbers x, y and z`, value, 'pass new Vec3(x, y, z), a block or an entity')
  }
  return new Vec3(at.x, at.y, at.z)
}

/** The block at a position that the body may know and whose chunk is loaded. */
function block (body, value, what = 'the block') {
  if (value === null || value === undefined) {
    throw bad(`${what} must be a block`, value, 'check what findBlock or blockAt returned')
  }
  const at = position(value, what).floored()
  const found = body.sight.blockAt(at)
  if (found) return found
  throw new PrimitiveError('not_found', `${what} at ${at} is out of sight`, {
    value: { x: at.x, y: at.y, z: at.z }, remedy: 'go within 32 blocks of it first'
  })
}

/** A living or lying entity by its id. */
function entity (body, value) {
  const id = typeof value === 'number' ? value : value?.id
  if (!Number.isInteger(id)) throw bad('the entity must come from bot.entities or nearestEntity', value, 'look again')
  const found = Object.hasOwn(body.bot.entities, id) ? body.bot.entities[id] : null
  if (found) return found
  throw new PrimitiveError('gone', `entity ${short(value?.name ?? id)} is no longer there`, {
    value: id, remedy: 'look again'
  })
}

/** An item that is in the inventory now: an item, an item id or a name. */
function item (body, value) {
  const { inventory } = body.bot
  const type = typeof value === 'object' ? value?.type : value
  const slot = Number.isInteger(value?.slot) ? inventory.slots[value.slot] : null
  if (slot && slot.type === type) return slot
  const known = Object.hasOwn(body.data.items, type) ? body.data.items[type].name : undefined
  const name = typeof value === 'string' ? value : value?.name ?? known
  if (!Number.isInteger(type) && typeof name !== 'string') {
    throw bad('the item must be an item, an item id or a name', value, 'take one from bot.inventory.items()')
  }
  const found = inventory.items().find(own => own.type === type || own.name === name)
  if (found) return found
  throw new PrimitiveError('missing_items', `the inventory holds no ${name ?? type}`, {
    value: { [name ?? type]: 1 }, remedy: `get ${name ?? 'it'} first`
  })
}

/** The id of an item given by id, name or item. */
function itemType (body, value) {
  const type = typeof value === 'object' ? value?.type : value
  if (Number.isInteger(type) && Object.hasOwn(body.data.items, type)) return type
  const name = typeof value === 'string' ? value : value?.name
  if (typeof name === 'string') {
    const [plain] = body.names(name)
    if (Object.hasOwn(body.data.itemsByName, plain)) return body.data.itemsByName[plain].id
  }
  throw bad('the item must be an item id or a name', value, 'use mcData.itemsByName.NAME.id')
}

/** One of a closed list of words. */
function word (value, choices, what) {
  if (choices.includes(value)) return value
  throw bad(`${what} must be one of ${choices.join(', ')}`, value, `use '${choices[0]}'`)
}

module.exports = { bad, short, number, position, block, entity, item, itemType, word }

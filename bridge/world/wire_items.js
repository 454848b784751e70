'use strict'
/**
 * The border between stacks (names) and the protocol's items (numbers). Nothing else converts between the two.
 */

const nbt = require('prismarine-nbt')

/** A stack as the protocol's `slot` type. */
function toWire(data, stack) {
  if (!stack) return { present: false }
  const nbtData = stack.damage ? nbt.comp({ Damage: nbt.int(stack.damage) }) : undefined
  return { present: true, itemId: data.item(stack.name).id, itemCount: stack.count, nbtData }
}

/** The protocol's `slot` type as a stack; null for an empty or unknown item. */
function fromWire(data, wire) {
  if (!wire?.present || wire.itemCount <= 0) return null
  const name = data.itemName(wire.itemId)
  if (!name) return null
  const damage = wire.nbtData?.value?.Damage?.value
  return damage ? { name, count: wire.itemCount, damage } : { name, count: wire.itemCount }
}

module.exports = { toWire, fromWire }

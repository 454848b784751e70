'use strict'
/** What only creative mode may: take any item from nowhere. The message `set_creative_slot`. */

const { fromWire } = require('./wire_items')
const { limit, withCount } = require('./stacks')

/** Put an item into a slot of the inventory, or throw it (slot -1). */
function setSlot(world, player, { slot, item }) {
  if (player.gamemode !== 'creative' || !(slot >= 0 && slot < 46)) return
  const stack = fromWire(world.data, item)
  player.slots[slot] = stack && withCount(stack, Math.min(stack.count, limit(world.data, stack)))
  player.inventory.believed[slot] = player.slots[slot]
}

module.exports = { setSlot }

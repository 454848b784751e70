'use strict'
/**
 * Using what is in hand without a block: eating, drinking, buckets, putting armour on. The message `use_item`.
 */

const { armourSlot, heldSlot, heldStack } = require('./equipment')
const { startEating } = require('./food')
const { useBucket } = require('./tools')

/** Carry out a `use_item` message. */
function useItem(world, player, { sequence }) {
  player.session.send('acknowledge_player_digging', { sequenceId: Math.max(0, sequence ?? 0) })
  const held = heldStack(player)
  if (!held || !player.alive || player.gamemode === 'spectator') return
  if (/^(water_|lava_)?bucket$/.test(held.name)) useBucket(world, player, held.name)
  else if (armourSlot(held.name) !== null) putOn(player, held)
  else startEating(world, player, held)
}

/** Put the held armour on; what was worn there comes into the hand. */
function putOn(player, held) {
  const slot = armourSlot(held.name)
  const worn = player.slots[slot]
  player.slots[slot] = held
  player.slots[heldSlot(player)] = worn
}

module.exports = { useItem }

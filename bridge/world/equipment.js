'use strict'
/**
 * Where worn things go: slot numbers of the player's window and the words that the observation uses for them.
 */

const PIECES = { helmet: 5, chestplate: 6, leggings: 7, boots: 8 }
const OTHERS = { turtle_helmet: 5, carved_pumpkin: 5, elytra: 6 }
const OFF_HAND = 45
const HOTBAR = 36

/** The armour slot (5-8) of the player's window that an item is worn in, or null. */
function armourSlot(name) {
  if (name in OTHERS) return OTHERS[name]
  const piece = /_(helmet|chestplate|leggings|boots)$/.exec(name)
  return piece ? PIECES[piece[1]] : null
}

/** What is worn and held, by the names of the observation. */
function equipmentOf(player) {
  const name = (slot) => player.slots[slot]?.name ?? null
  return {
    hand: name(HOTBAR + player.held),
    head: name(5),
    torso: name(6),
    legs: name(7),
    feet: name(8),
    off_hand: name(OFF_HAND),
  }
}

/** The slot of the player's window that is in the hand. */
const heldSlot = (player) => HOTBAR + player.held

/** The stack in the hand, or null. */
const heldStack = (player) => player.slots[HOTBAR + player.held]

module.exports = { armourSlot, equipmentOf, heldSlot, heldStack, OFF_HAND }

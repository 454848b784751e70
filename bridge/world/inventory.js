'use strict'
/**
 * Moving stacks in and out of a player's slots: giving, taking, wearing, throwing.
 *
 * Works on slots only; what the client believes is compared and sent once a tick by window_sync. Emits what the game
 * counts as an event (`tossed`), nothing else.
 */

const { Vec3 } = require('vec3')
const { withCount, stackable, limit, worn } = require('./stacks')
const { heldSlot, heldStack } = require('./equipment')

const TOSS_DELAY = 40

/**
 * Lay a stack into ranges of a view's slots: first onto stacks of its kind, then into empty slots.
 * @param ranges  [[from, to], ...] in the order to fill; @param backwards fill each range from its end
 * @returns what found no room, or null
 */
function insert(data, view, ranges, stack, backwards = false) {
  const slots = ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))
  if (backwards) slots.reverse()
  let left = stack
  for (const onlyOntoStacks of [true, false]) {
    for (const slot of slots) {
      if (!left) return null
      const there = view.get(slot)
      if (onlyOntoStacks ? !stackable(there, left) : there || !view.accepts(slot, left)) continue
      const moved = Math.min(left.count, limit(data, left) - (there?.count ?? 0))
      if (moved <= 0) continue
      view.set(slot, withCount(left, (there?.count ?? 0) + moved))
      left = withCount(left, left.count - moved)
    }
  }
  return left
}

/** Give a stack to a player, hotbar first. Returns how many did not fit. */
function give(world, player, stack) {
  const view = player.inventory
  const left = insert(world.data, view, [view.hotbar, view.main], { ...stack })
  return left?.count ?? 0
}

/** Give a stack; what does not fit falls at the player's feet. */
function giveOrDrop(world, player, stack) {
  const left = give(world, player, stack)
  if (left) world.dropItem(player.pos.offset(0, 0.5, 0), { ...stack, count: left })
}

/** Throw a stack forward, as a player does with Q. */
function toss(world, player, stack) {
  if (!stack) return
  const pitch = Math.cos(player.pitch)
  const velocity = new Vec3(
    -Math.sin(player.yaw) * pitch * 0.3,
    -Math.sin(player.pitch) * 0.3 + 0.1,
    Math.cos(player.yaw) * pitch * 0.3,
  )
  world.dropItem(player.pos.offset(0, 1.32, 0), stack, velocity, TOSS_DELAY)
  world.events.emit('tossed', { player: player.name, item: stack.name, count: stack.count })
}

/** Use up some of the stack in the hand (not in creative mode). */
function spendHeld(player, count = 1) {
  if (player.gamemode === 'creative') return
  const held = heldStack(player)
  player.slots[heldSlot(player)] = withCount(held, held.count - count)
}

/** Turn one of the held items into another: a bucket filled, emptied or drunk. */
function swapHeld(world, player, name) {
  if (player.gamemode === 'creative') return
  spendHeld(player)
  if (heldStack(player)) giveOrDrop(world, player, { name, count: 1 })
  else player.slots[heldSlot(player)] = { name, count: 1 }
}

/** Wear the item in a slot by some points; it breaks at the end of its durability. */
function wear(world, player, slot, points = 1) {
  if (player.gamemode === 'creative') return
  const before = player.slots[slot]
  player.slots[slot] = worn(world.data, before, points)
  if (before && !player.slots[slot]) {
    const piece = { 5: 49, 6: 50, 7: 51, 8: 52 }[slot] ?? 47
    world.broadcastNear(player.pos, 'entity_status', { entityId: player.id, entityStatus: piece })
  }
}

/** Wear what is in the hand. */
const wearHeld = (world, player, points = 1) => wear(world, player, heldSlot(player), points)

module.exports = { insert, give, giveOrDrop, toss, spendHeld, swapHeld, wear, wearHeld }

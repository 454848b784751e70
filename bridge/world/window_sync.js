'use strict'
/**
 * Telling a client what lies in its window, and no more than that.
 *
 * A client predicts the outcome of its own clicks. So the server remembers, slot by slot, what the client believes
 * (what it was sent, or what its last click claimed) and sends only the differences; a click made before the client
 * had seen a message about a slot gets that slot again. Sending the whole window instead would roll back predictions
 * of clicks that are already on their way. Moves no items.
 */

const { same } = require('./stacks')
const { toWire, fromWire } = require('./wire_items')

const CURSOR = { windowId: -1, slot: -1 }
/** A belief that matches nothing: the slot is sent again whatever lies in it. */
const UNKNOWN = Object.freeze({ name: 'unknown', count: -1 })

const nextStateId = (player) => ++player.stateId

function sendSlot(world, player, view, slot) {
  const stack = view.get(slot)
  view.believed[slot] = stack
  view.sentAt[slot] = nextStateId(player)
  const item = toWire(world.data, stack)
  player.session.send('set_slot', { windowId: view.id, stateId: player.stateId, slot, item })
}

/** Send the whole window and the cursor. */
function sendAll(world, player, view) {
  const items = []
  const stateId = nextStateId(player)
  for (let slot = 0; slot < view.size; slot++) {
    view.believed[slot] = view.get(slot)
    view.sentAt[slot] = stateId
    items.push(toWire(world.data, view.get(slot)))
  }
  player.believedCursor = player.cursor
  const carriedItem = toWire(world.data, player.cursor)
  player.session.send('window_items', { windowId: view.id, stateId, items, carriedItem })
}

/**
 * Send every slot that the client has wrong. The result slot goes last: clients take its arrival for the end.
 * @param seen  the newest stateId that the client had seen when it clicked
 */
function sendChanges(world, player, view, seen = Infinity) {
  for (let i = 1; i <= view.size; i++) {
    const slot = i % view.size
    const stack = view.get(slot)
    if (view.sentAt[slot] > seen || !same(view.believed[slot], stack)) sendSlot(world, player, view, slot)
  }
  if (!same(player.believedCursor, player.cursor)) {
    player.believedCursor = player.cursor
    const item = toWire(world.data, player.cursor)
    player.session.send('set_slot', { ...CURSOR, stateId: nextStateId(player), item })
  }
}

/** Take over what a click message claims about the client's window. */
function believe(world, player, view, click) {
  for (const { location, item } of click.changedSlots) {
    if (location >= 0 && location < view.size) view.believed[location] = fromWire(world.data, item)
  }
  player.believedCursor = fromWire(world.data, click.cursorItem)
}

/** Forget the belief about one slot, so that the next comparison sends it. */
function doubt(view, slot) {
  view.believed[slot] = UNKNOWN
}

module.exports = { sendAll, sendChanges, believe, doubt }

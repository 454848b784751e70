'use strict'
/**
 * What a click in a window does: the seven modes of the protocol's `window_click`.
 *
 * Decides moves only from the server's own slots, never from what the client claims lies there. After the move the
 * client is told what it has wrong; after any click in a crafting grid it is told the result slot, always and last,
 * because clients wait for that message.
 */

const { stackable, withCount, limit } = require('./stacks')
const { insert, toss } = require('./inventory')
const { takeResult, takeAllResults, updateResult } = require('./crafting')
const { armourSlot, OFF_HAND } = require('./equipment')
const { sendAll, sendChanges, believe, doubt } = require('./window_sync')
const { activeView } = require('./windows')

const OUTSIDE = -999
const [LEFT, RIGHT] = [0, 1]
const [PICK_UP, QUICK_MOVE, SWAP, CLONE, THROW, DRAG, PICK_UP_ALL] = [0, 1, 2, 3, 4, 5, 6]

const isOutput = (view, slot) => view.kind(slot) === 'result' || view.kind(slot) === 'output'

/** Take what an output slot holds, with the consequences that taking has. */
function takeOutput(world, view, slot) {
  if (view.kind(slot) === 'result') return takeResult(world, view)
  const stack = view.get(slot)
  view.set(slot, null)
  view.options.onTake?.(stack)
  return stack
}

function clickOutside(world, player, button) {
  if (!player.cursor) return
  const count = button === LEFT ? player.cursor.count : 1
  toss(world, player, withCount(player.cursor, count))
  player.cursor = withCount(player.cursor, player.cursor.count - count)
}

function clickOutput(world, player, view, slot) {
  const there = view.get(slot)
  const cursor = player.cursor
  if (!there) return
  if (cursor && !(stackable(cursor, there) && cursor.count + there.count <= limit(world.data, there))) return
  const taken = takeOutput(world, view, slot)
  player.cursor = withCount(taken, taken.count + (cursor?.count ?? 0))
}

/** How many of a kind one slot of the view may hold: a worn thing stands alone. */
const roomIn = (world, view, slot, stack) => (view.kind(slot) === 'armour' ? 1 : limit(world.data, stack))

function clickSlot(world, player, view, slot, button) {
  const there = view.get(slot)
  const cursor = player.cursor
  if (isOutput(view, slot)) return clickOutput(world, player, view, slot)
  if (!cursor) {
    if (!there) return
    const count = button === LEFT ? there.count : Math.ceil(there.count / 2)
    player.cursor = withCount(there, count)
    view.set(slot, withCount(there, there.count - count))
  } else if (!view.accepts(slot, cursor)) {
    return
  } else if (!there || stackable(there, cursor)) {
    const already = there?.count ?? 0
    const count = Math.min(button === LEFT ? cursor.count : 1, roomIn(world, view, slot, cursor) - already)
    if (count <= 0) return
    view.set(slot, withCount(cursor, already + count))
    player.cursor = withCount(cursor, cursor.count - count)
  } else if (cursor.count <= roomIn(world, view, slot, cursor)) {
    view.set(slot, cursor)
    player.cursor = there
  }
}

/** Where a shift-click sends a stack: spans of slot ranges, each span filled before the next is tried. */
function quickMoveSpans(view, slot, stack) {
  if (!view.isPlayerSlot(slot)) return [[view.main, view.hotbar]]
  const otherHalf = slot >= view.hotbar[0] ? view.main : view.hotbar
  if (view.id === 0) {
    const worn = armourSlot(stack.name)
    if (worn !== null && !view.get(worn)) return [[[worn, worn + 1]]]
    if (stack.name === 'shield' && !view.get(OFF_HAND)) return [[[OFF_HAND, OFF_HAND + 1]]]
    return [[otherHalf]]
  }
  if (view.grid) return [[[view.grid.from, view.grid.to]], [otherHalf]]
  if (!view.options.quickMoveInto) return [[[0, view.own]]]
  const wanted = view.options.quickMoveInto(stack)
  return wanted ? [[wanted], [otherHalf]] : [[otherHalf]]
}

function quickMove(world, view, slot) {
  const stack = view.get(slot)
  if (!stack) return
  if (view.kind(slot) === 'result') return takeAllResults(world, view)
  const backwards = view.id !== 0 && !view.isPlayerSlot(slot) && view.kind(slot) !== 'grid'
  let left = stack
  for (const ranges of quickMoveSpans(view, slot, stack)) {
    left = left && insert(world.data, view, ranges, left, backwards)
  }
  view.set(slot, left)
  const moved = stack.count - (left?.count ?? 0)
  if (moved && view.kind(slot) === 'output') view.options.onTake?.(withCount(stack, moved))
}

/** Number keys: exchange a slot with one of the hotbar (or the off hand, button 40). */
function swapWithHotbar(world, player, view, slot, button) {
  if (button === OFF_HAND - 5 && view.id !== 0) return
  const other = button === OFF_HAND - 5 ? OFF_HAND : view.hotbar[0] + button
  if (button !== OFF_HAND - 5 && (button < 0 || button > 8)) return
  const there = view.get(slot)
  const mine = view.get(other)
  if (isOutput(view, slot)) {
    if (there && !mine) view.set(other, takeOutput(world, view, slot))
    return
  }
  if ((mine && !view.accepts(slot, mine)) || (there && !view.accepts(other, there))) return
  view.set(slot, mine)
  view.set(other, there)
}

function throwFrom(world, player, view, slot, button) {
  const there = view.get(slot)
  if (!there || player.cursor) return
  if (isOutput(view, slot)) return toss(world, player, takeOutput(world, view, slot))
  const count = button === 1 ? there.count : 1
  toss(world, player, withCount(there, count))
  view.set(slot, withCount(there, there.count - count))
}

/** Double click: gather the cursor's kind from everywhere, incomplete stacks first. */
function gather(world, player, view) {
  if (!player.cursor) return
  const full = limit(world.data, player.cursor)
  for (const takeFull of [false, true]) {
    for (let slot = 0; slot < view.size && player.cursor.count < full; slot++) {
      const there = view.get(slot)
      if (!stackable(there, player.cursor) || isOutput(view, slot) || (there.count === full) !== takeFull) continue
      const count = Math.min(there.count, full - player.cursor.count)
      view.set(slot, withCount(there, there.count - count))
      player.cursor = withCount(player.cursor, player.cursor.count + count)
    }
  }
}

/** Dragging: begin (0, 4), slots (1, 5), end (2, 6); left shares the cursor out, right lays one into each slot. */
function dragOver(world, player, view, slot, button) {
  const phase = button & 3
  if (phase === 0) player.drag = { right: button === 4, slots: [] }
  else if (phase === 1) player.drag?.slots.push(slot)
  else if (player.drag) {
    const { right, slots } = player.drag
    player.drag = null
    const cursor = player.cursor
    if (!cursor) return
    const fits = (at) => at >= 0 && at < view.size && view.accepts(at, cursor)
    const open = [...new Set(slots)].filter((at) => fits(at) && (!view.get(at) || stackable(view.get(at), cursor)))
    const share = right ? 1 : Math.floor(cursor.count / Math.max(1, open.length))
    for (const at of open) {
      const already = view.get(at)?.count ?? 0
      const count = Math.min(share, player.cursor?.count ?? 0, roomIn(world, view, at, cursor) - already)
      if (count <= 0) continue
      view.set(at, withCount(cursor, already + count))
      player.cursor = withCount(player.cursor, player.cursor.count - count)
    }
  }
}

function move(world, player, view, { slot, mouseButton, mode }) {
  if (mode === DRAG) return dragOver(world, player, view, slot, mouseButton)
  if (mode === PICK_UP && slot === OUTSIDE) return clickOutside(world, player, mouseButton)
  if (slot < 0 || slot >= view.size) return
  if (mode === PICK_UP && (mouseButton === LEFT || mouseButton === RIGHT)) {
    clickSlot(world, player, view, slot, mouseButton)
  } else if (mode === QUICK_MOVE) quickMove(world, view, slot)
  else if (mode === SWAP) swapWithHotbar(world, player, view, slot, mouseButton)
  else if (mode === THROW) throwFrom(world, player, view, slot, mouseButton)
  else if (mode === PICK_UP_ALL) gather(world, player, view)
  else if (mode === CLONE && player.gamemode === 'creative' && view.get(slot)) {
    player.cursor = withCount(view.get(slot), limit(world.data, view.get(slot)))
  }
}

const touchesGrid = (view, slot) => !!view.grid && slot >= 0 && slot < view.grid.to

/** Carry out a `window_click` message. */
function click(world, player, message) {
  const view = activeView(player)
  if (message.windowId !== view.id || !player.alive) return
  believe(world, player, view, message)
  move(world, player, view, message)
  if (view.grid) {
    updateResult(world, view)
    if (touchesGrid(view, message.slot)) doubt(view, 0)
  }
  if (!player.cursor) view.options?.onSettled?.()
  const lost = message.stateId < 0 || message.mode === DRAG
  if (lost) sendAll(world, player, view)
  else sendChanges(world, player, view, message.stateId)
}

module.exports = { click, move }

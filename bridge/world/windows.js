'use strict'
/**
 * Opening and closing windows: which container a player has before them, and where loose items go when it closes.
 *
 * A crafting grid is not a store: its contents return to the player on closing (or fall, when the player has died).
 */

const { insert, toss } = require('./inventory')
const { ContainerView, WINDOW_TYPES } = require('./views')
const { sendAll, sendChanges } = require('./window_sync')

/** Open a container window over `slots` (a SlotList); an open one is closed first. */
function openWindow(world, player, slots, kinds, options) {
  closeWindow(world, player)
  player.windowId = (player.windowId % 100) + 1
  const view = new ContainerView(player, player.windowId, slots, kinds, options)
  player.window = view
  player.session.send('open_window', {
    windowId: view.id,
    inventoryType: WINDOW_TYPES[options.type],
    windowTitle: JSON.stringify({ text: options.title }),
  })
  sendAll(world, player, view)
  return view
}

function giveBack(world, player, stack) {
  if (!stack) return
  if (!player.alive) {
    world.dropItem(player.pos.offset(0, 0.5, 0), stack)
    return
  }
  const view = player.inventory
  const left = insert(world.data, view, [view.hotbar, view.main], stack)
  if (left) toss(world, player, left)
}

function emptyGrid(world, player, view) {
  for (let slot = view.grid.from; slot < view.grid.to; slot++) {
    giveBack(world, player, view.get(slot))
    view.set(slot, null)
  }
  view.set(0, null)
}

/**
 * Close whatever the player has open, the 2x2 grid included.
 * @param tellClient  whether the client must be told (it closed nothing itself)
 */
function closeWindow(world, player, tellClient = false) {
  const view = player.window
  player.window = null
  if (view) {
    if (tellClient) player.session.send('close_window', { windowId: view.id })
    if (view.grid) emptyGrid(world, player, view)
    view.options.onClose?.()
  }
  emptyGrid(world, player, player.inventory)
  giveBack(world, player, player.cursor)
  player.cursor = null
  player.drag = null
  if (view) sendChanges(world, player, player.inventory)
}

/** Close the windows of everyone who has this block open: it is gone. */
function closeWindowsAt(world, key) {
  for (const player of world.players.values()) {
    if (player.window?.options.at.split(' ').includes(key)) closeWindow(world, player, true)
  }
}

/** What the player is looking into: an open container, or the inventory. */
const activeView = (player) => player.window ?? player.inventory

module.exports = { openWindow, closeWindow, closeWindowsAt, activeView }

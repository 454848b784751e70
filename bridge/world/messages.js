'use strict'
/**
 * What clients may say: one line per protocol message, each to the rule that answers it.
 *
 * A message that is malformed or makes no sense is ignored with a line on stderr; it never stops the world.
 */

const { click } = require('./clicks')
const { closeWindow } = require('./windows')
const { dig } = require('./digging')
const { placeBlock } = require('./placing')
const { useItem } = require('./using')
const movement = require('./movement')
const { respawn } = require('./join')
const sleeping = require('./sleeping')
const creative = require('./creative')
const chat = require('./chat')
const signs = require('./signs')

const moveOnly = (world, player, { x, y, z, onGround }) => movement.move(world, player, { x, y, z, onGround })

const HANDLERS = {
  position: moveOnly,
  position_look: (world, player, message) => {
    movement.look(player, message)
    moveOnly(world, player, message)
  },
  look: (world, player, message) => {
    movement.look(player, message)
    movement.ground(world, player, message.onGround)
  },
  flying: (world, player, { onGround }) => movement.ground(world, player, onGround),
  teleport_confirm: (world, player, { teleportId }) => movement.confirm(player, teleportId),
  entity_action: (world, player, { actionId }) => {
    if (actionId === 'stop_sleeping' || actionId === 2) sleeping.wake(world, player)
    else movement.action(player, actionId)
  },
  held_item_slot: (world, player, { slotId }) => {
    if (!(slotId >= 0 && slotId <= 8)) return
    player.held = slotId
    player.using = null
  },
  block_dig: (world, player, message) => dig(world, player, message),
  block_place: (world, player, message) => placeBlock(world, player, message),
  use_item: (world, player, message) => useItem(world, player, message),
  use_entity: (world, player, { target, mouse }) => {
    if (!player.alive || player.gamemode === 'spectator') return
    if (mouse === 1) world.entitySystem.attack(player, target)
    else if (mouse === 0) world.entitySystem.interact(player, target)
  },
  arm_animation: (world, player, { hand }) => {
    const swing = { entityId: player.id, animation: hand === 1 ? 3 : 0 }
    world.broadcastNear(player.pos, 'animation', swing, { except: player })
  },
  window_click: (world, player, message) => click(world, player, message),
  close_window: (world, player) => closeWindow(world, player),
  set_creative_slot: (world, player, message) => creative.setSlot(world, player, message),
  client_command: (world, player, { actionId }) => {
    if (actionId === 'perform_respawn' || actionId === 0) respawn(world, player)
  },
  update_sign: (world, player, message) => signs.typed(world, player, message),
  chat_message: (world, player, { message }) => chat.say(world, player, message),
  chat_command: (world, player, { command }) => chat.command(world, player, command),
}

/** Act on one message of a player. */
function handle(world, player, name, message) {
  try {
    HANDLERS[name]?.(world, player, message)
  } catch (error) {
    console.error(`world: message ${name} of ${player.name} failed: ${error.stack}`)
  }
}

/** Act on everything that a lock-step player sent since the last tick. */
function handleHeld(world, player) {
  for (const [name, message] of player.session.takeInbox()) handle(world, player, name, message)
}

const understood = (name) => name in HANDLERS

module.exports = { handle, handleHeld, understood }

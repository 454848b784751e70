'use strict'
/**
 * Joining, coming back to life, and leaving: the packets that a 1.20.1 client expects, in their order.
 */

const { Player } = require('./player')
const { DIFFICULTIES, GAMEMODES } = require('./rules')
const { closeWindow } = require('./windows')
const { giveOrDrop } = require('./inventory')
const { sendAll } = require('./window_sync')
const { addExperience, tell } = require('./vitals')
const { respawnPosition } = require('./spawn_places')
const sleeping = require('./sleeping')
const chunkSending = require('./chunk_sending')
const playerSight = require('./player_sight')
const movement = require('./movement')

const OVERWORLD = 'minecraft:overworld'
/** Columns sent at once, so that there is ground under the feet from the first tick. */
const FIRST_COLUMNS = 9
const FULL_AIR = 300
/** Fields of login and respawn that are the same for every world of ours. */
const PLAIN_WORLD = { isHardcore: false, reducedDebugInfo: false, isDebug: false, isFlat: false, portalCooldown: 0 }
const LISTED = {
  add_player: true, initialize_chat: false, update_game_mode: true, update_listed: true, update_latency: true,
  update_display_name: false,
}

/** Bring a connected client into the world. Returns the player; null when the name is taken. */
function join(world, name, session, uuid) {
  if (world.players.has(name)) {
    session.close('A player of this name is already here')
    return null
  }
  const player = new Player(name, world.newEntityId(), respawnPosition(world, null).pos, world.tick, session)
  player.uuid = uuid
  const saved = world.absent.get(name)
  if (saved) {
    player.restore(saved)
    world.absent.delete(name)
    takeBack(world, player, saved.loose)
  }
  chunkSending.reset(player)
  world.players.set(name, player)
  sendLogin(world, player)
  list(world, player)
  sendPlace(world, player)
  world.say(`${name} joined the game`)
  return player
}

/** What lay on the cursor or in a grid when the world was saved goes back into the pockets. */
function takeBack(world, player, loose) {
  closeWindow(world, player)
  for (const stack of loose) giveOrDrop(world, player, stack)
}

function sendLogin(world, player) {
  const { session } = player
  session.send('login', {
    ...world.data.registry.loginPacket,
    ...PLAIN_WORLD,
    entityId: player.id,
    gameMode: GAMEMODES.indexOf(player.gamemode),
    previousGameMode: -1,
    worldNames: [OVERWORLD],
    worldType: OVERWORLD,
    worldName: OVERWORLD,
    hashedSeed: [0, 0],
    maxPlayers: 20,
    viewDistance: world.view,
    simulationDistance: world.view,
    enableRespawnScreen: true,
  })
  session.send('difficulty', { difficulty: DIFFICULTIES.indexOf(world.rules.difficulty), difficultyLocked: false })
  session.send('held_item_slot', { slot: player.held })
}

/** Tell everyone about the newcomer, and the newcomer about everyone. */
function list(world, player) {
  const entry = ({ uuid, name, gamemode }) => ({
    uuid, player: { name, properties: [] }, gamemode: GAMEMODES.indexOf(gamemode), listed: 1, latency: 0,
  })
  for (const other of world.players.values()) {
    other.session.send('player_info', { action: LISTED, data: [entry(player)] })
    if (other !== player) player.session.send('player_info', { action: LISTED, data: [entry(other)] })
  }
}

/** Where the player is, and how it is. */
function sendPlace(world, player) {
  const home = player.respawnAt ?? world.spawn
  player.session.send('spawn_position', { location: home, angle: 0 })
  chunkSending.step(world, player, FIRST_COLUMNS)
  movement.teleport(world, player, player.pos)
  sendAll(world, player, player.inventory)
  addExperience(world, player, 0)
  world.tellTime(player)
  player.toldVitals = null
  player.toldBubbles = Math.round(FULL_AIR / 15)
  tell(world, player)
}

/** Begin the next life of a player who has died; its client starts anew. */
function respawn(world, player) {
  if (player.alive) return
  const { pos, atBed } = respawnPosition(world, player)
  if (player.respawnAt && !atBed) {
    player.respawnAt = null
    player.session.send('game_state_change', { reason: 0, gameMode: 0 })
  }
  player.revive(pos, world.tick)
  const [x, y, z] = [pos.x, pos.y, pos.z]
  world.events.emit('respawned', { player: player.name, x, y, z })
  player.session.send('respawn', {
    ...PLAIN_WORLD,
    dimension: OVERWORLD,
    worldName: OVERWORLD,
    hashedSeed: [0, 0],
    gamemode: GAMEMODES.indexOf(player.gamemode),
    previousGamemode: 255,
    copyMetadata: false,
  })
  chunkSending.reset(player)
  playerSight.reset(player)
  world.entitySystem.forget(player)
  sendPlace(world, player)
}

/** A connection is gone: what the player has is kept until it comes back. */
function leave(world, player) {
  if (world.players.get(player.name) !== player) return // gone already, with the world that it was in
  world.players.delete(player.name)
  player.session.closed = true
  if (player.sleeping) sleeping.wake(world, player)
  closeWindow(world, player)
  world.entitySystem.forget(player)
  world.absent.set(player.name, player.serialise())
  for (const other of world.players.values()) other.session.send('player_remove', { players: [player.uuid] })
  world.say(`${player.name} left the game`)
}

module.exports = { join, leave, respawn }

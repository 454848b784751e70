'use strict'
/**
 * What players see of each other: appearance, movement, departure. Sends only what changed; changes nothing.
 */

const SIGHT = 64
const TURN = 256 / (2 * Math.PI)

const turnByte = (radians) => ((Math.round(radians * TURN) + 128) & 255) - 128
const near = (one, other) => Math.abs(one.pos.x - other.pos.x) < SIGHT && Math.abs(one.pos.z - other.pos.z) < SIGHT
const placeOf = ({ pos, yaw, pitch }) => ({ x: pos.x, y: pos.y, z: pos.z, yaw: turnByte(yaw), pitch: turnByte(pitch) })

/** Tell one player about all others, once a tick. */
function step(world, player) {
  const seen = (player.seenPlayers ??= new Map()) // player -> the place last sent
  for (const other of seen.keys()) {
    if (world.players.get(other.name) === other && other.alive && near(player, other)) continue
    seen.delete(other)
    player.session.send('entity_destroy', { entityIds: [other.id] })
  }
  for (const other of world.players.values()) {
    if (other === player || !other.alive || other.gamemode === 'spectator' || !near(player, other)) continue
    show(player, other, seen)
  }
}

function show(player, other, seen) {
  const place = placeOf(other)
  const known = seen.get(other)
  seen.set(other, place)
  if (!known) {
    player.session.send('named_entity_spawn', { entityId: other.id, playerUUID: other.uuid, ...place })
    return
  }
  if (Object.keys(place).every((key) => place[key] === known[key])) return
  player.session.send('entity_teleport', { entityId: other.id, ...place, onGround: other.onGround })
  if (place.yaw !== known.yaw) {
    player.session.send('entity_head_rotation', { entityId: other.id, headYaw: place.yaw })
  }
}

/** The player's client has forgotten everyone (a new life). */
function reset(player) {
  player.seenPlayers = new Map()
}

module.exports = { step, reset }

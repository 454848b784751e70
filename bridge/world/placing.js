'use strict'
/**
 * Placing blocks and using things on blocks: the message `block_place`.
 *
 * In vanilla's order: the clicked block acts (opens, toggles), else the held item acts on it (hoe, bone meal, bucket),
 * else it is placed, if there is room, support, and nobody in the way. Whatever happens, the client is shown the
 * clicked block and the one beyond the face, in this order, and gets its acknowledgement: it waits for all three.
 */

const { heldStack } = require('./equipment')
const { spendHeld } = require('./inventory')
const { overlapsBody } = require('./shapes')
const { standsAt } = require('./supports')
const { stateFor, blockFor, FACES, OPPOSITE, CLOCKWISE } = require('./orientation')
const { otherHalf, DIRECTIONS } = require('./pairs')
const { show, withinReach } = require('./digging')
const { activateBlock } = require('./activation')
const { useOnBlock } = require('./tools')
const signs = require('./signs')

const OFFSETS = [[0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1], [-1, 0, 0], [1, 0, 0]]

/** Carry out a `block_place` message. */
function placeBlock(world, player, message) {
  const { location, direction } = message
  const offset = OFFSETS[direction]
  if (!offset) return
  const { x, y, z } = location
  const active = player.alive && player.gamemode !== 'spectator' && withinReach(player, x, y, z)
  if (active) act(world, player, { ...message, x, y, z, face: FACES[direction], offset })
  show(world, player, x, y, z)
  show(world, player, x + offset[0], y + offset[1], z + offset[2])
  player.session.send('acknowledge_player_digging', { sequenceId: Math.max(0, message.sequence ?? 0) })
}

function act(world, player, click) {
  const { x, y, z } = click
  const held = heldStack(player)
  if (!(player.sneaking && held) && activateBlock(world, player, x, y, z, click)) return
  if (!held || player.gamemode === 'adventure') return
  if (useOnBlock(world, player, held, click)) return
  const name = blockFor(world.data, held.name, click.face)
  if (name && put(world, player, name, click)) {
    spendHeld(player)
  }
}

/** The place that a click means: the clicked one when its block gives way, else the one beyond the face. */
function target(world, name, { x, y, z, offset }) {
  const clicked = world.chunks.get(x, y, z)
  if (world.data.isReplaceable(clicked) && world.data.blockName(clicked) !== name) return [x, y, z]
  return [x + offset[0], y + offset[1], z + offset[2]]
}

/** Try to place a block. Returns whether it stands. */
function put(world, player, name, click) {
  if (name.endsWith('_slab') && joinSlab(world, player, name, click)) return true
  const { data } = world
  const [x, y, z] = target(world, name, click)
  const there = world.chunks.get(x, y, z)
  if (y < -64 || y > 319 || !data.isReplaceable(there)) return false
  const wet = data.blockName(there) === 'water' && data.propsOf(there).level === 0
  const state = stateFor(data, name, { player, face: click.face, cursorY: click.cursorY, wet })
  if (state === null) return false
  const parts = [[x, y, z, state]]
  const second = secondPart(world, name, state, x, y, z)
  if (second === null) return false
  if (second) parts.push(second)
  if (parts.some((part) => someoneInTheWay(world, ...part))) return false
  if (!second && !standsAt(world, x, y, z, state)) return false
  for (const part of parts) world.setBlock(...part)
  if (/^(chest|trapped_chest)$/.test(name)) joinChest(world, player, name, x, y, z)
  world.events.emit('placed', { player: player.name, block: name, x, y, z })
  if (signs.isSign(name)) signs.edit(player, x, y, z)
  return true
}

/** The other half of a door, bed or tall plant: [x, y, z, state]; undefined if it has none, null if it has no room. */
function secondPart(world, name, state, x, y, z) {
  const { data } = world
  const place = otherHalf(data, state, x, y, z)
  if (!place) return undefined
  const room = data.isReplaceable(world.chunks.get(place.x, place.y, place.z))
  const standing = name.endsWith('_bed') || data.isSolid(world.chunks.get(x, y - 1, z))
  if (!room || !standing) return null
  const half = name.endsWith('_bed') ? { part: 'head' } : { half: 'upper' }
  return [place.x, place.y, place.z, data.withProps(state, half)]
}

/** Whether a player or a living mob stands where the state would be. */
function someoneInTheWay(world, x, y, z, state) {
  for (const player of world.players.values()) {
    if (!player.alive || player.gamemode === 'spectator') continue
    if (overlapsBody(world.data, state, x, y, z, player.pos, 0.6, 1.8)) return true
  }
  for (const entity of world.entities.values()) {
    if (!(entity.hp > 0) || Math.abs(entity.pos.x - x) + Math.abs(entity.pos.z - z) > 4) continue
    const { width, height } = world.data.registry.entitiesByName[entity.kind]
    if (overlapsBody(world.data, state, x, y, z, entity.pos, width, height)) return true
  }
  return false
}

/** A slab clicked onto its other half makes a whole block. */
function joinSlab(world, player, name, { x, y, z, face, offset }) {
  const { data } = world
  const clicked = world.chunks.get(x, y, z)
  const half = data.blockName(clicked) === name && data.propsOf(clicked).type
  const inside = (half === 'bottom' && face === 'up') || (half === 'top' && face === 'down')
  const [tx, ty, tz] = inside ? [x, y, z] : [x + offset[0], y + offset[1], z + offset[2]]
  const state = world.chunks.get(tx, ty, tz)
  if (data.blockName(state) !== name || data.propsOf(state).type === 'double') return false
  const whole = data.withProps(state, { type: 'double', waterlogged: false })
  if (someoneInTheWay(world, tx, ty, tz, whole)) return false
  world.setBlock(tx, ty, tz, whole)
  world.events.emit('placed', { player: player.name, block: name, x: tx, y: ty, z: tz })
  return true
}

/** A chest beside a single chest that looks the same way becomes one large chest with it (not when sneaking). */
function joinChest(world, player, name, x, y, z) {
  if (player.sneaking) return
  const { data } = world
  const state = world.chunks.get(x, y, z)
  const { facing } = data.propsOf(state)
  const onItsRight = CLOCKWISE[facing]
  for (const [type, other, side] of [['left', 'right', onItsRight], ['right', 'left', OPPOSITE[onItsRight]]]) {
    const [dx, , dz] = DIRECTIONS[side]
    const beside = world.chunks.get(x + dx, y, z + dz)
    const props = data.propsOf(beside)
    if (data.blockName(beside) !== name || props.facing !== facing || props.type !== 'single') continue
    world.setBlock(x, y, z, data.withProps(state, { type }))
    world.setBlock(x + dx, y, z + dz, data.withProps(beside, { type: other }))
    return
  }
}

module.exports = { placeBlock }

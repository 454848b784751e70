'use strict'
/**
 * Beds: lying down at night, waking in the morning, and where the next life begins.
 *
 * When everyone has lain for 100 ticks the night is skipped. Sleepers get the sleeping pose; clients (mineflayer's
 * bot.sleep among them) wait for it.
 */

const { Vec3 } = require('vec3')
const { DIRECTIONS } = require('./pairs')
const { placeBeside } = require('./spawn_places')
const { teleport } = require('./movement')

const DAY = 24000
const NIGHT = [12542, 23459]
const TICKS_TO_MORNING = 100
const [STANDING_POSE, SLEEPING_POSE] = [0, 2]
const [POSE_KEY, BED_KEY] = [6, 14]
const LEAVE_BED_ANIMATION = 2
const MONSTERS_NEAR = [8, 5]

const isNight = (world) => world.time % DAY >= NIGHT[0] && world.time % DAY < NIGHT[1]

/** The place of a bed's head, where one lies and which counts as the bed. */
function headOf(world, x, y, z) {
  const { part, facing } = world.data.propsOf(world.chunks.get(x, y, z))
  if (part === 'head') return { x, y, z }
  const [dx, , dz] = DIRECTIONS[facing]
  return { x: x + dx, y, z: z + dz }
}

function setOccupied(world, bed, occupied) {
  const foot = world.chunks.get(bed.x, bed.y, bed.z)
  if (!world.data.blockName(foot).endsWith('_bed')) return
  const [dx, , dz] = DIRECTIONS[world.data.propsOf(foot).facing]
  for (const [x, z] of [[bed.x, bed.z], [bed.x - dx, bed.z - dz]]) {
    const state = world.chunks.get(x, bed.y, z)
    if (!world.data.blockName(state).endsWith('_bed')) continue
    world.setBlock(x, bed.y, z, world.data.withProps(state, { occupied }))
  }
}

function monstersNear(world, bed) {
  for (const entity of world.entities.values()) {
    if (!entity.hostile || !(entity.hp > 0)) continue
    const [dx, dy, dz] = [entity.pos.x - bed.x, entity.pos.y - bed.y, entity.pos.z - bed.z].map(Math.abs)
    if (dx <= MONSTERS_NEAR[0] && dz <= MONSTERS_NEAR[0] && dy <= MONSTERS_NEAR[1]) return true
  }
  return false
}

/** Lie down in a bed, if it is night, free and safe; the bed becomes the place of the next life in any case. */
function lieDown(world, player, x, y, z) {
  const bed = headOf(world, x, y, z)
  if (!world.blockName(bed.x, bed.y, bed.z).endsWith('_bed')) return false
  player.respawnAt = bed
  player.session.send('spawn_position', { location: bed, angle: 0 })
  const refusal = !isNight(world) ? 'You can sleep only at night'
    : world.data.propsOf(world.chunks.get(bed.x, bed.y, bed.z)).occupied ? 'This bed is occupied'
      : monstersNear(world, bed) ? 'You may not rest now; there are monsters nearby' : null
  if (refusal || player.sleeping) {
    if (refusal) world.say(refusal, player)
    return true
  }
  player.sleeping = { ...bed, ticks: 0 }
  player.pos = new Vec3(bed.x + 0.5, bed.y + 0.6875, bed.z + 0.5)
  setOccupied(world, bed, true)
  showPose(world, player, SLEEPING_POSE)
  return true
}

function showPose(world, player, pose) {
  const { sleeping } = player
  const bed = sleeping ? { x: sleeping.x, y: sleeping.y, z: sleeping.z } : undefined
  world.broadcastNear(player.pos, 'entity_metadata', {
    entityId: player.id,
    metadata: [{ key: POSE_KEY, type: 'pose', value: pose }, { key: BED_KEY, type: 'optional_block_pos', value: bed }],
  })
}

/** Get up. */
function wake(world, player) {
  const bed = player.sleeping
  if (!bed) return
  player.sleeping = null
  setOccupied(world, bed, false)
  showPose(world, player, STANDING_POSE)
  world.broadcastNear(player.pos, 'animation', { entityId: player.id, animation: LEAVE_BED_ANIMATION })
  teleport(world, player, placeBeside(world, bed) ?? player.pos)
}

/** Count the sleepers' ticks; when all players have slept long enough, it is morning. */
function step(world) {
  const players = [...world.players.values()].filter((player) => player.alive)
  const sleepers = players.filter((player) => player.sleeping)
  for (const player of sleepers) {
    player.sleeping.ticks++
    if (!world.blockName(player.sleeping.x, player.sleeping.y, player.sleeping.z).endsWith('_bed')) wake(world, player)
  }
  if (!sleepers.length || sleepers.length < players.length) return
  if (!sleepers.every((player) => player.sleeping?.ticks >= TICKS_TO_MORNING)) return
  world.time += DAY - (world.time % DAY)
  for (const player of sleepers) {
    wake(world, player)
    world.events.emit('slept', { player: player.name })
    world.tellTime(player)
  }
}

module.exports = { lieDown, wake, step }

'use strict'
/**
 * Arrows: flight with drop and drag, hits on players, mobs and blocks.
 *
 * Fields of an arrow: `damage` (times its speed when it hits), `shooter` ({kind, id} of a mob, or {player: name}) and
 * `stuck`, the block that it sits in. An arrow that a player shot can be picked up again.
 */
const { Vec3 } = require('vec3')
const { firstBlockBetween } = require('./entity_physics')
const { scaledByDifficulty } = require('./combat')
const { isMob, sizeOf } = require('./mobs')

const GRAVITY = 0.05
const DRAG = 0.99
const WATER_DRAG = 0.6
const STUCK_LIFETIME = 1200
const SPREAD_UNIT = 0.0172275
const PLAYER_SIZE = { width: 0.6, height: 1.8 }
const MARGIN = 0.3
const OWN_BODY_TICKS = 5

/**
 * Shoot an arrow.
 * @param {{from: Vec3, direction: Vec3, speed: number, spread: number, damage: number, shooter: object}} shot
 */
function shoot(world, { from, direction, speed, spread, damage, shooter }) {
  const { random } = world
  const stray = () => (random.next() - random.next()) * SPREAD_UNIT * spread
  const length = Math.hypot(direction.x, direction.y, direction.z)
  const along = (part) => (part / length + stray()) * speed
  const vel = new Vec3(along(direction.x), along(direction.y), along(direction.z))
  return world.spawnEntity({ kind: 'arrow', pos: from, vel, damage, shooter, stuck: null, ...facing(vel) })
}

const facing = ({ x, y, z }) => ({ yaw: Math.atan2(x, z), pitch: Math.atan2(y, Math.hypot(x, z)) })

/** One tick of an arrow. */
function stepArrow(world, arrow) {
  if (arrow.stuck) return rest(world, arrow)
  const { pos, vel } = arrow
  if (pos.y < -128) return world.removeEntity(arrow)
  const to = pos.plus(vel)
  const wall = firstBlockBetween(world, pos, to)
  const reach = wall ? wall.at : 1
  const victim = firstBodyBetween(world, arrow, to, reach)
  if (victim) return hit(world, arrow, victim)
  if (wall) {
    const part = Math.max(0, wall.at - 0.05 / vel.norm())
    pos.add(vel.scaled(part))
    arrow.stuck = [wall.x, wall.y, wall.z]
    arrow.stuckAge = arrow.age
    vel.set(0, 0, 0)
    return
  }
  pos.set(to.x, to.y, to.z)
  vel.scale(world.blockUpdates.fluids.kindAt(pos) === 'water' ? WATER_DRAG : DRAG)
  vel.y -= GRAVITY
  Object.assign(arrow, facing(vel))
}

function rest(world, arrow) {
  if (arrow.age - arrow.stuckAge > STUCK_LIFETIME) return world.removeEntity(arrow)
  if (!world.data.isSolid(world.chunks.get(...arrow.stuck))) {
    arrow.stuck = null
    return
  }
  if (!arrow.shooter.player) return
  for (const player of world.players.values()) {
    if (!player.alive || player.pos.distanceTo(arrow.pos) > 1.5) continue
    if (world.givePlayer(player, { name: 'arrow', count: 1 }) > 0) continue
    world.entitySystem.tracking.tell(arrow, 'collect', {
      collectedEntityId: arrow.id, collectorEntityId: player.id, pickupItemCount: 1
    })
    world.events.emit('picked_up', { player: player.name, item: 'arrow', count: 1 })
    return world.removeEntity(arrow)
  }
}

/** The first player or mob on the arrow's way this tick: {player} or {mob}, or null. */
function firstBodyBetween(world, arrow, to, reach) {
  let first = null
  let nearest = reach
  const consider = (victim, pos, size) => {
    const at = whereEntered(arrow.pos, to, pos, size)
    if (at !== null && at < nearest) {
      nearest = at
      first = victim
    }
  }
  for (const player of world.players.values()) {
    const own = arrow.shooter.player === player.name && arrow.age < OWN_BODY_TICKS
    if (player.alive && !own && player.gamemode !== 'spectator') consider({ player }, player.pos, PLAYER_SIZE)
  }
  for (const entity of world.entitySystem.awake) {
    if (!isMob(entity.kind) || entity.hp <= 0 || entity.removed) continue
    const own = arrow.shooter.id === entity.id && arrow.age < OWN_BODY_TICKS
    if (!own) consider({ mob: entity }, entity.pos, sizeOf(entity))
  }
  return first
}

/** The fraction of the way at which a line enters a body's box (a little enlarged), or null. */
function whereEntered(from, to, pos, { width, height }) {
  const half = width / 2 + MARGIN
  const bounds = [
    [from.x, to.x - from.x, pos.x - half, pos.x + half],
    [from.y, to.y - from.y, pos.y - MARGIN, pos.y + height + MARGIN],
    [from.z, to.z - from.z, pos.z - half, pos.z + half]
  ]
  let enter = 0
  let leave = 1
  for (const [start, way, low, high] of bounds) {
    if (Math.abs(way) < 1e-9) {
      if (start < low || start > high) return null
      continue
    }
    const one = (low - start) / way
    const other = (high - start) / way
    enter = Math.max(enter, Math.min(one, other))
    leave = Math.min(leave, Math.max(one, other))
  }
  return enter <= leave ? enter : null
}

function hit(world, arrow, { player, mob }) {
  const damage = Math.ceil(arrow.vel.norm() * arrow.damage)
  const { shooter } = arrow
  const from = arrow.pos.minus(arrow.vel)
  world.removeEntity(arrow)
  if (player) {
    const dealt = shooter.player ? damage : scaledByDifficulty(damage, world.rules.difficulty)
    world.hurtPlayer(player, dealt, shooter.kind ?? 'arrow', { from })
  } else {
    const weapon = shooter.player ? 'bow' : null
    world.entitySystem.hurt(mob, damage, { cause: 'arrow', player: shooter.player, weapon, from })
  }
}

module.exports = { shoot, stepArrow }

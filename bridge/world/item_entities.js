'use strict'
/**
 * Dropped items: they fall, float, merge, are picked up, burn in lava and vanish after five minutes.
 *
 * A stack lies where the simulation says; nobody gets it without walking there.
 */
const { Vec3 } = require('vec3')
const { tumble } = require('./entity_physics')

const SIZE = { width: 0.25, height: 0.25 }
const LIFETIME = 6000
const MERGE_EVERY = 40
const REST_CHECK = 10

/** Ticks before a dropped item can be picked up: after breaking a block, and after a player threw it. */
const PICKUP_DELAY = { dropped: 10, tossed: 40 }

/**
 * Drop a stack. Without a velocity it hops off in a random direction, as from a broken block.
 * @returns the entity, or null for an empty stack
 */
function dropItem(world, pos, stack, velocity, pickupDelay = PICKUP_DELAY.dropped) {
  if (!stack || stack.count <= 0) return null
  const { random } = world
  const vel = velocity
    ? new Vec3(velocity.x, velocity.y, velocity.z)
    : new Vec3(random.next() * 0.2 - 0.1, 0.2, random.next() * 0.2 - 0.1)
  const at = new Vec3(pos.x, pos.y, pos.z)
  return world.spawnEntity({ kind: 'item', pos: at, vel, item: { ...stack }, pickupDelay, resting: false })
}

/** One tick of a dropped item. */
function stepItem(world, entity) {
  if (entity.age > LIFETIME) return world.removeEntity(entity)
  if (!entity.resting || entity.age % REST_CHECK === 0) {
    const { x, y, z } = entity.pos
    tumble(world, entity, SIZE)
    const moved = Math.abs(entity.pos.x - x) + Math.abs(entity.pos.y - y) + Math.abs(entity.pos.z - z)
    entity.resting = entity.onGround && moved < 1e-4
    const burns = world.blockUpdates.fluids.kindAt(entity.pos) === 'lava'
    if (burns || entity.pos.y < -128) return world.removeEntity(entity)
  }
  if (entity.pickupDelay > 0) {
    entity.pickupDelay--
    return
  }
  for (const player of world.players.values()) {
    if (reaches(player, entity.pos) && pickUp(world, player, entity)) return
  }
}

/** Vanilla's pick-up box: the player's, one block wider on every side and half a block higher and lower. */
function reaches(player, pos) {
  if (!player.alive || player.gamemode === 'spectator') return false
  const across = 0.3 + 1 + SIZE.width / 2
  return Math.abs(player.pos.x - pos.x) < across && Math.abs(player.pos.z - pos.z) < across &&
    pos.y + SIZE.height > player.pos.y - 0.5 && pos.y < player.pos.y + 2.3
}

/** Give what fits to the player; true if the whole stack was taken. */
function pickUp(world, player, entity) {
  const { item } = entity
  const left = world.givePlayer(player, item)
  const count = item.count - left
  if (count <= 0) return false
  world.entitySystem.tracking.tell(entity, 'collect', {
    collectedEntityId: entity.id, collectorEntityId: player.id, pickupItemCount: count
  })
  world.events.emit('picked_up', { player: player.name, item: item.name, count })
  if (left > 0) {
    entity.item = { ...item, count: left }
    world.entitySystem.tracking.changed(entity)
    return false
  }
  world.removeEntity(entity)
  return true
}

/** Now and then, join stacks of the same item that lie within half a block of each other. */
function mergeItems(world, awake) {
  if (world.tick % MERGE_EVERY !== 0) return
  const items = awake.filter((entity) => entity.kind === 'item' && !entity.removed)
  for (const entity of items) {
    if (entity.removed) continue
    for (const other of items) {
      if (other !== entity && !other.removed && mergeable(world, entity, other)) merge(world, entity, other)
    }
  }
}

function mergeable(world, { item, pos }, other) {
  return item.name === other.item.name && !item.damage && !other.item.damage &&
    item.count + other.item.count <= world.data.maxStack(item.name) &&
    Math.abs(pos.x - other.pos.x) < 0.75 && Math.abs(pos.z - other.pos.z) < 0.75 && Math.abs(pos.y - other.pos.y) < 0.5
}

function merge(world, entity, other) {
  entity.item = { ...entity.item, count: entity.item.count + other.item.count }
  entity.age = Math.min(entity.age, other.age)
  entity.pickupDelay = Math.max(entity.pickupDelay, other.pickupDelay)
  world.entitySystem.tracking.changed(entity)
  world.removeEntity(other)
}

module.exports = { dropItem, stepItem, mergeItems }

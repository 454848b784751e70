'use strict'
/**
 * Everything in the world that is neither a block nor a player: one registry, one step, one way to save it.
 *
 * An entity is a plain object whose fields are JSON, except `pos` and `vel` (Vec3), so that it is saved as it is and a
 * restored world goes on exactly. What an entity does is in the file of its kind. Entities far from every player sleep:
 * they neither move nor age, and cost nothing.
 */
const { Vec3 } = require('vec3')
const { hash } = require('./random')
const { Tracking } = require('./tracking')
const { dropItem, stepItem, mergeItems } = require('./item_entities')
const { createMob, stepMob, hurtMob, useOnMob, sizeOf, isMob } = require('./mobs')
const { shoot, stepArrow } = require('./arrows')
const { explode } = require('./explosions')
const { canReach, strike } = require('./combat')
const spawning = require('./spawning')

/** Entities farther than this from every player, along x or z, are asleep; so are those out of view. */
const AWAKE_RADIUS = 80
const WAKE_EVERY = 20

class EntitySystem {
  constructor(world) {
    this.world = world
    this.tracking = new Tracking(world)
    this.awake = []
    this.monsters = 0
  }

  /** Put an entity into the world: {kind, pos, ...fields of its kind}. A RangeError for a kind that has no rules. */
  spawn(fields) {
    if (!this.knows(fields.kind)) throw new RangeError(`nothing here knows how a ${fields.kind} lives`)
    const { world } = this
    const id = world.newEntityId()
    const entity = {
      id, uuid: uuidFor(world.seed, id), vel: new Vec3(0, 0, 0), yaw: 0, pitch: 0, onGround: false, age: 0, awake: true,
      ...fields, pos: fields.pos.clone()
    }
    if (isMob(entity.kind)) createMob(world, entity)
    world.entities.set(id, entity)
    if (spawning.categoryOf(entity) === 'monster') this.monsters++
    this.awake.push(entity)
    this.tracking.appeared(entity)
    return entity
  }

  /** Whether a kind of entity can exist in this world. */
  knows(kind) {
    return isMob(kind) || kind === 'item' || kind === 'arrow'
  }

  /** Take an entity out of the world. */
  remove(entity) {
    if (!this.world.entities.delete(entity.id)) return
    entity.removed = true
    if (spawning.categoryOf(entity) === 'monster') this.monsters--
    this.tracking.removed(entity)
  }

  /** One tick of every entity that is awake, then of spawning. */
  step() {
    const { world } = this
    this.tracking.settle()
    for (const { kind, x, y, z } of world.chunks.takeHerds()) {
      this.spawn({ kind, pos: new Vec3(x, y, z), persistent: true })
    }
    if (world.tick % WAKE_EVERY === 0) this.wakeAndSleep()
    const { awake } = this
    const count = awake.length // those born in this tick move from the next one on
    for (let i = 0; i < count; i++) {
      const entity = awake[i]
      if (entity.removed) continue
      entity.age++
      if (entity.kind === 'item') stepItem(world, entity)
      else if (entity.kind === 'arrow') stepArrow(world, entity)
      else stepMob(world, entity)
    }
    mergeItems(world, awake)
    spawning.step(world)
  }

  wakeAndSleep() {
    spawning.oversee(this.world)
    this.awake = []
    for (const entity of this.world.entities.values()) {
      entity.awake = this.nearPlayer(entity.pos)
      if (entity.awake) this.awake.push(entity)
    }
  }

  nearPlayer(pos) {
    const reach = Math.min(AWAKE_RADIUS, this.world.view * 16)
    for (const player of this.world.players.values()) {
      if (Math.abs(player.pos.x - pos.x) <= reach && Math.abs(player.pos.z - pos.z) <= reach) return true
    }
    return false
  }

  /** Tell a player what changed among the entities; once a tick, after `step`. */
  trackFor(player) {
    this.tracking.trackFor(player)
  }

  /** A player left or begins a new life. */
  forget(player) {
    this.tracking.forget(player)
  }

  /** A player strikes an entity (by id). Out of reach or behind a wall nothing happens. */
  attack(player, entityId) {
    const mob = this.reachableMob(player, entityId)
    if (mob) strike(this.world, player, mob)
  }

  /** A player uses the held item on an entity (by id): shears, bucket. */
  interact(player, entityId) {
    const mob = this.reachableMob(player, entityId)
    if (mob) useOnMob(this.world, player, mob)
  }

  reachableMob(player, entityId) {
    const entity = this.world.entities.get(entityId)
    if (!player.alive || !entity || !isMob(entity.kind) || entity.hp <= 0) return null
    return canReach(this.world, player, entity, sizeOf(entity)) ? entity : null
  }

  /** Hurt a mob; see mobs.js. */
  hurt(mob, damage, how) {
    return hurtMob(this.world, mob, damage, how)
  }

  /** Send an arrow on its way; see arrows.js. */
  shoot(shot) {
    return shoot(this.world, shot)
  }

  /** Blow up a place; see explosions.js. */
  explode(pos, power, cause) {
    explode(this.world, pos, power, cause)
  }

  /** All entities, pending block updates and growing places as plain JSON. */
  serialise() {
    const { world } = this
    return {
      entities: [...world.entities.values()].map(plain),
      blockUpdates: world.blockUpdates.serialise(),
      growing: world.growing.serialise()
    }
  }

  /** Take over what `serialise` gave. */
  restore({ entities, blockUpdates, growing }) {
    const { world } = this
    world.entities.clear()
    this.awake = []
    this.monsters = entities.filter((entity) => spawning.categoryOf(entity) === 'monster').length
    for (const saved of entities) {
      const uuid = uuidFor(world.seed, saved.id)
      const entity = { ...saved, uuid, pos: new Vec3(...saved.pos), vel: new Vec3(...saved.vel) }
      world.entities.set(entity.id, entity)
      if (entity.awake) this.awake.push(entity)
    }
    world.blockUpdates.restore(blockUpdates)
    world.growing.restore(growing)
  }
}

function plain({ pos, vel, uuid, ...fields }) {
  return { ...fields, pos: [pos.x, pos.y, pos.z], vel: [vel.x, vel.y, vel.z] }
}

/** A version 4 uuid that depends on nothing but the world and the entity. */
function uuidFor(seed, id) {
  const word = (n) => hash(seed, id, n).toString(16).padStart(8, '0')
  const [a, b, c, d] = [word(1), word(2), word(3), word(4)]
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`
}

/** Give the world its entities and the functions that make them. */
function attach(world) {
  world.entities = new Map()
  world.entitySystem = new EntitySystem(world)
  world.spawnEntity = (fields) => world.entitySystem.spawn(fields)
  world.removeEntity = (entity) => world.entitySystem.remove(entity)
  world.dropItem = (pos, stack, velocity, pickupDelay) => dropItem(world, pos, stack, velocity, pickupDelay)
}

module.exports = { attach }

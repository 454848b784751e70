'use strict'
/**
 * What each player is told about entities: appearance, movement, changes, departure.
 *
 * Reads entities and sends packets; never changes an entity, so that who watches cannot change what happens. Movement
 * is sent only when an entity moved, every third tick, in the protocol's fixed point (1/4096 of a block).
 */
const { toWire } = require('./wire_items')
const { SHEEP_COLOURS } = require('./wool')

const FIXED = 4096
const SIGHT_EVERY = 10
const MOVE_EVERY = 3
const FARTHEST_STEP = 32767
const TURN = 256 / (2 * Math.PI)
const HAND = 0

const fixed = (value) => Math.floor(value * FIXED)
const byte = (radians) => ((Math.round(radians * TURN) + 128) & 255) - 128
const shortSpeed = (value) => Math.max(-32768, Math.min(32767, Math.round(value * 8000)))
const velocityOf = ({ vel }) => ({ x: shortSpeed(vel.x), y: shortSpeed(vel.y), z: shortSpeed(vel.z) })

class Tracking {
  constructor(world) {
    this.world = world
    /** player -> Map of entity id -> what was last sent */
    this.views = new Map()
    this.newcomers = []
  }

  /** A new entity: whoever is near sees it in this tick. */
  appeared(entity) {
    this.newcomers.push({ entity, tick: this.world.tick })
  }

  /** Tell one player everything new since the last tick. Call once a tick for each player, after the entities moved. */
  trackFor(player) {
    let view = this.views.get(player)
    if (!view) this.views.set(player, (view = new Map()))
    const { tick } = this.world
    if (view.size === 0 || tick % SIGHT_EVERY === 0) this.look(player, view)
    else this.greet(player, view)
    for (const sent of view.values()) this.follow(player, sent, tick)
  }

  /** At the start of a tick: who appeared before the last one is no news any more. */
  settle() {
    if (this.newcomers.length > 0) this.newcomers = this.newcomers.filter(({ tick }) => tick >= this.world.tick - 1)
  }

  look(player, view) {
    for (const [id, { entity }] of view) {
      if (this.sees(player, entity, 8)) continue
      view.delete(id)
      player.session.send('entity_destroy', { entityIds: [id] })
    }
    for (const entity of this.world.entitySystem.awake) {
      if (!entity.removed && !view.has(entity.id) && this.sees(player, entity)) this.show(player, view, entity)
    }
  }

  greet(player, view) {
    for (const { entity } of this.newcomers) {
      if (!entity.removed && this.sees(player, entity)) this.show(player, view, entity)
    }
  }

  sees(player, { pos }, slack = 0) {
    const reach = this.world.view * 16 + slack
    return Math.abs(player.pos.x - pos.x) <= reach && Math.abs(player.pos.z - pos.z) <= reach
  }

  show(player, view, entity) {
    if (view.has(entity.id)) return
    const { pos } = entity
    const sent = {
      entity, x: fixed(pos.x), y: fixed(pos.y), z: fixed(pos.z), yaw: byte(entity.yaw), pitch: byte(entity.pitch)
    }
    view.set(entity.id, sent)
    player.session.send('spawn_entity', {
      entityId: entity.id, objectUUID: entity.uuid, type: this.world.data.registry.entitiesByName[entity.kind].id,
      x: sent.x / FIXED, y: sent.y / FIXED, z: sent.z / FIXED,
      pitch: sent.pitch, yaw: sent.yaw, headPitch: sent.yaw,
      objectData: entity.shooter?.id ?? 0, velocity: velocityOf(entity)
    })
    const metadata = this.metadataOf(entity)
    if (metadata.length > 0) player.session.send('entity_metadata', { entityId: entity.id, metadata })
    if (entity.kind === 'skeleton') {
      const item = toWire(this.world.data, { name: 'bow', count: 1 })
      player.session.send('entity_equipment', { entityId: entity.id, equipments: [{ slot: HAND, item }] })
    }
  }

  follow(player, sent, tick) {
    const { entity } = sent
    if ((tick + entity.id) % MOVE_EVERY !== 0) return
    const { pos, onGround } = entity
    const x = fixed(pos.x)
    const y = fixed(pos.y)
    const z = fixed(pos.z)
    const yaw = byte(entity.yaw)
    const pitch = byte(entity.pitch)
    const dX = x - sent.x
    const dY = y - sent.y
    const dZ = z - sent.z
    const turned = yaw !== sent.yaw || pitch !== sent.pitch
    const moved = dX !== 0 || dY !== 0 || dZ !== 0
    if (!moved && !turned) return
    const entityId = entity.id
    if (Math.max(Math.abs(dX), Math.abs(dY), Math.abs(dZ)) > FARTHEST_STEP) {
      const position = { x: x / FIXED, y: y / FIXED, z: z / FIXED }
      player.session.send('entity_teleport', { entityId, ...position, yaw, pitch, onGround })
    } else if (turned) {
      player.session.send('entity_move_look', { entityId, dX, dY, dZ, yaw, pitch, onGround })
      player.session.send('entity_head_rotation', { entityId, headYaw: yaw })
    } else {
      player.session.send('rel_entity_move', { entityId, dX, dY, dZ, onGround })
    }
    Object.assign(sent, { x, y, z, yaw, pitch })
  }

  /** Send a packet to every player who sees the entity. */
  tell(entity, name, params) {
    for (const [player, view] of this.views) if (view.has(entity.id)) player.session.send(name, params)
  }

  /** Something visible of the entity changed: stack, health, wool, fire. */
  changed(entity) {
    this.tell(entity, 'entity_metadata', { entityId: entity.id, metadata: this.metadataOf(entity) })
  }

  /** The entity got a push (a blow, an explosion) that clients should see at once. */
  pushed(entity) {
    this.tell(entity, 'entity_velocity', { entityId: entity.id, velocity: velocityOf(entity) })
  }

  /** The entity is gone. */
  removed(entity) {
    for (const [player, view] of this.views) {
      if (view.delete(entity.id)) player.session.send('entity_destroy', { entityIds: [entity.id] })
    }
  }

  /** The player left, died or changed worlds: the next look starts from nothing. */
  forget(player) {
    this.views.delete(player)
  }

  metadataOf(entity) {
    if (entity.kind === 'item') return [{ key: 8, type: 'item_stack', value: toWire(this.world.data, entity.item) }]
    if (entity.hp === undefined) return []
    const metadata = [
      { key: 0, type: 'byte', value: entity.fire > 0 ? 1 : 0 },
      { key: 9, type: 'float', value: Math.max(0, entity.hp) }
    ]
    if (entity.kind === 'sheep') {
      const colour = SHEEP_COLOURS.indexOf(entity.colour) | (entity.sheared ? 16 : 0)
      metadata.push({ key: 17, type: 'byte', value: colour })
    }
    if (entity.kind === 'creeper') metadata.push({ key: 16, type: 'int', value: entity.fuse > 0 ? 1 : -1 })
    return metadata
  }
}

module.exports = { Tracking }

'use strict'
/**
 * One player: position, body, slots. Plain fields that the rules read and write; what is saved, and what a new life
 * starts with. Sends nothing and decides nothing.
 */

const { Vec3 } = require('vec3')
const { InventoryView } = require('./views')

const FULL_HEALTH = 20
const FULL_AIR = 300
const SPAWN_PROTECTION = 60

/** The fields that are saved as they are. */
const KEPT = [
  'yaw', 'pitch', 'onGround', 'hp', 'food', 'saturation', 'exhaustion', 'air', 'fire', 'fallDistance', 'hungerTicks',
  'regenerationTimer', 'safeUntil', 'lastDamage', 'alive', 'xp', 'level', 'gamemode', 'held', 'cursor', 'respawnAt',
  'lastAttack',
]

/** The state that every life starts with. */
const newLife = (tick) => ({
  hp: FULL_HEALTH,
  food: 20,
  saturation: 5,
  exhaustion: 0,
  air: FULL_AIR,
  fire: 0,
  fallDistance: 0,
  hungerTicks: 0,
  regenerationTimer: 0,
  safeUntil: tick + SPAWN_PROTECTION,
  lastDamage: Number.MAX_VALUE,
  alive: true,
})

class Player {
  /**
   * @param name     the name that the player joined with
   * @param id       entity id
   * @param pos      where the player stands (feet)
   * @param session  the connection, `null` for a player that only exists in a test
   */
  constructor(name, id, pos, tick, session = null) {
    Object.assign(this, newLife(tick), {
      name, id, pos, session,
      yaw: 0, // radians, 0 looks along +z, clockwise (the protocol's sense)
      pitch: 0, // radians, positive looks down
      onGround: false, sneaking: false, sprinting: false,
      xp: 0, level: 0, gamemode: 'survival', held: 0,
      slots: new Array(46).fill(null),
      cursor: null, drag: null, window: null, windowId: 0, stateId: 0, believedCursor: null,
      respawnAt: null, // {x, y, z} of the bed last slept in
      sleeping: null, // {x, y, z, ticks} while in bed
      digging: null, using: null,
      lastAttack: -100, // tick of the last blow, for the cooldown
      movement: { allowance: 10, pendingTeleport: 0, lastTeleport: 0 },
    })
    this.inventory = new InventoryView(this)
  }

  /** Where the eyes are. */
  get eyes() {
    return this.pos.offset(0, this.sneaking ? 1.27 : 1.62, 0)
  }

  /** Begin a new life at a place. What is carried is not touched. */
  revive(pos, tick) {
    Object.assign(this, newLife(tick), { pos, digging: null, using: null, sleeping: null, onGround: false })
  }

  /** What is kept between sessions, as plain JSON; `loose` is what lies in an open crafting table. */
  serialise() {
    const kept = Object.fromEntries(KEPT.map((name) => [name, this[name]]))
    const loose = this.window?.grid ? this.window.gridStacks().filter(Boolean) : []
    return { ...kept, pos: [this.pos.x, this.pos.y, this.pos.z], slots: this.slots.slice(), loose }
  }

  /** Take over what `serialise` gave. */
  restore({ pos, slots, loose: _, ...rest }) {
    Object.assign(this, rest, { pos: new Vec3(...pos), slots: slots.slice() })
  }
}

module.exports = { Player, FULL_HEALTH, FULL_AIR }

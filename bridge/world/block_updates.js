'use strict'
/**
 * What a changed block does to the blocks around it: sand falls, torches and plants pop off, fluids wake, plants and
 * leaves come under the eye of growth.
 *
 * `attach(world)` gives `world.blockUpdates`; `world.setBlock` calls `queue` for each place it changed and `world.step`
 * calls `step` once a tick. The work of a tick is bounded; what is left over waits. A falling block settles at once at
 * its landing place instead of travelling as an entity: what a world looks like a second later is the same.
 */
const { Vec3 } = require('vec3')
const { standsAt } = require('./supports')
const { Fluids } = require('./fluids')
const { Growing } = require('./growth')
const { naturalDrops } = require('./loot')
const { collisionBoxes } = require('./shapes')

const MOST_A_TICK = 1500
const AROUND = [[0, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1], [-1, 0, 0], [1, 0, 0]]
const FALLING = /^(sand|red_sand|gravel|anvil|chipped_anvil|damaged_anvil)$|_concrete_powder$/
const LOWEST = -64

class BlockUpdates {
  constructor(world) {
    this.world = world
    this.waiting = []
    this.next = 0
    this.fluids = new Fluids(world)
    this.falls = new Map()
  }

  /** Note that the block at a place changed: it and its six neighbours are looked at in the next step. */
  queue(x, y, z) {
    for (const [dx, dy, dz] of AROUND) this.waiting.push([x + dx, y + dy, z + dz])
  }

  /** Do the work that is waiting, up to a bound. */
  step() {
    const end = Math.min(this.waiting.length, this.next + MOST_A_TICK)
    while (this.next < end) this.update(...this.waiting[this.next++])
    if (this.next === this.waiting.length) {
      this.waiting.length = this.next = 0
    } else if (this.next > 4 * MOST_A_TICK) {
      this.waiting.splice(0, this.next)
      this.next = 0
    }
    this.fluids.step()
  }

  update(x, y, z) {
    const { world } = this
    const state = world.chunks.get(x, y, z)
    if (world.data.isAir(state)) return
    if (this.fluids.at(x, y, z)) {
      if (this.fluids.harden(x, y, z)) return
      this.fluids.schedule(x, y, z)
    }
    if (this.isFalling(state)) return this.settle(x, y, z, state)
    if (!standsAt(world, x, y, z, state)) return this.popOff(x, y, z, state)
    world.growing.notice(x, y, z, state)
  }

  isFalling(state) {
    let falls = this.falls.get(state)
    if (falls === undefined) this.falls.set(state, (falls = FALLING.test(this.world.data.blockName(state))))
    return falls
  }

  /** It falls through what gives no hold. Where it comes to lie in a torch or on half a block, it breaks to an item. */
  settle(x, y, z, state) {
    const { chunks, data } = this.world
    if (y <= LOWEST || !data.isReplaceable(chunks.get(x, y - 1, z))) return
    let landing = y - 1
    while (landing > LOWEST && this.top(x, landing - 1, z) === 0) landing--
    this.world.setBlock(x, y, z, data.stateOf('air'))
    if (landing <= LOWEST) return
    const whole = this.top(x, landing - 1, z) >= 1 && data.isReplaceable(chunks.get(x, landing, z))
    if (whole) this.world.setBlock(x, landing, z, state)
    else this.world.dropItem(new Vec3(x + 0.5, landing + 0.25, z + 0.5), { name: data.blockName(state), count: 1 })
  }

  /** How high the block at a place carries what falls on it: 0 not at all, 1 as a whole block. */
  top(x, y, z) {
    const { chunks, data } = this.world
    return Math.max(0, ...collisionBoxes(data, chunks.get(x, y, z)).map((box) => box[4]))
  }

  /** Remove a block that lost its hold and drop what it gives. Waterlogged places become water again. */
  popOff(x, y, z, state) {
    const { world } = this
    const wet = this.fluids.at(x, y, z)
    world.setBlock(x, y, z, world.data.stateOf(wet ? 'water' : 'air'))
    this.drop(x, y, z, state)
  }

  /** Clear a place for a fluid: what stands there is dropped (water) or burnt (lava). */
  sweepAway(x, y, z, drops) {
    const state = this.world.chunks.get(x, y, z)
    if (drops && !this.world.data.isAir(state) && !this.world.data.isLiquid(state)) this.drop(x, y, z, state)
  }

  /** Drop what a block leaves that goes by itself, with no tool and no player. */
  drop(x, y, z, state) {
    const { world } = this
    for (const stack of naturalDrops(world, state, null, world.random)) {
      world.dropItem(new Vec3(x + 0.5, y + 0.25, z + 0.5), stack)
    }
  }

  /** The waiting work as plain JSON. */
  serialise() {
    return { waiting: this.waiting.slice(this.next), fluids: this.fluids.serialise() }
  }

  restore({ waiting, fluids }) {
    this.waiting = waiting
    this.next = 0
    this.fluids.restore(fluids)
  }
}

/** Give the world its `blockUpdates` and its index of growing things. */
function attach(world) {
  world.growing = new Growing(world)
  world.blockUpdates = new BlockUpdates(world)
}

module.exports = { attach }

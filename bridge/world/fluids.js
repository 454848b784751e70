'use strict'
/**
 * Water and lava that flow: vanilla's levels, slopes, infinite water, and the stone that the two make of each other.
 *
 * A fluid block is looked at again some ticks after something beside it changed (5 for water, 30 for lava). The work of
 * one tick is bounded; what is left over waits for the next. Still oceans cost nothing. Fluids never push bodies.
 */

const KINDS = { water: { delay: 5, dropOff: 1, slopes: 4 }, lava: { delay: 30, dropOff: 2, slopes: 2 } }
const MOST_A_TICK = 256
const SIDES = [[1, 0], [-1, 0], [0, 1], [0, -1]]
const WATER_PLANTS = new Set(['kelp', 'kelp_plant', 'seagrass', 'tall_seagrass', 'bubble_column'])
/** Not solid to a body, yet no fluid enters them. */
const DRY = /_door$|sign$|^ladder$|^sugar_cane$|_portal$|^structure_void$|^light$/

class Fluids {
  constructor(world) {
    this.world = world
    this.due = new Map()
    this.fluidByState = new Map()
  }

  /** Look at the fluid at a place after its delay, unless that is already planned. */
  schedule(x, y, z) {
    const fluid = this.at(x, y, z)
    if (!fluid) return
    const key = `${x},${y},${z}`
    if (!this.due.has(key)) this.due.set(key, this.world.tick + KINDS[fluid.kind].delay)
  }

  /** Let every fluid move whose time has come, in the order they were planned. */
  step() {
    if (this.due.size === 0) return
    const ready = []
    for (const [key, tick] of this.due) {
      if (tick > this.world.tick) continue
      ready.push(key)
      if (ready.length === MOST_A_TICK) break
    }
    for (const key of ready) {
      this.due.delete(key)
      this.flow(...key.split(',').map(Number))
    }
  }

  /** The fluid of a place: {kind, amount 1-8, source, falling, block: whether it is a plain fluid block}, or null. */
  at(x, y, z) {
    const state = this.world.chunks.get(x, y, z)
    let fluid = this.fluidByState.get(state)
    if (fluid === undefined) this.fluidByState.set(state, (fluid = this.read(state)))
    return fluid
  }

  /** The kind of fluid around a point ({x, y, z} of any fractions): 'water', 'lava' or null. */
  kindAt({ x, y, z }) {
    return this.at(Math.floor(x), Math.floor(y), Math.floor(z))?.kind ?? null
  }

  read(state) {
    const name = this.world.data.blockName(state)
    const properties = this.world.data.propsOf(state)
    if (KINDS[name]) {
      const level = Number(properties.level)
      const falling = level >= 8
      return { kind: name, amount: falling || level === 0 ? 8 : 8 - level, source: level === 0, falling, block: true }
    }
    const wet = properties.waterlogged === true || WATER_PLANTS.has(name)
    return wet ? { kind: 'water', amount: 8, source: true, falling: false, block: false } : null
  }

  /** Lava that touches water turns to stone: obsidian from a source, cobblestone from a flow. True if it did. */
  harden(x, y, z) {
    const fluid = this.at(x, y, z)
    if (fluid?.kind !== 'lava') return false
    const touched = this.at(x, y + 1, z)?.kind === 'water' ||
      SIDES.some(([dx, dz]) => this.at(x + dx, y, z + dz)?.kind === 'water')
    if (touched) this.put(x, y, z, fluid.source ? 'obsidian' : 'cobblestone')
    return touched
  }

  flow(x, y, z) {
    let fluid = this.at(x, y, z)
    if (!fluid) return
    if (!fluid.source) {
      const wanted = this.supply(x, y, z, fluid.kind)
      if (!wanted) return this.put(x, y, z, 'air')
      if (wanted.amount !== fluid.amount || wanted.falling !== fluid.falling || wanted.source !== fluid.source) {
        this.pour(x, y, z, wanted)
        fluid = wanted
      }
    }
    this.spread(x, y, z, fluid)
  }

  /** What a place holds given its neighbours: the next weaker flow, a new source, a fall, or null. */
  supply(x, y, z, kind) {
    let most = 0
    let sources = 0
    for (const [dx, dz] of SIDES) {
      const beside = this.at(x + dx, y, z + dz)
      if (beside?.kind !== kind) continue
      if (beside.source) sources++
      most = Math.max(most, beside.amount)
    }
    if (kind === 'water' && sources >= 2 && this.holdsSource(x, y - 1, z)) {
      return { kind, amount: 8, source: true, falling: false }
    }
    if (this.at(x, y + 1, z)?.kind === kind) return { kind, amount: 8, source: false, falling: true }
    const amount = most - KINDS[kind].dropOff
    return amount > 0 ? { kind, amount, source: false, falling: false } : null
  }

  holdsSource(x, y, z) {
    const below = this.at(x, y, z)
    return below ? below.kind === 'water' && below.source : this.world.data.isSolid(this.world.chunks.get(x, y, z))
  }

  spread(x, y, z, fluid) {
    if (this.enters(x, y - 1, z)) {
      this.pour(x, y - 1, z, { kind: fluid.kind, amount: 8, source: false, falling: true })
      if (this.sourcesBeside(x, y, z, fluid.kind) >= 3) this.spreadSideways(x, y, z, fluid)
    } else if (fluid.kind === 'lava' && this.at(x, y - 1, z)?.kind === 'water') {
      this.put(x, y - 1, z, 'stone')
    } else if (fluid.source || !this.isHole(x, y - 1, z, fluid.kind)) {
      this.spreadSideways(x, y, z, fluid)
    }
  }

  spreadSideways(x, y, z, fluid) {
    const amount = fluid.falling ? 7 : fluid.amount - KINDS[fluid.kind].dropOff
    if (amount <= 0) return
    let nearest = Infinity
    let ways = []
    for (const [dx, dz] of SIDES) {
      if (!this.passes(x + dx, y, z + dz, fluid.kind)) continue
      const distance = this.slope(x + dx, y, z + dz, fluid.kind, 0, dx, dz)
      if (distance < nearest) {
        nearest = distance
        ways = []
      }
      if (distance === nearest) ways.push([x + dx, z + dz])
    }
    for (const [sideX, sideZ] of ways) {
      if (!this.enters(sideX, y, sideZ)) continue // flows that way already
      const wanted = this.supply(sideX, y, sideZ, fluid.kind)
      if (wanted) this.pour(sideX, y, sideZ, wanted)
    }
  }

  /** Steps from a place to the nearest hole that the fluid could fall into; a large number if none is near. */
  slope(x, y, z, kind, steps, fromX, fromZ) {
    if (this.isHole(x, y - 1, z, kind)) return steps
    if (steps >= KINDS[kind].slopes) return 1000
    let nearest = 1000
    for (const [dx, dz] of SIDES) {
      if (dx === -fromX && dz === -fromZ) continue
      if (!this.passes(x + dx, y, z + dz, kind)) continue
      nearest = Math.min(nearest, this.slope(x + dx, y, z + dz, kind, steps + 1, dx, dz))
    }
    return nearest
  }

  sourcesBeside(x, y, z, kind) {
    return SIDES.filter(([dx, dz]) => {
      const beside = this.at(x + dx, y, z + dz)
      return beside?.kind === kind && beside.source
    }).length
  }

  isHole(x, y, z, kind) {
    return this.at(x, y, z)?.kind === kind || this.enters(x, y, z)
  }

  /** Whether the fluid may run through a place: open, or a flow of the same kind already. */
  passes(x, y, z, kind) {
    const fluid = this.at(x, y, z)
    return fluid ? fluid.kind === kind && !fluid.source : this.enters(x, y, z)
  }

  /** Whether a fluid can come into a place that has none. */
  enters(x, y, z) {
    const state = this.world.chunks.get(x, y, z)
    const { data } = this.world
    return y >= -64 && !data.isSolid(state) && !this.at(x, y, z) && !DRY.test(data.blockName(state))
  }

  pour(x, y, z, { kind, amount, source, falling }) {
    this.world.blockUpdates.sweepAway(x, y, z, kind === 'water')
    this.put(x, y, z, kind, { level: source ? 0 : falling ? 8 : 8 - amount })
  }

  put(x, y, z, name, properties) {
    this.world.setBlock(x, y, z, this.world.data.stateOf(name, properties))
  }

  serialise() {
    return [...this.due]
  }

  restore(due) {
    this.due = new Map(due)
  }
}

module.exports = { Fluids }

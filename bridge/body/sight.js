/**
 * What the body may know of the world, by the rule of the journey. 'sight 32': every loaded block within 32 blocks, as
 * the protocol delivers them. 'sight exposed': of these only the ones with a face that touches air, a fluid or
 * something else one can see through. Façade and primitives look for blocks only through this file.
 */
'use strict'

const { Vec3 } = require('vec3')

const REACH = 32
const FACES = [[0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]]

class Sight {
  /** @param {'sight 32'|'sight exposed'} rule */
  constructor (bot, rule = 'sight 32') {
    if (rule !== 'sight 32' && rule !== 'sight exposed') throw new TypeError(`no such rule: ${rule}`)
    this.bot = bot
    this.rule = rule
    this.Block = require('prismarine-block')(bot.registry)
    this.seeThrough = new Map() // block state -> whether one can see through it
  }

  /**
   * Positions of matching blocks within `maxDistance` of `point` and within reach of the bot, nearest to `point`
   * first. `matching` is a test of a block without position, an array of block names, or a Set of state ids; `fits` a
   * test of the position.
   */
  find ({ matching, maxDistance = REACH, count = 1, point = this.bot.entity.position, fits = () => true }) {
    const wanted = this.statesThat(matching)
    if (wanted.size === 0) return []
    const centre = this.bot.entity.position
    const found = []
    for (const { section, corner } of this.sections()) {
      if (away(corner, point) > maxDistance || !statesOf(section).some(state => wanted.has(state))) continue
      for (let index = 0; index < 4096; index++) {
        const x = corner.x + (index & 15)
        const y = corner.y + (index >> 8)
        const z = corner.z + ((index >> 4) & 15)
        const distance = Math.hypot(x - point.x, y - point.y, z - point.z)
        if (distance > maxDistance || !wanted.has(section.data.get(index))) continue
        if (Math.hypot(x - centre.x, y - centre.y, z - centre.z) <= REACH) found.push({ at: new Vec3(x, y, z), distance })
      }
    }
    found.sort((a, b) => a.distance - b.distance || order(a.at, b.at))
    const nearest = []
    for (const { at } of found) {
      if (nearest.length >= count) break
      if (this.seen(at) && fits(at)) nearest.push(at)
    }
    return nearest
  }

  /** The nearest visible block of each name other than air: {name: {at, distance}}, names in alphabetical order. */
  nearestOfEach () {
    const { position } = this.bot.entity
    const best = new Map() // state -> {at, squared}
    for (const { section, corner } of this.sections()) {
      if (section.data.value === 0) continue
      for (let index = 0; index < 4096; index++) {
        const state = section.data.get(index)
        if (state === 0) continue
        const x = corner.x + (index & 15)
        const y = corner.y + (index >> 8)
        const z = corner.z + ((index >> 4) & 15)
        const squared = (x - position.x) ** 2 + (y - position.y) ** 2 + (z - position.z) ** 2
        if (squared > (best.get(state)?.squared ?? REACH ** 2)) continue
        const at = new Vec3(x, y, z)
        if (this.seen(at)) best.set(state, { at, squared })
      }
    }
    const names = {}
    for (const [state, { at, squared }] of best) {
      const { name } = this.Block.fromStateId(state, 0)
      const distance = Math.sqrt(squared)
      if (!name.endsWith('air') && !(names[name]?.distance <= distance)) names[name] = { at, distance }
    }
    return Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** The distinct block states in the loaded sections within reach: what a test of blocks can be asked about. */
  states () {
    const states = new Set()
    for (const { section } of this.sections()) for (const state of statesOf(section)) states.add(state)
    return [...states].sort((a, b) => a - b)
  }

  /** The block at a position, or null where the rule or the loaded chunks end. */
  blockAt (position) {
    const at = new Vec3(position.x, position.y, position.z).floored()
    if (at.distanceTo(this.bot.entity.position) > REACH + 1 || !this.seen(at)) return null
    return this.bot.blockAt(at)
  }

  /** Whether the rule lets the body know the block at a position within reach. */
  seen (position) {
    if (this.rule === 'sight 32' || this.isSeeThrough(position)) return true
    return FACES.some(([x, y, z]) => this.isSeeThrough(position.offset(x, y, z)))
  }

  /** Entities within reach other than the bot itself, nearest first. */
  entities (test = () => true) {
    const { entity, entities } = this.bot
    return Object.values(entities)
      .filter(other => other !== entity && other.position.distanceTo(entity.position) <= REACH && test(other))
      .map(other => [other.position.distanceTo(entity.position), other])
      .sort(([a, one], [b, other]) => a - b || one.id - other.id)
      .map(([, other]) => other)
  }

  statesThat (matching) {
    if (matching instanceof Set) return matching
    const test = typeof matching === 'function' ? matching : block => matching.includes(block.name)
    return new Set(this.states().filter(state => test(this.Block.fromStateId(state, 0))))
  }

  /** The loaded chunk sections that reach touches, with the position of their lowest corner. */
  * sections () {
    const { position } = this.bot.entity
    const { minY, height } = this.bot.game
    const from = position.offset(-REACH, -REACH, -REACH).scaled(1 / 16).floored()
    const to = position.offset(REACH, REACH, REACH).scaled(1 / 16).floored()
    const lowest = minY >> 4
    for (let x = from.x; x <= to.x; x++) {
      for (let z = from.z; z <= to.z; z++) {
        const column = this.bot.world.getColumn(x, z)
        if (!column) continue
        for (let y = Math.max(from.y, lowest); y <= Math.min(to.y, lowest + (height >> 4) - 1); y++) {
          const section = column.sections[y - lowest]
          if (section) yield { section, corner: new Vec3(x * 16, y * 16, z * 16) }
        }
      }
    }
  }

  isSeeThrough (position) {
    const state = this.bot.world.getBlockStateId(position)
    if (!Number.isInteger(state)) return false
    let answer = this.seeThrough.get(state)
    if (answer === undefined) {
      const block = this.Block.fromStateId(state, 0)
      answer = Boolean(block.transparent) || block.boundingBox === 'empty'
      this.seeThrough.set(state, answer)
    }
    return answer
  }
}

/** The states in a section: its palette where it has one, else all of its blocks. */
function statesOf ({ data }) {
  if (data.palette) return data.palette
  if (data.value !== undefined) return [data.value]
  const states = new Set()
  for (let index = 0; index < 4096; index++) states.add(data.get(index))
  return [...states]
}

/** The least distance from a point to the blocks of the section with this lowest corner. */
function away (corner, point) {
  const beyond = axis => Math.max(corner[axis] - point[axis], 0, point[axis] - corner[axis] - 15)
  return Math.hypot(beyond('x'), beyond('y'), beyond('z'))
}

function order (a, b) {
  return a.y - b.y || a.x - b.x || a.z - b.z
}

module.exports = { Sight, REACH }

'use strict'
/**
 * What grows, spreads and decays by itself: crops, stems, saplings, cane, cactus, berries, farmland, grass, leaves.
 *
 * Vanilla picks 3 random blocks of every section in every tick and lets the few that can grow do so. Here the blocks
 * that can grow are known (the block updates report them), and each tick draws how many of them vanilla would have
 * picked, and which: the same chances for a fraction of the work. Untouched wild plants are full grown and not kept.
 */
const { behaviourOf, hangsOnLog, advanceSapling, setProperties, nameAt, isAir, CROPS, FRUIT } = require('./plant_rules')

/** Chance that one block is picked in one tick: 3 of the 4096 in its section. */
const PICKED = 3 / 4096
const TICKING_RADIUS = 128

const keyOf = (x, y, z) => `${x},${y},${z}`

/** The places of a world where something may grow. */
class Growing {
  constructor(world) {
    this.world = world
    this.places = []
    this.indexByKey = new Map()
  }

  /** A block changed or was touched by a change: keep its place if it can grow. */
  notice(x, y, z, state) {
    const { world } = this
    const name = world.data.blockName(state)
    if (name.endsWith('_leaves')) return this.noticeLeaves(x, y, z, state)
    if (behaviourOf(name)?.starts(world, x, y, z)) this.keep(x, y, z)
  }

  noticeLeaves(x, y, z, state) {
    const { world } = this
    if (world.data.propsOf(state).persistent || this.indexByKey.has(keyOf(x, y, z))) return
    if (hangsOnLog(world, x, y, z)) return
    this.keep(x, y, z)
    world.blockUpdates.queue(x, y, z)
  }

  keep(x, y, z) {
    const key = keyOf(x, y, z)
    if (this.indexByKey.has(key)) return
    this.indexByKey.set(key, this.places.length)
    this.places.push([x, y, z])
  }

  forget(index) {
    this.indexByKey.delete(keyOf(...this.places[index]))
    const last = this.places.pop()
    if (index === this.places.length) return
    this.places[index] = last
    this.indexByKey.set(keyOf(...last), index)
  }

  /** One tick: let as many places grow as vanilla's random ticks would have picked. */
  step() {
    const { random } = this.world
    let picks = this.places.length * PICKED
    picks = Math.floor(picks) + (random.chance(picks % 1) ? 1 : 0)
    while (picks-- > 0 && this.places.length > 0) this.tick(random.int(this.places.length))
  }

  tick(index) {
    const { world } = this
    const [x, y, z] = this.places[index]
    if (!playerNear(world, x, z)) return
    const state = world.chunks.get(x, y, z)
    const name = world.data.blockName(state)
    const behaviour = behaviourOf(name)
    if (!behaviour || behaviour.grow(world, x, y, z, state, name) === false) {
      const still = this.indexByKey.get(keyOf(x, y, z))
      if (still !== undefined) this.forget(still)
    }
  }

  serialise() {
    return this.places
  }

  restore(places) {
    this.places = places.map((place) => [...place])
    this.indexByKey = new Map(this.places.map((place, index) => [keyOf(...place), index]))
  }
}

function playerNear(world, x, z) {
  for (const player of world.players.values()) {
    if (Math.abs(player.pos.x - x) < TICKING_RADIUS && Math.abs(player.pos.z - z) < TICKING_RADIUS) return true
  }
  return false
}

/**
 * Bone meal on a block. True if it did something (and is used up).
 * Crops gain 2 to 5 ages, saplings grow by 45 %, grass sprouts around.
 */
function boneMeal(world, x, y, z) {
  const state = world.chunks.get(x, y, z)
  const name = world.data.blockName(state)
  const { random } = world
  if (CROPS[name] || FRUIT[name]) {
    const { age } = world.data.propsOf(state)
    const most = CROPS[name] ?? 7
    if (age >= most) return false
    const gain = name === 'beetroots' ? (random.chance(0.75) ? 1 : 0) : random.range(2, 5)
    setProperties(world, x, y, z, state, { age: Math.min(most, age + gain) })
    return true
  }
  if (name.endsWith('_sapling') && name !== 'bamboo_sapling') {
    if (random.chance(0.45)) advanceSapling(world, x, y, z, state)
    return true
  }
  if (name === 'sweet_berry_bush' && world.data.propsOf(state).age < 3) {
    setProperties(world, x, y, z, state, { age: world.data.propsOf(state).age + 1 })
    return true
  }
  return name === 'grass_block' && isAir(world, x, y + 1, z) ? sprout(world, x, y, z) : false
}

function sprout(world, x, y, z) {
  const { random } = world
  for (let i = 0; i < 24; i++) {
    const px = x + random.range(-3, 3)
    const pz = z + random.range(-3, 3)
    const py = y + random.range(-1, 1)
    if (nameAt(world, px, py, pz) !== 'grass_block' || !isAir(world, px, py + 1, pz)) continue
    const plant = random.chance(0.125) ? random.pick(['dandelion', 'poppy']) : 'grass'
    world.setBlock(px, py + 1, pz, world.data.stateOf(plant))
  }
  return true
}

/** One tick of growth. */
function step(world) {
  world.growing.step()
}

module.exports = { step, boneMeal, Growing }

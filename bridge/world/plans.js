'use strict'
/**
 * Plans: what a column decides before any block is made - ground heights, biomes, where trees stand, where discs of
 * sand and clay lie under water.
 *
 * Neighbours ask for each other's plans, so that what reaches over a border is the same seen from both sides. A plan is
 * a pure function of (seed, column); the cache only saves time. Plans write no blocks.
 */

const { Random, hash } = require('./random')
const { Climate, BIOMES, biomeTable, SEA_LEVEL } = require('./biomes')
const { treeShape, KINDS } = require('./trees')
const { plantStates } = require('./surface')
const { stateOf, biomeId } = require('./gamedata')

const PLANS_KEPT = 2048
const SHAPES_A_KIND = 24
/** Trees tried in a column; a biome's mean count is the share of them that succeed. */
const TREE_TRIES = 16

const DIRT = stateOf('dirt')
const GRASS_BLOCK = stateOf('grass_block')

/** The biome records of data/biomes.json with their names turned into states and ids. */
const biomes = BIOMES.map((name) => {
  const record = biomeTable[name]
  const top = stateOf(record.top)
  return {
    ...record,
    name,
    id: biomeId(name),
    topState: top,
    underState: stateOf(record.under),
    deepState: record.deep ? stateOf(record.deep) : undefined,
    wet: record.top === 'grass_block' ? DIRT : top,
    plants: plantStates(record),
  }
})

const DISCS = [
  { state: stateOf('sand'), chance: 0.35, radius: [2, 5], onto: ['dirt', 'gravel', 'grass_block'] },
  { state: stateOf('clay'), chance: 0.3, radius: [2, 3], onto: ['dirt', 'sand', 'gravel', 'clay'] },
  { state: stateOf('gravel'), chance: 0.2, radius: [2, 4], onto: ['dirt', 'sand', 'grass_block'] },
].map((disc) => ({ ...disc, onto: new Set(disc.onto.map((name) => stateOf(name))) }))

/** One of the names, each as likely as its weight says. */
function pickWeighted(weights, random) {
  const entries = Object.entries(weights)
  let rest = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    rest -= weight
    if (rest < 0) return name
  }
  return entries[entries.length - 1][0]
}

/** What a column decides before any block is made. */
class Plan {
  constructor(cx, cz) {
    this.cx = cx
    this.cz = cz
    this.heights = new Int16Array(256)
    this.kinds = new Uint8Array(256)
    this.trees = []
    this.discs = []
  }

  /** The biome record of a place (z*16 + x). */
  biomeOf(place) {
    return biomes[this.kinds[place]]
  }
}

/** The plans of one seed. */
class Plans {
  /**
   * @param {number} seed
   * @param {{opensAt: (x: number, y: number, z: number) => boolean}} caves no tree is planted over a cave's mouth
   */
  constructor(seed, caves) {
    this.seed = seed
    this.caves = caves
    this.climate = new Climate(seed)
    this.known = new Map()
    this.random = new Random(0)
    this.shapes = this.growShapes()
  }

  /** A few shapes of every kind of tree; each tree of the world is one of them. */
  growShapes() {
    const random = new Random(hash(this.seed, 0x7ee5))
    return Object.fromEntries(KINDS.map((kind) => {
      return [kind, Array.from({ length: SHAPES_A_KIND }, () => treeShape(kind, random))]
    }))
  }

  /** The plan of a column. */
  at(cx, cz) {
    const key = cx * 16777216 + cz
    const known = this.known.get(key)
    if (known) return known
    const plan = this.make(cx, cz)
    if (this.known.size >= PLANS_KEPT) this.known.delete(this.known.keys().next().value)
    this.known.set(key, plan)
    return plan
  }

  make(cx, cz) {
    const plan = new Plan(cx, cz)
    for (let place = 0; place < 256; place++) {
      const here = this.climate.at(cx * 16 + (place & 15), cz * 16 + (place >> 4))
      plan.heights[place] = here.height
      plan.kinds[place] = here.biome
    }
    const random = this.random.reseed(hash(this.seed, cx, cz, 1))
    this.planTrees(plan, random)
    this.planDiscs(plan, random)
    return plan
  }

  planTrees(plan, random) {
    for (let i = 0; i < TREE_TRIES; i++) {
      const place = random.int(256)
      const wanted = random.next()
      const variant = random.int(SHAPES_A_KIND)
      const biome = plan.biomeOf(place)
      if (wanted * TREE_TRIES >= biome.trees) continue
      const kind = pickWeighted(biome.kinds, random)
      const x = plan.cx * 16 + (place & 15)
      const z = plan.cz * 16 + (place >> 4)
      const y = plan.heights[place] + 1
      if (biome.topState !== GRASS_BLOCK || y < SEA_LEVEL) continue
      if (plan.trees.some((tree) => Math.abs(tree.x - x) < 2 && Math.abs(tree.z - z) < 2)) continue
      if (this.caves.opensAt(x, y - 1, z)) continue
      plan.trees.push({ x, y, z, kind, blocks: this.shapes[kind][variant] })
    }
  }

  planDiscs(plan, random) {
    for (const disc of DISCS) {
      const place = random.int(256)
      const radius = random.range(disc.radius[0], disc.radius[1])
      if (!random.chance(disc.chance) || plan.heights[place] >= SEA_LEVEL - 1) continue
      plan.discs.push({ x: plan.cx * 16 + (place & 15), z: plan.cz * 16 + (place >> 4), radius, disc })
    }
  }
}

module.exports = { Plans, pickWeighted }

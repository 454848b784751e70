'use strict'
/**
 * The terrain: what a column of the world looks like before anybody touched it.
 *
 * `generate` is a pure function of (seed, column): the same blocks in any order of asking, on any day. Things that
 * reach over a column's border (trees, discs of sand or clay under water, veins) are derived by every column that they
 * touch from the *plan* of the column they start in (plans.js); nothing is ever written across a border.
 */

const { Random, hash, hash01 } = require('./random')
const { SEA_LEVEL } = require('./biomes')
const { Caves } = require('./caves')
const { placeVeins } = require('./ores')
const { Plans, pickWeighted } = require('./plans')
const { dress } = require('./surface')
const { hasRoom, spawnPoint } = require('./spawn_point')
const { MIN_Y, HEIGHT, STATE_COUNT, stateOf, isAir, hasTag, blockName } = require('./gamedata')

const DEEPSLATE_FROM = 8
const BEDROCK_LAYERS = 5
const CREATURE_CHANCE = 0.1
const HERD = 4

const AIR = 0
const STONE = stateOf('stone')
const DEEPSLATE = stateOf('deepslate')
const BEDROCK = stateOf('bedrock')
const WATER = stateOf('water')
const LAVA = stateOf('lava')
const DIRT = stateOf('dirt')
const GRASS_BLOCK = stateOf('grass_block')

/** What a trunk may replace. */
const yields = Uint8Array.from({ length: STATE_COUNT }, (_, state) => {
  return Number(isAir(state) || hasTag(blockName(state), 'leaves'))
})

/** The terrain of one seed. */
class Terrain {
  /** @param {number} seed any integer */
  constructor(seed) {
    this.seed = hash(seed, Math.floor(seed / 4294967296), 0x7e44)
    this.caves = new Caves(this.seed)
    this.plans = new Plans(this.seed, this.caves)
    this.random = new Random(0)
  }

  /** What a column decides before any block is made; see plans.js. */
  plan(cx, cz) {
    return this.plans.at(cx, cz)
  }

  /** Ground height by world coordinates (the highest block of earth, sand or stone, under water too). */
  groundAt(x, z) {
    return this.plan(x >> 4, z >> 4).heights[((z & 15) << 4) | (x & 15)]
  }

  /** The biome's name by world coordinates. */
  biomeAt(x, z) {
    return this.plan(x >> 4, z >> 4).biomeOf(((z & 15) << 4) | (x & 15)).name
  }

  /**
   * Make one column.
   * @returns {{states: Uint16Array, biomes: Uint8Array, biomeNames: string[],
   *   animals: {kind: string, x: number, y: number, z: number}[]}} states by (y+64)*256 + z*16 + x; biomes (ids and
   *   names) by (z>>2)*4 + (x>>2); the animals that live here at the beginning
   */
  generate(cx, cz) {
    const plan = this.plan(cx, cz)
    const around = this.plansAround(cx, cz)
    const states = new Uint16Array(256 * HEIGHT)
    this.layGround(states, plan)
    this.caves.carve(cx, cz, states, plan.heights, AIR, LAVA)
    let top = MIN_Y
    for (let place = 0; place < 256; place++) top = Math.max(top, plan.heights[place])
    placeVeins(this.seed, cx, cz, states, top, (vx, vz, quality) => {
      return Boolean(this.plan(vx, vz).biomeOf(0x88)[quality])
    })
    this.layDiscs(states, plan, around)
    this.plantTrees(states, plan, around)
    const random = this.random.reseed(hash(this.seed, cx, cz, 2))
    dress(states, plan, (x, z) => this.groundAt(x, z), random)
    const animals = this.herds(states, plan, this.random.reseed(hash(this.seed, cx, cz, 3)))
    return { states, ...this.biomesOf(plan), animals }
  }

  plansAround(cx, cz) {
    const around = []
    for (let dz = -1; dz <= 1; dz++) for (let dx = -1; dx <= 1; dx++) around.push(this.plan(cx + dx, cz + dz))
    return around
  }

  layGround(states, plan) {
    for (let place = 0; place < 256; place++) {
      const ground = plan.heights[place]
      const biome = plan.biomeOf(place)
      const x = plan.cx * 16 + (place & 15)
      const z = plan.cz * 16 + (place >> 4)
      const depth = ground - 3 - (hash(this.seed, x, z) & 1)
      let index = place
      let y = MIN_Y
      for (; y < MIN_Y + BEDROCK_LAYERS; y++, index += 256) {
        const bedrock = y === MIN_Y || hash01(this.seed, x, y, z) < (MIN_Y + BEDROCK_LAYERS - y) / BEDROCK_LAYERS
        states[index] = bedrock ? BEDROCK : DEEPSLATE
      }
      for (; y < 0; y++, index += 256) states[index] = DEEPSLATE
      for (; y < DEEPSLATE_FROM; y++, index += 256) {
        states[index] = hash01(this.seed, x, y, z) < (DEEPSLATE_FROM - y) / DEEPSLATE_FROM ? DEEPSLATE : STONE
      }
      for (; y <= depth; y++, index += 256) states[index] = y > depth - 3 && biome.deepState ? biome.deepState : STONE
      for (; y < ground; y++, index += 256) states[index] = biome.underState
      states[index] = ground < SEA_LEVEL - 1 ? biome.wet : biome.topState
      for (y++, index += 256; y < SEA_LEVEL; y++, index += 256) states[index] = WATER
    }
  }

  /** Sand, clay and gravel on the bed of shallow water and along its shore. */
  layDiscs(states, plan, around) {
    for (const { discs } of around) {
      for (const { x, z, radius, disc } of discs) {
        for (let dz = -radius; dz <= radius; dz++) {
          for (let dx = -radius; dx <= radius; dx++) {
            if (dx * dx + dz * dz > radius * radius) continue
            this.layDiscAt(states, plan, x + dx - plan.cx * 16, z + dz - plan.cz * 16, disc)
          }
        }
      }
    }
  }

  layDiscAt(states, plan, x, z, disc) {
    if (x < 0 || x > 15 || z < 0 || z > 15) return
    const place = (z << 4) | x
    const y = plan.heights[place]
    if (y >= SEA_LEVEL) return
    for (let down = 0; down < 2; down++) {
      const index = ((y - down - MIN_Y) << 8) | place
      if (disc.onto.has(states[index])) states[index] = disc.state
    }
  }

  plantTrees(states, plan, around) {
    const left = plan.cx * 16
    const front = plan.cz * 16
    for (const { trees } of around) {
      for (const tree of trees) {
        for (const { x, y, z, state, log } of tree.blocks) {
          const bx = tree.x + x - left
          const bz = tree.z + z - front
          if (bx < 0 || bx > 15 || bz < 0 || bz > 15) continue
          const index = ((tree.y + y - MIN_Y) << 8) | (bz << 4) | bx
          if (log ? yields[states[index]] : states[index] === AIR) states[index] = state
          if (log && y === 0 && states[index - 256] === GRASS_BLOCK) states[index - 256] = DIRT
        }
      }
    }
  }

  /** Herds as the game makes them with the land: a tenth of the columns, four of a kind, on grass with room above. */
  herds(states, plan, random) {
    const animals = []
    const biome = plan.biomeOf(0x88)
    while (biome.animals && random.chance(CREATURE_CHANCE)) {
      const kind = pickWeighted(biome.animals, random)
      const x = random.int(16)
      const z = random.int(16)
      for (let i = 0; i < HERD; i++) {
        const ax = Math.min(15, Math.max(0, x + random.range(-4, 4)))
        const az = Math.min(15, Math.max(0, z + random.range(-4, 4)))
        const place = (az << 4) | ax
        const y = plan.heights[place] + 1
        if (!hasRoom(states, place, y)) continue
        animals.push({ kind, x: plan.cx * 16 + ax + 0.5, y, z: plan.cz * 16 + az + 0.5 })
      }
    }
    return animals
  }

  biomesOf(plan) {
    const ids = new Uint8Array(16)
    const names = new Array(16)
    for (let i = 0; i < 16; i++) {
      const biome = plan.biomeOf(((i >> 2) << 6) | ((i & 3) << 2))
      ids[i] = biome.id
      names[i] = biome.name
    }
    return { biomes: ids, biomeNames: names }
  }

  /** Where players first appear; see spawn_point.js. */
  spawnPoint() {
    return spawnPoint(this)
  }
}

module.exports = { Terrain, MIN_Y, HEIGHT, SEA_LEVEL }

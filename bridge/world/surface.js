'use strict'
/**
 * What grows and lies on the ground: grass, flowers, cane, cactus, mushrooms, berries, melons, snow and ice.
 *
 * Works on one finished column (carved, ored, with its trees) and looks at the neighbours only through their ground
 * heights. It places single blocks, each decided by the place's own chance.
 */

const { MIN_Y, STATE_COUNT, stateOf, isSolid } = require('./gamedata')
const { SEA_LEVEL } = require('./biomes')

const AIR = 0
const WATER = stateOf('water')
const GRASS_BLOCK = stateOf('grass_block')
const SNOWY_GRASS = stateOf('grass_block', { snowy: true })
const SAND = stateOf('sand')
const SNOW = stateOf('snow')
const ICE = stateOf('ice')
const CANE = stateOf('sugar_cane')
const CACTUS = stateOf('cactus')
const DEAD_BUSH = stateOf('dead_bush')
const PUMPKIN = stateOf('pumpkin')
const MELON = stateOf('melon')
const LILY_PAD = stateOf('lily_pad')
const MUSHROOMS = [stateOf('brown_mushroom'), stateOf('red_mushroom')]
const BERRIES = stateOf('sweet_berry_bush', { age: 3 })

/** What snow lies on. */
const COVERS = Uint8Array.from({ length: STATE_COUNT }, (_, state) => (isSolid(state) && state !== ICE ? 1 : 0))

const CANE_SHARE = 0.16
const PATCH_TRIES = 12
const PUMPKIN_SHARE = 0.012

const SIDES = [[1, 0], [-1, 0], [0, 1], [0, -1]]

/** Names in a biome's record turned into states, once. */
function plantStates(biome) {
  return {
    grass: stateOf(biome.grass_kind ?? 'grass'),
    flowers: (biome.flower_kinds ?? []).map((name) => stateOf(name)),
  }
}

const indexOf = (x, y, z) => ((y - MIN_Y) << 8) | (z << 4) | x

/**
 * Dress one column.
 * @param {Uint16Array} states
 * @param {object} plan the column's plan: ground heights and biome records by z*16 + x
 * @param {(x: number, z: number) => number} groundAt ground height by world coordinates, in the neighbours too
 */
function dress(states, plan, groundAt, random) {
  for (let z = 0; z < 16; z++) {
    for (let x = 0; x < 16; x++) dressPlace(states, plan, groundAt, random, x, z)
  }
  patches(states, plan, random)
  for (let place = 0; place < 256; place++) {
    if (plan.biomeOf(place).snow) freeze(states, place)
  }
}

function dressPlace(states, plan, groundAt, random, x, z) {
  const place = (z << 4) | x
  const y = plan.heights[place]
  const biome = plan.biomeOf(place)
  const ground = states[indexOf(x, y, z)]
  const above = indexOf(x, y + 1, z)
  const chance = random.next()
  if (states[above] === WATER) {
    const surface = indexOf(x, SEA_LEVEL, z)
    if (chance < (biome.lily_pads ?? 0) && states[surface] === AIR) states[surface] = LILY_PAD
    return
  }
  if (states[above] !== AIR || (ground !== GRASS_BLOCK && ground !== SAND)) return
  if (y === SEA_LEVEL - 1 && chance < CANE_SHARE && besideWater(plan, groundAt, x, z)) {
    return stack(states, above, CANE, 1 + random.int(3))
  }
  if (ground === GRASS_BLOCK) states[above] = plantOn(biome, chance, random)
  else if (chance < (biome.cactus ?? 0)) {
    if (standsFree(states, x, y + 1, z)) stack(states, above, CACTUS, 1 + random.int(3))
  } else if (chance < (biome.cactus ?? 0) + (biome.dead_bushes ?? 0)) states[above] = DEAD_BUSH
}

function plantOn(biome, chance, random) {
  const { grass = 0, flowers = 0, mushrooms = 0, plants } = biome
  if (chance < grass) return plants.grass
  if (chance < grass + flowers) return random.pick(plants.flowers)
  return chance < grass + flowers + mushrooms ? random.pick(MUSHROOMS) : AIR
}

function stack(states, index, state, height) {
  for (let i = 0; i < height && states[index + i * 256] === AIR; i++) states[index + i * 256] = state
}

/** Cane grows at the waterline: the place's own block is as high as the water beside it. */
function besideWater(plan, groundAt, x, z) {
  return SIDES.some(([dx, dz]) => groundAt(plan.cx * 16 + x + dx, plan.cz * 16 + z + dz) < SEA_LEVEL - 1)
}

/** A cactus wants air on its four sides; at the column's border it does not grow, for the neighbour is not known. */
function standsFree(states, x, y, z) {
  if (x === 0 || x === 15 || z === 0 || z === 15) return false
  return SIDES.every(([dx, dz]) => states[indexOf(x + dx, y, z + dz)] === AIR &&
    states[indexOf(x + dx, y + 1, z + dz)] === AIR && states[indexOf(x + dx, y + 2, z + dz)] === AIR)
}

/** Pumpkins, melons and berries come in small patches of a column. */
function patches(states, plan, random) {
  const biome = plan.biomeOf(0x88)
  if (random.chance(PUMPKIN_SHARE)) patch(states, plan, random, PUMPKIN)
  if (random.chance(biome.melons ?? 0)) patch(states, plan, random, MELON)
  if (random.chance(biome.berries ?? 0)) patch(states, plan, random, BERRIES)
}

function patch(states, plan, random, state) {
  const left = random.range(4, 11)
  const front = random.range(4, 11)
  for (let i = 0; i < PATCH_TRIES; i++) {
    const x = left + random.range(-4, 4)
    const z = front + random.range(-4, 4)
    const y = plan.heights[(z << 4) | x]
    if (states[indexOf(x, y, z)] !== GRASS_BLOCK || !random.chance(0.6)) continue
    const above = indexOf(x, y + 1, z)
    if (states[above] === AIR || states[above] === plan.biomeOf((z << 4) | x).plants.grass) states[above] = state
  }
}

/** Snow on the highest block, ice on open water. */
function freeze(states, place) {
  let index = states.length - 256 + place
  while (index >= 256 && states[index] === AIR) index -= 256
  const top = states[index]
  if (top === WATER) states[index] = ICE
  else if (COVERS[top]) {
    states[index + 256] = SNOW
    if (top === GRASS_BLOCK) states[index] = SNOWY_GRASS
  }
}

module.exports = { dress, plantStates }

'use strict'
/**
 * Where players first appear: dry grass near (0, 0), under the sky, with trees in reach.
 *
 * Looks outwards from the middle, column by column; it makes columns of the terrain to look at and keeps none.
 */

const { MIN_Y, STATE_COUNT, stateOf, isSolid, isLiquid } = require('./gamedata')
const { SEA_LEVEL } = require('./biomes')

const AIR = 0
const GRASS_BLOCK = stateOf('grass_block')
const RINGS = 200
const HIGHEST = 90
const TREES_NEAR = 12

const passable = Uint8Array.from({ length: STATE_COUNT }, (_, state) => Number(!isSolid(state) && !isLiquid(state)))

/** Whether something two blocks high can stand with its feet at a place (z*16 + x) and height of a column. */
function hasRoom(states, place, y) {
  const feet = ((y - MIN_Y) << 8) | place
  return y >= SEA_LEVEL && states[feet - 256] !== AIR && passable[states[feet]] === 1 && states[feet + 256] === AIR
}

function isUnderSky(states, place, y) {
  for (let index = ((y - MIN_Y) << 8) | place; index < states.length; index += 256) {
    if (passable[states[index]] === 0) return false
  }
  return true
}

/** A standing place in one column, or undefined. Trees are counted over 5 x 5 columns: within 48 blocks. */
function placeIn(terrain, cx, cz) {
  const plan = terrain.plan(cx, cz)
  const middle = 0x88
  const height = plan.heights[middle]
  if (height < SEA_LEVEL || height > HIGHEST || plan.biomeOf(middle).topState !== GRASS_BLOCK) return undefined
  let trees = 0
  for (let dz = -2; dz <= 2; dz++) {
    for (let dx = -2; dx <= 2; dx++) trees += terrain.plan(cx + dx, cz + dz).trees.length
  }
  if (trees < TREES_NEAR) return undefined
  const { states } = terrain.generate(cx, cz)
  for (let place = 0x44; place < 0xbb; place++) {
    const y = plan.heights[place] + 1
    if (states[((y - 1 - MIN_Y) << 8) | place] !== GRASS_BLOCK) continue
    if (!hasRoom(states, place, y) || !isUnderSky(states, place, y)) continue
    return { x: cx * 16 + (place & 15), y, z: cz * 16 + (place >> 4) }
  }
  return undefined
}

/** The columns at a distance from the middle, in a fixed order. */
function * ringOf(ring) {
  if (ring === 0) yield [0, 0]
  for (let i = -ring; i < ring; i++) {
    yield [i, -ring]
    yield [ring, i]
    yield [-i, ring]
    yield [-ring, -i]
  }
}

/**
 * The first good place, going outwards; in a world without one, the top of the middle column.
 * @returns {{x: number, y: number, z: number}} the block to stand in
 */
function spawnPoint(terrain) {
  for (let ring = 0; ring < RINGS; ring++) {
    for (const [cx, cz] of ringOf(ring)) {
      const place = placeIn(terrain, cx, cz)
      if (place) return place
    }
  }
  return { x: 8, y: Math.max(terrain.groundAt(8, 8), SEA_LEVEL - 1) + 1, z: 8 }
}

module.exports = { hasRoom, spawnPoint }

'use strict'
/**
 * How dark the sky is at a time of day, and how bright a place is for creatures. Vanilla's formulas; no weather.
 */

const DAY = 24000
const DARKEST = 11

/** How much of the sky's light is missing: 0 at noon, 11 at midnight. */
function skyDarkness(time) {
  const fraction = (((time / DAY - 0.25) % 1) + 1) % 1
  const angle = (fraction * 2 + 0.5 - Math.cos(fraction * Math.PI) / 2) / 3
  const daylight = 0.5 + 2 * Math.max(-0.25, Math.min(0.25, Math.cos(angle * 2 * Math.PI)))
  return Math.floor((1 - daylight) * DARKEST)
}

/** Whether undead burn and beds are for nothing. */
const isDay = (world) => skyDarkness(world.time) < 4

/** How far light reaches. */
const REACH = 15

/**
 * Light from the sky at noon and from lamps, 0 to 15 each. Columns that light could come from are loaded first: what is
 * bright must not depend on what happens to be in memory.
 */
function lightAt(world, x, y, z) {
  for (let cx = (x - REACH) >> 4; cx <= (x + REACH) >> 4; cx++) {
    for (let cz = (z - REACH) >> 4; cz <= (z + REACH) >> 4; cz++) world.chunks.column(cx, cz)
  }
  return { sky: world.chunks.skyLight(x, y, z), lamps: world.chunks.blockLight(x, y, z) }
}

/** The light that plants see: sky by noon or a lamp, whichever is brighter. */
function plantLight(world, x, y, z) {
  const { sky, lamps } = lightAt(world, x, y, z)
  return Math.max(sky, lamps)
}

/** The light of a place now: lamps, or what the time of day leaves of the sky. */
function lightNow(world, x, y, z) {
  const { sky, lamps } = lightAt(world, x, y, z)
  return Math.max(sky - skyDarkness(world.time), lamps)
}

module.exports = { skyDarkness, isDay, lightAt, plantLight, lightNow }

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

/** The light of a place now, 0 to 15: lamps, or what the time of day leaves of the sky. */
function lightNow(world, x, y, z) {
  const sky = world.chunks.skyLight(x, y, z) - skyDarkness(world.time)
  return sky >= 15 ? 15 : Math.max(sky, world.chunks.blockLight(x, y, z))
}

module.exports = { skyDarkness, isDay, lightNow }

'use strict'
/**
 * Light on demand: how bright one place is, found by walking outwards from it until a source is met.
 *
 * Light falls by one a block, in six directions, and stops at opaque blocks, as in the game. Nothing is stored, so a
 * placed torch or a dug roof counts at once. Not modelled: the shape of slabs and stairs (they let light through).
 */

const { isOpaque, emitsLight } = require('./gamedata')

const REACH = 15
const SIDE = 2 * REACH + 1
const seen = new Uint32Array(SIDE * SIDE * SIDE)
const queue = new Int32Array(SIDE * SIDE * SIDE)
const STEPS = [1, -1, SIDE, -SIDE, SIDE * SIDE, -SIDE * SIDE]
let visit = 0

/**
 * The brightest of (source level - distance) over all sources that light can come from to (x, y, z).
 * @param {(x: number, y: number, z: number) => number | undefined} stateAt undefined where nothing is loaded
 * @param {(x: number, y: number, z: number, state: number) => number} sourceAt level of the source there, 0 for none
 * @param {number} strongest no source is stronger than this
 */
function brightest(x, y, z, stateAt, sourceAt, strongest = REACH) {
  const start = stateAt(x, y, z)
  if (start === undefined) return 0
  let best = sourceAt(x, y, z, start)
  if (isOpaque(start)) return best
  visit = (visit + 1) >>> 0
  if (visit === 0) seen.fill(0)
  const centre = REACH + SIDE * (REACH + SIDE * REACH)
  let head = 0
  let tail = 0
  queue[tail++] = centre
  seen[centre] = visit
  let distance = 0
  while (head < tail && strongest - distance - 1 > best) {
    distance++
    const ring = tail
    while (head < ring) {
      const from = queue[head++]
      for (const step of STEPS) {
        const at = from + step
        if (seen[at] === visit) continue
        seen[at] = visit
        const px = x + (at % SIDE) - REACH
        const py = y + (Math.floor(at / SIDE) % SIDE) - REACH
        const pz = z + Math.floor(at / (SIDE * SIDE)) - REACH
        const state = stateAt(px, py, pz)
        if (state === undefined) continue
        const level = sourceAt(px, py, pz, state) - distance
        if (level > best) best = level
        if (distance < REACH - 1 && !isOpaque(state)) queue[tail++] = at
      }
    }
  }
  return best
}

/** A source function for blocks that shine. */
function blockSource(x, y, z, state) {
  return emitsLight(state)
}

module.exports = { brightest, blockSource, REACH }

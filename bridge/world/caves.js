'use strict'
/**
 * Caves: winding tunnels (where two noise fields are both near zero) and caverns (where a third is high).
 *
 * The fields are sampled every fourth block and interpolated, so that a whole column costs little, and the answer for
 * a block is the same whichever column asks. Below LAVA_LEVEL caves are filled with lava. The bed of seas and rivers
 * is never broken, for water does not flow while a world is made.
 */

const { Noise } = require('./noise')
const { SEA_LEVEL } = require('./biomes')
const { MIN_Y } = require('./gamedata')

/** Caves hold lava below this height. */
const LAVA_LEVEL = -54
const FLOOR = MIN_Y + 2
const CELL = 4
const ACROSS = 5
const UP = 80
const TUNNEL_WIDTH = 0.0062
const TUNNEL_MARGIN = 0.1
const SEA_BED = 6

/** How wide tunnels are at a height: wider below zero, narrow where they break the surface. */
function tunnelWidth(y, ground) {
  if (y > ground - 5) return TUNNEL_WIDTH * 0.6
  return y < 0 ? TUNNEL_WIDTH * 1.35 : TUNNEL_WIDTH
}

/** The noise above which there is a cavern; they thin out upwards and never reach the surface. */
function cavernLevel(y, ground) {
  if (y > 44 || y > ground - 12) return Infinity
  return y < 0 ? 0.43 : 0.47
}

/** The highest block that a cave may take away under ground of this height. */
function highestCave(ground) {
  return ground <= SEA_LEVEL + 2 ? ground - SEA_BED : ground
}

/** The caves of one world. */
class Caves {
  constructor(seed) {
    this.fields = [new Noise(seed ^ 0x7777), new Noise(seed ^ 0x8888), new Noise(seed ^ 0x9999)]
    this.lattice = [0, 1, 2].map(() => new Float32Array(ACROSS * ACROSS * UP))
  }

  sample(field, x, y, z) {
    const noise = this.fields[field]
    return field < 2 ? noise.at(x / 44, y / 30, z / 44) : noise.at(x / 72, y / 36, z / 72)
  }

  /** Sample the lattice of one column up to a height. */
  prepare(cx, cz, top) {
    const levels = Math.min(UP, ((top - MIN_Y) >> 2) + 2)
    for (let field = 0; field < 3; field++) {
      const values = this.lattice[field]
      for (let gx = 0; gx < ACROSS; gx++) {
        for (let gz = 0; gz < ACROSS; gz++) {
          const at = (gx * ACROSS + gz) * UP
          const enough = field === 2 ? Math.min(levels, 30) : levels
          for (let gy = 0; gy < enough; gy++) {
            values[at + gy] = this.sample(field, cx * 16 + gx * CELL, MIN_Y + gy * CELL, cz * 16 + gz * CELL)
          }
        }
      }
    }
    return levels
  }

  /**
   * Carve one column.
   * @param {Uint16Array} states the column's blocks, solid up to the ground
   * @param {Int16Array} heights ground height by z*16 + x
   */
  carve(cx, cz, states, heights, air, lava) {
    let top = MIN_Y
    for (let i = 0; i < 256; i++) top = Math.max(top, heights[i])
    const levels = this.prepare(cx, cz, top)
    for (let gx = 0; gx < 4; gx++) {
      for (let gz = 0; gz < 4; gz++) {
        for (let gy = 0; gy < levels - 1; gy++) this.carveCell(gx, gy, gz, states, heights, air, lava)
      }
    }
  }

  /** Whether a cell can hold any cave at all: a quick bound over its eight corners. */
  couldHold(at, gy) {
    return (crosses(this.lattice[0], at) && crosses(this.lattice[1], at)) ||
      (gy < 28 && reaches(this.lattice[2], at, 0.43))
  }

  carveCell(gx, gy, gz, states, heights, air, lava) {
    const at = (gx * ACROSS + gz) * UP + gy
    if (!this.couldHold(at, gy)) return
    const [first, second, cavern] = this.lattice
    for (let dy = 0; dy < CELL; dy++) {
      const y = MIN_Y + gy * CELL + dy
      if (y < FLOOR) continue
      for (let dz = 0; dz < CELL; dz++) {
        for (let dx = 0; dx < CELL; dx++) {
          const place = ((gz * CELL + dz) << 4) | (gx * CELL + dx)
          const ground = heights[place]
          if (y > highestCave(ground)) continue
          const a = interpolate(first, at, dx, dy, dz)
          const b = interpolate(second, at, dx, dy, dz)
          if (a * a + b * b < tunnelWidth(y, ground) ||
            (gy < 28 && interpolate(cavern, at, dx, dy, dz) > cavernLevel(y, ground))) {
            states[((y - MIN_Y) << 8) | place] = y < LAVA_LEVEL ? lava : air
          }
        }
      }
    }
  }

  /** Whether a tunnel opens at the ground of a place: for what stands on it, without making the column. */
  opensAt(x, ground, z) {
    if (ground > highestCave(ground)) return false
    const corner = [x & ~3, ground & ~3, z & ~3]
    const value = (field) => {
      const cube = new Float32Array(8)
      for (let i = 0; i < 8; i++) {
        cube[i] = this.sample(field, corner[0] + (i >> 2) * CELL, corner[1] + (i & 1) * CELL,
          corner[2] + ((i >> 1) & 1) * CELL)
      }
      return blend(cube, x & 3, ground & 3, z & 3)
    }
    const a = value(0)
    if (a * a >= TUNNEL_WIDTH) return false
    const b = value(1)
    return a * a + b * b < tunnelWidth(ground, ground)
  }
}

const RIGHT = ACROSS * UP
const NEXT = UP

function crosses(values, at) {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < 8; i++) {
    const value = values[at + (i & 1) + ((i >> 1) & 1) * NEXT + (i >> 2) * RIGHT]
    if (value < low) low = value
    if (value > high) high = value
  }
  return low < TUNNEL_MARGIN && high > -TUNNEL_MARGIN
}

function reaches(values, at, level) {
  for (let i = 0; i < 8; i++) {
    if (values[at + (i & 1) + ((i >> 1) & 1) * NEXT + (i >> 2) * RIGHT] > level) return true
  }
  return false
}

function interpolate(values, at, dx, dy, dz) {
  const fy = dy / CELL
  const fz = dz / CELL
  const a = values[at] + (values[at + 1] - values[at]) * fy
  const b = values[at + NEXT] + (values[at + NEXT + 1] - values[at + NEXT]) * fy
  const c = values[at + RIGHT] + (values[at + RIGHT + 1] - values[at + RIGHT]) * fy
  const d = values[at + RIGHT + NEXT] + (values[at + RIGHT + NEXT + 1] - values[at + RIGHT + NEXT]) * fy
  const near = a + (b - a) * fz
  const far = c + (d - c) * fz
  return near + (far - near) * (dx / CELL)
}

/** The same interpolation over eight corners of their own, in the order (x, z, y). */
function blend(cube, dx, dy, dz) {
  const fy = dy / CELL
  const fz = dz / CELL
  const a = cube[0] + (cube[1] - cube[0]) * fy
  const b = cube[2] + (cube[3] - cube[2]) * fy
  const c = cube[4] + (cube[5] - cube[4]) * fy
  const d = cube[6] + (cube[7] - cube[6]) * fy
  const near = a + (b - a) * fz
  const far = c + (d - c) * fz
  return near + (far - near) * (dx / CELL)
}

module.exports = { Caves }

'use strict'
/**
 * Smooth noise: Perlin's improved gradient noise over a seeded permutation, and sums of octaves of it.
 *
 * Pure functions of (seed, place): no state changes after construction.
 */

const { Random } = require('./random')

function gradient(hash, x, y, z) {
  const h = hash & 15
  const u = h < 8 ? x : y
  const v = h < 4 ? y : h === 12 || h === 14 ? x : z
  return ((h & 1) === 0 ? u : -u) + ((h & 2) === 0 ? v : -v)
}

/** One seeded field of noise, roughly in [-1, 1], zero on average. */
class Noise {
  constructor(seed) {
    const random = new Random(seed)
    const order = Array.from({ length: 256 }, (_, i) => i)
    for (let i = 255; i > 0; i--) {
      const j = random.int(i + 1)
      const swapped = order[i]
      order[i] = order[j]
      order[j] = swapped
    }
    this.table = Uint8Array.from({ length: 512 }, (_, i) => order[i & 255])
  }

  /** The value at a place in space. */
  at(x, y, z) {
    const p = this.table
    const fx = Math.floor(x)
    const fy = Math.floor(y)
    const fz = Math.floor(z)
    const ix = fx & 255
    const iy = fy & 255
    const iz = fz & 255
    x -= fx
    y -= fy
    z -= fz
    const u = x * x * x * (x * (x * 6 - 15) + 10)
    const v = y * y * y * (y * (y * 6 - 15) + 10)
    const w = z * z * z * (z * (z * 6 - 15) + 10)
    const a = p[ix] + iy
    const b = p[ix + 1] + iy
    const aa = p[a] + iz
    const ab = p[a + 1] + iz
    const ba = p[b] + iz
    const bb = p[b + 1] + iz
    const x00 = gradient(p[aa], x, y, z)
    const x10 = gradient(p[ab], x, y - 1, z)
    const x01 = gradient(p[aa + 1], x, y, z - 1)
    const x11 = gradient(p[ab + 1], x, y - 1, z - 1)
    const y00 = x00 + u * (gradient(p[ba], x - 1, y, z) - x00)
    const y10 = x10 + u * (gradient(p[bb], x - 1, y - 1, z) - x10)
    const y01 = x01 + u * (gradient(p[ba + 1], x - 1, y, z - 1) - x01)
    const y11 = x11 + u * (gradient(p[bb + 1], x - 1, y - 1, z - 1) - x11)
    const z0 = y00 + v * (y10 - y00)
    const z1 = y01 + v * (y11 - y01)
    return z0 + w * (z1 - z0)
  }

  /** The value on one plane. */
  at2(x, z) {
    return this.at(x, 0.5, z)
  }

  /** A sum of octaves, each twice as fine and half as strong, scaled back to roughly [-1, 1]. */
  octaves2(x, z, count) {
    let sum = 0
    let weight = 1
    let total = 0
    let frequency = 1
    for (let i = 0; i < count; i++) {
      sum += weight * this.at(x * frequency, i * 17.3, z * frequency)
      total += weight
      weight /= 2
      frequency *= 2
    }
    return sum / total
  }
}

module.exports = { Noise }

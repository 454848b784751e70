'use strict'
/**
 * Veins in the stone: ores, dirt, gravel and the other stones, with the counts, heights and shape of Minecraft 1.20.1.
 *
 * A vein belongs to the column that it starts in and may reach into the neighbours. Every column works out the veins
 * of its eight neighbours too, from their own seeds, and keeps the blocks that fall into itself: no vein is cut at a
 * border, and no column ever writes into another. One thing is simpler than the game: whether a block touches air is
 * asked only inside the column; for a block at its edge the side towards the neighbour counts as closed.
 */

const { Random, hash, hash01 } = require('./random')
const gamedata = require('./gamedata')
const { veins } = require('../data/ores.json')

const { MIN_Y, MAX_Y, HEIGHT } = gamedata

const MAX_SIZE = 64
/** No vein reaches farther than this from its start, up or sideways. */
const reachOf = (size) => Math.ceil(size / 8 + size / 16 + 2)

const ABSENT = 0
const PLAIN = 1
const DEEP = 2

/** Which state turns into which: 1 for stone kinds, 2 for deepslate and tuff. */
const ground = new Uint8Array(gamedata.STATE_COUNT)
for (const name of gamedata.tagMembers('stone_ore_replaceables')) ground[gamedata.stateOf(name)] = PLAIN
for (const name of gamedata.tagMembers('deepslate_ore_replaceables')) ground[gamedata.stateOf(name)] = DEEP

const features = veins.map((vein) => {
  const plain = gamedata.stateOf(vein.block)
  const deep = vein.into !== 'stone' ? gamedata.stateOf(`deepslate_${vein.block}`) : plain
  return { ...vein, states: [ABSENT, plain, deep], reach: reachOf(vein.size), buried: vein.buried ?? 0 }
})

const spheres = new Float64Array(MAX_SIZE * 4)
const tried = new Uint32Array(256 * HEIGHT)
let attempt = 0

function countOf(count, random) {
  if (Array.isArray(count)) return random.range(count[0], count[1])
  return count < 1 ? Number(random.chance(count)) : count
}

function heightOf({ spread, heights: [low, high] }, random) {
  if (spread === 'uniform') return random.range(low, high)
  const half = (high - low) / 2
  return low + random.range(0, half) + random.range(0, half)
}

/**
 * Lay out a vein as a chain of spheres in `spheres` (x, y, z, radius); a sphere inside another gets radius -1.
 * This is the game's own construction, whose mean volumes the published ore counts rest on.
 */
function layOut(x, y, z, size, angle, random) {
  const across = Math.sin(angle) * (size / 8)
  const along = Math.cos(angle) * (size / 8)
  const y0 = y + random.int(3) - 2
  const y1 = y + random.int(3) - 2
  for (let i = 0; i < size; i++) {
    const part = i / size
    const girth = (random.next() * size) / 16
    spheres[i * 4] = x + across - 2 * across * part
    spheres[i * 4 + 1] = y0 + (y1 - y0) * part
    spheres[i * 4 + 2] = z + along - 2 * along * part
    spheres[i * 4 + 3] = ((Math.sin(Math.PI * part) + 1) * girth + 1) / 2
  }
  for (let i = 0; i < size - 1; i++) {
    for (let j = i + 1; j < size && spheres[i * 4 + 3] > 0; j++) {
      if (spheres[j * 4 + 3] <= 0) continue
      const dx = spheres[i * 4] - spheres[j * 4]
      const dy = spheres[i * 4 + 1] - spheres[j * 4 + 1]
      const dz = spheres[i * 4 + 2] - spheres[j * 4 + 2]
      const wider = spheres[i * 4 + 3] - spheres[j * 4 + 3]
      if (wider * wider > dx * dx + dy * dy + dz * dz) spheres[(wider > 0 ? j : i) * 4 + 3] = -1
    }
  }
}

/** Whether a vein that starts at `start` and points this far along an axis stays clear of the column's sixteen. */
function misses(start, edge, direction, size) {
  const reach = (Math.abs(direction) * size) / 8 + size / 16 + 0.5
  return start + reach < edge || start - reach > edge + 16
}

function touchesAir(states, index) {
  const x = index & 15
  const z = (index >> 4) & 15
  return (x > 0 && states[index - 1] === 0) || (x < 15 && states[index + 1] === 0) ||
    (z > 0 && states[index - 16] === 0) || (z < 15 && states[index + 16] === 0) ||
    states[index - 256] === 0 || states[index + 256] === 0
}

/** Write the blocks of the laid-out vein that fall into the column at (left, front). */
function fill(states, left, front, feature, seed) {
  attempt++
  for (let i = 0; i < feature.size; i++) {
    const radius = spheres[i * 4 + 3]
    if (radius < 0) continue
    const sx = spheres[i * 4]
    const sy = spheres[i * 4 + 1]
    const sz = spheres[i * 4 + 2]
    const x1 = Math.min(left + 15, Math.floor(sx + radius))
    const y1 = Math.min(MAX_Y - 1, Math.floor(sy + radius))
    for (let x = Math.max(left, Math.floor(sx - radius)); x <= x1; x++) {
      const dx = (x + 0.5 - sx) / radius
      if (dx * dx >= 1) continue
      for (let y = Math.max(MIN_Y + 1, Math.floor(sy - radius)); y <= y1; y++) {
        const dy = (y + 0.5 - sy) / radius
        const rest = 1 - dx * dx - dy * dy
        if (rest <= 0) continue
        const half = Math.sqrt(rest) * radius
        const z1 = Math.min(front + 15, Math.floor(sz + half - 0.5))
        for (let z = Math.max(front, Math.ceil(sz - half - 0.5)); z <= z1; z++) place(states, x, y, z, feature, seed)
      }
    }
  }
}

function place(states, x, y, z, feature, seed) {
  const index = ((y - MIN_Y) << 8) | ((z & 15) << 4) | (x & 15)
  if (tried[index] === attempt) return
  tried[index] = attempt
  const kind = ground[states[index]]
  if (kind === ABSENT) return
  if (feature.buried > 0 && hash01(seed, x, y, z) < feature.buried && touchesAir(states, index)) return
  states[index] = feature.states[kind]
}

const random = new Random(0)
const shape = new Random(0)

/** The veins of the column at (vx, vz), as far as they reach into the column (cx, cz). */
function placeFrom(feature, order, seed, vx, vz, cx, cz, states, top) {
  random.reseed(hash(seed, vx, vz, order))
  const left = cx * 16
  const front = cz * 16
  const { reach } = feature
  for (let remaining = countOf(feature.count, random); remaining > 0; remaining--) {
    const bits = random.bits()
    const x = vx * 16 + (bits & 15)
    const z = vz * 16 + ((bits >> 4) & 15)
    const y = heightOf(feature, random)
    if (y - reach > top || y + reach < MIN_Y) continue
    if (x + reach < left || x - reach > left + 15 || z + reach < front || z - reach > front + 15) continue
    const veinSeed = hash(bits, x, y, z)
    const angle = shape.reseed(veinSeed).next() * Math.PI
    if (misses(x, left, Math.sin(angle), feature.size) || misses(z, front, Math.cos(angle), feature.size)) continue
    layOut(x, y, z, feature.size, angle, shape)
    fill(states, left, front, feature, veinSeed)
  }
}

/**
 * Place all veins of a column.
 * @param {Uint16Array} states the column's blocks, already carved
 * @param {number} top the highest ground of the column
 * @param {(cx: number, cz: number, quality: string) => boolean} hasQuality whether a column's biome allows a vein that
 *   is bound to biomes (emeralds)
 */
function placeVeins(seed, cx, cz, states, top, hasQuality) {
  features.forEach((feature, order) => {
    for (let vz = cz - 1; vz <= cz + 1; vz++) {
      for (let vx = cx - 1; vx <= cx + 1; vx++) {
        if (feature.only && !hasQuality(vx, vz, feature.only)) continue
        placeFrom(feature, order, seed, vx, vz, cx, cz, states, top)
      }
    }
  })
}

/** The spheres of one vein in the open, as [x, y, z, radius]: what its shape is made of. */
function veinSpheres(x, y, z, size, random) {
  layOut(x, y, z, size, random.next() * Math.PI, random)
  const kept = []
  for (let i = 0; i < size; i++) if (spheres[i * 4 + 3] > 0) kept.push([...spheres.subarray(i * 4, i * 4 + 4)])
  return kept
}

module.exports = { placeVeins, veinSpheres }

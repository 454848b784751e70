'use strict'
/**
 * The shapes of trees, for the terrain and for saplings that grow.
 *
 * A shape is a list of blocks relative to the lowest trunk block. Leaves carry their true distance to the nearest log,
 * so that decay works on trees that the terrain made. Nothing here reads or writes the world.
 */

const gamedata = require('./gamedata')

/** Which wood a kind of tree is made of. */
const WOOD = {
  oak: 'oak', birch: 'birch', spruce: 'spruce', acacia: 'acacia', dark_oak: 'dark_oak', jungle: 'jungle',
  jungle_bush: 'jungle', swamp_oak: 'oak', cherry: 'cherry',
}

/** Kinds of trees that `treeShape` can grow. */
const KINDS = Object.keys(WOOD)

const FARTHEST_LEAF = 7
const SIDES = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]

/** Collects logs and leaves by place; logs win over leaves. */
class Shape {
  constructor() {
    this.logs = new Map()
    this.leaves = new Map()
  }

  log(x, y, z) {
    const key = `${x},${y},${z}`
    this.leaves.delete(key)
    this.logs.set(key, [x, y, z])
  }

  leaf(x, y, z) {
    const key = `${x},${y},${z}`
    if (!this.logs.has(key)) this.leaves.set(key, [x, y, z])
  }

  /** A flat disc of leaves; each corner is left out when `dropCorner` says so. */
  disc(x, y, z, radius, dropCorner, width = 1) {
    for (let dx = -radius; dx < radius + width; dx++) {
      for (let dz = -radius; dz < radius + width; dz++) {
        const ax = dx < 0 ? -dx : Math.max(0, dx - width + 1)
        const az = dz < 0 ? -dz : Math.max(0, dz - width + 1)
        if (radius > 0 && ax === radius && az === radius && dropCorner()) continue
        this.leaf(x + dx, y, z + dz)
      }
    }
  }

  /** All blocks: logs first, then the leaves that a log holds, each with its distance. */
  blocks(wood) {
    const log = gamedata.stateOf(`${wood}_log`)
    const leafAt = (distance) => gamedata.stateOf(`${wood}_leaves`, { distance, persistent: false })
    const blocks = [...this.logs.values()].map(([x, y, z]) => ({ x, y, z, state: log, log: true }))
    let edge = [...this.logs.values()]
    const waiting = new Map(this.leaves)
    for (let distance = 1; distance < FARTHEST_LEAF; distance++) {
      const next = []
      for (const [x, y, z] of edge) {
        for (const [dx, dy, dz] of SIDES) {
          const key = `${x + dx},${y + dy},${z + dz}`
          const leaf = waiting.get(key)
          if (!leaf) continue
          waiting.delete(key)
          next.push(leaf)
          blocks.push({ x: leaf[0], y: leaf[1], z: leaf[2], state: leafAt(distance), log: false })
        }
      }
      edge = next
    }
    return blocks
  }
}

/** Oak, birch, jungle: a bare trunk under two wide and two narrow layers. */
function roundTree(shape, height, radius, random) {
  for (let y = height - 3; y <= height; y++) {
    const top = y >= height - 1
    shape.disc(0, y, 0, top ? radius - 1 : radius, () => y === height || random.chance(0.5))
  }
  for (let y = 0; y < height; y++) shape.log(0, y, 0)
}

/** Spruce: a cone whose layers widen and start again. */
function cone(shape, height, random) {
  const bare = random.range(1, 2)
  const widest = random.range(2, 3)
  let radius = random.int(2)
  let limit = 1
  let next = 0
  for (let y = height; y >= bare; y--) {
    shape.disc(0, y, 0, radius, () => true)
    if (radius >= limit) {
      radius = next
      next = 1
      limit = Math.min(limit + 1, widest)
    } else radius++
  }
  for (let y = 0; y < height; y++) shape.log(0, y, 0)
}

/** Acacia: a trunk that leans from some height on, under a flat crown, sometimes with a second branch. */
function leaning(shape, height, random) {
  const crown = (x, y, z) => {
    shape.disc(x, y, z, 3, () => true)
    shape.disc(x, y + 1, z, 1, () => false)
    for (const [dx, dz] of [[2, 0], [-2, 0], [0, 2], [0, -2]]) shape.leaf(x + dx, y + 1, z + dz)
  }
  const branch = (direction, from, length) => {
    let [x, z] = [0, 0]
    for (let y = 0; y < height; y++) {
      if (y >= from && length-- > 0) {
        x += direction[0]
        z += direction[1]
      }
      shape.log(x, y, z)
    }
    crown(x, height - 1, z)
  }
  const directions = [[1, 0], [-1, 0], [0, 1], [0, -1]]
  branch(random.pick(directions), height - random.range(1, 4), random.range(1, 3))
  if (random.chance(0.5)) branch(random.pick(directions), height - random.range(2, 3), random.range(1, 3))
}

/** Dark oak: a trunk two blocks wide under a broad roof. */
function broad(shape, height, random) {
  const roof = height - 1
  shape.disc(0, roof - 1, 0, 2, () => true, 2)
  shape.disc(0, roof, 0, 3, () => true, 2)
  shape.disc(0, roof + 1, 0, 2, () => random.chance(0.5), 2)
  for (let y = 0; y < height; y++) {
    for (const [x, z] of [[0, 0], [1, 0], [0, 1], [1, 1]]) shape.log(x, y, z)
  }
}

function bush(shape, random) {
  shape.disc(0, 0, 0, 2, () => random.chance(0.5))
  shape.disc(0, 1, 0, 1, () => random.chance(0.5))
  shape.log(0, 0, 0)
}

/**
 * The blocks of one tree: [{x, y, z, state, log}], relative to the lowest trunk block, logs first.
 * Logs replace air, leaves and plants; leaves replace air only.
 * @param {string} kind one of KINDS
 * @param {import('./random').Random} random
 */
function treeShape(kind, random) {
  const shape = new Shape()
  switch (kind) {
    case 'spruce': cone(shape, random.range(6, 9), random); break
    case 'acacia': leaning(shape, random.range(5, 8), random); break
    case 'dark_oak': broad(shape, random.range(6, 8), random); break
    case 'jungle': roundTree(shape, random.range(4, 12), 2, random); break
    case 'jungle_bush': bush(shape, random); break
    case 'birch': roundTree(shape, random.range(5, 7), 2, random); break
    case 'swamp_oak': roundTree(shape, random.range(5, 8), 3, random); break
    case 'cherry': roundTree(shape, random.range(5, 7), 3, random); break
    case 'oak': roundTree(shape, random.range(4, 6), 2, random); break
    default: throw new RangeError(`there is no tree kind ${kind}`)
  }
  return shape.blocks(WOOD[kind])
}

module.exports = { treeShape, KINDS }

'use strict'
/**
 * A sapling becomes a tree, with the terrain's own shapes, if there is room for it.
 *
 * Dark oak needs a square of four saplings, as in vanilla. Without room nothing happens and the sapling waits.
 */
const { treeShape } = require('./trees')

const SQUARES = [[0, 0], [-1, 0], [0, -1], [-1, -1]]
const FOUR = [[0, 0], [1, 0], [0, 1], [1, 1]]
const TOP = 319

/** Grow the tree of the sapling at a place. True if it grew. */
function growTree(world, x, y, z, state) {
  const sapling = world.data.blockName(state)
  const kind = sapling.replace('_sapling', '')
  const corner = kind === 'dark_oak' ? squareOf(world, x, y, z, sapling) : [x, z]
  if (!corner) return false
  const [rootX, rootZ] = corner
  const blocks = treeShape(kind, world.random)
    .map((block) => ({ ...block, x: rootX + block.x, y: y + block.y, z: rootZ + block.z }))
  if (!blocks.every((block) => !block.log || roomFor(world, block, sapling))) return false
  for (const block of blocks) {
    if (block.log || world.data.isAir(world.chunks.get(block.x, block.y, block.z))) {
      world.setBlock(block.x, block.y, block.z, block.state)
    }
  }
  world.setBlock(rootX, y - 1, rootZ, world.data.stateOf('dirt'))
  return true
}

/** The lowest corner of a square of four saplings that the place belongs to, or null. */
function squareOf(world, x, y, z, sapling) {
  const grows = (sx, sz) => world.blockName(sx, y, sz) === sapling
  const found = SQUARES.find(([cx, cz]) => FOUR.every(([dx, dz]) => grows(x + cx + dx, z + cz + dz)))
  return found ? [x + found[0], z + found[1]] : null
}

function roomFor(world, { x, y, z }, sapling) {
  const state = world.chunks.get(x, y, z)
  const name = world.data.blockName(state)
  return y <= TOP && (world.data.isReplaceable(state) || name === sapling || name.endsWith('_leaves'))
}

module.exports = { growTree }

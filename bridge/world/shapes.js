'use strict'
/**
 * The collision boxes of block states, from minecraft-data, and boxes of bodies against them.
 */

const cache = new Map()

/** The boxes of a state inside its block: lists of [x0, y0, z0, x1, y1, z1], 0 to 1 (fences reach higher). */
function collisionBoxes(data, state) {
  let boxes = cache.get(state)
  if (boxes) return boxes
  const block = data.blockOf(state)
  const { blocks, shapes } = data.registry.blockCollisionShapes
  const shape = blocks[block.name]
  boxes = shapes[Array.isArray(shape) ? shape[state - block.minStateId] : shape] ?? []
  cache.set(state, boxes)
  return boxes
}

/** Whether a block state at (x, y, z) would overlap a body: feet at `pos`, `width` wide, `height` high. */
function overlapsBody(data, state, x, y, z, pos, width, height) {
  const half = width / 2 - 1e-6
  return collisionBoxes(data, state).some(([x0, y0, z0, x1, y1, z1]) =>
    x + x1 > pos.x - half && x + x0 < pos.x + half &&
    y + y1 > pos.y + 1e-6 && y + y0 < pos.y + height - 1e-6 &&
    z + z1 > pos.z - half && z + z0 < pos.z + half)
}

module.exports = { collisionBoxes, overlapsBody }

'use strict'
/**
 * Ways for walking mobs: A* over places to stand, bounded, with steps of one up and three down.
 *
 * A path is a list of [x, y, z] places for the feet. When the goal is out of reach the path leads to the nearest place
 * found, as a mob in the game crowds at the wall before its prey. Reads the world only.
 */

const MOST_VISITED = 250
const MOST_VISITED_AT_LEISURE = 60
const RANGE = 40
const DEEPEST_DROP = 3
const DIAGONAL = Math.SQRT2
const WAYS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]]

/** Solid blocks too high to step on. */
const HIGH = /(_fence|_fence_gate|_wall)$/

class Ground {
  constructor(world, tall) {
    this.world = world
    this.tall = tall
  }

  open(x, y, z) {
    const { chunks, data, blockUpdates } = this.world
    return !data.isSolid(chunks.get(x, y, z)) && blockUpdates.fluids.at(x, y, z)?.kind !== 'lava'
  }

  fits(x, y, z) {
    return this.open(x, y, z) && (!this.tall || this.open(x, y + 1, z))
  }

  carries(x, y, z) {
    const { chunks, data, blockUpdates } = this.world
    const below = chunks.get(x, y - 1, z)
    if (data.isSolid(below)) return !HIGH.test(data.blockName(below))
    return blockUpdates.fluids.at(x, y, z)?.kind === 'water' || blockUpdates.fluids.at(x, y - 1, z)?.kind === 'water'
  }

  /** The height of the feet after a step to (x, z) from height y, or null. */
  step(x, y, z, fromX, fromZ) {
    if (this.fits(x, y, z)) {
      for (let down = 0; down <= DEEPEST_DROP; down++) {
        if (down > 0 && !this.open(x, y - down, z)) return null
        if (this.carries(x, y - down, z)) return y - down
      }
      return null
    }
    const headroom = this.open(fromX, y + (this.tall ? 2 : 1), fromZ)
    return headroom && this.fits(x, y + 1, z) && this.carries(x, y + 1, z) ? y + 1 : null
  }
}

/** A heap of nodes, cheapest first; equal ones in the order they came. */
class Frontier {
  constructor() {
    this.nodes = []
  }

  push(node) {
    const { nodes } = this
    let at = nodes.length
    nodes.push(node)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (nodes[parent].total <= node.total) break
      nodes[at] = nodes[parent]
      at = parent
    }
    nodes[at] = node
  }

  pop() {
    const { nodes } = this
    const first = nodes[0]
    const last = nodes.pop()
    if (nodes.length > 0) this.sink(last)
    return first
  }

  sink(node) {
    const { nodes } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= nodes.length) break
      if (child + 1 < nodes.length && nodes[child + 1].total < nodes[child].total) child++
      if (nodes[child].total >= node.total) break
      nodes[at] = nodes[child]
      at = child
    }
    nodes[at] = node
  }
}

/**
 * A path from one place to another.
 * @param {{tall: boolean, leisure?: boolean}} how whether it needs two blocks of height; at leisure it looks less far
 * @returns {number[][]} the places to walk through, without the start; empty when there is no step to take
 */
function findPath(world, from, to, { tall, leisure = false }) {
  const ground = new Ground(world, tall)
  const start = { x: Math.floor(from.x), y: Math.floor(from.y + 0.01), z: Math.floor(from.z), cost: 0, before: null }
  const goal = { x: Math.floor(to.x), y: Math.floor(to.y + 0.01), z: Math.floor(to.z) }
  const left = ({ x, y, z }) => Math.hypot(goal.x - x, goal.y - y, goal.z - z)
  const keyOf = (x, y, z) => ((x - start.x + 64) * 128 + (z - start.z + 64)) * 128 + (y - start.y + 64)
  const costs = new Map([[keyOf(start.x, start.y, start.z), 0]])
  const frontier = new Frontier()
  frontier.push({ ...start, total: left(start) })
  const most = leisure ? MOST_VISITED_AT_LEISURE : MOST_VISITED
  let best = start
  let nearest = left(start)
  for (let visited = 0; visited < most && frontier.nodes.length > 0; visited++) {
    const node = frontier.pop()
    if (node.cost > costs.get(keyOf(node.x, node.y, node.z))) continue
    const distance = left(node)
    if (distance < nearest) {
      nearest = distance
      best = node
    }
    if (distance < 1) break
    for (const [dx, dz] of WAYS) {
      const x = node.x + dx
      const z = node.z + dz
      if (Math.abs(x - start.x) > RANGE || Math.abs(z - start.z) > RANGE) continue
      const diagonal = dx !== 0 && dz !== 0
      if (diagonal && !(ground.fits(node.x + dx, node.y, node.z) && ground.fits(node.x, node.y, node.z + dz))) continue
      const y = ground.step(x, node.y, z, node.x, node.z)
      if (y === null || (diagonal && y > node.y) || Math.abs(y - start.y) > RANGE) continue
      const cost = node.cost + (diagonal ? DIAGONAL : 1) + Math.abs(y - node.y) * 0.5
      const key = keyOf(x, y, z)
      if (cost >= (costs.get(key) ?? Infinity)) continue
      costs.set(key, cost)
      const next = { x, y, z, cost, before: node }
      frontier.push({ ...next, total: cost + left(next) })
    }
  }
  return unwind(best)
}

function unwind(node) {
  const path = []
  for (; node.before; node = node.before) path.push([node.x, node.y, node.z])
  return path.reverse()
}

module.exports = { findPath }

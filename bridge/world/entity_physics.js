'use strict'
/**
 * How bodies other than players move: boxes swept against the collision shapes of blocks, gravity, friction, steps,
 * floating. The figures are vanilla's per-tick ones. Players' bodies are simulated by their own clients.
 */
const gamedata = require('./gamedata')
const { collisionBoxes } = require('./shapes')

const GRAVITY = 0.08
const AIR_DRAG = 0.98
const GROUND_FRICTION = 0.546
const AIR_FRICTION = 0.91
const STILL = 0.003
const STEP = 0.6
const { floor } = Math

/** Collision boxes by state, flat: x0 y0 z0 x1 y1 z1 and so on; null for none. */
const shapes = new Array(gamedata.STATE_COUNT)

function shapeOf(state) {
  if (shapes[state] === undefined) {
    const boxes = collisionBoxes(gamedata, state)
    shapes[state] = boxes.length > 0 ? boxes.flat() : null
  }
  return shapes[state]
}

/** Boxes found by the last `collect`, flat, in world coordinates; one scratch list, because nothing here calls back. */
const found = []

function collect(chunks, x1, y1, z1, x2, y2, z2) {
  found.length = 0
  for (let x = floor(x1); x <= floor(x2); x++) {
    for (let z = floor(z1); z <= floor(z2); z++) {
      for (let y = floor(y1) - 1; y <= floor(y2); y++) { // one lower: fences reach half a block above their own place
        const state = chunks.get(x, y, z)
        const shape = state === 0 ? null : shapeOf(state)
        if (shape === null) continue
        for (let i = 0; i < shape.length; i += 6) {
          found.push(x + shape[i], y + shape[i + 1], z + shape[i + 2])
          found.push(x + shape[i + 3], y + shape[i + 4], z + shape[i + 5])
        }
      }
    }
  }
}

const EDGE = 1e-7

/** How far along one axis (0 x, 1 y, 2 z) a box can go before one of the found boxes stops it. */
function clip(axis, distance, low, high) {
  const b = axis === 0 ? 1 : 0
  const c = axis === 2 ? 1 : 2
  for (let i = 0; i < found.length && distance !== 0; i += 6) {
    if (high[b] <= found[i + b] + EDGE || low[b] >= found[i + 3 + b] - EDGE) continue
    if (high[c] <= found[i + c] + EDGE || low[c] >= found[i + 3 + c] - EDGE) continue
    const near = found[i + axis] - high[axis]
    const far = found[i + 3 + axis] - low[axis]
    if (distance > 0 && near >= -EDGE) distance = Math.min(distance, near)
    if (distance < 0 && far <= EDGE) distance = Math.max(distance, far)
  }
  return distance
}

const low = [0, 0, 0]
const high = [0, 0, 0]

function place(pos, half, height) {
  low[0] = pos.x - half
  low[1] = pos.y
  low[2] = pos.z - half
  high[0] = pos.x + half
  high[1] = pos.y + height
  high[2] = pos.z + half
}

function shift(axis, distance) {
  low[axis] += distance
  high[axis] += distance
  return distance
}

/** Sweep the placed box; vertical first, then the longer horizontal way. Gives what was possible. */
function sweep(dx, dy, dz) {
  const y = shift(1, clip(1, dy, low, high))
  if (Math.abs(dx) >= Math.abs(dz)) {
    const x = shift(0, clip(0, dx, low, high))
    return [x, y, shift(2, clip(2, dz, low, high))]
  }
  const z = shift(2, clip(2, dz, low, high))
  return [shift(0, clip(0, dx, low, high)), y, z]
}

/**
 * Move an entity by its velocity as far as blocks allow; sets onGround and `blocked` (it ran into a wall), and zeroes
 * the velocity of stopped axes.
 * @param {{width: number, height: number}} size
 * @param {number} [step] how high a ledge it walks up without a jump
 */
function moveByVelocity(world, entity, size, step = 0) {
  const { pos, vel } = entity
  const half = size.width / 2
  const { x: dx, y: dy, z: dz } = vel
  collect(
    world.chunks,
    pos.x - half + Math.min(dx, 0), pos.y + Math.min(dy, 0), pos.z - half + Math.min(dz, 0),
    pos.x + half + Math.max(dx, 0), pos.y + size.height + Math.max(dy, 0) + step, pos.z + half + Math.max(dz, 0)
  )
  place(pos, half, size.height)
  let done = sweep(dx, dy, dz)
  const landed = dy < 0 && done[1] !== dy
  const hitWall = done[0] !== dx || done[2] !== dz
  if (step > 0 && hitWall && (landed || entity.onGround)) {
    const climbed = stepUp(pos, half, size.height, dx, dz, step)
    if (climbed[0] ** 2 + climbed[2] ** 2 > done[0] ** 2 + done[2] ** 2 + EDGE) done = climbed
  }
  pos.x += done[0]
  pos.y += done[1]
  pos.z += done[2]
  entity.onGround = landed
  entity.blocked = done[0] !== dx || done[2] !== dz
  if (done[0] !== dx) vel.x = 0
  if (done[2] !== dz) vel.z = 0
  if (done[1] !== dy) vel.y = 0
}

function stepUp(pos, half, height, dx, dz, step) {
  place(pos, half, height)
  const [, up] = sweep(0, step, 0)
  const [x, , z] = sweep(dx, 0, dz)
  const down = clip(1, -up, low, high)
  return [x, up + down, z]
}

/** The fluid around the feet: 'water', 'lava' or null. */
function fluidAround(world, pos) {
  return world.blockUpdates.fluids.kindAt(pos.offset(0, 0.1, 0))
}

/**
 * One tick of a walking body: push (horizontal acceleration), move, gravity, friction, floating. Gives the height that
 * it fell when it lands, else 0.
 */
function walk(world, entity, size, pushX, pushZ) {
  const { vel } = entity
  const fluid = fluidAround(world, entity.pos)
  entity.inWater = fluid === 'water'
  const grip = entity.onGround ? 1 : fluid ? 0.4 : 0.2
  vel.x += pushX * grip
  vel.z += pushZ * grip
  const before = entity.pos.y
  moveByVelocity(world, entity, size, STEP)
  let fallen = 0
  if (fluid || entity.onGround) {
    if (entity.onGround && !fluid) fallen = entity.fallDistance ?? 0
    entity.fallDistance = 0
  } else if (entity.pos.y < before) {
    entity.fallDistance = (entity.fallDistance ?? 0) + before - entity.pos.y
  }
  if (fluid) {
    vel.x *= 0.8
    vel.z *= 0.8
    vel.y = vel.y * 0.8 - 0.02 + (floats(world, entity) ? 0.04 : 0)
    if (entity.blocked) vel.y = 0.3 // out of the water over its edge
  } else {
    vel.y = (vel.y - GRAVITY) * AIR_DRAG
    const friction = entity.onGround ? GROUND_FRICTION : AIR_FRICTION
    vel.x *= friction
    vel.z *= friction
  }
  if (Math.abs(vel.x) < STILL) vel.x = 0
  if (Math.abs(vel.z) < STILL) vel.z = 0
  return fallen
}

function floats(world, { pos }) {
  return world.blockUpdates.fluids.kindAt(pos.offset(0, 0.4, 0)) !== null
}

/** One tick of a thing that lies about: an item. */
function tumble(world, entity, size) {
  const { vel } = entity
  const fluid = fluidAround(world, entity.pos)
  if (fluid) {
    vel.x *= 0.99
    vel.z *= 0.99
    vel.y = Math.min(vel.y + 0.005, 0.06)
  } else {
    vel.y -= 0.04
  }
  moveByVelocity(world, entity, size)
  const friction = entity.onGround ? 0.588 : AIR_DRAG
  vel.x *= friction
  vel.z *= friction
  vel.y *= AIR_DRAG
  if (Math.abs(vel.x) < STILL) vel.x = 0
  if (Math.abs(vel.z) < STILL) vel.z = 0
}

/** The first block that a straight line from `from` to `to` runs into: {x, y, z, at: fraction of the way}, or null. */
function firstBlockBetween(world, from, to, stops = gamedata.isSolid) {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const dz = to.z - from.z
  let x = floor(from.x)
  let y = floor(from.y)
  let z = floor(from.z)
  const next = (start, cell, way) => (way > 0 ? (cell + 1 - start) / way : way < 0 ? (cell - start) / way : Infinity)
  let tx = next(from.x, x, dx)
  let ty = next(from.y, y, dy)
  let tz = next(from.z, z, dz)
  let at = 0
  for (;;) {
    if (stops(world.chunks.get(x, y, z))) return { x, y, z, at }
    at = Math.min(tx, ty, tz)
    if (at >= 1) return null
    if (at === tx) {
      x += Math.sign(dx)
      tx += Math.abs(1 / dx)
    } else if (at === ty) {
      y += Math.sign(dy)
      ty += Math.abs(1 / dy)
    } else {
      z += Math.sign(dz)
      tz += Math.abs(1 / dz)
    }
  }
}

/** Whether nothing solid is between two points. */
const canSee = (world, from, to) => firstBlockBetween(world, from, to) === null

module.exports = { walk, tumble, firstBlockBetween, canSee }

'use strict'
/**
 * Things that are used on blocks or at what one looks at: hoe, axe, shovel, bone meal, shears, buckets.
 */

const { spendHeld, swapHeld, wearHeld } = require('./inventory')
const { collisionBoxes } = require('./shapes')
const { boneMeal } = require('./growth')

const BUCKET_REACH = 4.5
const RAY_STEP = 0.05
const TILLED = {
  grass_block: 'farmland', dirt: 'farmland', dirt_path: 'farmland', coarse_dirt: 'dirt', rooted_dirt: 'dirt',
}
const TRODDEN = new Set(['grass_block', 'dirt', 'podzol', 'coarse_dirt', 'mycelium', 'rooted_dirt'])

/** Use the held stack on a clicked block. False when it has no use there. */
function useOnBlock(world, player, held, click) {
  const { x, y, z } = click
  const state = world.chunks.get(x, y, z)
  const name = world.data.blockName(state)
  if (held.name.endsWith('_hoe')) return till(world, player, name, click)
  if (held.name.endsWith('_axe')) return strip(world, player, name, state, x, y, z)
  if (held.name.endsWith('_shovel')) return flatten(world, player, name, click)
  if (held.name === 'bone_meal') return fertilise(world, player, x, y, z)
  if (held.name === 'shears' && name === 'pumpkin') return carve(world, player, x, y, z)
  return false
}

const airAbove = (world, x, y, z) => world.data.isAir(world.chunks.get(x, y + 1, z))

function till(world, player, name, { x, y, z, face }) {
  if (!TILLED[name] || face === 'down' || !airAbove(world, x, y, z)) return false
  world.setBlock(x, y, z, world.data.stateOf(TILLED[name]))
  wearHeld(world, player)
  return true
}

function strip(world, player, name, state, x, y, z) {
  const bare = `stripped_${name}`
  if (!/_(log|wood|stem|hyphae)$|^bamboo_block$/.test(name) || !world.data.block(bare)) return false
  world.setBlock(x, y, z, world.data.stateOf(bare, { axis: world.data.propsOf(state).axis }))
  wearHeld(world, player)
  return true
}

function flatten(world, player, name, { x, y, z, face }) {
  if (!TRODDEN.has(name) || face === 'down' || !airAbove(world, x, y, z)) return false
  world.setBlock(x, y, z, world.data.stateOf('dirt_path'))
  wearHeld(world, player)
  return true
}

function fertilise(world, player, x, y, z) {
  if (!boneMeal(world, x, y, z)) return false
  spendHeld(player)
  return true
}

function carve(world, player, x, y, z) {
  world.setBlock(x, y, z, world.data.stateOf('carved_pumpkin'))
  world.dropItem(player.pos.offset(0, 0.5, 0), { name: 'pumpkin_seeds', count: 4 })
  wearHeld(world, player)
  return true
}

/** What a player looks at: {hit: [x, y, z], before: [x, y, z]} of the first block that stops the eye. */
function lookedAt(world, player, stops) {
  const { eyes, yaw, pitch } = player
  const step = [-Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)]
  let before = null
  for (let far = 0; far <= BUCKET_REACH; far += RAY_STEP) {
    const place = [eyes.x + step[0] * far, eyes.y + step[1] * far, eyes.z + step[2] * far].map(Math.floor)
    if (before && place.every((value, i) => value === before[i])) continue
    if (stops(world.chunks.get(...place))) return { hit: place, before }
    before = place
  }
  return null
}

/** Use a bucket in the direction of the eyes: fill it from a source, or pour it out. */
function useBucket(world, player, name) {
  const { data } = world
  const isSource = (state) => data.isLiquid(state) && data.propsOf(state).level === 0
  const isBody = (state) => collisionBoxes(data, state).length > 0
  if (name === 'bucket') {
    const seen = lookedAt(world, player, (state) => isSource(state) || isBody(state))
    if (!seen || !isSource(world.chunks.get(...seen.hit))) return false
    const liquid = world.blockName(...seen.hit)
    world.setBlock(...seen.hit, data.stateOf('air'))
    swapHeld(world, player, `${liquid}_bucket`)
    return true
  }
  const seen = lookedAt(world, player, isBody)
  const place = seen?.before
  if (!place || !data.isReplaceable(world.chunks.get(...place))) return false
  const liquid = name.replace('_bucket', '')
  world.setBlock(...place, data.stateOf(liquid))
  world.events.emit('placed', { player: player.name, block: liquid, x: place[0], y: place[1], z: place[2] })
  swapHeld(world, player, 'bucket')
  return true
}

module.exports = { useOnBlock, useBucket }

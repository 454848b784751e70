'use strict'
/**
 * What a block does when a player clicks on it: containers open, doors swing, beds are slept in, signs are
 * written on, berries are picked.
 */

const { Vec3 } = require('vec3')
const containers = require('./containers')
const sleeping = require('./sleeping')
const signs = require('./signs')
const { otherHalf } = require('./pairs')

const BY_HAND = /_(door|trapdoor|fence_gate)$/

/** Act on a clicked block. False when the block does nothing, so that the held item has its turn. */
function activateBlock(world, player, x, y, z) {
  const state = world.chunks.get(x, y, z)
  const name = world.data.blockName(state)
  if (containers.open(world, player, name, x, y, z)) return true
  if (BY_HAND.test(name) && !name.startsWith('iron_')) return toggle(world, name, state, x, y, z)
  if (name === 'lever') return set(world, x, y, z, state, { powered: !world.data.propsOf(state).powered })
  if (name.endsWith('_bed')) return sleeping.lieDown(world, player, x, y, z)
  if (signs.isSign(name)) return write(player, x, y, z)
  if (name === 'sweet_berry_bush') return pickBerries(world, player, state, x, y, z)
  return false
}

function set(world, x, y, z, state, properties) {
  world.setBlock(x, y, z, world.data.withProps(state, properties))
  return true
}

/** Open or close; both halves of a door swing together. */
function toggle(world, name, state, x, y, z) {
  const open = !world.data.propsOf(state).open
  const pair = otherHalf(world.data, state, x, y, z)
  const other = pair && world.chunks.get(pair.x, pair.y, pair.z)
  if (pair && world.data.blockName(other) === name) set(world, pair.x, pair.y, pair.z, other, { open })
  return set(world, x, y, z, state, { open })
}

function write(player, x, y, z) {
  signs.edit(player, x, y, z)
  return true
}

function pickBerries(world, player, state, x, y, z) {
  const { age } = world.data.propsOf(state)
  if (age < 2) return false
  const count = world.random.range(1, 2) + (age === 3 ? 1 : 0)
  world.dropItem(new Vec3(x + 0.5, y + 0.5, z + 0.5), { name: 'sweet_berries', count })
  return set(world, x, y, z, state, { age: 1 })
}

module.exports = { activateBlock }

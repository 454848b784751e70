'use strict'
/**
 * Where monsters come from and where they go: vanilla's caps, distances and darkness.
 *
 * A departure from vanilla: it tries every column near a player in every tick, here a few columns are drawn at random.
 * The caps fill up a little later; what may spawn where is the same. Animals come with the terrain; a depleted
 * neighbourhood gets new ones slowly.
 */
const { Vec3 } = require('vec3')
const kinds = require('../data/mobs.json')
const { skyDarkness, lightAt, lightNow } = require('./daylight')

/** Vanilla's caps are for 17 by 17 columns; a smaller view scales them. */
const CAPS = { monster: 70, animal: 10 }
const CAP_COLUMNS = 289
const TRIES_A_TICK = 6
const ANIMALS_EVERY = 400
const PACK_TRIES = 4
const PACK_SPREAD = 5
const NEAREST = 24
const FARTHEST = 128
const LOITER = 32
const LOITER_TICKS = 600
const DESPAWN_CHANCE = 20 / 800
const CHECK_TICKS = 20
const LOWEST = -64

/** Monsters of the overworld's surface and caves, by vanilla's weights. */
const MONSTERS = [['spider', 100], ['zombie', 95], ['skeleton', 100], ['creeper', 100]]
const ANIMALS = [['sheep', 12], ['pig', 10], ['chicken', 10], ['cow', 8]]

const categoryOf = ({ kind }) => kinds[kind]?.category

/** One tick of spawning around the players. */
function step(world) {
  if (!world.rules.mob_spawning || world.players.size === 0) return
  if (world.rules.difficulty !== 'peaceful') fill(world, 'monster', TRIES_A_TICK)
  if (world.tick % ANIMALS_EVERY === 0) fill(world, 'animal', TRIES_A_TICK)
}

function fill(world, category, tries) {
  const columns = (2 * world.view + 1) ** 2
  const cap = Math.floor((CAPS[category] * columns * world.players.size) / CAP_COLUMNS)
  let room = cap - count(world, category)
  const players = [...world.players.values()]
  for (let i = 0; i < tries && room > 0; i++) room -= tryColumn(world, world.random.pick(players), category)
}

/** Monsters count wherever they are, for far ones soon vanish; animals only near players, for they are everywhere. */
function count(world, category) {
  if (category === 'monster') return world.entitySystem.monsters
  let total = 0
  for (const entity of world.entitySystem.awake) if (!entity.removed && categoryOf(entity) === category) total++
  return total
}

/** Try one random place near a player, then places around it for the rest of the pack. Gives how many came. */
function tryColumn(world, player, category) {
  const { random } = world
  const reach = (world.view - 1) * 16
  let x = Math.floor(player.pos.x) + random.range(-reach, reach)
  let z = Math.floor(player.pos.z) + random.range(-reach, reach)
  const top = world.chunks.heightAt(x, z) + 1
  const y = category === 'animal' ? top : random.range(LOWEST, top)
  if (world.data.isSolid(world.chunks.get(x, y, z))) return 0
  const kind = pickWeighted(random, category === 'animal' ? ANIMALS : MONSTERS)
  let spawned = 0
  for (let i = 0; i < PACK_TRIES; i++) {
    x += random.int(PACK_SPREAD + 1) - random.int(PACK_SPREAD + 1)
    z += random.int(PACK_SPREAD + 1) - random.int(PACK_SPREAD + 1)
    if (!farEnough(world, x + 0.5, y, z + 0.5) || !roomFor(world, kind, x, y, z)) continue
    if (category === 'monster' ? !darkEnough(world, x, y, z) : !pasture(world, x, y, z)) continue
    world.spawnEntity({ kind, pos: new Vec3(x + 0.5, y, z + 0.5), persistent: category === 'animal' })
    spawned++
  }
  return spawned
}

function pickWeighted(random, table) {
  let draw = random.int(table.reduce((sum, [, weight]) => sum + weight, 0))
  for (const [kind, weight] of table) if ((draw -= weight) < 0) return kind
  return table[0][0]
}

function farEnough(world, x, y, z) {
  for (const { pos } of world.players.values()) {
    if ((pos.x - x) ** 2 + (pos.y - y) ** 2 + (pos.z - z) ** 2 < NEAREST ** 2) return false
  }
  const { spawn } = world
  return (spawn.x - x) ** 2 + (spawn.y - y) ** 2 + (spawn.z - z) ** 2 >= NEAREST ** 2
}

function roomFor(world, kind, x, y, z) {
  const { chunks, data } = world
  const below = chunks.get(x, y - 1, z)
  if (!data.isSolid(below) || !data.isOpaque(below) || data.blockName(below) === 'bedrock') return false
  const wide = kind === 'spider' ? 1 : 0
  const tall = kind === 'spider' ? 0 : 1
  for (let dx = -wide; dx <= wide; dx++) {
    for (let dz = -wide; dz <= wide; dz++) {
      for (let dy = 0; dy <= tall; dy++) {
        const state = chunks.get(x + dx, y + dy, z + dz)
        if (data.isSolid(state) || data.isLiquid(state)) return false
      }
    }
  }
  return true
}

/** Since 1.18 monsters need darkness from every lamp, and a dark sky by vanilla's dice. */
function darkEnough(world, x, y, z) {
  const { sky, lamps } = lightAt(world, x, y, z)
  if (sky > world.random.int(32) || lamps > 0) return false
  return sky - skyDarkness(world.time) <= world.random.int(8)
}

function pasture(world, x, y, z) {
  return world.blockName(x, y - 1, z) === 'grass_block' && lightNow(world, x, y, z) > 8
}

/**
 * Once a second: note how long each mob has been far from everyone (`idle`), and take away the monsters that are too
 * far, that loitered too long, or that peace forbids.
 */
function oversee(world) {
  const peaceful = world.rules.difficulty === 'peaceful'
  for (const entity of world.entities.values()) { // removing while iterating is safe in a Map
    const monster = categoryOf(entity) === 'monster'
    if (!monster && !(entity.awake && categoryOf(entity))) continue
    const distance = nearestPlayer(world, entity.pos)
    if (distance !== Infinity) entity.idle = distance > LOITER ? (entity.idle ?? 0) + CHECK_TICKS : 0
    if (monster && (peaceful || mustGo(world, entity, distance))) world.removeEntity(entity)
  }
}

function mustGo(world, monster, distance) {
  if (monster.persistent || distance === Infinity) return false
  return distance > FARTHEST || (monster.idle > LOITER_TICKS && world.random.chance(DESPAWN_CHANCE))
}

function nearestPlayer(world, pos) {
  let nearest = Infinity
  for (const player of world.players.values()) nearest = Math.min(nearest, player.pos.distanceTo(pos))
  return nearest
}

module.exports = { step, oversee, categoryOf }

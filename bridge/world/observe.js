'use strict'
/**
 * The observation: what a player has, is and sees of the world, as plain JSON from the server's own state.
 *
 * The trusted side of every check: programs in the body cannot influence it except by what they really do.
 */

const { Vec3 } = require('vec3')
const { tally } = require('./stacks')
const { equipmentOf } = require('./equipment')
const { lightNow } = require('./daylight')

const DAY = 24000
const TICKS_A_SECOND = 20

const hundredth = (value) => Math.round(value * 100) / 100

/** What is known about a player by name; connected or not. Throws a RangeError for a stranger. */
function observe(world, name) {
  const saved = world.absent.get(name)
  const player = world.players.get(name) ?? (saved && { ...saved, name, pos: new Vec3(...saved.pos) })
  if (!player) throw new RangeError(`there is no player "${name}" in this world`)
  const { pos, slots } = player
  const carried = slots.slice(1).concat(player.cursor, gridOf(player)).filter(Boolean)
  const [x, y, z] = [pos.x, pos.y + 0.5, pos.z].map(Math.floor)
  return {
    tick: world.tick,
    time_of_day: world.time % DAY,
    day: Math.floor(world.time / DAY),
    game_seconds: hundredth(world.tick / TICKS_A_SECOND),
    alive: player.alive,
    position: { x: hundredth(pos.x), y: hundredth(pos.y), z: hundredth(pos.z) },
    on_ground: player.onGround,
    dimension: 'overworld',
    biome: world.chunks.biomeAt(x, z),
    health: hundredth(player.hp),
    food: player.food,
    saturation: hundredth(player.saturation),
    air: player.air,
    experience: player.xp,
    inventory: tally(carried),
    slots_free: slots.slice(9, 45).filter((stack) => !stack).length,
    equipment: equipmentOf(player),
    tools: carried.filter(({ name: item }) => world.data.durability(item)).map((stack) => ({
      name: stack.name,
      uses_left: world.data.durability(stack.name) - (stack.damage ?? 0),
    })),
    light: lightNow(world, x, y, z),
    sky_visible: world.chunks.skyOpen(x, y, z),
    spawn: { x: world.spawn.x, y: world.spawn.y, z: world.spawn.z },
  }
}

/** What lies in an open crafting table still belongs to the player. */
function gridOf({ window, loose = [] }) {
  return window?.grid && window.id !== 0 ? window.gridStacks() : loose
}

module.exports = { observe }

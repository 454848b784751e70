'use strict'
/**
 * Explosions: vanilla's 1352 rays through blocks, drops that partly survive, damage by distance and cover.
 *
 * Blocks are only broken where the rule `mob_griefing` allows it; bodies are hurt either way.
 */
const { canSee } = require('./entity_physics')
const { scaledByDifficulty } = require('./combat')
const { isMob, sizeOf } = require('./mobs')

const GRID = 16
const RAY_STEP = 0.3
const RAY_LOSS = 0.22500001
const PLAYER_SIZE = { width: 0.6, height: 1.8 }
const SAMPLES = [0.1, 0.5, 0.9]

const rays = []
for (let i = 0; i < GRID; i++) {
  for (let j = 0; j < GRID; j++) {
    for (let k = 0; k < GRID; k++) {
      if (![i, j, k].some((n) => n === 0 || n === GRID - 1)) continue
      const ray = [i, j, k].map((n) => (n / (GRID - 1)) * 2 - 1)
      const length = Math.hypot(...ray)
      rays.push(ray.map((part) => (part / length) * RAY_STEP))
    }
  }
}

/** Explode at a place with a power (creeper 3, TNT 4); `cause` is named in the events of who is hurt. */
function explode(world, pos, power, cause) {
  const broken = world.rules.mob_griefing ? blocksBroken(world, pos, power) : []
  for (const player of world.players.values()) blast(world, pos, power, player, cause)
  for (const mob of [...world.entitySystem.awake]) {
    if (isMob(mob.kind) && mob.hp > 0 && !mob.removed) blastMob(world, pos, power, mob)
    else if (mob.kind === 'item' && mob.pos.distanceTo(pos) < power && !mob.removed) world.removeEntity(mob)
  }
  for (const { x, y, z, state } of broken) {
    world.setBlock(x, y, z, 0)
    if (world.random.chance(1 / power)) world.blockUpdates.drop(x, y, z, state)
  }
}

/** The blocks that the rays break, in the order they were hit first. */
function blocksBroken(world, pos, power) {
  const broken = new Map()
  for (const [dx, dy, dz] of rays) {
    let force = power * (0.7 + world.random.next() * 0.6)
    for (let { x, y, z } = pos; force > 0; x += dx, y += dy, z += dz, force -= RAY_LOSS) {
      const bx = Math.floor(x)
      const by = Math.floor(y)
      const bz = Math.floor(z)
      const state = world.chunks.get(bx, by, bz)
      if (world.data.isAir(state)) continue
      force -= (resistanceOf(world, bx, by, bz, state) + 0.3) * RAY_STEP
      if (force > 0 && !world.blockUpdates.fluids.at(bx, by, bz)?.block) {
        broken.set(`${bx},${by},${bz}`, { x: bx, y: by, z: bz, state })
      }
    }
  }
  return [...broken.values()]
}

function resistanceOf(world, x, y, z, state) {
  return world.blockUpdates.fluids.at(x, y, z) ? 100 : world.data.blockOf(state).resistance ?? 0
}

/** How hard a body is hit, 0 to 1: near and uncovered is 1. */
function impactOn(world, pos, power, bodyPos, size) {
  const distance = bodyPos.distanceTo(pos) / (power * 2)
  if (distance > 1) return 0
  let clear = 0
  for (const part of SAMPLES) if (canSee(world, bodyPos.offset(0, size.height * part, 0), pos)) clear++
  return (1 - distance) * (clear / SAMPLES.length)
}

const damageOf = (impact, power) => Math.floor(((impact * impact + impact) / 2) * 7 * power * 2 + 1)

function blast(world, pos, power, player, cause) {
  if (player.pos.distanceTo(pos) > 64) return
  const impact = player.alive ? impactOn(world, pos, power, player.pos, PLAYER_SIZE) : 0
  const away = player.pos.offset(0, 1, 0).minus(pos)
  const push = away.norm() > 0 ? away.scaled(impact / away.norm()) : away
  player.session?.send('explosion', {
    x: pos.x, y: pos.y, z: pos.z, radius: power, affectedBlockOffsets: [],
    playerMotionX: push.x, playerMotionY: push.y, playerMotionZ: push.z
  })
  if (impact > 0) world.hurtPlayer(player, scaledByDifficulty(damageOf(impact, power), world.rules.difficulty), cause)
}

function blastMob(world, pos, power, mob) {
  const impact = impactOn(world, pos, power, mob.pos, sizeOf(mob))
  if (impact <= 0) return
  world.entitySystem.hurt(mob, damageOf(impact, power), { cause: 'explosion' })
  const away = mob.pos.offset(0, sizeOf(mob).height / 2, 0).minus(pos)
  const distance = away.norm()
  if (distance > 0) mob.vel.add(away.scaled(impact / distance))
}

module.exports = { explode }

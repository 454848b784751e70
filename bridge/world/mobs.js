'use strict'
/**
 * The life of a mob: birth, a tick, injuries, death with its drops, and what players can do with it besides fighting.
 *
 * Figures are in bridge/data/mobs.json; what a mob wants is in mob_brains.js, how it moves in entity_physics.js.
 */
const { Vec3 } = require('vec3')
const kinds = require('../data/mobs.json')
const { registry } = require('./gamedata')
const { walk } = require('./entity_physics')
const { think } = require('./mob_brains')
const { knockBack, absorbed } = require('./combat')
const { damageEvent } = require('./damage')
const { isDay } = require('./daylight')
const { naturalColour } = require('./wool')
const { heldSlot, heldStack } = require('./equipment')
const { withCount } = require('./stacks')

const DYING_TICKS = 20
const SAFE_TICKS = 10
/** A death this soon after a player's blow is the player's. */
const CREDIT_TICKS = 100
const PANIC_TICKS = 100
const SUN_FIRE_TICKS = 160
const LAVA_FIRE_TICKS = 300
const FIRE_EVERY = 20
const LAVA_DAMAGE = 4
const SETTLE_CHECK = 10
const HURT_STATUS = 2
const DEATH_STATUS = 3
const EGG_TICKS = [6000, 12000]
const GRAZE_CHANCE = 1 / 1000

const sizes = Object.fromEntries(Object.keys(kinds).map((kind) => {
  const { width, height } = registry.entitiesByName[kind]
  return [kind, { width, height }]
}))

/** Whether a kind of entity is a mob that lives here. */
const isMob = (kind) => kind in kinds

/** The kinds of mobs, for the spawner and for commands. */
const mobKinds = Object.keys(kinds)

/** Width and height of a mob's body. */
const sizeOf = (mob) => sizes[mob.kind]

/** Fill in what a new mob of its kind starts with. */
function createMob(world, mob) {
  mob.hp ??= kinds[mob.kind].health
  mob.fire = 0
  mob.safeUntil = 0
  mob.lastDamage = 0
  mob.yaw = world.random.next() * Math.PI * 2
  if (mob.kind === 'sheep') mob.colour ??= naturalColour(world.random)
  if (mob.kind === 'chicken') mob.eggIn = world.random.range(...EGG_TICKS)
}

/** One tick of a mob. */
function stepMob(world, mob) {
  if (mob.dying !== undefined) {
    if (--mob.dying <= 0) world.removeEntity(mob)
    return
  }
  burn(world, mob)
  if (mob.hp <= 0) return
  const { pushX, pushZ } = think(world, mob, kinds[mob.kind], sizeOf(mob))
  if (mob.removed) return // a creeper's last thought
  move(world, mob, pushX, pushZ)
  if (mob.pos.y < -128) hurtMob(world, mob, Infinity, { cause: 'void' })
  if (mob.kind === 'chicken') layEggs(world, mob)
  if (mob.kind === 'sheep') graze(world, mob)
}

function move(world, mob, pushX, pushZ) {
  const still = mob.onGround && pushX === 0 && pushZ === 0 && mob.vel.x === 0 && mob.vel.z === 0 && mob.vel.y <= 0
  if (still && (mob.age + mob.id) % SETTLE_CHECK !== 0) return
  const kind = kinds[mob.kind]
  const fallen = walk(world, mob, sizeOf(mob), pushX, pushZ)
  if (kind.climbs && mob.blocked) mob.vel.y = 0.2
  if (kind.floats_down && !mob.onGround && mob.vel.y < 0) mob.vel.y *= 0.6
  else if (fallen > 3) hurtMob(world, mob, Math.ceil(fallen - 3), { cause: 'fall' })
}

function burn(world, mob) {
  const { pos } = mob
  const feet = world.blockUpdates.fluids.kindAt(pos)
  if (feet === 'lava') {
    ignite(world, mob, LAVA_FIRE_TICKS)
    hurtMob(world, mob, LAVA_DAMAGE, { cause: 'lava' })
  } else if (kinds[mob.kind].burns && isDay(world) && feet !== 'water' && world.random.chance(0.04) &&
    world.chunks.skyOpen(Math.floor(pos.x), Math.floor(pos.y + sizeOf(mob).height), Math.floor(pos.z))) {
    ignite(world, mob, SUN_FIRE_TICKS)
  }
  if (mob.fire <= 0) return
  const bites = mob.fire % FIRE_EVERY === 0
  mob.fire = feet === 'water' ? 0 : mob.fire - 1
  if (mob.fire === 0) world.entitySystem.tracking.changed(mob)
  if (bites) hurtMob(world, mob, 1, { cause: 'fire' })
}

function ignite(world, mob, ticks) {
  const wasBurning = mob.fire > 0
  mob.fire = Math.max(mob.fire, ticks)
  if (!wasBurning) world.entitySystem.tracking.changed(mob)
}

/**
 * Hurt a mob. For half a second after a blow only the excess over it counts.
 * @param {{cause?: string, player?: string, weapon?: string | null, from?: {x: number, z: number}}} how by whom, whence
 * @returns {boolean} whether it was hurt
 */
function hurtMob(world, mob, damage, { cause, player, weapon = null, from } = {}) {
  if (mob.hp <= 0 || damage <= 0) return false
  const safe = mob.age < mob.safeUntil
  if (safe && damage <= mob.lastDamage) return false
  const excess = safe ? damage - mob.lastDamage : damage
  mob.lastDamage = damage
  const bare = cause === 'fall' || cause === 'fire' || cause === 'void'
  mob.hp -= bare ? excess : absorbed(excess, kinds[mob.kind].armour ?? 0)
  if (player) mob.credit = { player, weapon, until: mob.age + CREDIT_TICKS }
  if (!safe) {
    mob.safeUntil = mob.age + SAFE_TICKS
    if (from) knockBack(mob, from)
    world.entitySystem.tracking.pushed(mob)
    provoke(mob, player)
  }
  const { tracking } = world.entitySystem
  tracking.tell(mob, 'damage_event', damageEvent(mob, cause, world.players.get(player)))
  tracking.tell(mob, 'entity_status', { entityId: mob.id, entityStatus: HURT_STATUS })
  tracking.changed(mob)
  if (mob.hp <= 0) die(world, mob)
  return true
}

function provoke(mob, player) {
  if (kinds[mob.kind].category === 'animal') {
    mob.panicUntil = mob.age + PANIC_TICKS
    mob.path = null
  } else if (player) {
    mob.target = player
    mob.unseen = 0
  }
}

function die(world, mob) {
  mob.dying = DYING_TICKS
  world.entitySystem.tracking.tell(mob, 'entity_status', { entityId: mob.id, entityStatus: DEATH_STATUS })
  const credit = mob.credit && mob.age <= mob.credit.until ? mob.credit : null
  for (const stack of deathDrops(world.random, mob, credit !== null)) {
    world.dropItem(mob.pos.offset(0, sizeOf(mob).height / 2, 0), stack)
  }
  if (!credit) return
  world.events.emit('killed', { player: credit.player, mob: mob.kind, weapon: credit.weapon })
  const player = world.players.get(credit.player)
  const [least, most] = kinds[mob.kind].experience
  if (player?.alive) world.addExperience(player, world.random.range(least, most))
}

/** What a mob leaves: vanilla's table, without looting. Meat of a burning animal is cooked. */
function deathDrops(random, mob, byPlayer) {
  const stacks = []
  for (const drop of kinds[mob.kind].drops) {
    if ((drop.by_player && !byPlayer) || mob[drop.unless]) continue
    if (drop.chance !== undefined && !random.chance(drop.chance)) continue
    const count = random.range(...drop.count)
    const item = Array.isArray(drop.item) ? random.pick(drop.item) : drop.item
    const name = item === 'wool' ? `${mob.colour}_wool` : mob.fire > 0 && drop.cooked ? drop.cooked : item
    if (count > 0) stacks.push({ name, count })
  }
  return stacks
}

function layEggs(world, chicken) {
  if (--chicken.eggIn > 0) return
  chicken.eggIn = world.random.range(...EGG_TICKS)
  world.dropItem(chicken.pos, { name: 'egg', count: 1 })
}

/** A sheep eats the grass under it now and then, and its wool grows back. */
function graze(world, sheep) {
  if (!sheep.onGround || !world.random.chance(GRAZE_CHANCE)) return
  const x = Math.floor(sheep.pos.x)
  const y = Math.floor(sheep.pos.y)
  const z = Math.floor(sheep.pos.z)
  if (world.blockName(x, y - 1, z) !== 'grass_block') return
  if (world.rules.mob_griefing) world.setBlock(x, y - 1, z, world.data.stateOf('dirt'))
  if (!sheep.sheared) return
  sheep.sheared = false
  world.entitySystem.tracking.changed(sheep)
}

/** A player uses what is in the hand on a mob: shears on a sheep, a bucket on a cow. True if something happened. */
function useOnMob(world, player, mob) {
  const held = heldStack(player)?.name
  if (mob.kind === 'sheep' && held === 'shears' && !mob.sheared) return shear(world, player, mob)
  if (mob.kind === 'cow' && held === 'bucket') return milk(world, player)
  return false
}

function shear(world, player, sheep) {
  sheep.sheared = true
  const count = world.random.range(1, 3)
  for (let i = 0; i < count; i++) {
    const velocity = new Vec3((world.random.next() - world.random.next()) * 0.1, world.random.next() * 0.05 + 0.2,
      (world.random.next() - world.random.next()) * 0.1)
    world.dropItem(sheep.pos.offset(0, 1, 0), { name: `${sheep.colour}_wool`, count: 1 }, velocity)
  }
  world.entitySystem.tracking.changed(sheep)
  world.wearHeld(player, 1)
  return true
}

function milk(world, player) {
  const slot = heldSlot(player)
  const full = { name: 'milk_bucket', count: 1 }
  player.slots[slot] = withCount(player.slots[slot], player.slots[slot].count - 1)
  if (!player.slots[slot]) player.slots[slot] = full
  else if (world.givePlayer(player, full) > 0) world.dropItem(player.pos, full)
  return true
}

module.exports = { isMob, mobKinds, sizeOf, createMob, stepMob, hurtMob, useOnMob, deathDrops }

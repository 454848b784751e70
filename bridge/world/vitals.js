'use strict'
/**
 * Health, hunger, breath, fire, experience, death and the next life: vanilla's figures, counted in ticks.
 *
 * Damage from anywhere goes through `hurt`; it decides about invulnerability and armour and emits `hurt` and `died`.
 */

const { Vec3 } = require('vec3')
const combat = require('./combat')
const { damageEvent } = require('./damage')
const { closeWindow } = require('./windows')
const { wear } = require('./inventory')
const { sendAll } = require('./window_sync')
const { FULL_AIR, FULL_HEALTH } = require('./player')
const sleeping = require('./sleeping')

const INVULNERABLE_TICKS = 10
const EYE_HEIGHT = 1.62
const FAST_REGENERATION = 10
const SLOW_REGENERATION = 80
const STARVATION_FLOOR = { peaceful: Infinity, easy: 10, normal: 1, hard: 0 }
const VOID_Y = -128
const LAVA_FIRE_TICKS = 300
const FIRE_TICKS = 160
const DROWNING_AIR = -20
const AIR_KEY = 1
const DEATH_DROP_DELAY = 10
const ARMOUR_SLOTS = [5, 6, 7, 8]
/** Causes that armour does not help against, and that do not tire. */
const THROUGH_ARMOUR = new Set(['fall', 'drowning', 'starvation', 'suffocation', 'void', 'fire', 'command'])

/** Hunger grows by exhaustion; only survival players tire. */
function exhaust(player, amount) {
  if (player.gamemode === 'survival') player.exhaustion = Math.min(40, player.exhaustion + amount)
}

const pointsFor = (level) => (level < 16 ? 2 * level + 7 : level < 31 ? 5 * level - 38 : 9 * level - 158)

/** Add experience points (negative takes them away) and work out the level. */
function addExperience(world, player, points) {
  player.xp = Math.max(0, player.xp + points)
  let rest = player.xp
  let level = 0
  for (; rest >= pointsFor(level); level++) rest -= pointsFor(level)
  player.level = level
  player.session.send('experience', { experienceBar: rest / pointsFor(level), level, totalExperience: player.xp })
}

/**
 * Hurt a player. Within half a second only the excess over the last blow counts.
 * @param how  {from: Vec3 of the attacker for the knock-back, by: the attacking entity, bypassArmour}
 * @returns the damage taken
 */
function hurt(world, player, amount, cause, { from = null, by = null, bypassArmour = false } = {}) {
  const fate = cause === 'command' || cause === 'void'
  const mortal = fate || player.gamemode === 'survival' || player.gamemode === 'adventure'
  if (!player.alive || !mortal || amount <= 0) return 0
  const protectedNow = world.tick < player.safeUntil && !fate
  if (protectedNow && amount <= player.lastDamage) return 0
  const before = protectedNow ? player.lastDamage : 0
  if (!protectedNow) player.safeUntil = world.tick + INVULNERABLE_TICKS
  player.lastDamage = amount
  let damage = amount - before
  if (!bypassArmour && !THROUGH_ARMOUR.has(cause)) {
    const worn = ARMOUR_SLOTS.map((slot) => player.slots[slot])
    damage = combat.afterArmour(damage, worn)
    const points = Math.max(1, Math.floor(amount / 4))
    for (const slot of ARMOUR_SLOTS) if (player.slots[slot]) wear(world, player, slot, points)
  }
  player.hp = Math.max(0, player.hp - damage)
  if (!THROUGH_ARMOUR.has(cause)) exhaust(player, 0.1)
  if (player.sleeping) sleeping.wake(world, player)
  world.broadcastNear(player.pos, 'damage_event', damageEvent(player, cause, by))
  if (from && !protectedNow) knockBack(player, from)
  world.events.emit('hurt', { player: player.name, amount: round(damage), cause, health: round(player.hp) })
  if (player.hp <= 0) die(world, player, cause)
  return damage
}

const round = (value) => Math.round(value * 100) / 100

function knockBack(player, from) {
  const away = player.pos.minus(from)
  const length = Math.hypot(away.x, away.z) || 1
  const velocity = { x: Math.round((away.x / length) * 3200), y: 2880, z: Math.round((away.z / length) * 3200) }
  player.session.send('entity_velocity', { entityId: player.id, velocity })
}

function die(world, player, cause) {
  player.alive = false
  player.digging = null
  player.using = null
  const { x, y, z } = player.pos
  world.events.emit('died', { player: player.name, cause, x: round(x), y: round(y), z: round(z) })
  closeWindow(world, player, true)
  if (!world.rules.keep_inventory) {
    for (let slot = 5; slot < 46; slot++) {
      if (player.slots[slot]) scatter(world, player, player.slots[slot])
      player.slots[slot] = null
    }
    addExperience(world, player, -player.xp)
  }
  sendAll(world, player, player.inventory)
  tell(world, player)
  const message = JSON.stringify({ text: `${player.name} died (${cause})` })
  player.session.send('death_combat_event', { playerId: player.id, message })
  world.say(`${player.name} died (${cause})`)
}

function scatter(world, player, stack) {
  const speed = world.random.next() * 0.5
  const angle = world.random.next() * Math.PI * 2
  const velocity = new Vec3(-Math.sin(angle) * speed, 0.2, Math.cos(angle) * speed)
  world.dropItem(player.pos.offset(0, 1.3, 0), stack, velocity, DEATH_DROP_DELAY)
}

/** One tick of living. */
function step(world, player) {
  if (!player.alive) return
  if (player.pos.y < VOID_Y) hurt(world, player, 4, 'void', { bypassArmour: true })
  if (player.gamemode !== 'survival' && player.gamemode !== 'adventure') return
  breathe(world, player)
  burn(world, player)
  touch(world, player)
  if (player.alive) digest(world, player)
}

const stateAt = (world, x, y, z) => world.chunks.peek(Math.floor(x), Math.floor(y), Math.floor(z)) ?? 0
const nameAt = (world, x, y, z) => world.data.blockName(stateAt(world, x, y, z))

function breathe(world, player) {
  const { x, y, z } = player.pos
  if (nameAt(world, x, y + EYE_HEIGHT, z) === 'water') {
    player.air--
    if (player.air > DROWNING_AIR) return
    player.air = 0
    hurt(world, player, 2, 'drowning')
  } else player.air = Math.min(FULL_AIR, player.air + 4)
}

/** The names of all blocks that the player's body reaches into. */
function touched(world, { pos }) {
  const names = new Set()
  for (let x = Math.floor(pos.x - 0.3); x <= Math.floor(pos.x + 0.3); x++) {
    for (let z = Math.floor(pos.z - 0.3); z <= Math.floor(pos.z + 0.3); z++) {
      for (let y = Math.floor(pos.y); y <= Math.floor(pos.y + 1.8); y++) names.add(nameAt(world, x, y, z))
    }
  }
  return names
}

function burn(world, player) {
  const names = touched(world, player)
  if (names.has('lava')) {
    player.fire = LAVA_FIRE_TICKS
    hurt(world, player, 4, 'lava')
  } else if (names.has('fire') || names.has('soul_fire')) {
    player.fire = Math.max(player.fire, FIRE_TICKS)
    hurt(world, player, names.has('soul_fire') ? 2 : 1, 'fire')
  }
  if (names.has('water')) player.fire = 0
  if (player.fire > 0 && --player.fire % 20 === 0) hurt(world, player, 1, 'fire')
  if (names.has('cactus')) hurt(world, player, 1, 'cactus')
}

function touch(world, player) {
  const { x, y, z } = player.pos
  const under = nameAt(world, x, y - 0.2, z)
  if (under === 'magma_block' && player.onGround && !player.sneaking) hurt(world, player, 1, 'magma')
  if (world.data.isOpaque(stateAt(world, x, y + EYE_HEIGHT, z))) hurt(world, player, 1, 'suffocation')
}

function digest(world, player) {
  const { difficulty, natural_regeneration: regenerates } = world.rules
  if (player.exhaustion >= 4) {
    player.exhaustion -= 4
    if (player.saturation > 0) player.saturation = Math.max(0, player.saturation - 1)
    else if (difficulty !== 'peaceful') player.food = Math.max(0, player.food - 1)
  }
  if (difficulty === 'peaceful') restInPeace(world, player)
  const wounded = player.hp < FULL_HEALTH
  const pace = player.saturation > 0 && player.food >= 20 ? FAST_REGENERATION : SLOW_REGENERATION
  const heals = regenerates && wounded && player.food >= 18
  if (!heals && player.food > 0) {
    player.regenerationTimer = 0
    return
  }
  if (++player.regenerationTimer < pace) return
  player.regenerationTimer = 0
  if (!heals) {
    if (player.hp > STARVATION_FLOOR[difficulty]) hurt(world, player, 1, 'starvation')
    return
  }
  const effort = pace === FAST_REGENERATION ? Math.min(player.saturation, 6) : 6
  player.hp = Math.min(FULL_HEALTH, player.hp + (pace === FAST_REGENERATION ? effort / 6 : 1))
  exhaust(player, effort)
}

/** On peaceful, hunger and wounds mend by themselves. */
function restInPeace(world, player) {
  if (world.tick % 20 === 0 && world.rules.natural_regeneration) player.hp = Math.min(FULL_HEALTH, player.hp + 1)
  if (world.tick % 10 === 0) player.food = Math.min(20, player.food + 1)
}

/** Send health, food and breath when they have changed since they were last sent. */
function tell(world, player) {
  const { hp, food, saturation } = player
  const told = player.toldVitals
  if (!told || told.hp !== hp || told.food !== food || told.saturation !== saturation) {
    player.toldVitals = { hp, food, saturation }
    player.session.send('update_health', { health: hp, food, foodSaturation: saturation })
  }
  const bubbles = Math.round(player.air / 15)
  if (player.toldBubbles === bubbles) return
  player.toldBubbles = bubbles
  const metadata = [{ key: AIR_KEY, type: 'int', value: player.air }]
  player.session.send('entity_metadata', { entityId: player.id, metadata })
}

module.exports = { hurt, exhaust, addExperience, step, tell }

'use strict'
/**
 * The arithmetic of blows: weapons and their cooldown, armour, difficulty, knockback; and a player's attack on a mob.
 *
 * The first half are plain functions that the vitals of players use too. Nothing here decides whom a mob attacks.
 */
const weapons = require('../data/weapons.json')
const armourPieces = require('../data/armour.json')
const { heldStack } = require('./equipment')
const { canSee } = require('./entity_physics')

const BARE_HAND = { damage: 1, speed: 4, wear: 0 }
/** How far from the eyes an entity can be struck or used; vanilla's client allows 3, its server 6. */
const REACH = 4
const EXHAUSTION = 0.1

/** Damage, attacks a second and wear a hit of what is held (a name or null). */
const weaponOf = (heldName) => weapons[heldName] ?? BARE_HAND

/** How far an attack has recovered, 0 to 1, after `ticks` since the last one. */
const cooldown = (ticks, speed) => Math.max(0, Math.min(1, ((ticks + 0.5) * speed) / 20))

/** The damage of an attack that has recovered to `charge`. */
const chargedDamage = (damage, charge) => damage * (0.2 + charge * charge * 0.8)

/** What is left of a damage behind worn pieces (stacks or nulls): vanilla's formula. */
function afterArmour(damage, worn) {
  let points = 0
  let toughness = 0
  for (const stack of worn) {
    const piece = armourPieces[stack?.name]
    if (!piece) continue
    points += piece.points
    toughness += piece.toughness
  }
  return absorbed(damage, points, toughness)
}

/** The formula itself, for mobs whose armour is a plain figure. */
function absorbed(damage, points, toughness = 0) {
  const kept = Math.max(points / 5, points - (4 * damage) / (toughness + 8))
  return damage * (1 - Math.min(20, kept) / 25)
}

/** What a mob's blow does to a player at a difficulty. */
function scaledByDifficulty(damage, difficulty) {
  if (difficulty === 'peaceful') return 0
  if (difficulty === 'easy') return Math.min(damage / 2 + 1, damage)
  return difficulty === 'hard' ? damage * 1.5 : damage
}

/**
 * Push a body away from a place: half its motion is lost, the rest is the push.
 * @param {{vel: {x,y,z}, pos: {x,z}, onGround: boolean}} body
 */
function knockBack(body, from, strength = 0.4) {
  let dx = body.pos.x - from.x
  let dz = body.pos.z - from.z
  let length = Math.hypot(dx, dz)
  if (length < 1e-4) {
    dx = 1
    dz = 0
    length = 1
  }
  body.vel.x = body.vel.x / 2 + (dx / length) * strength
  body.vel.z = body.vel.z / 2 + (dz / length) * strength
  if (body.onGround) body.vel.y = Math.min(0.4, body.vel.y / 2 + strength)
}

/** Whether a player's eyes can reach an entity: near enough, and nothing solid before it. */
function canReach(world, player, entity, size) {
  const { eyes } = player
  const half = size.width / 2
  const gap = (value, low, high) => Math.max(low - value, 0, value - high)
  const distance = Math.hypot(
    gap(eyes.x, entity.pos.x - half, entity.pos.x + half),
    gap(eyes.y, entity.pos.y, entity.pos.y + size.height),
    gap(eyes.z, entity.pos.z - half, entity.pos.z + half)
  )
  if (distance > REACH) return false
  return [0.9, 0.5, 0.1].some((part) => canSee(world, eyes, entity.pos.offset(0, size.height * part, 0)))
}

/** A player strikes a mob. Gives whether the blow landed. */
function strike(world, player, mob) {
  const weaponName = heldStack(player)?.name ?? null
  const weapon = weaponOf(weaponName)
  const charge = cooldown(world.tick - player.lastAttack, weapon.speed)
  player.lastAttack = world.tick
  let damage = chargedDamage(weapon.damage, charge)
  const falling = player.fallDistance > 0 && !player.onGround
  if (charge > 0.9 && falling && !player.sprinting) damage *= 1.5
  world.exhaust(player, EXHAUSTION)
  const landed = world.entitySystem.hurt(mob, damage, { player: player.name, weapon: weaponName, from: player.pos })
  if (!landed) return false
  if (player.sprinting && charge > 0.9) knockBack(mob, player.pos, 0.5)
  if (weapon.wear) world.wearHeld(player, weapon.wear)
  return true
}

module.exports = {
  cooldown, afterArmour, absorbed, scaledByDifficulty, knockBack, canReach, strike, REACH
}

/**
 * Fighting and running: the best weapon in hand, blows at the pace that the weapon allows, and getting away from what
 * should not be fought. Decides nothing: reflexes.js and the primitives say whom and why.
 */
'use strict'

const { goals } = require('mineflayer-pathfinder')
const { hold } = require('./inventory')
const { nothingBefore } = require('./looking')
const { eyesOf, travel, terrainOf } = require('./navigation')

const ARM_LENGTH = 3
/** A chase in which the bot comes no nearer for so long is given up. */
const CHASE_TICKS = 200
/** Damage of a blow and ticks until the next full one. */
const WEAPONS = {
  netherite_sword: [8, 13], diamond_sword: [7, 13], iron_sword: [6, 13], stone_sword: [5, 13], golden_sword: [4, 13],
  wooden_sword: [4, 13], netherite_axe: [10, 20], diamond_axe: [9, 20], iron_axe: [9, 23], stone_axe: [9, 25],
  golden_axe: [7, 20], wooden_axe: [7, 25], netherite_pickaxe: [6, 17], diamond_pickaxe: [5, 17], iron_pickaxe: [4, 17],
  stone_pickaxe: [3, 17], wooden_pickaxe: [2, 17], trident: [9, 19]
}
const FIST = [1, 6]

/** Mobs that attack on sight. Endermen, piglins and wolves fight only who provokes them. */
const HOSTILE = new Set([
  'zombie', 'husk', 'drowned', 'zombie_villager', 'skeleton', 'stray', 'wither_skeleton', 'spider', 'cave_spider',
  'creeper', 'witch', 'slime', 'magma_cube', 'silverfish', 'phantom', 'pillager', 'vindicator', 'evoker', 'ravager',
  'vex', 'blaze', 'ghast', 'hoglin', 'zoglin', 'guardian', 'endermite', 'warden'
])
const SHOOTS = new Set(['skeleton', 'stray', 'pillager', 'witch', 'blaze', 'ghast'])
const EXPLODES = new Set(['creeper'])

/** The stack that hits hardest over time, or null for the fist. */
function bestWeapon (body) {
  const rate = ([damage, ticks]) => damage / ticks
  let best = null
  for (const item of body.bot.inventory.items()) {
    const now = WEAPONS[item.name]
    if (now && rate(now) > (best ? rate(WEAPONS[best.name]) : rate([3, 17]))) best = item
  }
  return best
}

/** Damage of one blow with the best weapon carried. */
function strength (body) {
  return (WEAPONS[bestWeapon(body)?.name] ?? FIST)[0]
}

/** Heights of a body at which a line of sight to it may end: one clear line is enough to strike it. */
const BODY = [0.9, 0.5, 0.1]

/** Whether the bot has a clear line to the body of an entity. */
function sees (body, entity) {
  const eyes = eyesOf(body)
  return BODY.some(part => nothingBefore(body.bot, eyes, entity.position.offset(0, (entity.height ?? 1) * part, 0)))
}

/**
 * Strikes at `entity` until it is gone; gives true then, and false when `ticks` are over, `stop()` says
 * so or the bot no longer comes nearer. The way to it is the pathfinder's.
 */
async function fight (body, entity, { ticks = 400, stop = () => false } = {}) {
  const { bot } = body
  terrainOf(body)
  const weapon = bestWeapon(body)
  if (weapon) await hold(body, weapon)
  const [, pause] = WEAPONS[bot.heldItem?.name] ?? FIST
  const here = () => Boolean(bot.entities[entity.id])
  let readyAt = body.tick
  let following = false
  let touchedAt = body.tick // when it was last in reach or the bot last came nearer
  let nearest = Infinity
  try {
    for (const end = body.tick + ticks; body.tick < end; await body.ticks(1)) {
      if (!here()) return true
      if (stop()) return false
      const chest = entity.position.offset(0, (entity.height ?? 1) * 0.6, 0)
      const distance = eyesOf(body).distanceTo(chest)
      const near = distance <= ARM_LENGTH + (entity.width ?? 0.6) / 2 && sees(body, entity)
      if (near || distance < nearest - 0.5) {
        touchedAt = body.tick
        nearest = near ? Infinity : distance
      } else if (body.tick - touchedAt > CHASE_TICKS) {
        return false
      }
      if (near) {
        if (following) bot.pathfinder.setGoal(null)
        following = false
        if (body.tick < readyAt) continue
        if (bot.heldItem?.name !== weapon?.name && weapon && bot.inventory.slots[weapon.slot] === weapon) {
          await hold(body, weapon)
        }
        bot.lookAt(chest, true)
        bot.attack(entity)
        readyAt = body.tick + pause
      } else if (!following) {
        bot.pathfinder.setGoal(new goals.GoalFollow(entity, 2), true)
        following = true
      }
    }
    return !here()
  } finally {
    bot.pathfinder.setGoal(null)
    bot.clearControlStates()
  }
}

/** Runs from an entity until it is `distance` away or gone; gives whether that was done within `ticks`. */
async function flee (body, entity, { distance = 14, ticks = 160 } = {}) {
  const { bot } = body
  const terrain = terrainOf(body)
  const away = () => !bot.entities[entity.id] || entity.position.distanceTo(bot.entity.position) >= distance
  if (away()) return true
  terrain.canDig = false
  try {
    const { x, y, z } = entity.position
    const goal = new goals.GoalInvert(new goals.GoalNear(x, y, z, distance))
    await travel(body, goal, { ticks, stop: away, what: `a place away from the ${entity.name}` })
  } catch (error) {
    if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
  } finally {
    terrain.canDig = true
  }
  return away()
}

module.exports = { fight, flee, strength, sees, HOSTILE, SHOOTS, EXPLODES }

'use strict'
/**
 * Eating and drinking: it takes time, only hungry players eat, and what is used up leaves its bowl or bottle.
 *
 * Figures are minecraft-data's food points and saturation. Effects of food are not modelled, with one exception that
 * hunger itself needs: food that makes hungry (rotten flesh, raw chicken, pufferfish) tires the eater.
 */

const { heldSlot, heldStack } = require('./equipment')
const { spendHeld, swapHeld } = require('./inventory')

const EATING_TICKS = 32
const QUICK = { dried_kelp: 16 }
const HONEY_TICKS = 40
const ANY_TIME = new Set(['golden_apple', 'enchanted_golden_apple', 'chorus_fruit', 'honey_bottle', 'suspicious_stew'])
const LEFT_OVER = {
  milk_bucket: 'bucket', honey_bottle: 'glass_bottle', mushroom_stew: 'bowl', rabbit_stew: 'bowl',
  beetroot_soup: 'bowl', suspicious_stew: 'bowl',
}
/** Chance and ticks of the hunger effect; it costs 0.005 exhaustion a tick. */
const MAKES_HUNGRY = { rotten_flesh: [0.8, 600], chicken: [0.3, 600], pufferfish: [1, 300] }
const HUNGER_EXHAUSTION = 0.005
const EATEN_STATUS = 9

const foodOf = (world, name) => world.data.registry.foodsByName[name]

/** Begin to eat what is in hand, if it can be eaten now. */
function startEating(world, player, held) {
  const edible = foodOf(world, held.name)
  const drinkable = held.name === 'milk_bucket'
  if (!edible && !drinkable) return
  if (edible && player.food >= 20 && !ANY_TIME.has(held.name) && player.gamemode !== 'creative') return
  const ticks = held.name === 'honey_bottle' ? HONEY_TICKS : (QUICK[held.name] ?? EATING_TICKS)
  player.using = { slot: heldSlot(player), name: held.name, until: world.tick + ticks }
}

/** Swallow when the time has come; whoever changes hands stops eating. Hunger from bad food goes on. */
function step(world, player) {
  if (player.hungerTicks > 0) {
    player.hungerTicks--
    world.exhaust(player, HUNGER_EXHAUSTION)
  }
  const { using } = player
  if (!using || world.tick < using.until) return
  player.using = null
  if (heldSlot(player) !== using.slot || heldStack(player)?.name !== using.name) return
  swallow(world, player, using.name)
}

function swallow(world, player, name) {
  const food = foodOf(world, name)
  if (food) {
    player.food = Math.min(20, player.food + food.foodPoints)
    player.saturation = Math.min(player.food, player.saturation + food.saturation)
  } else player.hungerTicks = 0
  const [chance, ticks] = MAKES_HUNGRY[name] ?? [0, 0]
  if (chance && world.random.chance(chance)) player.hungerTicks = ticks
  if (LEFT_OVER[name]) swapHeld(world, player, LEFT_OVER[name])
  else spendHeld(player)
  player.session.send('entity_status', { entityId: player.id, entityStatus: EATEN_STATUS })
  world.events.emit('ate', { player: player.name, item: name })
}

module.exports = { startEating, step }

/**
 * The observation from the bot's own knowledge: the same keys as the world's (../world/observe.js), for servers where
 * nothing of ours stands on the other side. It is what the server told the bot, and no more; what a bot cannot know is
 * null. Reads only.
 */
'use strict'

const TICKS_A_SECOND = 20
const AIR_A_BUBBLE = 15
const TALLEST_LOOK = 320
const WORN = { head: 5, torso: 6, legs: 7, feet: 8, off_hand: 45 }
const MAIN_SLOTS = [9, 45]

/**
 * @param tick  ticks that count as the time of the journey
 * @param {Record<number, string>} biomes  the server's names of biomes
 */
function ownReport (bot, tick, biomes) {
  const { entity, time, game } = bot
  const carried = stacks(bot)
  const head = bot.blockAt(entity.position.offset(0, 0.5, 0))
  return {
    tick,
    time_of_day: time.timeOfDay ?? null,
    day: time.day ?? null,
    game_seconds: hundredth(tick / TICKS_A_SECOND),
    alive: bot.isAlive && bot.health > 0,
    position: place(entity.position, hundredth),
    on_ground: entity.onGround,
    dimension: String(game.dimension ?? '').replace(/^minecraft:/, '') || null,
    biome: head ? biomes[bot.world.getBiome(head.position)] ?? null : null,
    health: hundredth(bot.health),
    food: bot.food,
    saturation: hundredth(bot.foodSaturation),
    air: (bot.oxygenLevel ?? 20) * AIR_A_BUBBLE,
    experience: bot.experience.points ?? 0,
    inventory: tally(carried),
    slots_free: bot.inventory.slots.slice(...MAIN_SLOTS).filter(stack => !stack).length,
    equipment: {
      hand: bot.heldItem?.name ?? null,
      ...Object.fromEntries(Object.entries(WORN).map(([part, slot]) => [part, bot.inventory.slots[slot]?.name ?? null]))
    },
    tools: carried.filter(stack => stack.maxDurability).map(stack => ({
      name: stack.name, uses_left: stack.maxDurability - (stack.durabilityUsed ?? 0)
    })),
    light: head ? Math.max(head.light, daylit(head.skyLight, time.timeOfDay)) : null,
    sky_visible: head ? skyAbove(bot, head.position) : null,
    spawn: bot.spawnPoint ? place(bot.spawnPoint, Math.floor) : null
  }
}

/** Every stack that belongs to the bot: pockets, what is worn, the grid, and what hangs on the cursor. */
function stacks (bot) {
  const loose = [bot.inventory.selectedItem, bot.currentWindow?.selectedItem]
  return [...bot.inventory.slots.slice(1, 46), ...loose].filter(Boolean)
}

function tally (all) {
  const counts = {}
  for (const { name, count } of all) counts[name] = (counts[name] ?? 0) + count
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Sky light as it is at this time of day: full by day, down to 4 of 15 by night, in between at dusk and dawn. */
function daylit (skyLight, timeOfDay = 6000) {
  const height = Math.cos((timeOfDay / 24_000 - 0.25) * 2 * Math.PI) * 2 + 0.5
  return Math.max(0, skyLight - Math.round((1 - Math.min(1, Math.max(0, height))) * 11))
}

function skyAbove (bot, position) {
  const top = Math.min(TALLEST_LOOK, bot.game.minY + bot.game.height)
  for (let y = position.y + 1; y < top; y++) {
    const block = bot.blockAt(position.offset(0, y - position.y, 0), false)
    if (block && block.boundingBox !== 'empty') return false
  }
  return true
}

const hundredth = value => Math.round((value ?? 0) * 100) / 100
const place = ({ x, y, z }, rounded) => ({ x: rounded(x), y: rounded(y), z: rounded(z) })

module.exports = { ownReport, tally }

// Prints the game data that the curriculum and the planner reason with, as one JSON object on standard output.
//
// Reads minecraft-data (names, recipes, hardness, tools, foods), the world server's own tables in ./data (tags, smelting,
// fuel, loot of blocks and mobs: minecraft-data has these wrong or not at all) and curriculum/data/minecraft_nature.json
// (where things are found). The tables that the server runs by win over minecraft-data, so what is planned is what happens.
// Never writes a file and never looks at a running world:
//   node bridge/gamedata_export.js > curriculum/data/minecraft.json
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const VERSION = '1.20.1'
const SMELT_TICKS = 200
const TABLES = path.join(__dirname, 'data')
const NATURE = path.join(__dirname, '..', 'curriculum', 'data', 'minecraft_nature.json')

const readTable = (name) => JSON.parse(fs.readFileSync(path.join(TABLES, `${name}.json`), 'utf8'))

const byKey = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

/** Items a player can own in survival, with stack size and durability (null for what does not wear). */
function survivalItems(game, creativeOnly) {
  const hidden = new Set(['air', ...creativeOnly])
  const items = {}
  for (const item of game.itemsArray) {
    if (hidden.has(item.name) || item.name.endsWith('_spawn_egg')) continue
    items[item.name] = { stack: item.stackSize, durability: item.maxDurability ?? null }
  }
  return items
}

/** Every way to craft each item, one entry for each choice of ingredients: {count, table, ingredients: {name: count}}. */
function craftingRecipes(game, items) {
  const nameOf = (entry) => game.items[typeof entry === 'object' ? entry.id : entry].name
  const recipes = {}
  for (const [id, variants] of Object.entries(game.recipes)) {
    const name = game.items[id]?.name
    if (!items[name]) continue
    const seen = new Map()
    for (const variant of variants) {
      const rows = variant.inShape
      const cells = (rows ? rows.flat() : variant.ingredients).filter((cell) => cell !== null)
      const ingredients = {}
      for (const cell of cells) ingredients[nameOf(cell)] = (ingredients[nameOf(cell)] ?? 0) + 1
      if (!Object.keys(ingredients).every((part) => items[part])) continue
      const table = rows ? rows.length > 2 || Math.max(...rows.map((row) => row.length)) > 2 : cells.length > 4
      const recipe = { count: variant.result.count, table, ingredients: byKey(ingredients) }
      seen.set(JSON.stringify(recipe), recipe)
    }
    if (seen.size) recipes[name] = [...seen.values()]
  }
  return recipes
}

/** The loot table of a block with its patterns (`*_slab`, `=self`) resolved, or undefined where minecraft-data is right. */
function ownLoot(tables, name) {
  const pattern = Object.keys(tables.patterns).find((each) => name.endsWith(each.replace('*', '')))
  const entry = tables.blocks[name] ?? tables.patterns[pattern]
  if (!entry) return undefined
  const stem = pattern ? name.slice(0, name.length - pattern.length + 1) : ''
  return entry.drops.map((drop) => ({ ...drop, item: drop.item === '=self' ? name : drop.item.replace('*', stem) }))
}

/**
 * One line of loot as {item, min, max, chance}: what a grown or whole block gives at least and at most when it gives
 * anything, and how often it does. A range that reaches below 1 gives nothing for that part of it.
 */
function drop({ item, count = 1, chance = 1, extra = [0], extraByAge = [0] }) {
  const [low, high] = Array.isArray(count) ? count : [count, count]
  const most = high + extra[0] + extraByAge[0]
  if (low >= 1 || most === high + extraByAge[0]) {
    const some = low >= 1 ? 1 : Math.min(1, most / (most - low + 1))
    return { item, min: Math.max(1, low), max: Math.max(1, most), chance: Number((chance * some).toFixed(4)) }
  }
  return { item, min: 1, max: most, chance }
}

/** What a block drops to the tool that harvests it, without enchantments: our own table, else minecraft-data. */
function blockDrops(game, block, own) {
  const summary = game.blockLoot[block.name]
  const lines = own ?? summary?.drops.filter((each) => !each.silkTouch).map((each) => ({ item: each.item })) ?? []
  const found = new Map()
  for (const line of lines) {
    if (!found.has(line.item)) found.set(line.item, drop(line))
    const other = line.else
    if (other && line.chance !== undefined && !found.has(other.item)) {
      found.set(other.item, drop({ ...other, chance: 1 - line.chance }))
    }
  }
  return [...found.values()]
}

/** What creatures leave when a player kills them; an undyed sheep stands for all colours of wool. */
function mobDrops(own) {
  const mobs = {}
  for (const [name, { category, drops }] of Object.entries(own)) {
    const lines = drops.flatMap((each) => {
      const items = [].concat(each.item === 'wool' ? 'white_wool' : each.item)
      return items.map((item) => drop({ ...each, item, chance: (each.chance ?? 1) / items.length }))
    })
    mobs[name] = { hostile: category === 'monster', drops: lines }
  }
  return mobs
}

/** What one held item makes of another: buckets and shears from nature, and what shears alone take from a block. */
function uses(items, loot, nature) {
  const table = { ...nature.used }
  for (const { blocks } of nature.found) {
    for (const name of blocks) {
      const { shears } = loot.blocks[name] ?? {}
      const item = shears === true ? name : shears
      if (item && items[item]) table[item] = [...(table[item] ?? []), { hold: 'shears', on: name }]
    }
  }
  return table
}

/** Blocks that can be dug: hardness, the tools that harvest (null: bare hands do), drops, and where nature has them. */
function diggableBlocks(game, items, loot, nature) {
  const places = new Map()
  for (const { blocks, ...place } of nature.found) for (const name of blocks) places.set(name, place)
  const blocks = {}
  for (const block of game.blocksArray) {
    if (!block.diggable || block.hardness < 0 || block.hardness === null) continue
    const drops = blockDrops(game, block, ownLoot(loot, block.name)).filter((each) => items[each.item])
    const place = places.get(block.name)
    const tools = block.harvestTools ? Object.keys(block.harvestTools).map((id) => game.items[id].name) : null
    blocks[block.name] = {
      hardness: block.hardness,
      tools,
      drops,
      levels: place?.levels ?? null,
      surface: place?.surface ?? false,
      effort: place?.effort ?? 1
    }
    if (nature.made[block.name]) blocks[block.name].made = nature.made[block.name]
  }
  return blocks
}

/** Hunger and saturation points that each food restores. */
function foods(game, items) {
  const table = {}
  for (const food of game.foodsArray) {
    if (items[food.name]) table[food.name] = { food: food.foodPoints, saturation: food.saturation }
  }
  return table
}

/** Which input becomes what in a furnace, for the ticks that the server takes. */
function smelting(own, items) {
  const known = Object.entries(own).filter(([input, { result }]) => items[input] && items[result])
  return Object.fromEntries(known.map(([input, { result }]) => [input, { output: result, ticks: SMELT_TICKS }]))
}

const only = (table, items) => Object.fromEntries(Object.entries(table).filter(([name]) => items[name]))

/** Builds the whole table. */
function exportGameData() {
  const game = require('minecraft-data')(VERSION)
  const nature = JSON.parse(fs.readFileSync(NATURE, 'utf8'))
  const loot = readTable('block_loot')
  const items = survivalItems(game, nature.creative_only)
  return {
    version: VERSION,
    items: byKey(items),
    recipes: byKey(craftingRecipes(game, items)),
    smelting: byKey(smelting(readTable('smelting'), items)),
    fuel: byKey(only(readTable('fuel'), items)),
    blocks: byKey(diggableBlocks(game, items, loot, nature)),
    mobs: byKey(mobDrops(readTable('mobs'))),
    used: byKey(uses(items, loot, nature)),
    foods: byKey(foods(game, items)),
    tags: byKey(readTable('tags'))
  }
}

/** One line for each entry of each table, so that a change of the data reads well as a difference. */
function print(data) {
  const sections = Object.entries(data).map(([section, table]) => {
    if (typeof table !== 'object') return `  ${JSON.stringify(section)}: ${JSON.stringify(table)}`
    const lines = Object.entries(table).map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`)
    return `  ${JSON.stringify(section)}: {\n${lines.join(',\n')}\n  }`
  })
  return `{\n${sections.join(',\n')}\n}\n`
}

if (require.main === module) process.stdout.write(print(exportGameData()))

module.exports = { exportGameData }

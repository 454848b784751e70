// Prints the game data that the curriculum and the planner reason with, as one JSON object on standard output.
//
// Reads minecraft-data (names, recipes, hardness, tools, foods), the world server's own tables in ./data (tags, smelting,
// fuel, loot of blocks and mobs: minecraft-data has these wrong or not at all) and curriculum/data/minecraft_nature.json
// (where things are found). The tables that the server runs by win over minecraft-data, so what is planned is what happens.
// Never writes a file and never looks at a running world:
//   node bridge/gamedata_export.js > curriculum/data/minecraft.json
'use strict'

const fs = require('fs')
const path = require('path')

const VERSION = '1.20.1'
const TABLES = path.join(__dirname, 'data')
const NATURE = path.join(__dirname, '..', 'curriculum', 'data', 'minecraft_nature.json')

function readTable(folder, name) {
  const file = path.join(folder, name + '.json')
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
}

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

/** What a block drops to the tool that harvests it, without enchantments: minecraft-data, corrected by our own table. */
function blockDrops(game, block, own) {
  if (own) return own.map(({ item, min = 1, max = min, chance = 1 }) => ({ item, min, max, chance }))
  const loot = game.blockLoot[block.name]
  if (!loot) return []
  const grown = Math.max(-1, ...loot.drops.map((drop) => drop.blockAge ?? -1))
  return loot.drops
    .filter((drop) => !drop.silkTouch && !(drop.blockAge !== undefined && drop.blockAge !== grown))
    .filter((drop) => !(drop.item === block.name && /_leaves$|glass|^(grass|fern|ice|cobweb)$/.test(block.name)))
    .map((drop) => {
      const [low, high] = drop.stackSizeRange
      return { item: drop.item, min: low ?? 1, max: Math.max(low ?? 1, high ?? 1), chance: 1 }
    })
}

/** Blocks that can be dug: hardness, the tools that harvest (null: bare hands do), drops, and where nature has them. */
function diggableBlocks(game, items, ownLoot, nature) {
  const places = new Map()
  for (const { blocks, levels, surface } of nature.found) for (const name of blocks) places.set(name, { levels, surface })
  const blocks = {}
  for (const block of game.blocksArray) {
    if (!block.diggable || block.hardness < 0 || block.hardness === null) continue
    const drops = blockDrops(game, block, ownLoot[block.name]).filter((drop) => items[drop.item])
    const place = places.get(block.name)
    const tools = block.harvestTools ? Object.keys(block.harvestTools).map((id) => game.items[id].name) : null
    blocks[block.name] = {
      hardness: block.hardness,
      tools,
      drops,
      levels: place?.levels ?? null,
      surface: place?.surface ?? false
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

/** Builds the whole table; `tables` is the folder of the server's own data files. */
function exportGameData(tables = TABLES) {
  const game = require('minecraft-data')(VERSION)
  const nature = JSON.parse(fs.readFileSync(NATURE, 'utf8'))
  const items = survivalItems(game, nature.creative_only)
  return {
    version: VERSION,
    items: byKey(items),
    recipes: byKey(craftingRecipes(game, items)),
    smelting: byKey(readTable(tables, 'smelting')),
    fuel: byKey(readTable(tables, 'fuel')),
    blocks: byKey(diggableBlocks(game, items, readTable(tables, 'block_loot'), nature)),
    mobs: byKey(readTable(tables, 'mobs')),
    used: byKey(nature.used),
    foods: byKey(foods(game, items)),
    tags: byKey(readTable(tables, 'tags'))
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

if (require.main === module) process.stdout.write(print(exportGameData(process.argv[2])))

module.exports = { exportGameData }

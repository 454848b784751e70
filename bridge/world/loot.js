'use strict'
/**
 * What a broken block leaves: the tool gate, then the loot table.
 *
 * Tables come from `bridge/data/block_loot.json` (blocks whose table has chances, ranges or conditions) and, for every
 * other block, from minecraft-data, whose summary is exact where a block always drops the same.
 * Never touches the world: it answers with stacks, the caller drops them. Fortune is not modelled.
 */
const { patterns, blocks } = require('../data/block_loot.json')

/** Which table belongs to a block name; `self` and `stem` resolve `=self` and `*` in its item names. */
const tables = new Map()

function tableFor(world, name) {
  let table = tables.get(name)
  if (!table) tables.set(name, (table = findTable(world, name)))
  return table
}

function findTable(world, name) {
  if (blocks[name]) return resolve(blocks[name], name, '')
  for (const [pattern, entry] of Object.entries(patterns)) {
    const tail = pattern.replace('*', '')
    if (name.endsWith(tail)) return resolve(entry, name, name.slice(0, -tail.length))
  }
  const summary = world.data.registry.blockLoot[name]
  const plain = summary ? summary.drops.filter((drop) => !drop.silkTouch) : [{ item: name, stackSizeRange: [1] }]
  const drops = plain.map(({ item, stackSizeRange: [count] }) => ({ item, count }))
  return { drops: drops.filter(({ item }) => isItem(world, item)) }
}

function resolve(entry, name, stem) {
  const named = (drop) => ({
    ...drop,
    item: drop.item === '=self' ? name : drop.item.replace('*', stem),
    ...(drop.else && { else: named(drop.else) })
  })
  return { ...entry, drops: entry.drops.map(named) }
}

const isItem = (world, name) => world.data.item(name) !== undefined

const holds = (when, properties) =>
  Object.entries(when).every(([key, value]) => String(properties[key]) === String(value))

function roll(drop, properties, heldName, random) {
  const applies =
    (!drop.when || holds(drop.when, properties)) &&
    (!drop.tools || (heldName || '').endsWith(drop.tools)) &&
    (drop.chance === undefined || random.chance(drop.chance))
  if (!applies) return drop.else ? roll(drop.else, properties, heldName, random) : null
  return { name: drop.item, count: countOf(drop, properties, random) }
}

function countOf(drop, properties, random) {
  if (drop.countOf) return Number(properties[drop.countOf])
  const count = drop.count ?? 1
  const base = Array.isArray(count) ? random.range(count[0], count[1]) : count
  if (drop.extra) return base + binomial(drop.extra[0], drop.extra[1], random)
  if (drop.extraByAge) return binomial(drop.extraByAge[0], (Number(properties.age) + 1) / drop.extraByAge[1], random)
  return base
}

function binomial(trials, chance, random) {
  let hits = 0
  for (let trial = 0; trial < trials; trial++) if (random.chance(chance)) hits++
  return hits
}

/**
 * The stacks that a block leaves when it goes by itself or by an explosion: no tool gate.
 * @param {{silkTouch?: boolean}} [touch] how the block was taken
 */
function naturalDrops(world, state, heldName, random, { silkTouch = false } = {}) {
  const { name } = world.data.blockOf(state)
  const table = tableFor(world, name)
  const properties = world.data.propsOf(state)
  if (table.when && !holds(table.when, properties)) return []
  if (silkTouch && isItem(world, name)) return [{ name, count: 1 }]
  if (table.shears && heldName === 'shears') {
    return [{ name: table.shears === true ? name : table.shears, count: table.shearsCount ?? 1 }]
  }
  const stacks = []
  for (const drop of table.drops) {
    const stack = roll(drop, properties, heldName, random)
    if (stack && stack.count > 0) stacks.push(stack)
  }
  return stacks
}

/** The stacks that a player gets for breaking a block with `heldName` in hand (null: bare): the tool gate first. */
function blockDrops(world, state, heldName, random, touch) {
  const block = world.data.blockOf(state)
  if (block.diggable === false) return []
  if (!world.data.canHarvest(state, heldName)) return []
  return naturalDrops(world, state, heldName, random, touch)
}

module.exports = { blockDrops, naturalDrops }

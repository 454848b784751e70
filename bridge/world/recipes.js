'use strict'
/**
 * Crafting recipes from minecraft-data, indexed so that a grid is looked up in one step: by its trimmed shape for
 * shaped recipes (both hands' mirror images), by its sorted contents for shapeless ones. Knows nothing of windows.
 */

const tags = require('../data/tags.json')

/** What stays in the grid when an item is used up. */
const REMAINDERS = {
  milk_bucket: 'bucket', water_bucket: 'bucket', lava_bucket: 'bucket',
  honey_bottle: 'glass_bottle', dragon_breath: 'glass_bottle',
}

/** The rectangle of a grid that holds something, as rows of names ('' for a hole); null when the grid is empty. */
function trim(cells, width) {
  const height = cells.length / width
  let [left, right, top, bottom] = [width, -1, height, -1]
  cells.forEach((cell, i) => {
    if (!cell) return
    const x = i % width
    const y = (i - x) / width
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  })
  if (right < 0) return null
  const rows = []
  for (let y = top; y <= bottom; y++) rows.push(cells.slice(y * width + left, y * width + right + 1))
  return rows
}

const shapeKey = (rows) => rows.map((row) => row.join()).join('|')
const contentsKey = (names) => names.slice().sort().join()

/** Kinds of ingredients that vanilla lets one mix, as long as the result does not depend on which is used. */
const MIXABLE = ['planks', 'logs', 'wooden_slabs', 'stone_tool_materials', 'coals', 'smelts_to_glass', 'wool']
const MIXED = new Map(MIXABLE.flatMap((tag) => tags[tag].map((name) => [name, `#${tag}`])))

/** Ways to read a grid, as functions of a name: each choice of tags has its members stand for each other, fewest first. */
function readings(names) {
  const present = [...new Set(names.map((name) => MIXED.get(name)).filter(Boolean))].sort()
  const choices = [[]]
  for (const tag of present) choices.push(...choices.map((one) => [...one, tag]))
  return choices.slice(1).map((chosen) => (name) => (chosen.includes(MIXED.get(name)) ? MIXED.get(name) : name))
}

class Recipes {
  /**
   * @param mcData  minecraft-data of the game version
   * @param yields  item -> how many pieces its recipes give here, where that differs
   */
  constructor(mcData, yields = {}) {
    this.yields = yields
    this.shaped = new Map()
    this.shapeless = new Map()
    this.mixed = new Map() // by a key with tags for names; null where the result depends on the member
    const nameOf = (cell) => {
      const id = Array.isArray(cell) ? cell[0] : typeof cell === 'object' && cell ? cell.id : cell
      return id == null || id < 0 ? '' : mcData.items[id].name
    }
    for (const recipes of Object.values(mcData.recipes)) {
      for (const recipe of recipes) this.#add(recipe, nameOf)
    }
  }

  #add(recipe, nameOf) {
    const name = nameOf(recipe.result)
    const result = { name, count: this.yields[name] ?? recipe.result.count ?? 1 }
    if (!recipe.inShape) {
      const names = recipe.ingredients.map(nameOf)
      const key = contentsKey(names)
      if (!this.shapeless.has(key)) this.shapeless.set(key, result)
      for (const read of readings(names)) this.#addMixed(contentsKey(names.map(read)), result)
      return
    }
    const width = Math.max(...recipe.inShape.map((row) => row.length))
    const cells = recipe.inShape.flatMap((row) => Array.from({ length: width }, (_, x) => nameOf(row[x])))
    const rows = trim(cells, width)
    for (const shape of [rows, rows.map((row) => row.slice().reverse())]) {
      if (!this.shaped.has(shapeKey(shape))) this.shaped.set(shapeKey(shape), result)
      for (const read of readings(cells)) this.#addMixed(shapeKey(shape.map((row) => row.map(read))), result)
    }
  }

  #addMixed(key, result) {
    const known = this.mixed.get(key)
    const agrees = known === undefined || (known?.name === result.name && known.count === result.count)
    this.mixed.set(key, agrees ? result : null)
  }

  /** What a grid of stacks makes, row by row: a fresh stack or null. */
  match(stacks, width) {
    const names = stacks.map((stack) => stack?.name ?? '')
    const rows = trim(names, width)
    if (!rows) return null
    const contents = names.filter(Boolean)
    const result =
      this.shaped.get(shapeKey(rows)) ?? this.shapeless.get(contentsKey(contents)) ?? this.#matchMixed(rows, contents)
    return result ? { ...result } : null
  }

  #matchMixed(rows, contents) {
    for (const read of readings(contents)) {
      const found =
        this.mixed.get(shapeKey(rows.map((row) => row.map(read)))) ?? this.mixed.get(contentsKey(contents.map(read)))
      if (found) return found
    }
    return null
  }
}

module.exports = { Recipes, REMAINDERS }

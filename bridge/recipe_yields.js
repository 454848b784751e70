/**
 * The rule `recipes`: how many pieces the recipes of an item give in this world, for measuring how an agent copes with a
 * changed game. `stick:2,torch:1` as text, {stick: 2, torch: 1} as data. World and body read it alike; nothing else
 * of a recipe changes.
 */
'use strict'

const PAIR = /^([a-z0-9_]+):([1-9]\d?)$/

/** The rule as data. Throws a RangeError that says how it is written. */
function parseYields (text) {
  return Object.fromEntries(text.split(',').filter(Boolean).map(pair => {
    const [, item, count] = PAIR.exec(pair) ?? []
    if (!item) throw new RangeError(`recipes are altered as item:count with a count from 1 to 99, not "${pair}"`)
    return [item, Number(count)]
  }))
}

const vanilla = new WeakMap() // recipe -> how many it gives in the game

/** Make the recipes of a registry give what the rule says, and all others what the game says. */
function applyYields (registry, text) {
  const yields = parseYields(text)
  for (const name of Object.keys(yields)) {
    if (!registry.itemsByName[name]) throw new RangeError(`there is no item "${name}" whose recipe could be altered`)
  }
  for (const [id, recipes] of Object.entries(registry.recipes)) {
    for (const { result } of recipes) {
      if (typeof result !== 'object' || result === null) continue
      if (!vanilla.has(result)) vanilla.set(result, result.count)
      result.count = yields[registry.items[id]?.name] ?? vanilla.get(result)
    }
  }
}

module.exports = { parseYields, applyYields }

/**
 * Which recipes to run, how often, with which of the ingredients carried. Pure planning over names and counts: no
 * window is opened here. Interchangeable ingredients may be mixed (two oak and two birch planks make a table), which
 * the game's list of recipes, one kind each, does not show.
 */
'use strict'

/**
 * A way to make at least `wanted` of item `id` from `stock` (Map of item id -> count), or what is missing for it.
 * @returns {{steps: Array<{recipe, runs: number}>, missing: null} | {steps: null, missing: Map<number, number>}}
 */
function plan (recipes, wanted, stock) {
  const left = new Map(stock)
  const steps = []
  let lacking = wanted
  for (const recipe of ordered(recipes, left)) {
    const runs = Math.min(Math.ceil(lacking / recipe.result.count), affordable(recipe, left))
    if (runs <= 0) continue
    spend(recipe, runs, left)
    steps.push({ recipe, runs })
    lacking -= runs * recipe.result.count
    if (lacking <= 0) return { steps, missing: null }
  }
  for (const group of alike(recipes)) {
    while (lacking > 0) {
      const recipe = mixed(group, left)
      if (!recipe) break
      spend(recipe, 1, left)
      steps.push({ recipe, runs: 1 })
      lacking -= recipe.result.count
    }
    if (lacking <= 0) return { steps, missing: null }
  }
  return { steps: null, missing: fewestMissing(recipes, wanted, stock) }
}

/** Ingredients of one run, as Map of item id -> count. */
function needs (recipe) {
  const all = new Map()
  for (const id of cells(recipe)) if (id >= 0) all.set(id, (all.get(id) ?? 0) + 1)
  return all
}

/** Item ids by place: the grid row by row, then the ingredients without a place; -1 for an empty place. */
function cells (recipe) {
  return [...(recipe.inShape ?? []).flat(), ...(recipe.ingredients ?? [])].map(({ id }) => id)
}

function affordable (recipe, stock) {
  return Math.min(...[...needs(recipe)].map(([id, n]) => Math.floor((stock.get(id) ?? 0) / n)))
}

function spend (recipe, runs, stock) {
  for (const [id, n] of needs(recipe)) stock.set(id, stock.get(id) - n * runs)
}

/** Recipes whose ingredients are most plentiful first, so that the rare kinds are kept. */
function ordered (recipes, stock) {
  const plenty = new Map(recipes.map(recipe => [recipe, affordable(recipe, stock)]))
  return [...recipes].sort((a, b) => plenty.get(b) - plenty.get(a))
}

/** Recipes for the same thing and of one shape, that differ only in kinds: the same places are filled. */
function alike (recipes) {
  const groups = new Map()
  for (const recipe of recipes) {
    const grid = (recipe.inShape ?? []).map(row => row.map(({ id }) => id >= 0))
    const shape = JSON.stringify([recipe.result.id, grid, recipe.ingredients?.length])
    if (!groups.has(shape)) groups.set(shape, [])
    groups.get(shape).push(recipe)
  }
  return [...groups.values()]
}

/** One recipe of the group's shape with each place filled by any kind that the group allows there, or null. */
function mixed (group, stock) {
  const left = new Map(stock)
  const choices = cells(group[0]).map((_, place) => [...new Set(group.map(recipe => cells(recipe)[place]))])
  const chosen = choices.map(ids => {
    if (ids[0] < 0) return -1
    const id = ids.filter(one => (left.get(one) ?? 0) > 0).sort((a, b) => left.get(b) - left.get(a))[0]
    if (id !== undefined) left.set(id, left.get(id) - 1)
    return id
  })
  if (chosen.includes(undefined)) return null
  return withIngredients(group[0], chosen)
}

function withIngredients (recipe, ids) {
  let place = 0
  const next = cell => ({ ...cell, id: ids[place++] })
  const copy = Object.assign(Object.create(Object.getPrototypeOf(recipe)), recipe)
  copy.inShape = recipe.inShape?.map(row => row.map(next)) ?? recipe.inShape
  copy.ingredients = recipe.ingredients?.map(next) ?? recipe.ingredients
  return copy
}

function fewestMissing (recipes, wanted, stock) {
  let least = null
  for (const recipe of recipes) {
    const runs = Math.ceil(wanted / recipe.result.count)
    const missing = new Map()
    for (const [id, n] of needs(recipe)) {
      const short = n * runs - (stock.get(id) ?? 0)
      if (short > 0) missing.set(id, short)
    }
    const sum = [...missing.values()].reduce((total, n) => total + n, 0)
    if (sum > 0 && (!least || sum < least.sum)) least = { missing, sum }
  }
  return least?.missing ?? new Map()
}

module.exports = { plan, needs }

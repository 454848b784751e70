/**
 * Making things in the 2x2 grid or at a table, checked against what the inventory then holds. Plans come from
 * recipes.js; where the table stands is the business of stations.js.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { owned, missing, tidy } = require('./inventory')
const { plan } = require('./recipes')
const { atStation } = require('./stations')
const { within } = require('./waiting')
const { spoken } = require('./kinds')

const TICKS_A_RUN = 60

/** What the inventory holds, as Map of item id -> count. */
function stockOf (body) {
  const stock = new Map()
  for (const item of body.bot.inventory.items()) stock.set(item.type, (stock.get(item.type) ?? 0) + item.count)
  return stock
}

function recipesOf (body, names) {
  return names.flatMap(name => body.bot.recipesAll(body.data.itemsByName[name].id, null, true))
}

/** Makes `wanted` more items of any of these names; gives {gained, items}. */
async function craft (body, names, wanted) {
  const recipes = recipesOf(body, names)
  if (recipes.length === 0) {
    throw new PrimitiveError('no_recipe', `no recipe makes ${spoken(names)}`, {
      value: names[0], remedy: 'mine, smelt or find it instead'
    })
  }
  const before = Object.fromEntries(names.map(name => [name, owned(body, name)]))
  const gains = () => {
    const items = {}
    for (const name of names) {
      if (owned(body, name) > before[name]) items[name] = owned(body, name) - before[name]
    }
    return { gained: Object.values(items).reduce((sum, n) => sum + n, 0), items }
  }
  for (let round = 0; gains().gained < wanted; round++) {
    const { steps, missing: lacking } = plan(recipes, wanted - gains().gained, stockOf(body))
    if (!steps) throw lacks(body, lacking)
    if (round >= 3) {
      throw new PrimitiveError('interrupted', `crafting ${spoken(names)} did not come out as planned`, {
        value: { ...gains(), wanted }, remedy: 'look at the inventory and craft the rest'
      })
    }
    await tidy(body, [...names, ...usedBy(body, steps)])
    try {
      if (steps.some(({ recipe }) => recipe.requiresTable)) {
        await atStation(body, 'crafting_table', table => perform(body, steps, table), {
          make: () => makeTable(body, steps),
          remedy: 'craft a crafting_table from 4 planks first'
        })
      } else {
        await perform(body, steps, null)
      }
    } catch (error) {
      if (body.stopped || error instanceof PrimitiveError || round >= 2) throw error
      await clearGrid(body)
    }
  }
  return gains()
}

/** Names of what the steps use up. */
function usedBy (body, steps) {
  return steps.flatMap(({ recipe }) => recipe.delta.filter(({ count }) => count < 0).map(({ id }) => body.data.items[id].name))
}

async function perform (body, steps, table) {
  for (const { recipe, runs } of steps) {
    await within(body, body.bot.craft(recipe, runs, recipe.requiresTable ? table : null),
      TICKS_A_RUN * (runs + 1), `crafting ${body.data.items[recipe.result.id].name}`)
  }
}

/** Closing the own inventory makes the world give back what lies in its grid. */
async function clearGrid (body) {
  body.bot.closeWindow(body.bot.currentWindow ?? body.bot.inventory)
  await body.ticks(5)
}

/** A table is a chore, not a task: made on the way when planks are left over from the work in hand. */
async function makeTable (body, steps) {
  const stock = stockOf(body)
  for (const { recipe, runs } of steps) {
    for (const { id, count } of recipe.delta) if (count < 0) stock.set(id, (stock.get(id) ?? 0) + count * runs)
  }
  const { steps: table } = plan(recipesOf(body, ['crafting_table']), 1, stock)
  if (!table) return false
  await perform(body, table, null)
  body.events('chore', { crafted: 'crafting_table' })
  return true
}

function lacks (body, lacking) {
  return missing(Object.fromEntries([...lacking].map(([id, n]) => [body.data.items[id].name, n])))
}

module.exports = { craft }

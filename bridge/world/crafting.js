'use strict'
/**
 * Crafting grids: the result follows from what lies in the grid, and taking it uses one of each ingredient.
 *
 * Works on any view with a grid (the player's 2x2, a table's 3x3). Counts what was really taken and emits `crafted`.
 */

const { REMAINDERS } = require('./recipes')
const { withCount, same } = require('./stacks')
const { insert, toss } = require('./inventory')

/** Bring the result slot in line with the grid. */
function updateResult(world, view) {
  const result = world.recipes.match(view.gridStacks(), view.grid.width)
  if (!same(view.get(0), result)) view.set(0, result)
}

/** Use one of each ingredient; buckets and bottles stay behind. */
function consumeIngredients(world, view) {
  for (let slot = view.grid.from; slot < view.grid.to; slot++) {
    const stack = view.get(slot)
    if (!stack) continue
    const left = withCount(stack, stack.count - 1)
    const remainder = REMAINDERS[stack.name]
    if (!remainder) view.set(slot, left)
    else if (!left) view.set(slot, { name: remainder, count: 1 })
    else {
      view.set(slot, left)
      const spilled = insert(world.data, view, [view.main, view.hotbar], { name: remainder, count: 1 })
      if (spilled) toss(world, view.player, spilled)
    }
  }
  updateResult(world, view)
}

function report(world, view, name, count) {
  world.events.emit('crafted', { player: view.player.name, item: name, count, station: view.station })
}

/** Take the result once. Returns the crafted stack, or null. */
function takeResult(world, view) {
  const result = view.get(0)
  if (!result) return null
  consumeIngredients(world, view)
  report(world, view, result.name, result.count)
  return result
}

/** Shift-click on the result: craft into the inventory for as long as ingredients and room last. */
function takeAllResults(world, view) {
  const { name } = view.get(0)
  let made = 0
  for (;;) {
    const result = view.get(0)
    if (result?.name !== name || !hasRoom(world, view, result)) break
    insert(world.data, view, [view.main, view.hotbar], result, true)
    consumeIngredients(world, view)
    made += result.count
  }
  if (made) report(world, view, name, made)
}

/** Whether a whole stack finds room among the player's slots; nothing is moved. */
function hasRoom(world, view, stack) {
  const trial = Object.create(view)
  const copy = new Map()
  trial.get = (slot) => (copy.has(slot) ? copy.get(slot) : view.get(slot))
  trial.set = (slot, value) => copy.set(slot, value)
  return insert(world.data, trial, [view.main, view.hotbar], stack, true) === null
}

module.exports = { updateResult, takeResult, takeAllResults }

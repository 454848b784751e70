'use strict'
/**
 * Stacks of items: plain JSON {name, count, damage?}. A stack is never changed in place; every
 * function here returns a new one (or null for nothing), so that two holders of one stack can never disturb each other.
 */

/** A stack with another count; null when nothing is left. */
const withCount = (stack, count) => (stack && count > 0 ? { ...stack, count } : null)

/** Same item, same wear: such stacks may lie in one slot. */
const stackable = (a, b) => !!a && !!b && a.name === b.name && (a.damage ?? 0) === (b.damage ?? 0)

/** The same stack in every respect; two empty slots are the same too. */
const same = (a, b) => a === b || (a && b ? stackable(a, b) && a.count === b.count : !a && !b)

/** How many items a slot can hold of this stack's kind. */
const limit = (data, stack) => data.maxStack(stack.name)

/** Wear a tool by some points: the worn stack, or null when it breaks. Things without durability do not wear. */
function worn(data, stack, points = 1) {
  const durability = stack && data.durability(stack.name)
  if (!durability) return stack
  const damage = (stack.damage ?? 0) + points
  return damage >= durability ? null : { ...stack, damage }
}

/** {name: total} over a list of slots, in slot order. */
function tally(slots) {
  const counts = {}
  for (const stack of slots) if (stack) counts[stack.name] = (counts[stack.name] ?? 0) + stack.count
  return counts
}

module.exports = { withCount, stackable, same, limit, worn, tally }

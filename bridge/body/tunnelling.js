/**
 * Digging one's own way, cell by cell: straight down or by stairs, stairs up, level tunnels. Each cell is looked at
 * before it is opened: nothing that would let lava or water in is broken, and no step leads into a fall. Where the way
 * is barred it turns.
 */
'use strict'

const { Vec3 } = require('vec3')
const { PrimitiveError } = require('./errors')
const { dig, floods, holds, isAir, isFalling, isFluid, toolFor, canHarvest } = require('./digging')
const { find, tidy, usesLeft } = require('./inventory')
const { place } = require('./placing')
const { craft } = require('./crafting')
const { travel, goals, placeOf, underground } = require('./navigation')
const { BUILDING } = require('./worth')

const WAYS = [new Vec3(1, 0, 0), new Vec3(0, 0, 1), new Vec3(-1, 0, 0), new Vec3(0, 0, -1)]
/** Straight down: a step that leads nowhere aside. A third of the digging that stairs cost. */
const DOWN = new Vec3(0, 0, 0)
/** How many steps of a way down are looked at. */
const AHEAD = 5
const DEEPEST_DROP = 3
const STEP_TICKS = 120
const WALK_TICKS = 30
/** Digging the same cell again for so long: gravel that keeps falling. */
const FALLS = 12

/** The cells that the bot's body needs free to step to `next` from one level above, the same or below, top first. */
function cellsFor (from, next) {
  const top = Math.max(from.y, next.y) + 1
  const cells = []
  if (next.y > from.y) cells.push(from.offset(0, 2, 0))
  for (let y = top; y >= next.y; y--) cells.push(new Vec3(next.x, y, next.z))
  return cells
}

/** Why a step may not be taken, or null. */
function barred (body, from, next) {
  const { bot } = body
  for (const cell of cellsFor(from, next)) {
    const block = bot.blockAt(cell)
    if (!block) return 'the edge of what is loaded'
    if (isFluid(block)) return block.name
    if (isAir(block)) {
      if (floods(body, cell) === 'lava') return 'lava'
      continue
    }
    if (!block.diggable) return block.name
    const danger = floods(body, cell)
    if (danger) return danger
  }
  return drop(body, next) > DEEPEST_DROP ? 'a deep fall' : null
}

/** What on a step would have to be broken without the tool for it (minutes a block), or null. */
function tooHard (body, from, next) {
  const hard = cellsFor(from, next).map(cell => body.bot.blockAt(cell)).find(block => !canHarvest(body, block))
  return hard ? `${hard.name} without a tool for it` : null
}

/** Cells under a place that hold nobody, up to five. */
function drop (body, next) {
  for (let down = 1; down <= 5; down++) {
    const below = body.bot.blockAt(next.offset(0, -down, 0))
    if (below?.name === 'lava' || below?.name === 'magma_block') return Infinity
    if (below && (below.name === 'water' || holds(body, below.position))) return down - 1
  }
  return Infinity
}

/** Throws before the last uses of a dear pickaxe go into plain rock: what was made for better ore is kept for it. */
function spareTheBest (body) {
  const { tool, spared } = toolFor(body, 'stone')
  if (!spared) return
  throw new PrimitiveError('no_tool', `the only pickaxe left is ${tool.name} with ${usesLeft(tool)} uses`, {
    value: { [tool.name]: usesLeft(tool) }, remedy: 'craft a stone_pickaxe for plain digging'
  })
}

/**
 * What to await ahead of breaking some cells: makes a pickaxe if they are rock and none is left that may wear out on it.
 * Where that once failed, it is not tried again.
 */
function sparePickaxe (body) {
  let able = true
  const isRock = cell => body.bot.blockAt(cell)?.material === 'mineable/pickaxe'
  return async (...cells) => {
    const { harvests, spared } = toolFor(body, 'stone')
    if (able && (!harvests || spared) && cells.some(isRock)) able = await makePickaxe(body)
  }
}

/** A pickaxe for plain rock is a chore, not a task: made of the stone and sticks at hand; false where it cannot be. */
async function makePickaxe (body) {
  try {
    await craft(body, ['stone_pickaxe'], 1)
  } catch (error) {
    if (body.stopped || !(error instanceof PrimitiveError)) throw error
    return false
  }
  body.events('chore', { crafted: 'stone_pickaxe' })
  return true
}

/** Opens the cells of one step and goes there. */
async function step (body, from, next) {
  for (const cell of cellsFor(from, next)) {
    for (let falls = 0; falls < FALLS; falls++) {
      const block = body.bot.blockAt(cell)
      if (isAir(block) || block.boundingBox === 'empty') break
      await dig(body, cell)
      await body.ticks(1)
      if (isFalling(body.bot.blockAt(cell.offset(0, 1, 0)))) await body.ticks(6)
    }
  }
  if (drop(body, next) > 0 && next.y >= from.y && find(body, BUILDING)) {
    try {
      await place(body, BUILDING, next.offset(0, -1, 0))
    } catch (error) {
      if (body.stopped || error.code !== 'cannot_place') throw error
    }
  }
  if (await walkTo(body, next)) return
  const goal = drop(body, next) > 0
    ? new goals.GoalNearXZ(next.x, next.z, 0)
    : new goals.GoalBlock(next.x, next.y, next.z)
  await travel(body, goal, { ticks: STEP_TICKS, what: 'the next step' })
}

/** One free step, without a search for a path; gives whether the bot stands in the column of `next` at the end. */
async function walkTo (body, next) {
  const { bot } = body
  const centre = next.offset(0.5, 0, 0.5)
  const off = () => Math.max(Math.abs(bot.entity.position.x - centre.x), Math.abs(bot.entity.position.z - centre.z))
  const there = () => off() < 0.3 && bot.entity.position.y <= next.y + 0.6 && bot.entity.onGround
  try {
    for (let waited = 0; waited < WALK_TICKS && !there() && !body.reflexes.urgent(body); waited++) {
      await bot.lookAt(centre.offset(0, 1.62, 0), true)
      bot.setControlState('forward', off() >= 0.2)
      bot.setControlState('jump', bot.entity.position.y < next.y - 0.4 || bot.entity.isInWater)
      await body.ticks(1)
    }
  } finally {
    bot.clearControlStates()
  }
  return there()
}

/**
 * Takes steps of `rise` (-1 down, 0 level, 1 stairs up) along `way` until `done(position)`. Down it goes as `downward`
 * says; else it turns where the way is barred, first sideways, never straight back while another way is open. Gives the
 * number of steps taken.
 */
async function tunnel (body, way, rise, { done, steps, turn = true }) {
  let along = way
  let barrier = null
  const spare = sparePickaxe(body)
  const avoided = new Map() // place -> how often it was left again
  for (let taken = 0; ; taken++) {
    const here = body.bot.entity.position.floored()
    if (done(here)) return taken
    if (taken >= steps) throw stopped(body, taken, 'the way is longer than expected', 'timeout')
    const ways = rise < 0 ? downward(body, here, along) : turn ? options(along) : [along]
    await spare(...cellsFor(here, here.plus(ways[0]).offset(0, rise, 0)))
    if (rise < 1) spareTheBest(body) // upwards is the way out: that may cost the best
    await tidy(body)
    let went = false
    for (const option of ways) {
      const next = here.plus(option).offset(0, rise, 0)
      const trouble = barred(body, here, next)
      if (trouble || (avoided.get(next.toString()) ?? 0) > 1) {
        barrier = trouble ?? barrier
        continue
      }
      try {
        await step(body, here, next)
        avoided.set(next.toString(), (avoided.get(next.toString()) ?? 0) + 1)
        if (option !== DOWN) along = option
        went = true
        break
      } catch (error) {
        if (body.stopped || !['unreachable', 'timeout', 'interrupted'].includes(error.code)) throw error
        barrier = error.message
        avoided.set(next.toString(), 2)
      }
    }
    if (!went) {
      if (!turn || rise === 0) throw stopped(body, taken, barrier ?? 'no way on', 'unreachable')
      await sidestep(body, here, along, barrier)
    }
  }
}

/**
 * Digs towards `target` until `done()`: each step is the one, of level, up and down, that leads nearest to it, around
 * what is barred. Cheaper than a search for a path where all is rock. Throws `unreachable` when it comes no nearer.
 */
async function burrow (body, target, done) {
  const been = new Map() // place -> how often the bot stood there
  const closed = new Set()
  const off = (from, axis) => Math.abs(target[axis] - from[axis])
  const remaining = from => off(from, 'x') + off(from, 'z') + 1.5 * off(from, 'y')
  const limit = 20 + 3 * Math.ceil(remaining(body.bot.entity.position.floored()))
  let barrier = 'no way on'
  for (let taken = 0; !done(); taken++) {
    const here = body.bot.entity.position.floored()
    been.set(here.toString(), (been.get(here.toString()) ?? 0) + 1)
    if (taken >= limit) throw stopped(body, taken, 'it came no nearer', 'unreachable')
    if (taken % 8 === 0) await tidy(body)
    const [next] = WAYS
      .flatMap(way => [0, -1, 1].map(rise => here.plus(way).offset(0, rise, 0)))
      .filter(option => !closed.has(option.toString()) && (been.get(option.toString()) ?? 0) < 3)
      .sort((a, b) => price(a) - price(b))
      .filter(option => {
        const trouble = barred(body, here, option) ?? tooHard(body, here, option)
        if (trouble) barrier = trouble
        return !trouble
      })
    if (!next) throw stopped(body, taken, barrier, 'unreachable')
    try {
      await step(body, here, next)
    } catch (error) {
      if (body.stopped || !['unreachable', 'timeout', 'interrupted'].includes(error.code)) throw error
      closed.add(next.toString())
      barrier = error.message
    }
  }

  function price (option) {
    return remaining(option) + 8 * (been.get(option.toString()) ?? 0)
  }
}

/**
 * Ways down: first the one that stays longest in firm rock, for in caves one falls among mobs. By stairs from the open,
 * so that no shaft is left for others to fall into, then straight.
 */
function downward (body, here, along) {
  const firm = way => {
    const floors = Array.from({ length: AHEAD }, (_, steps) => here.plus(way.scaled(steps + 1)).offset(0, -steps - 2, 0))
    const gap = floors.findIndex(floor => !holds(body, floor))
    return gap === -1 ? AHEAD : gap
  }
  const ways = underground(body) ? [DOWN, ...options(along)] : options(along)
  return ways.sort((a, b) => firm(b) - firm(a))
}

/** Straight on, then to both sides, then back. */
function options (along) {
  const left = new Vec3(along.z, 0, -along.x)
  return [along, left, left.scaled(-1), along.scaled(-1)]
}

/** When no stair leads on: a level step in some safe direction, so that the next stair starts elsewhere. */
async function sidestep (body, here, along, barrier) {
  for (const option of options(along)) {
    const next = here.plus(option)
    if (barred(body, here, next)) continue
    const further = next.plus(option)
    await step(body, here, next)
    if (!barred(body, next, further)) await step(body, body.bot.entity.position.floored(), further)
    return
  }
  throw stopped(body, 0, barrier ?? 'no way on', 'unreachable')
}

function stopped (body, taken, why, code) {
  return new PrimitiveError(code, `the digging ended after ${taken} steps: ${why}`, {
    value: { ...placeOf(body), steps: taken, why }, remedy: 'go some blocks aside and try again, or another direction'
  })
}

/** The level direction nearest to a vector, or the way that the bot looks. */
function wayOf (body, direction) {
  const yaw = body.bot.entity.yaw
  const { x, z } = direction ?? { x: -Math.sin(yaw), z: -Math.cos(yaw) }
  return Math.abs(x) >= Math.abs(z) ? WAYS[x >= 0 ? 0 : 2] : WAYS[z >= 0 ? 1 : 3]
}

module.exports = { tunnel, burrow, wayOf, sparePickaxe, WAYS }

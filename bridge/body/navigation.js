/**
 * Going somewhere, with an end in every case: there, or a typed error. Drives mineflayer-pathfinder one game tick at a
 * time, notices when the bot no longer gets nearer, frees it, and lets the reflexes interrupt the way. Never teleports
 * and never leaves a goal behind.
 */
'use strict'

const { goals } = require('mineflayer-pathfinder')
const { PrimitiveError } = require('./errors')
const { Terrain } = require('./movements')
const { clearLine, eyesAt } = require('./looking')

/** Ticks without a step, after which the bot shakes itself free. */
const STILL_TICKS = 60
/** Ticks without getting nearer, after which the way counts as none. */
const NO_GAIN_TICKS = 500
const SHAKES = 3
/** Budget of one search in virtual ms, five ticks of thinking: a longer way is found in stretches, walking between. */
const THINK_MS = 200
const REACH = 4.3
const terrains = new WeakMap()

/** The one Terrain of a bot, set as the pathfinder's movements. */
function terrainOf (body) {
  const { bot } = body
  let terrain = terrains.get(bot)
  if (!terrain) {
    terrains.set(bot, terrain = new Terrain(bot))
    bot.pathfinder.setMovements(terrain)
    bot.pathfinder.thinkTimeout = THINK_MS
  }
  return terrain
}

/**
 * Walks, digs and builds until `goal` (a pathfinder goal) is reached. Throws `unreachable` with what was left of the
 * way, or `timeout` after `ticks`. `stop()` may end the walk early: it is asked every tick, and true means done.
 * Gives whether the goal itself was reached.
 */
async function travel (body, goal, { ticks = 1200, stop = () => false, what = 'the goal' } = {}) {
  const { bot } = body
  terrainOf(body)
  await body.reflexes.attend(body)
  const watch = new Watch(body, goal)
  let outcome = null
  const onReached = reached => { if (reached === goal) outcome = 'reached' }
  const onPath = ({ status, path }) => { if (status === 'noPath' && path.length === 0) outcome = 'no path' }
  bot.on('goal_reached', onReached)
  bot.on('path_update', onPath)
  try {
    bot.pathfinder.setGoal(goal)
    for (let spent = 0; ; spent++) {
      if (outcome === 'reached') return true
      if (outcome === 'no path') throw unreachable(body, goal, what, 'no path leads there')
      const busy = bot.pathfinder.isMining() || bot.pathfinder.isBuilding()
      if (stop() && !busy) return false
      if (spent >= ticks && !(busy && spent < ticks + 100)) throw late(body, goal, what, ticks)
      if (body.reflexes.urgent(body)) {
        bot.pathfinder.setGoal(null)
        await body.reflexes.attend(body)
        watch.restart()
        bot.pathfinder.setGoal(goal)
      }
      const trouble = watch.trouble()
      if (trouble === 'still') {
        bot.pathfinder.setGoal(null)
        await shake(body)
        bot.pathfinder.setGoal(goal)
      } else if (trouble) {
        throw unreachable(body, goal, what, trouble)
      }
      await body.ticks(1)
    }
  } finally {
    bot.off('goal_reached', onReached)
    bot.off('path_update', onPath)
    bot.pathfinder.setGoal(null)
  }
}

/** Notices that a walk stands still or leads nowhere. */
class Watch {
  constructor (body, goal) {
    this.body = body
    this.goal = goal
    this.shakes = 0
    this.restart()
  }

  restart () {
    const { bot, tick } = this.body
    this.anchor = bot.entity.position.clone()
    this.movedAt = tick
    this.nearest = this.distance()
    this.nearerAt = tick
  }

  distance () {
    return this.goal.heuristic(this.body.bot.entity.position.floored())
  }

  /** null while all is well, 'still' when the bot should shake itself free, else why the way is given up. */
  trouble () {
    const { bot, tick } = this.body
    const distance = this.distance()
    if (distance < this.nearest - 0.9) {
      this.nearest = distance
      this.nearerAt = tick
    }
    if (bot.entity.position.distanceTo(this.anchor) > 0.6) {
      this.anchor = bot.entity.position.clone()
      this.movedAt = tick
    } else if (bot.pathfinder.isMining() && tick - this.movedAt < 10 * STILL_TICKS) {
      return null
    }
    if (tick - this.nearerAt > NO_GAIN_TICKS) return `no nearer after ${NO_GAIN_TICKS} ticks`
    if (tick - this.movedAt < STILL_TICKS) return null
    if (++this.shakes > SHAKES) return 'stuck on the way'
    this.movedAt = tick
    return 'still'
  }
}

/** A jump and a step aside: frees the bot from edges, corners and half-loaded steps. No step where it could end in lava. */
async function shake (body) {
  const { bot } = body
  const way = ['left', 'right', 'back', 'forward'][Math.floor(body.random() * 4)]
  try {
    bot.setControlState('jump', true)
    if (!lavaNear(bot)) bot.setControlState(way, true)
    await body.ticks(8)
  } finally {
    bot.clearControlStates()
  }
  await body.ticks(4)
}

function lavaNear (bot) {
  const feet = bot.entity.position.floored()
  const isLava = (dx, dy, dz) => bot.blockAt(feet.offset(dx, dy, dz), false)?.name === 'lava'
  const aside = [-2, -1, 0, 1, 2]
  return aside.some(dx => aside.some(dz => [-3, -2, -1, 0].some(dy => isLava(dx, dy, dz))))
}

function placeOf (body) {
  const { x, y, z } = body.bot.entity.position.floored()
  return { x, y, z }
}

function unreachable (body, goal, what, why) {
  return new PrimitiveError('unreachable', `cannot reach ${what}: ${why}`, {
    value: { from: placeOf(body), distance: Math.round(goal.heuristic(body.bot.entity.position.floored())) },
    remedy: 'choose another target, carry blocks to build with, or come from another side'
  })
}

function late (body, goal, what, ticks) {
  return new PrimitiveError('timeout', `did not reach ${what} within ${ticks} ticks`, {
    value: { from: placeOf(body), distance: Math.round(goal.heuristic(body.bot.entity.position.floored())) },
    remedy: 'go there in shorter steps'
  })
}

/**
 * How much the search prefers what leads towards the target over what is cheap. Digging costs two to four times as
 * much as walking, so that a heuristic of plain steps would search the whole hill for a way round; at 2 a way found
 * costs little more than the best one and takes a tenth of the search.
 */
const EAGERNESS = 2

/** A goal: stand where one of several blocks is in reach and in plain view; A* then finds the cheapest of them. */
class InReach extends goals.Goal {
  constructor (bot, targets, reach = REACH) {
    super()
    this.bot = bot
    this.targets = targets
    this.reach = reach
  }

  heuristic (node) {
    let least = Infinity
    for (const target of this.targets) {
      const dx = Math.abs(target.x - node.x)
      const dz = Math.abs(target.z - node.z)
      const dy = Math.abs(target.y - node.y - 1)
      const walk = Math.max(dx, dz) + 0.4 * Math.min(dx, dz) + dy - this.reach
      if (walk < least) least = walk
    }
    return EAGERNESS * Math.max(0, least)
  }

  isEnd (node) {
    const eyes = eyesAt(node.x + 0.5, node.y, node.z + 0.5)
    return this.targets.some(target => eyes.distanceTo(target.offset(0.5, 0.5, 0.5)) <= this.reach - 0.2 &&
      clearLine(this.bot, eyes, target))
  }
}

/** Whether a block is in reach and in plain view from where the bot stands. */
function inReach (body, target, reach = REACH) {
  const eyes = eyesOf(body)
  return eyes.distanceTo(target.offset(0.5, 0.5, 0.5)) <= reach + 0.2 && clearLine(body.bot, eyes, target)
}

function eyesOf (body) {
  const { x, y, z } = body.bot.entity.position
  return eyesAt(x, y, z)
}

/** Goes to where at least one of `targets` can be touched. */
async function approach (body, targets, options = {}) {
  if (targets.some(target => inReach(body, target))) return
  await travel(body, new InReach(body.bot, targets), options)
}

/**
 * A quick look for a way to one of `targets`, a tick's worth of search: how many blocks would have to be broken on it,
 * or Infinity when none was found.
 */
function breaksOnTheWay (body, targets) {
  const { status, path } = body.bot.pathfinder.getPathTo(terrainOf(body), new InReach(body.bot, targets))
  return status === 'success' ? path.reduce((sum, step) => sum + step.toBreak.length, 0) : Infinity
}

/** Whether there is rock overhead: leaves are no roof. */
function underground (body) {
  const { bot } = body
  const head = bot.entity.position.floored().offset(0, 2, 0)
  for (let up = 0; up < 48; up++) {
    const block = bot.blockAt(head.offset(0, up, 0), false)
    if (block?.boundingBox === 'block' && !/_(leaves|log)$/.test(block.name)) return true
  }
  return false
}

/** How many ticks a way of so many blocks may take, digging included. */
function ticksFor (blocks) {
  return 300 + Math.ceil(blocks * 25)
}

module.exports = {
  travel, approach, shake, breaksOnTheWay, underground, inReach, eyesOf, terrainOf, ticksFor, placeOf, goals, REACH
}

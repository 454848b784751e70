/**
 * Going straight up: one block is broken overhead, one put underfoot. A third of the digging that stairs cost. Where what
 * is overhead would let something in or fall down, or nothing is left to stand on, it ends; stairs lead around that. Where
 * they do not either, one can still go up the wet way: let water in and swim.
 */
'use strict'

const { Vec3 } = require('vec3')
const { dig, floods, isAir, isFalling, isFluid } = require('./digging')
const { find, hold, tidy } = require('./inventory')
const { within } = require('./waiting')
const { BUILDING } = require('./worth')

const UP = new Vec3(0, 1, 0)
const RISE_TICKS = 12
const PLACE_TICKS = 10
const SETTLE_TICKS = 20
/** Jumps that may fail one after the other before it counts as no way. */
const FAILURES = 3
/** How often what is overhead falls down anew, and how long that takes. */
const FALLS = 12
const FALL_TICKS = 8
const SWIM_TICKS = 60

/** Why the way straight up is no way, or null; `wet` where water and what falls with it are no hindrance. */
function barredAbove (body, feet, wet) {
  const above = body.bot.blockAt(feet.offset(0, 2, 0))
  if (!above) return 'the edge of what is loaded'
  if (wet) {
    if (above.name === 'lava' || floods(body, above.position) === 'lava') return 'lava'
    return isAir(above) || isFluid(above) || above.diggable ? null : above.name
  }
  if (isFluid(above)) return above.name
  if (isFalling(above) || isFalling(body.bot.blockAt(feet.offset(0, 3, 0)))) return 'what would fall'
  if (!isAir(above) && !above.diggable) return above.name
  return floods(body, feet.offset(0, 2, 0))
}

/**
 * Rises until `done(place of the feet)`. `before(place)` is awaited ahead of each block, to care for tools; `wet` lets
 * water in and swims. Gives null when done, else why it ended.
 */
async function climb (body, { done, before, wet = false }) {
  const { bot } = body
  for (let failed = 0; failed < FAILURES;) {
    const feet = bot.entity.position.floored()
    if (done(feet)) return null
    const trouble = barredAbove(body, feet, wet)
    if (trouble) return trouble
    if (wet) {
      await before(feet)
      await centred(body, feet.offset(0.5, 0, 0.5))
      failed = await open(body, feet) && await swim(body, feet) ? 0 : failed + 1
      continue
    }
    if (!find(body, BUILDING)) return 'nothing to stand on'
    if (bot.blockAt(feet.offset(0, -1, 0))?.boundingBox !== 'block') return 'no firm ground'
    await before(feet)
    await tidy(body, BUILDING)
    const above = feet.offset(0, 2, 0)
    if (!isAir(bot.blockAt(above))) await dig(body, above)
    failed = await riseOne(body, feet) ? 0 : failed + 1
  }
  return 'the jumps came to nothing'
}

/** Breaks what is overhead, and what falls into its place, until there is none; whether that came to an end. */
async function open (body, feet) {
  const above = feet.offset(0, 2, 0)
  for (let falls = 0; falls < FALLS; falls++) {
    const block = body.bot.blockAt(above)
    if (isAir(block) || isFluid(block)) return true
    await dig(body, above)
    await body.ticks(FALL_TICKS)
  }
  return false
}

/** Whether water is overhead, with nothing in between. */
function comes (body, feet) {
  for (let up = 1; up <= 4; up++) {
    const block = body.bot.blockAt(feet.offset(0, up, 0))
    if (isFluid(block)) return true
    if (!isAir(block)) return false
  }
  return false
}

/** Rises by a block in water, once that has come down; where none comes, on a block put underfoot. */
async function swim (body, feet) {
  const { bot } = body
  if (!await body.until(() => bot.entity.isInWater, comes(body, feet) ? SWIM_TICKS : 1)) return riseOne(body, feet)
  try {
    bot.setControlState('jump', true)
    return await body.until(() => bot.entity.position.y >= feet.y + 1, SWIM_TICKS)
  } finally {
    bot.clearControlStates()
  }
}

/** A jump, and a block put where the feet were; whether the bot then stands on it. */
async function riseOne (body, feet) {
  const { bot } = body
  const centre = feet.offset(0.5, 0, 0.5)
  await body.reflexes.attend(body)
  const item = find(body, BUILDING)
  if (!item) return false
  await hold(body, item)
  if (!await centred(body, centre)) return false
  bot.lookAt(feet.offset(0.5, 0, 0.5), true)
  try {
    bot.setControlState('jump', true)
    if (!await body.until(() => bot.entity.position.y >= feet.y + 1.01, RISE_TICKS)) return false
    bot.setControlState('jump', false)
    const ground = bot.blockAt(feet.offset(0, -1, 0))
    const placing = bot._placeBlockWithOptions(ground, UP, { swingArm: 'right', forceLook: 'ignore' })
    await within(body, placing, PLACE_TICKS, 'placing a block underfoot')
  } catch (error) {
    if (body.stopped) throw error
    return false
  } finally {
    bot.clearControlStates()
  }
  return body.until(() => bot.entity.onGround && bot.entity.position.y >= feet.y + 0.9, SETTLE_TICKS)
}

/** Steps to the middle of the block, so that no neighbour's corner stops the jump. */
async function centred (body, centre) {
  const { bot } = body
  const off = () => Math.hypot(bot.entity.position.x - centre.x, bot.entity.position.z - centre.z)
  try {
    for (let waited = 0; waited < RISE_TICKS && off() > 0.15; waited++) {
      bot.lookAt(centre.offset(0, 1.62, 0), true)
      bot.setControlState('forward', true)
      bot.setControlState('sneak', true)
      await body.ticks(1)
    }
  } finally {
    bot.clearControlStates()
  }
  await body.until(() => bot.entity.onGround, 5)
  return off() < 0.35
}

module.exports = { climb }

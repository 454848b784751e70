/**
 * Going straight up: one block is broken overhead, one put underfoot. A third of the digging that stairs cost. Where what
 * is overhead would let something in or fall down, or nothing is left to stand on, it ends; stairs lead around that.
 */
'use strict'

const { Vec3 } = require('vec3')
const { dig, floods, isAir, isFluid } = require('./digging')
const { find, hold, tidy } = require('./inventory')
const { within } = require('./waiting')
const { BUILDING } = require('./worth')

const UP = new Vec3(0, 1, 0)
const RISE_TICKS = 12
const PLACE_TICKS = 10
const SETTLE_TICKS = 20
/** Jumps that may fail one after the other before it counts as no way. */
const FAILURES = 3
const FALLING = /gravel|sand$|concrete_powder/

/** Why the way straight up is no way, or null. */
function barredAbove (body, feet) {
  const above = body.bot.blockAt(feet.offset(0, 2, 0))
  if (!above) return 'the edge of what is loaded'
  if (isFluid(above)) return above.name
  if (FALLING.test(above.name) || FALLING.test(body.bot.blockAt(feet.offset(0, 3, 0))?.name ?? '')) return 'what would fall'
  if (!isAir(above) && !above.diggable) return above.name
  return floods(body, feet.offset(0, 2, 0))
}

/**
 * Rises until `done(place of the feet)`. `before()` is awaited ahead of each block, to care for tools. Gives null when done,
 * else why it ended.
 */
async function climb (body, { done, before }) {
  const { bot } = body
  for (let failed = 0; failed < FAILURES;) {
    const feet = bot.entity.position.floored()
    if (done(feet)) return null
    const trouble = barredAbove(body, feet)
    if (trouble) return trouble
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

/**
 * Having a crafting table or a furnace at hand for as long as some work takes: one that stands near, or the bot's own,
 * placed for the work and taken along again afterwards.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { find } = require('./inventory')
const { place } = require('./placing')
const { approach, inReach } = require('./navigation')
const { collect } = require('./collecting')
const { dig, requireTool } = require('./digging')

const SIGHT = 32
/** A station of one's own is placed rather than walking further than this to another. */
const WALK = 12

/**
 * Runs `work(block)` beside a station. `make` may craft the item when none is near or carried; it gives whether it
 * could. Throws `no_station` when there is no way to have one.
 */
async function atStation (body, name, work, { make = async () => false, remedy } = {}) {
  const standing = body.sight.find({ matching: [name], maxDistance: SIGHT, count: 4 })
  const own = () => find(body, name)
  const near = standing.filter(at => at.distanceTo(body.bot.entity.position) <= (own() ? WALK : SIGHT))
  if (near.length > 0) {
    try {
      await approach(body, near, { what: `the ${name}`, ticks: 1200 })
      const at = near.find(position => inReach(body, position)) ?? near[0]
      return await work(body.bot.blockAt(at))
    } catch (error) {
      if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
    }
  }
  if (!own() && !await make()) {
    throw new PrimitiveError('no_station', `no ${name} within ${SIGHT} blocks and none in the inventory`, {
      value: name, remedy: remedy ?? `craft a ${name} first`
    })
  }
  const at = await place(body, name)
  try {
    return await work(body.bot.blockAt(at))
  } finally {
    if (!body.stopped) await takeBack(body, name, at)
  }
}

/** Takes a station of one's own along again. One that would break without dropping itself stays where it can be used. */
async function takeBack (body, name, at) {
  try {
    requireTool(body, [name])
    await approach(body, [at], { ticks: 300, what: `the ${name}` })
    await dig(body, at)
    await body.ticks(4)
    await body.until(() => find(body, name), 20)
    if (!find(body, name)) await collect(body, { range: 6, wanted: item => item === name })
  } catch (error) {
    if (body.stopped) throw error
    body.events('left_behind', { item: name, x: at.x, y: at.y, z: at.z, why: error.message })
  }
}

module.exports = { atStation }

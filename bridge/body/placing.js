/**
 * Putting a block into the world: at a wanted place or at the best free one beside the bot, digging a niche where there
 * is none. Every placement is checked against what the world then shows.
 */
'use strict'

const { Vec3 } = require('vec3')
const { PrimitiveError } = require('./errors')
const { hold, find, missing } = require('./inventory')
const { dig, floods, isAir } = require('./digging')
const { within, retry } = require('./waiting')
const { clearLine } = require('./looking')
const { eyesOf, travel, goals, REACH } = require('./navigation')

const PLACE_TICKS = 40
/** How far to look for better ground when there is no place beside the bot, and how far for land when it swims. */
const ROAM = 8
const SHORE = 24
const NEIGHBOURS = [[0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 1, 0]]
const SOFT =
  /^(air|cave_air|void_air|grass|tall_grass|fern|large_fern|dead_bush|snow|seagrass|tall_seagrass|vine|water)$/
/** Blocks that open a window when clicked: nothing is placed against them. */
const CLICKABLE =
  /(crafting_table|furnace|smoker|chest|barrel|_bed|_door|_trapdoor|_gate|_button|lever|anvil|loom|_sign)$/

function isSoft (block) {
  return Boolean(block) && SOFT.test(block.name)
}

/** The neighbour to click so that a block appears at `position`: {reference, face}, or null. */
function support (body, position) {
  for (const [dx, dy, dz] of NEIGHBOURS) {
    const reference = body.bot.blockAt(position.offset(dx, dy, dz))
    if (reference?.boundingBox === 'block' && !CLICKABLE.test(reference.name)) {
      return { reference, face: new Vec3(-dx, -dy, -dz) }
    }
  }
  return null
}

/** Whether a solid block at `position` would stand inside the bot or another body. */
function occupied (body, position) {
  const { bot } = body
  return Object.values(bot.entities).some(entity => entity.name !== 'item' &&
    Math.abs(entity.position.x - position.x - 0.5) < 0.5 + (entity.width ?? 0.6) / 2 &&
    Math.abs(entity.position.z - position.z - 0.5) < 0.5 + (entity.width ?? 0.6) / 2 &&
    entity.position.y < position.y + 1 && entity.position.y + (entity.height ?? 1.8) > position.y)
}

/** Free places beside the bot with solid ground under them, the handiest first. */
function freePlaces (body) {
  const feet = body.bot.entity.position.floored()
  const eyes = eyesOf(body)
  const places = []
  for (let dx = -2; dx <= 2; dx++) {
    for (let dz = -2; dz <= 2; dz++) {
      for (const dy of [0, 1, -1]) {
        const place = feet.offset(dx, dy, dz)
        const ground = body.bot.blockAt(place.offset(0, -1, 0))
        const free = isSoft(body.bot.blockAt(place)) && body.bot.blockAt(place)?.name !== 'water'
        if (!free || ground?.boundingBox !== 'block' || CLICKABLE.test(ground.name)) continue
        if (occupied(body, place) || !clearLine(body.bot, eyes, ground.position)) continue
        places.push({ place, order: Math.abs(dx) + Math.abs(dz) + 2 * Math.abs(dy) })
      }
    }
  }
  return places.sort((a, b) => a.order - b.order).map(({ place }) => place)
}

/** Digs room for one block beside the bot and gives the place. */
async function niche (body) {
  const feet = body.bot.entity.position.floored()
  for (const [dx, dz] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    for (const dy of [1, 0]) {
      const place = feet.offset(dx, dy, dz)
      const block = body.bot.blockAt(place)
      if (!block?.diggable || block.boundingBox !== 'block' || CLICKABLE.test(block.name)) continue
      if (floods(body, place)) continue
      await dig(body, place)
      await body.ticks(4)
      if (isSoft(body.bot.blockAt(place)) && support(body, place)) return place
    }
  }
  return null
}

/**
 * Places one block of the first carried name; at `position`, or where it is handiest. Gives the position. Throws
 * `missing_items`, `cannot_place` or what going there throws.
 */
async function place (body, names, position = null) {
  const { bot } = body
  if (!find(body, names)) throw missing({ [[].concat(names)[0]]: 1 })
  if (!position) return placeBeside(body, names)
  const at = position.floored()
  const there = bot.blockAt(at)
  if (there && !isSoft(there)) {
    throw cannot(at, `${there.name} stands there already`, 'choose a free place or dig that block first')
  }
  const spot = support(body, at)
  if (!spot) throw cannot(at, 'no block beside it to attach to', 'choose a place beside a solid block')
  await stepOff(body, at)
  if (eyesOf(body).distanceTo(at.offset(0.5, 0.5, 0.5)) > REACH) {
    await travel(body, new goals.GoalNear(at.x, at.y, at.z, 3), { what: `a place beside ${at}` })
    await stepOff(body, at)
  }
  return put(body, names, at)
}

async function placeBeside (body, names) {
  const here = await placeHere(body, names)
  if (here) return here
  for (const ground of openGround(body)) {
    const ticks = 300 + 20 * ground.distanceTo(body.bot.entity.position)
    try {
      await travel(body, new goals.GoalNear(ground.x, ground.y, ground.z, 1), { ticks, what: 'open ground' })
    } catch (error) {
      if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
      continue
    }
    const there = await placeHere(body, names)
    if (there) return there
  }
  throw cannot(body.bot.entity.position.floored(), 'no free place around the bot', 'go to open ground first')
}

/** Without a step: on a free place beside the bot or in a niche; null when there is neither. */
async function placeHere (body, names) {
  const attempt = async spot => {
    try {
      return await put(body, names, spot)
    } catch (error) {
      if (body.stopped || error.code !== 'cannot_place') throw error
      return null
    }
  }
  for (const spot of freePlaces(body).slice(0, 4)) {
    const placed = await attempt(spot)
    if (placed) return placed
  }
  const dug = await niche(body)
  return dug && attempt(dug)
}

/** Some dry places to stand, nearest first: within a few steps, or where the shore is for a bot that swims. */
function openGround (body) {
  const { bot } = body
  const feet = bot.entity.position.floored()
  const reach = bot.entity.isInWater ? SHORE : ROAM
  const places = []
  for (let dx = -reach; dx <= reach; dx += 2) {
    for (let dz = -reach; dz <= reach; dz += 2) {
      for (let dy = -4; dy <= 4; dy++) {
        const place = feet.offset(dx, dy, dz)
        const [ground, low, high] = [-1, 0, 1].map(up => bot.blockAt(place.offset(0, up, 0), false))
        if (ground?.boundingBox === 'block' && isAir(low) && isAir(high)) places.push(place)
      }
    }
  }
  return places.sort((a, b) => a.distanceTo(feet) - b.distanceTo(feet)).slice(1, 4)
}

/** Moves aside when the bot itself stands where the block shall be. */
async function stepOff (body, at) {
  const own = body.bot.entity.position.floored()
  if (!own.equals(at) && !own.offset(0, 1, 0).equals(at)) return
  const aside = new goals.GoalInvert(new goals.GoalNear(at.x, at.y, at.z, 1))
  await travel(body, aside, { ticks: 200, what: 'a place to step aside' })
}

async function put (body, names, at) {
  const { bot } = body
  return retry(body, 3, async () => {
    const spot = support(body, at)
    if (!spot) throw cannot(at, 'no block beside it to attach to', 'choose a place beside a solid block')
    if (occupied(body, at)) throw cannot(at, 'something stands in the way', 'choose another place')
    const item = find(body, names)
    if (!item) throw missing({ [[].concat(names)[0]]: 1 })
    await hold(body, item)
    try {
      await within(body, bot.placeBlock(spot.reference, spot.face), PLACE_TICKS, `placing ${item.name}`)
    } catch (error) {
      if (body.stopped) throw error
      if (isSoft(bot.blockAt(at))) throw cannot(at, `the world refused ${item.name}`, 'choose another place')
    }
    return at
  }, { again: error => error.code === 'cannot_place' })
}

function cannot (at, why, remedy) {
  const { x, y, z } = at
  return new PrimitiveError('cannot_place', `cannot place a block at ${x}, ${y}, ${z}: ${why}`, {
    value: { x, y, z }, remedy
  })
}

module.exports = { place }

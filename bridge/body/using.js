/**
 * Using the item in hand on something: a block (till, fill, plant, sleep) or a mob (shear, milk); checked by its
 * effect.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { sees } = require('./combat')
const { contents, holdAny } = require('./inventory')
const { approach, travel, goals } = require('./navigation')
const { retry } = require('./waiting')

const EFFECT_TICKS = 20

/** The nearest block of these names that `test` accepts, or `not_found` with `remedy`. */
function nearestBlock (body, names, remedy, test = () => true) {
  return nearestBlocks(body, names, remedy, test)[0]
}

/** All such blocks among the nearest 64, nearest first. */
function nearestBlocks (body, names, remedy, test = () => true) {
  const found = body.sight.find({ matching: names, maxDistance: 32, count: 64 })
    .filter(place => test(body.bot.blockAt(place)))
  if (found.length > 0) return found
  throw new PrimitiveError('not_found', `no usable ${names[0]} within 32 blocks`, { value: names[0], remedy })
}

/** Goes to a block, looks at it and uses the held item; `done()` tells the effect. Throws `interrupted` without one. */
async function useOnBlock (body, at, done, what) {
  const { bot } = body
  await approach(body, [at], { what })
  await bot.lookAt(at.offset(0.5, 0.5, 0.5), true)
  await bot.activateBlock(bot.blockAt(at))
  await awaitEffect(body, done, what)
}

/** Like useOnBlock for what is used into the air along the line of sight: buckets. */
async function useTowards (body, point, done, what) {
  await body.bot.lookAt(point, true)
  await body.ticks(1)
  body.bot.activateItem()
  await awaitEffect(body, done, what)
}

/** Follows a mob into arm's length and uses the first carried of `tools` on it. */
async function useOnMob (body, mob, tools, done, what) {
  const { bot } = body
  const near = () => bot.entity.position.distanceTo(mob.position) < 2.5 && sees(body, mob)
  await retry(body, 3, async () => {
    if (!near()) await travel(body, new goals.GoalFollow(mob, 1), { ticks: 600, stop: near, what })
    await holdAny(body, tools)
    await bot.activateEntity(mob)
    await awaitEffect(body, done, what)
  }, { again: error => error.code === 'interrupted' })
}

async function awaitEffect (body, done, what) {
  if (await body.until(done, EFFECT_TICKS)) return
  throw new PrimitiveError('interrupted', `nothing came of it: ${what}`, {
    value: what, remedy: 'look again and choose another one'
  })
}

/** What the inventory gained since `before`. */
function gainedSince (body, before) {
  const items = {}
  for (const [item, count] of Object.entries(contents(body))) {
    if (count > (before[item] ?? 0)) items[item] = count - (before[item] ?? 0)
  }
  return { gained: Object.values(items).reduce((sum, n) => sum + n, 0), items }
}

module.exports = { nearestBlock, nearestBlocks, useOnBlock, useTowards, useOnMob, gainedSince }

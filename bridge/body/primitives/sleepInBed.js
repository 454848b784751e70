/**
 * sleepInBed(bot)
 *
 * Sleeps through the night: in a bed within 32 blocks, or in the one carried, which is taken along again. Sets where
 * the bot comes back after a death.
 * Returns {time} of day after waking.
 * Throws no_station (no bed), interrupted (it is day, or monsters are near), unreachable, cannot_place.
 *
 *   await sleepInBed(bot)
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { find } = require('../inventory')
const { atStation } = require('../stations')
const { within } = require('../waiting')

const NIGHT = 12542
const NIGHT_TICKS = 12000

async function run (body) {
  const { bot } = body
  if (bot.time.timeOfDay < NIGHT && !bot.thunderState) {
    throw new PrimitiveError('interrupted', 'one can only sleep at night', {
      value: bot.time.timeOfDay, remedy: `wait ${NIGHT - bot.time.timeOfDay} ticks`
    })
  }
  const beds = body.tags.beds
  const [standing] = body.sight.find({ matching: beds, maxDistance: 32, count: 1 })
  const name = standing ? bot.blockAt(standing).name : find(body, beds)?.name ?? beds[0]
  await atStation(body, name, async bed => {
    try {
      await within(body, bot.sleep(bed), 100, 'going to bed')
    } catch (error) {
      if (body.stopped) throw error
      throw new PrimitiveError('interrupted', `could not sleep: ${error.message}`, {
        value: bot.time.timeOfDay, remedy: 'kill or leave the monsters near the bed, then try again'
      })
    }
    await body.until(() => !bot.isSleeping, NIGHT_TICKS)
  }, { remedy: 'craft a bed from 3 wool and 3 planks first, or use shelter(bot)' })
  return { time: bot.time.timeOfDay }
}

module.exports = { name: 'sleepInBed', signature: 'sleepInBed(bot)', run }

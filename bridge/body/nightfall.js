/**
 * The night before a program begins: a bot under the open sky after dusk that could not win a fight sleeps in the bed it
 * carries, or digs itself in and waits for the morning. One that is armed and well goes on. A chore of the body, noted as
 * an event of the run; it costs the program neither its time limit nor an iteration.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { strength } = require('./combat')
const { find } = require('./inventory')
const { underground } = require('./navigation')

const DUSK = 12_700
const DAWN = 23_000
/** What a weapon must do at least: a stone sword. */
const ARMED = 5
const WELL = 10

/** Spends the night safely if it has to be; returns at once otherwise. */
async function spendTheNight (body, primitives) {
  if (body.driver.worldTick === null || !isNight(body) || underground(body) || fitToFight(body)) return
  const chore = find(body, body.tags.beds) ? 'sleepInBed' : 'shelter'
  try {
    await whileTicking(body, primitives.get(chore).run(body))
    body.events('spent the night', { how: chore })
  } catch (error) {
    if (!(error instanceof PrimitiveError)) throw error
    body.events('found no shelter', { why: error.message })
  }
}

function isNight ({ bot }) {
  return bot.time.timeOfDay >= DUSK && bot.time.timeOfDay < DAWN
}

function fitToFight (body) {
  return strength(body) >= ARMED && body.bot.health > WELL
}

/** Lets game time pass for as long as some work of the body takes. */
async function whileTicking (body, work) {
  let settled = false
  const end = () => { settled = true }
  work.then(end, end)
  await body.clock.real.hop()
  while (!settled) await body.step()
  return work
}

module.exports = { spendTheNight }

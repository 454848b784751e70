'use strict'
/** Between programs on a server that does not wait: the body keeps itself alive, and gives way at once. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')
const { em, start } = require('../body/main')

let asked = 0

/** One request over the body's own wire. */
function request (op, args = {}) {
  const id = ++asked
  return new Promise(resolve => {
    const take = text => {
      const answer = JSON.parse(text)
      if (answer.id !== id) return
      em.off('json', take)
      resolve(answer)
    }
    em.on('json', take)
    start(JSON.stringify({ id, op, args }))
  })
}

test('attacked while nobody asks for anything, the bot fights, and then runs the next program', async () => {
  const played = await join({ clock: 'real', rules: { daylight: false } })
  const { ask, joined } = played
  try {
    const { x, y, z } = joined.position
    await ask('command', { text: 'time set 18000' })
    await ask('command', { text: 'give Tester iron_sword' })
    await request('tick', { count: 10 })
    const { seq } = await ask('events')
    await ask('command', { text: `summon zombie ${x + 3} ${y + 1} ${z}` })
    const killed = async () => (await ask('events', { since: seq })).events.some(({ kind }) => kind === 'killed')
    while (!await killed()) assert.equal((await request('report')).ok, true, 'looking does not disturb')
    const source = 'async function main (bot) { await bot.waitForTicks(5); return 42 }'
    const run = await request('run', { modules: [{ id: 'main', name: 'main', source }], main: 'main', args: {} })
    assert.deepEqual([run.value.outcome, run.value.value, run.value.ticks], ['returned', 42, 5])
    await request('leave')
  } finally {
    await played.close()
  }
})

'use strict'
/** A situation taken from one world stands in another as it was, and leaves the first one alone. */

const { once } = require('node:events')
const { test } = require('node:test')
const assert = require('node:assert/strict')
const { WorldUnderTest } = require('./harness')

const facts = ({ inventory, position, health, food, tools, time_of_day: time }) =>
  ({ inventory, position, health, food, tools, time })

test('player, blocks, containers, mobs and time are the same in a trial world, which keeps nothing', async () => {
  const home = await WorldUnderTest.start({ seed: 9 })
  const player = await home.join()
  const feet = await player.platform()
  await player.give('iron_pickaxe', 1)
  await player.give('diamond', 3)
  const chest = await player.during(player.bot.openContainer(await player.setBlock(feet.offset(1, 0, 0), 'chest')))
  await player.during(chest.deposit(player.item('diamond'), null, 2))
  chest.close()
  await home.command(`summon cow ${feet.x + 3} ${feet.y} ${feet.z}`)
  await home.command('time set 9000')
  await player.tick()
  const before = await player.observe()
  const { situation } = await home.ask('capture', { player: 'Tester' })
  assert.deepEqual(await player.observe(), before, 'looking changes nothing')

  const trial = await WorldUnderTest.start({ seed: 9, memory: true })
  try {
    await trial.ask('restore', { situation, dice: 4 })
    assert.deepEqual(facts(await trial.ask('observe', { player: 'Tester' })), facts(before))
    const guest = await trial.join()
    const there = await guest.during(guest.bot.openContainer(guest.bot.blockAt(feet.offset(1, 0, 0))))
    assert.equal(there.containerCount(guest.item('diamond')), 2)
    there.close()
    assert.ok(guest.bot.nearestEntity((entity) => entity.name === 'cow'))
    await assert.rejects(trial.ask('save', { generation: 1 }), { code: 'no_store' })
    await assert.rejects(trial.ask('restore', { situation }), { code: 'bad_situation' }, 'somebody is here')
  } finally {
    await trial.stop()
    await home.stop()
  }
})

test('the rules of a trial world are its own, whatever held where the situation was taken', async () => {
  const home = await WorldUnderTest.start({ seed: 9 })
  await home.join()
  await home.command('gamerule daylight false')
  const { situation } = await home.ask('capture', { player: 'Tester' })
  const trial = await WorldUnderTest.start({ seed: 9, memory: true })
  try {
    const { rules } = await trial.ask('hello')
    await trial.ask('restore', { situation })
    assert.deepEqual((await trial.ask('hello')).rules, rules)
  } finally {
    await trial.stop()
    await home.stop()
  }
})

test('a situation does not go where it does not belong', async () => {
  const home = await WorldUnderTest.start({ seed: 9 })
  await home.join()
  const { situation } = await home.ask('capture', { player: 'Tester' })
  const other = await WorldUnderTest.start({ seed: 10, memory: true })
  const kept = await WorldUnderTest.start({ seed: 9 })
  try {
    await assert.rejects(other.ask('restore', { situation }), /seed 9, the world of seed 10/)
    await assert.rejects(kept.ask('restore', { situation }), /never restored into a world that is kept/)
    await assert.rejects(other.ask('restore', { situation: 'AAAA' }), { code: 'bad_argument' })
    await assert.rejects(other.ask('capture', { player: 'Nobody' }), { code: 'unknown_player' })
  } finally {
    for (const world of [home, other, kept]) await world.stop()
  }
})

test('a world that begins anew is the fresh world of the seed: nobody, nothing and no rule of the one before', async () => {
  const fresh = await WorldUnderTest.start({ seed: 10, memory: true })
  const world = await WorldUnderTest.start({ seed: 9, memory: true })
  const kept = await WorldUnderTest.start({ seed: 9 })
  try {
    const hello = await fresh.ask('hello')
    const player = await world.join()
    await world.command('gamerule daylight false')
    await player.give('diamond', 3)
    await player.tick(30)
    const gone = once(player.bot, 'end')
    assert.deepEqual(await world.ask('begin', { seed: 10 }), hello)
    await gone
    assert.deepEqual(await world.ask('hello'), hello, 'who left was not of this world')
    await assert.rejects(world.ask('observe', { player: 'Tester' }), { code: 'unknown_player' })
    const [here, there] = [await world.join(), await fresh.join()]
    assert.deepEqual(await here.observe(), await there.observe())
    await assert.rejects(world.ask('begin', { seed: 'nine' }), { code: 'bad_argument' })
    await assert.rejects(kept.ask('begin', { seed: 10 }), { code: 'kept' })
  } finally {
    for (const each of [fresh, world, kept]) await each.stop()
  }
})

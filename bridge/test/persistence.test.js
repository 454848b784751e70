'use strict'
/** Generations: what was saved comes back whole after kill -9, and what was not saved does not. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { WorldUnderTest } = require('./harness')

const stable = ({ inventory, position, health, food, equipment, tools, experience, time_of_day: time, spawn }) =>
  ({ inventory, position, health, food, equipment, tools, experience, time, spawn })

test('player, blocks, chests, fires and things on the ground survive kill -9', async () => {
  let world = await WorldUnderTest.start({ seed: 9 })
  const { dir } = world
  let player = await world.join()
  const feet = await player.platform()
  const carried = { coal: 10, iron_pickaxe: 1, raw_iron: 4, diamond: 1 }
  for (const [name, count] of Object.entries(carried)) await player.give(name, count)
  const chest = await player.during(player.bot.openContainer(await player.setBlock(feet.offset(1, 0, 0), 'chest')))
  await player.during(chest.deposit(player.item('diamond'), null, 1))
  chest.close()
  const furnace = await player.during(player.bot.openFurnace(await player.setBlock(feet.offset(0, 0, 1), 'furnace')))
  await player.during(furnace.putFuel(player.item('coal'), null, 1))
  await player.during(furnace.putInput(player.item('raw_iron'), null, 4))
  furnace.close()
  await player.tickTimes(250)
  await world.command('xp Tester 30')
  await player.tick()
  const before = await player.observe()
  const { seq } = await world.ask('events', { since: 0 })
  assert.deepEqual(await world.ask('save', { generation: 4 }), { generation: 4 })
  await world.command('give Tester diamond 5')
  await world.stop({ keep: true, signal: 'SIGKILL' })

  world = await WorldUnderTest.start({ seed: 9, dir })
  try {
    assert.equal((await world.ask('hello')).generation, 4)
    assert.deepEqual(stable(await world.ask('observe', { player: 'Tester' })), stable(before))
    player = await world.join()
    assert.ok((await world.events()).every((event) => event.seq > seq))
    const again = await player.during(player.bot.openContainer(player.bot.blockAt(feet.offset(1, 0, 0))))
    assert.equal(again.containerCount(player.item('diamond')), 1)
    again.close()
    const hot = await player.during(player.bot.openFurnace(player.bot.blockAt(feet.offset(0, 0, 1))))
    await player.until(() => hot.outputItem()?.count === 4, 800)
  } finally {
    await world.stop()
  }
})

test('an older generation can be taken up again, and forgets the newer', async () => {
  const first = await WorldUnderTest.start({ seed: 9 })
  const { dir } = first
  const player = await first.join()
  await player.give('coal', 1)
  await first.ask('save', { generation: 1 })
  await player.give('coal', 1)
  await first.ask('save', { generation: 2 })
  await first.stop({ keep: true })
  const back = await WorldUnderTest.start({ seed: 9, dir, generation: 1 })
  assert.deepEqual((await back.ask('observe', { player: 'Tester' })).inventory, { coal: 1 })
  await back.stop({ keep: true })
  const newest = await WorldUnderTest.start({ seed: 9, dir })
  assert.equal((await newest.ask('hello')).generation, 1)
  await newest.stop()
})

test('control answers nonsense with a code and goes on', async () => {
  const world = await WorldUnderTest.start()
  try {
    await assert.rejects(world.ask('fly'), { code: 'unknown_op' })
    await assert.rejects(world.ask('observe', { player: 'Nobody' }), { code: 'unknown_player' })
    await assert.rejects(world.ask('observe'), { code: 'bad_argument' })
    await assert.rejects(world.ask('events', { since: -1 }), { code: 'bad_argument' })
    await assert.rejects(world.command('give Nobody dirt'), { code: 'command_failed' })
    for (const text of ['constructor', 'time set constructor', 'give constructor dirt', 'gamerule constructor true']) {
      await assert.rejects(world.command(text), { code: 'command_failed' }, text)
    }
    assert.equal((await world.ask('hello')).protocol, 1)
  } finally {
    await world.stop()
  }
})

test('a world that belongs to another seed is refused with a sentence', async () => {
  const world = await WorldUnderTest.start({ seed: 1 })
  await world.ask('save', { generation: 1 })
  await world.stop({ keep: true })
  await assert.rejects(WorldUnderTest.start({ seed: 2, dir: world.dir }), /seed 1, not 2/)
  fs.rmSync(world.dir, { recursive: true })
})

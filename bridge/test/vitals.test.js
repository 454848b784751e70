'use strict'
/** Health, hunger, breath, death, sleep: vanilla's figures. */

const { test, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')

let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start({ rules: { difficulty: 'normal' } })
  player = await world.join()
}, () => world.stop())

/** A new life on a new platform, so that no test inherits another's wounds or floods. */
let height = 120
beforeEach(async () => {
  await player.die()
  await player.tickTimes(62)
  feet = await player.platform((height += 12))
  await player.clear()
})

/** Wall the player in and fill the cell with a liquid. */
async function immerse(liquid) {
  for (const [dx, dz] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    for (const dy of [0, 1]) await player.setBlock(feet.offset(dx, dy, dz), 'glass')
  }
  await player.setBlock(feet.offset(0, 2, 0), 'glass')
  await world.command(`setblock ${feet.x} ${feet.y + 1} ${feet.z} ${liquid}`)
  await world.command(`setblock ${feet.x} ${feet.y} ${feet.z} ${liquid}`)
}

const lastHurt = async () => (await world.events('hurt')).at(-1)

for (const [height, damage] of [[3, 0], [4, 1], [12, 9]]) {
  test(`a fall from ${height} blocks costs ${damage}`, async () => {
    await world.command(`tp Tester ~ ${feet.y + height} ~`)
    await player.until(() => player.bot.entity.position.y > feet.y + 1, 5)
    await player.until(() => player.bot.entity.onGround)
    await player.tickTimes(2)
    assert.equal(player.bot.health, 20 - damage)
  })
}

test('under water the breath lasts 15 s, then each second costs 2', async () => {
  await immerse('water')
  const started = player.ticks
  await player.until(() => player.bot.health < 20)
  assert.ok(Math.abs(player.ticks - started - 320) <= 5, `after ${player.ticks - started} ticks`)
  await player.tickTimes(41)
  const [first, second, third] = (await world.events('hurt')).slice(-3)
  assert.deepEqual([second.tick - first.tick, third.tick - second.tick, third.amount], [20, 20, 2])
  assert.equal(third.cause, 'drowning')
})

test('lava burns 4 every half second and sets on fire', async () => {
  await immerse('lava')
  await player.until(() => player.bot.health <= 12)
  assert.equal((await lastHurt()).cause, 'lava')
})

test('a cactus stings, a block over the eyes suffocates', async () => {
  await player.setBlock(feet.offset(1, -2, 0), 'stone')
  await player.setBlock(feet.offset(1, -1, 0), 'sand')
  await player.setBlock(feet.offset(1, 0, 0), 'cactus')
  await world.command(`tp Tester ${feet.x + 0.75} ${feet.y} ${feet.z + 0.5}`)
  await player.until(() => player.bot.health < 20, 100)
  assert.equal((await lastHurt()).cause, 'cactus')
  await player.setBlock(feet.offset(1, 0, 0), 'air')
  await world.command(`tp Tester ${feet.x + 0.5} ${feet.y} ${feet.z + 0.5}`)
  await player.setBlock(feet.offset(0, 1, 0), 'stone')
  await player.until(async () => (await lastHurt()).cause === 'suffocation', 40)
  await player.setBlock(feet.offset(0, 1, 0), 'air')
})

test('armour takes its share of a blow but not of a fall', async () => {
  await player.give('iron_chestplate')
  await player.during(player.bot.equip(player.item('iron_chestplate'), 'torso'))
  await player.tick()
  assert.equal((await player.observe()).equipment.torso, 'iron_chestplate')
  await world.command(`tp Tester ~ ${feet.y + 6} ~`)
  await player.until(() => player.bot.entity.position.y > feet.y + 1, 5)
  await player.until(() => player.bot.health < 20)
  assert.equal(player.bot.health, 17)
})

test('running makes hungry; bread takes 32 ticks and feeds 5; a full stomach heals', async () => {
  await immerse('air') // a cell, so that running leads nowhere, with room to jump
  await player.setBlock(feet.offset(0, 2, 0), 'air')
  await player.give('bread', 2)
  player.bot.setControlState('sprint', true)
  player.bot.setControlState('jump', true)
  await player.until(() => player.bot.food <= 14, 20_000)
  player.bot.clearControlStates()
  await player.hold('bread')
  const [food, started] = [player.bot.food, player.ticks]
  await player.during(player.bot.consume())
  assert.ok(Math.abs(player.ticks - started - 33) <= 2, `took ${player.ticks - started}`)
  assert.equal(player.bot.food, Math.min(20, food + 5))
  assert.deepEqual((await player.observe()).inventory, { bread: 1 })
})

test('wounds heal by one in four seconds when well fed', async () => {
  await world.command(`tp Tester ~ ${feet.y + 5} ~`)
  await player.until(() => player.bot.health === 18)
  await player.until(() => player.bot.health > 18, 100)
  assert.ok(player.bot.health <= 19)
})

test('death drops everything where it happened, and the next life starts at the spawn point', async () => {
  await player.give('diamond', 3)
  await player.die()
  const { inventory, position, spawn } = await player.observe()
  assert.deepEqual(inventory, {})
  assert.ok(Math.hypot(position.x - spawn.x - 0.5, position.z - spawn.z - 0.5) < 1.5)
  assert.deepEqual((await world.events('died', 'respawned')).slice(-2).map(({ kind }) => kind), ['died', 'respawned'])
})

test('keeping the inventory is a rule that must be set', async () => {
  await world.command('gamerule keepInventory true')
  await player.give('diamond', 3)
  await player.die()
  assert.deepEqual((await player.observe()).inventory, { diamond: 3 })
  await world.command('gamerule keepInventory false')
})

test('sleep skips the night, and the bed is the place of the next life', async () => {
  await world.command('time set night')
  await world.command(`setblock ${feet.x + 2} ${feet.y} ${feet.z} red_bed[facing=east,part=foot]`)
  await world.command(`setblock ${feet.x + 3} ${feet.y} ${feet.z} red_bed[facing=east,part=head]`)
  await player.tickTimes(21)
  await player.during(player.bot.sleep(player.bot.blockAt(feet.offset(2, 0, 0))))
  assert.equal(player.bot.isSleeping, true)
  await player.until(() => !player.bot.isSleeping, 200)
  const { time_of_day: time } = await player.observe()
  assert.ok(time < 1000, `it is ${time}`)
  assert.equal((await world.events('slept')).length, 1)
  await player.die()
  const { position } = await player.observe()
  assert.ok(Math.abs(position.x - feet.x - 2.5) < 3 && Math.abs(position.y - feet.y) < 1.5)
})

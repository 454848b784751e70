'use strict'
/** Furnaces: vanilla's times and fuel, results and experience, and what becomes of their contents. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')
const gamedata = require('../world/gamedata')
const SMELTING = require('../data/smelting.json')
const FUEL = require('../data/fuel.json')

test('the tables name only items of the game', () => {
  for (const [name, { result }] of Object.entries(SMELTING)) {
    assert.ok(gamedata.item(name) && gamedata.item(result), name)
  }
  for (const [name, ticks] of Object.entries(FUEL)) assert.ok(gamedata.item(name) && ticks > 0, name)
})

let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start()
  player = await world.join()
  feet = await player.platform()
}, () => world.stop())

async function openFurnace(block, items) {
  await player.clear()
  await player.setBlock(feet.offset(1, 0, 0), 'air')
  const target = await player.setBlock(feet.offset(1, 0, 0), block)
  for (const [name, count] of items) await player.give(name, count)
  return player.during(player.bot.openFurnace(target))
}

test('three raw iron take 600 ticks, and the ingots give experience', async () => {
  const furnace = await openFurnace('furnace', [['raw_iron', 3], ['coal', 1]])
  await player.during(furnace.putFuel(player.item('coal'), null, 1))
  const started = player.ticks
  await player.during(furnace.putInput(player.item('raw_iron'), null, 3))
  await player.until(() => furnace.outputItem()?.count === 3)
  assert.ok(Math.abs(player.ticks - started - 600) <= 4, `took ${player.ticks - started}`)
  assert.equal(player.bot.blockAt(feet.offset(1, 0, 0)).getProperties().lit, true)
  await player.during(furnace.takeOutput())
  await player.tick()
  const { inventory, experience } = await player.observe()
  assert.deepEqual(inventory, { iron_ingot: 3 })
  assert.ok(experience === 2 || experience === 3, `experience ${experience}`)
  const event = (await world.events('smelted')).at(-1)
  assert.deepEqual([event.item, event.count, event.station], ['iron_ingot', 3, 'furnace'])
})

test('a smoker cooks twice as fast, and only food', async () => {
  const smoker = await openFurnace('smoker', [['beef', 1], ['raw_iron', 1], ['oak_planks', 2]])
  await player.during(smoker.putFuel(player.item('oak_planks'), null, 1))
  await player.during(smoker.putInput(player.item('raw_iron'), null, 1))
  await player.tickTimes(150)
  assert.equal(smoker.outputItem(), null)
  await player.during(smoker.takeInput())
  const started = player.ticks
  await player.during(smoker.putInput(player.item('beef'), null, 1))
  await player.until(() => smoker.outputItem()?.name === 'cooked_beef', 400)
  assert.ok(Math.abs(player.ticks - started - 100) <= 4, `took ${player.ticks - started}`)
})

test('without fuel nothing happens, and what is no fuel does not go in', async () => {
  const furnace = await openFurnace('furnace', [['sand', 1], ['cobblestone', 1]])
  await player.during(furnace.putInput(player.item('sand'), null, 1))
  const stone = furnace.findInventoryItem(player.item('cobblestone'))
  await player.during(player.bot.clickWindow(stone.slot, 0, 0))
  await player.during(player.bot.clickWindow(1, 0, 0))
  await player.tickTimes(220)
  assert.equal(furnace.outputItem(), null)
  assert.equal(furnace.fuelItem(), null)
})

test('a bucket is left of lava', async () => {
  const furnace = await openFurnace('furnace', [['lava_bucket', 1], ['sand', 1]])
  await player.during(furnace.putFuel(player.item('lava_bucket'), null, 1))
  await player.during(furnace.putInput(player.item('sand'), null, 1))
  await player.until(() => furnace.fuelItem()?.name === 'bucket', 10)
})

test('contents fall when the furnace is broken, and its window closes', async () => {
  const furnace = await openFurnace('furnace', [['sand', 5], ['wooden_pickaxe', 1]])
  await player.during(furnace.putInput(player.item('sand'), null, 5))
  await player.hold('wooden_pickaxe')
  furnace.close()
  await player.during(player.bot.dig(player.bot.blockAt(feet.offset(1, 0, 0)), true))
  await player.collect('sand', 5)
  await player.collect('furnace', 1)
})

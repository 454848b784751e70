'use strict'
/** Crafting: recipes looked up right, and mineflayer's own craft exact however often it is called. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')
const gamedata = require('../world/gamedata')
const { Recipes } = require('../world/recipes')

const recipes = new Recipes(gamedata.registry)
const grid = (text) => text.split(/[\s/]+/).map((name) => (name === '.' ? null : { name, count: 1 }))

for (const [makes, count, width, cells] of [
  ['oak_planks', 4, 2, '. . / . oak_log'],
  ['stick', 4, 3, '. birch_planks . / . oak_planks . / . . .'],
  ['wooden_pickaxe', 1, 3, 'oak_planks oak_planks oak_planks / . stick . / . stick .'],
  ['iron_axe', 1, 3, '. iron_ingot iron_ingot / . stick iron_ingot / . stick .'],
  ['bucket', 1, 3, 'iron_ingot . iron_ingot / . iron_ingot . / . . .'],
  ['torch', 4, 2, 'charcoal . / stick .'],
  ['iron_helmet', 1, 3, 'iron_ingot iron_ingot iron_ingot / iron_ingot . iron_ingot / . . .'],
  ['flint_and_steel', 1, 2, 'flint . / . iron_ingot'],
]) {
  test(`${cells} makes ${count} ${makes}`, () => {
    assert.deepEqual(recipes.match(grid(cells), width), { name: makes, count })
  })
}

test('a wrong shape makes nothing', () => {
  assert.equal(recipes.match(grid('oak_planks . / . oak_planks'), 2), null)
  assert.equal(recipes.match(grid('. . / . .'), 2), null)
})

let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start()
  player = await world.join()
  feet = await player.platform()
}, () => world.stop())

async function craft(name, times, table) {
  const [recipe] = player.bot.recipesFor(player.item(name), null, 1, table)
  assert.ok(recipe, `no recipe for ${name} with ${player.bot.inventory.items()}`)
  await player.during(player.bot.craft(recipe, times, table))
}

test('25 rounds of planks, sticks and a table are exact on both sides', async () => {
  for (let round = 0; round < 25; round++) {
    await player.clear()
    await player.give('oak_log', 7)
    await craft('oak_planks', 7)
    await craft('stick', 2)
    await craft('crafting_table', 1)
    await player.tick()
    const wanted = { oak_planks: 20, stick: 8, crafting_table: 1 }
    assert.deepEqual((await player.observe()).inventory, wanted)
    for (const [name, count] of Object.entries(wanted)) {
      assert.equal(player.bot.inventory.count(player.item(name)), count)
    }
  }
})

test('a table takes three-wide recipes, and each craft is an event with its station', async () => {
  await player.clear()
  await player.give('oak_planks', 3)
  await player.give('stick', 2)
  const table = await player.setBlock(feet.offset(1, 0, 0), 'crafting_table')
  await craft('wooden_pickaxe', 1, table)
  await player.tick()
  assert.deepEqual((await player.observe()).inventory, { wooden_pickaxe: 1 })
  const event = (await world.events('crafted')).at(-1)
  assert.deepEqual([event.item, event.count, event.station], ['wooden_pickaxe', 1, 'crafting_table'])
})

test('a bucket stays behind when its milk is used', async () => {
  await player.clear()
  const table = await player.setBlock(feet.offset(1, 0, 0), 'crafting_table')
  const needed = { milk_bucket: 3, sugar: 2, egg: 1, wheat: 3 }
  for (const [name, count] of Object.entries(needed)) await player.give(name, count)
  await craft('cake', 1, table)
  await player.tickTimes(2)
  assert.deepEqual((await player.observe()).inventory, { bucket: 3, cake: 1 })
})

test('what lies in a grid comes back when the window closes', async () => {
  await player.clear()
  await player.give('oak_log', 5)
  const { slot } = player.bot.inventory.findInventoryItem(player.item('oak_log'))
  await player.during(player.bot.clickWindow(slot, 0, 0))
  await player.during(player.bot.clickWindow(1, 0, 0))
  player.bot._client.write('close_window', { windowId: 0 })
  await player.tickTimes(2)
  assert.deepEqual((await player.observe()).inventory, { oak_log: 5 })
  assert.equal(player.bot.inventory.slots[1], null)
})

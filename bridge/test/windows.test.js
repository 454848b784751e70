'use strict'
/** Windows: every way to click, and a client that always ends up with what the server has. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const gamedata = require('../world/gamedata')
const { Player } = require('../world/player')
const { Recipes } = require('../world/recipes')
const { ContainerView, SlotList } = require('../world/views')
const { move } = require('../world/clicks')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')

const recipes = new Recipes(gamedata.registry)
const CLICK = 0
const SHIFT = 1
const NUMBER = 2
const THROW = 4
const DRAG = 5
const DOUBLE = 6

/** A player with some slots filled, alone with the rules of clicking; `dropped` collects what is thrown. */
function scene(filled = {}) {
  const dropped = []
  const world = {
    data: gamedata, recipes, tick: 0, events: { emit() {} }, dropItem: (pos, stack) => dropped.push(stack),
  }
  const player = new Player('Tester', 1, new Vec3(0, 0, 0), 0)
  for (const [slot, [name, count]] of Object.entries(filled)) player.slots[slot] = { name, count }
  const click = (slot, mouseButton, mode, view = player.inventory) => {
    move(world, player, view, { slot, mouseButton, mode })
  }
  const at = (slot, view = player.inventory) => {
    const stack = view.get(slot)
    return stack ? `${stack.count} ${stack.name}` : null
  }
  return { player, click, at, dropped }
}

const chestView = (player, content = []) => {
  const slots = Array.from({ length: 27 }, (_, i) => content[i] ?? null)
  const kinds = new Array(27).fill('storage')
  return new ContainerView(player, 1, new SlotList([slots]), kinds, { at: '0,0,0', type: 'generic_9x3' })
}

test('left takes all, right takes the larger half, right lays one', () => {
  const { player, click, at } = scene({ 9: ['dirt', 7] })
  click(9, 1, CLICK)
  assert.equal(player.cursor.count, 4)
  click(10, 1, CLICK)
  assert.deepEqual([at(9), at(10), player.cursor.count], ['3 dirt', '1 dirt', 3])
  click(9, 0, CLICK)
  assert.deepEqual([at(9), player.cursor], ['6 dirt', null])
})

test('different stacks change places, full stacks keep the rest on the cursor', () => {
  const { player, click, at } = scene({ 9: ['dirt', 60], 10: ['dirt', 10], 11: ['stone', 1] })
  click(10, 0, CLICK)
  click(9, 0, CLICK)
  assert.deepEqual([at(9), player.cursor.count], ['64 dirt', 6])
  click(11, 0, CLICK)
  assert.deepEqual([at(11), player.cursor.name], ['6 dirt', 'stone'])
})

test('shift sends between hotbar and bag, armour to its place, and chest content to the hotbar first', () => {
  const { player, click, at } = scene({ 9: ['dirt', 5], 10: ['iron_boots', 1] })
  click(9, 0, SHIFT)
  assert.equal(at(36), '5 dirt')
  click(10, 0, SHIFT)
  assert.equal(at(8), '1 iron_boots')
  const chest = chestView(player, [{ name: 'coal', count: 9 }])
  click(0, 0, SHIFT, chest)
  assert.deepEqual([at(0, chest), at(44)], [null, '9 coal'])
  click(chest.hotbar[0], 0, SHIFT, chest)
  assert.equal(at(0, chest), '5 dirt')
})

test('number keys swap with the hotbar, dropping throws one or all, outside throws the cursor', () => {
  const { player, click, at, dropped } = scene({ 9: ['dirt', 5], 38: ['stone', 2] })
  click(9, 2, NUMBER)
  assert.deepEqual([at(9), at(38)], ['2 stone', '5 dirt'])
  click(38, 0, THROW)
  click(9, 1, THROW)
  assert.deepEqual(dropped, [{ name: 'dirt', count: 1 }, { name: 'stone', count: 2 }])
  click(38, 0, CLICK)
  click(-999, 0, CLICK)
  assert.equal(player.cursor, null)
  assert.deepEqual(dropped.at(-1), { name: 'dirt', count: 4 })
})

test('dragging shares out evenly or one by one; double click gathers', () => {
  const { player, click, at } = scene({ 9: ['dirt', 10] })
  click(9, 0, CLICK)
  click(-999, 0, DRAG)
  for (const slot of [10, 11, 12]) click(slot, 1, DRAG)
  click(-999, 2, DRAG)
  assert.deepEqual([at(10), at(11), at(12), player.cursor.count], ['3 dirt', '3 dirt', '3 dirt', 1])
  click(-999, 4, DRAG)
  for (const slot of [10, 13]) click(slot, 5, DRAG)
  click(-999, 6, DRAG)
  assert.deepEqual([at(10), at(13), player.cursor], ['4 dirt', null, null])
  click(11, 0, CLICK)
  click(14, 0, DOUBLE)
  assert.equal(player.cursor.count, 10)
})

test('shift on a result crafts as often as the ingredients last', () => {
  const { player, click, at } = scene({ 1: ['oak_log', 5] })
  player.slots[0] = { name: 'oak_planks', count: 4 }
  click(0, 0, SHIFT)
  assert.deepEqual([at(1), at(44)], [null, '20 oak_planks'])
})

test('nothing goes into a result slot, and only armour onto the body', () => {
  const { player, click, at } = scene({ 9: ['dirt', 1] })
  click(9, 0, CLICK)
  click(0, 0, CLICK)
  click(5, 0, CLICK)
  assert.deepEqual([at(0), at(5), player.cursor.name], [null, null, 'dirt'])
})

let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start()
  player = await world.join()
  feet = await player.platform()
}, () => world.stop())

test('a chest keeps what is stored, reports it, and two chests open as one', async () => {
  await player.clear()
  await player.give('coal', 20)
  const chest = await player.during(player.bot.openContainer(await player.setBlock(feet.offset(1, 0, 0), 'chest')))
  await player.during(chest.deposit(player.item('coal'), null, 12))
  await player.during(chest.withdraw(player.item('coal'), null, 2))
  chest.close()
  await player.tickTimes(2)
  assert.deepEqual((await player.observe()).inventory, { coal: 10 })
  const moved = await world.events('stored', 'took')
  const net = moved.reduce((sum, { kind, count }) => sum + (kind === 'stored' ? count : -count), 0)
  assert.equal(net, 10)
  await player.give('chest', 1)
  await player.hold('chest')
  player.bot.setControlState('sneak', false)
  await player.setBlock(feet.offset(1, 0, 1), 'air')
  await player.during(player.bot.lookAt(feet.offset(1.5, 0, 0.5), true))
  const facing = player.bot.blockAt(feet.offset(1, 0, 0)).getProperties().facing
  const yaw = { north: 0, south: Math.PI, west: Math.PI / 2, east: -Math.PI / 2 }[facing] + Math.PI
  const beside = { north: [1, 0], south: [1, 0], west: [0, 1], east: [0, 1] }[facing]
  await player.during(player.bot.look(yaw, 0, true))
  await player.tick()
  const below = player.bot.blockAt(feet.offset(1 + beside[0], -1, beside[1]))
  await player.during(player.bot._placeBlockWithOptions(below, new Vec3(0, 1, 0), { forceLook: 'ignore' }))
  const large = await player.during(player.bot.openContainer(player.bot.blockAt(feet.offset(1, 0, 0))))
  assert.equal(large.inventoryStart, 54)
  assert.equal(large.containerCount(player.item('coal')), 10)
  large.close()
  await player.tick()
})

test('after many random clicks the client has what the server has', async () => {
  await player.clear()
  for (const [name, count] of [['oak_log', 9], ['stick', 30], ['coal', 64], ['dirt', 3]]) await player.give(name, count)
  let seed = 7
  const below = (n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
  for (let i = 0; i < 120; i++) {
    const slot = below(4) === 0 ? 1 + below(4) : 9 + below(36)
    await player.during(player.bot.clickWindow(slot, below(2), below(3) === 0 ? SHIFT : CLICK))
  }
  await player.tickTimes(3)
  const seen = player.bot.inventory.slots.slice(1).concat(player.bot.inventory.selectedItem)
  const counts = {}
  for (const item of seen) if (item) counts[item.name] = (counts[item.name] ?? 0) + item.count
  assert.deepEqual(counts, (await player.observe()).inventory)
})
